/* bonafide: can I trust this picture, video or sound, and why? The C interface of libbonafide.
 *
 *   char* json = NULL;
 *   char* message = NULL;
 *   if (bonafide_check_file("clip.mp4", NULL, &json, &message) == BONAFIDE_OK)
 *     puts(json);                          // schema bonafide.report/1
 *   else
 *     fprintf(stderr, "%s\n", message);    // one plain sentence, with the file's name
 *   bonafide_free(json);
 *   bonafide_free(message);
 *
 * "Nothing found" in a report never means "genuine". All texts are UTF-8. Every function may be called from any
 * thread; one bonafide_options may serve one check at a time (bonafide_options_stop excepted: call it from anywhere).
 * No function throws, exits or reaches the network. */
#ifndef BONAFIDE_BONAFIDE_H
#define BONAFIDE_BONAFIDE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BONAFIDE_API __attribute__((visibility("default")))
#else
#define BONAFIDE_API
#endif

/** Raised when a program built against an older header would no longer work. Also the library's SONAME. */
#define BONAFIDE_ABI 0

/** How a call ended. More codes may come: treat unknown ones as failures. */
typedef enum bonafide_code {
  BONAFIDE_OK = 0,
  BONAFIDE_INVALID_ARGUMENT = 1, /**< the caller asked for something that makes no sense */
  BONAFIDE_NOT_FOUND = 2,        /**< a file is missing */
  BONAFIDE_IO = 3,               /**< the system refused to read or write */
  BONAFIDE_CORRUPT = 4,          /**< the bytes break their own format */
  BONAFIDE_UNSUPPORTED = 5,      /**< a format or feature we do not read */
  BONAFIDE_LIMIT = 6,            /**< a bound on size, depth, count, memory or time was met */
  BONAFIDE_CANCELLED = 7,        /**< bonafide_options_stop, or the progress function said so */
  BONAFIDE_DENIED = 8,           /**< policy, consent or permission refused */
  BONAFIDE_UNAVAILABLE = 9,      /**< a model, list or program is missing here */
  BONAFIDE_INTERNAL = 10         /**< our own mistake: please report it */
} bonafide_code;

/** "0.1.0". */
BONAFIDE_API const char* bonafide_version(void);
/** BONAFIDE_ABI of the library, to compare with the header's. */
BONAFIDE_API int bonafide_abi(void);
/** "corrupt", …; "unknown" for a number that is no code. */
BONAFIDE_API const char* bonafide_code_name(bonafide_code code);

/** Settings of a check. NULL in their place stands for the defaults. */
typedef struct bonafide_options bonafide_options;

/** NULL only when memory has run out. */
BONAFIDE_API bonafide_options* bonafide_options_new(void);
BONAFIDE_API void bonafide_options_free(bonafide_options* options);

/** Stop after so many seconds and say what was not examined; 0 or less: no bound (the default). */
BONAFIDE_API void bonafide_options_set_budget(bonafide_options* options, double seconds);
/** Bytes for decoded pictures and buffers together; the default is 2 GiB. */
BONAFIDE_API void bonafide_options_set_memory(bonafide_options* options, uint64_t bytes);
/** Run only these tests: an id ("video.blink"), or a prefix that ends in a dot ("image."). May be called again. */
BONAFIDE_API bonafide_code bonafide_options_add_only(bonafide_options* options, const char* test);
/** Leave these tests out. May be called again. */
BONAFIDE_API bonafide_code bonafide_options_add_skip(bonafide_options* options, const char* test);
/** Examine long files whole instead of in samples: 1 or 0 (the default). */
BONAFIDE_API void bonafide_options_set_whole(bonafide_options* options, int whole);
/** Keep small pictures in the report, for showing it: 1 or 0 (the default). */
BONAFIDE_API void bonafide_options_set_previews(bonafide_options* options, int previews);

/** Called now and then, from any thread but never twice at a time. `total` is 0 when unknown. Answer 0 to go on,
 * anything else to stop. */
typedef int (*bonafide_progress)(void* user, const char* phase, uint64_t step, uint64_t total);
BONAFIDE_API void bonafide_options_set_progress(bonafide_options* options, bonafide_progress function, void* user);
/** Ends the check that runs with these options, or the next one if none runs yet; call it from any thread. The check
 * answers BONAFIDE_CANCELLED, and the options can then be used again. */
BONAFIDE_API void bonafide_options_stop(bonafide_options* options);

/** Checks one file. On BONAFIDE_OK `*json` is the report; otherwise it is NULL and `*message` says why in one
 * sentence. Free both with bonafide_free. `message` may be NULL. */
BONAFIDE_API bonafide_code bonafide_check_file(const char* path, const bonafide_options* options, char** json,
                                               char** message);

/** Turns a report's JSON into one self-contained HTML page, or into plain text `columns` wide. */
BONAFIDE_API bonafide_code bonafide_report_to_html(const char* json, char** html, char** message);
BONAFIDE_API bonafide_code bonafide_report_to_text(const char* json, int columns, char** text, char** message);

/** Gives back what a call allocated; NULL is fine. */
BONAFIDE_API void bonafide_free(char* text);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* BONAFIDE_BONAFIDE_H */
