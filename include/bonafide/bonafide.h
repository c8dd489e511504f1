/* bonafide: can I trust this picture, video or sound, and why? The C interface of libbonafide: checking files, and
 * verifying and signing Content Credentials (C2PA).
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
 * "Nothing found" in a report never means "genuine". All texts are UTF-8 and end in NUL; sizes are bytes. Texts that
 * are handed in are copied, except bytes to be verified or signed, which are only read during the call. What a call
 * hands out through `char**` is the caller's: give it back with bonafide_free. On failure it is NULL, and `*message`
 * says why in one sentence; `message` may be NULL everywhere.
 *
 * Every function may be called from any thread; one set of settings (bonafide_options, bonafide_credential_options,
 * bonafide_signing) may serve one call at a time, and is not changed meanwhile (…_stop excepted: call it from
 * anywhere). Functions that a caller hands in are called on the thread of the call that needs them, progress functions
 * on any. No function throws, exits or reaches the network. */
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

/* Content Credentials (C2PA): verifying. */

/** What became of a credential. Whether anything was changed and whether the signer is known are two questions: only
 * BONAFIDE_STATE_BROKEN speaks of a change, and BONAFIDE_STATE_INTACT of a signer that no list vouches for. */
typedef enum bonafide_state {
  BONAFIDE_STATE_NOT_READ = 0, /**< this version cannot tell: says nothing about the file */
  BONAFIDE_STATE_NONE = 1,     /**< no credential, as in most files: says nothing about the file */
  BONAFIDE_STATE_INTACT = 2,   /**< every hash and signature holds; the signer is on no list that was given */
  BONAFIDE_STATE_TRUSTED = 3,  /**< intact, and the signer is trusted */
  BONAFIDE_STATE_BROKEN = 4    /**< a hash or signature does not hold */
} bonafide_state;
/** "not_read", "none", "intact", "trusted", "broken"; "unknown" for a number that is no state. */
BONAFIDE_API const char* bonafide_state_name(int state);

/** Whom to believe and how to judge. NULL in their place stands for the defaults: nobody is believed, the clock is the
 * system's. */
typedef struct bonafide_credential_options bonafide_credential_options;

/** NULL only when memory has run out. */
BONAFIDE_API bonafide_credential_options* bonafide_credential_options_new(void);
BONAFIDE_API void bonafide_credential_options_free(bonafide_credential_options* options);

/** Roots that vouch for signers: PEM certificates, or a trust-list snapshot in C2PA's JSON form. Files are read by each
 * call that verifies. May be called again. */
BONAFIDE_API bonafide_code bonafide_credential_options_add_trust_file(bonafide_credential_options* options,
                                                                      const char* path);
BONAFIDE_API bonafide_code bonafide_credential_options_add_trust(bonafide_credential_options* options,
                                                                 const char* text);
/** The same for time-stamp authorities, which no signer's root vouches for. */
BONAFIDE_API bonafide_code bonafide_credential_options_add_tsa_trust_file(bonafide_credential_options* options,
                                                                          const char* path);
BONAFIDE_API bonafide_code bonafide_credential_options_add_tsa_trust(bonafide_credential_options* options,
                                                                     const char* text);
/** A folder kept by `bonafide trust`, whose lists are read besides. The library looks into none by itself. */
BONAFIDE_API bonafide_code bonafide_credential_options_set_trust_folder(bonafide_credential_options* options,
                                                                        const char* path);
/** The credential is in this .c2pa file beside the work. */
BONAFIDE_API bonafide_code bonafide_credential_options_set_sidecar(bonafide_credential_options* options,
                                                                   const char* path);
/** Judge as of this time, in seconds since 1970 (UTC), instead of now. */
BONAFIDE_API void bonafide_credential_options_set_at(bonafide_credential_options* options, int64_t seconds);
/** What only a strict reader objects to (non-zero padding, bytes nobody signed) counts as broken: 1 or 0 (the
 * default). */
BONAFIDE_API void bonafide_credential_options_set_strict(bonafide_credential_options* options, int strict);
BONAFIDE_API void bonafide_credential_options_set_progress(bonafide_credential_options* options,
                                                           bonafide_progress function, void* user);
/** As bonafide_options_stop. */
BONAFIDE_API void bonafide_credential_options_stop(bonafide_credential_options* options);

/** Verifies the credential of one file; nothing is decoded. On BONAFIDE_OK `*json` is the answer (schema
 * bonafide.verify/1) and `*state` one of bonafide_state, whatever it is: a broken credential is an answer, not a
 * failure. On failure `*state` is BONAFIDE_STATE_NOT_READ. `state` may be NULL. */
BONAFIDE_API bonafide_code bonafide_verify_file(const char* path, const bonafide_credential_options* options,
                                                char** json, int* state, char** message);
/** The same for a file that is in memory; `name` is for messages and may be NULL. */
BONAFIDE_API bonafide_code bonafide_verify_memory(const void* bytes, size_t size, const char* name,
                                                  const bonafide_credential_options* options, char** json, int* state,
                                                  char** message);

/* Content Credentials: signing. */

/** Who signs, and what is claimed. */
typedef struct bonafide_signing bonafide_signing;

/** NULL only when memory has run out. */
BONAFIDE_API bonafide_signing* bonafide_signing_new(void);
BONAFIDE_API void bonafide_signing_free(bonafide_signing* signing);

/** The private key, PEM (PKCS#8, PKCS#1 or SEC1; encrypted or not), and the certificates that speak for it, PEM, leaf
 * first, without the root. Files are read by each call that signs. A text and a file exclude each other: the later one
 * counts. */
BONAFIDE_API bonafide_code bonafide_signing_set_key_file(bonafide_signing* signing, const char* path);
BONAFIDE_API bonafide_code bonafide_signing_set_key(bonafide_signing* signing, const char* pem);
BONAFIDE_API bonafide_code bonafide_signing_set_certificates_file(bonafide_signing* signing, const char* path);
BONAFIDE_API bonafide_code bonafide_signing_set_certificates(bonafide_signing* signing, const char* pem);
/** "es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519". By default the key decides; RSA: ps256. */
BONAFIDE_API bonafide_code bonafide_signing_set_algorithm(bonafide_signing* signing, const char* name);

/** The passphrase of encrypted keys: the text, or a function that is asked only when one is needed. The function writes
 * at most `capacity` bytes, NUL among them, and answers 0; anything else: it knows none. */
typedef int (*bonafide_passphrase)(void* user, char* text, size_t capacity);
BONAFIDE_API bonafide_code bonafide_signing_set_passphrase(bonafide_signing* signing, const char* text);
BONAFIDE_API void bonafide_signing_set_passphrase_function(bonafide_signing* signing, bonafide_passphrase function,
                                                           void* user);

/** Signs in the caller's place: a token, a key service, a camera's firmware. It is handed the message itself, not its
 * digest, and a buffer of `*answer_size` bytes (4096), into which it writes the signature, setting `*answer_size`.
 * ECDSA: r || s of fixed length, or DER. RSA: PSS with MGF1, the digest of the algorithm and a salt as long as it. 0:
 * signed; anything else: the call that signs ends with BONAFIDE_UNAVAILABLE. What it answers is checked with the leaf
 * certificate. */
typedef int (*bonafide_sign_bytes)(void* user, const uint8_t* bytes, size_t size, uint8_t* answer, size_t* answer_size);
/** In place of a key: algorithm (NULL: as the leaf's key suggests), certificates (PEM, leaf first), function. */
BONAFIDE_API bonafide_code bonafide_signing_set_signer(bonafide_signing* signing, const char* algorithm,
                                                       const char* certificates, bonafide_sign_bytes function,
                                                       void* user);

/** Time stamps by an authority of one's own: its key and certificates, PEM. */
BONAFIDE_API bonafide_code bonafide_signing_set_tsa_files(bonafide_signing* signing, const char* key,
                                                          const char* certificates);
/** Asks a time-stamp authority in the library's place, which has no network: an RFC 3161 request in, and the response
 * (or the bare token) into a buffer of `*answer_size` bytes (65536), setting `*answer_size`. 0: answered; anything
 * else: the call that signs ends with BONAFIDE_UNAVAILABLE, since a stamp that was asked for is never left out. */
typedef int (*bonafide_ask_authority)(void* user, const uint8_t* request, size_t size, uint8_t* answer,
                                      size_t* answer_size);
BONAFIDE_API bonafide_code bonafide_signing_set_tsa_function(bonafide_signing* signing, bonafide_ask_authority function,
                                                             void* user);

/** What is claimed, in the manifest-definition JSON that c2patool takes. Paths in it are relative to `folder` (NULL:
 * the current one), or to the file's own folder. */
BONAFIDE_API bonafide_code bonafide_signing_set_definition(bonafide_signing* signing, const char* json,
                                                           const char* folder);
BONAFIDE_API bonafide_code bonafide_signing_set_definition_file(bonafide_signing* signing, const char* path);
/** The work's title; by default the file's name. */
BONAFIDE_API bonafide_code bonafide_signing_set_title(bonafide_signing* signing, const char* title);

/** What the signer says about artificial intelligence. */
typedef enum bonafide_ai {
  BONAFIDE_AI_UNSAID = 0,    /**< nothing (the default) */
  BONAFIDE_AI_NONE = 1,      /**< made without: captured by a device (digitalCapture) */
  BONAFIDE_AI_GENERATED = 2, /**< made by a model */
  BONAFIDE_AI_MODIFIED = 3   /**< changed with one */
} bonafide_ai;
BONAFIDE_API bonafide_code bonafide_signing_set_ai(bonafide_signing* signing, bonafide_ai ai);
/** How the work came about, more precisely than that: an IPTC digital source type ("humanEdits") or its URL. */
BONAFIDE_API bonafide_code bonafide_signing_set_source_type(bonafide_signing* signing, const char* type);

/** The file that this work was made from. By default that is the input itself when it carries a credential or when
 * nobody says that the work begins here; its history stays in the new credential. */
BONAFIDE_API bonafide_code bonafide_signing_set_parent(bonafide_signing* signing, const char* path);
/** Leave behind the credential that the input carries: 1 or 0 (the default). */
BONAFIDE_API void bonafide_signing_set_forget_parent(bonafide_signing* signing, int forget);
/** A file that went into the work. May be called again. */
BONAFIDE_API bonafide_code bonafide_signing_add_ingredient(bonafide_signing* signing, const char* path);
/** Parent and ingredients are judged by these lists and clock, which are copied; nobody is believed by default. */
BONAFIDE_API bonafide_code bonafide_signing_set_trust(bonafide_signing* signing,
                                                      const bonafide_credential_options* options);

/** Put the credential into this .c2pa file instead of into the work. */
BONAFIDE_API bonafide_code bonafide_signing_set_sidecar(bonafide_signing* signing, const char* path);
/** Replace what is there: 1 or 0 (the default). */
BONAFIDE_API void bonafide_signing_set_overwrite(bonafide_signing* signing, int overwrite);
/** Bytes kept free behind the credential, so that a later one can take its place without moving the rest. */
BONAFIDE_API void bonafide_signing_set_reserve(bonafide_signing* signing, uint64_t bytes);
BONAFIDE_API void bonafide_signing_set_progress(bonafide_signing* signing, bonafide_progress function, void* user);
/** As bonafide_options_stop. */
BONAFIDE_API void bonafide_signing_stop(bonafide_signing* signing);

/** Signs `input` into `output`. The output appears whole or not at all, and may be the input when overwriting is
 * allowed. NULL for `output` goes with a sidecar: the work itself is not written then. On BONAFIDE_OK `*json` tells
 * what was done (schema bonafide.sign/1). Works on files of any size in constant memory. */
BONAFIDE_API bonafide_code bonafide_sign_file(const char* input, const char* output, const bonafide_signing* signing,
                                              char** json, char** message);
/** The same in memory: `*answer` is the signed file of `*answer_size` bytes, to be given back with
 * bonafide_free_bytes. `name` is for messages and the default title, and may be NULL. Takes no sidecar. */
BONAFIDE_API bonafide_code bonafide_sign_memory(const void* bytes, size_t size, const char* name,
                                                const bonafide_signing* signing, uint8_t** answer, size_t* answer_size,
                                                char** json, char** message);

/** Signs an ISO base media file (MP4, MOV, M4A, HEIC, AVIF) while it is written: every byte is hashed as it passes, and
 * none is read again. The file comes front to back, as a muxer writes it that cannot seek (FFmpeg: movflags
 * frag_keyframe+empty_moov+default_base_moof). Room for the credential is kept behind ftyp, every offset is set anew,
 * and the credential is filled in at the end. The hash is the flat one, without a Merkle tree. */
typedef struct bonafide_writer bonafide_writer;

/** Takes `size` bytes of the signed file, to stand at `offset`. Offsets follow one another without a gap, except those
 * of the last call: it goes back to the room that was kept. 0: written; anything else: the call ends with
 * BONAFIDE_IO. */
typedef int (*bonafide_write)(void* user, uint64_t offset, const uint8_t* bytes, size_t size);

/** The settings are copied; the functions in them, `function` and `user` must last as long as the writer. Definition,
 * keys and time-stamp authority are read now, so that what is wrong with them shows early. Of the settings for output
 * only the reserve is looked at. Give it back with bonafide_writer_free. It serves one call at a time. */
BONAFIDE_API bonafide_code bonafide_writer_open(const bonafide_signing* signing, bonafide_write function, void* user,
                                                bonafide_writer** writer, char** message);
/** The next bytes, in pieces of any size. After a failure the writer is of no use. */
BONAFIDE_API bonafide_code bonafide_writer_write(bonafide_writer* writer, const void* bytes, size_t size,
                                                 char** message);
/** Ends the file and signs it. Without this call the file carries no credential. BONAFIDE_CORRUPT: it ends in the
 * middle of a box. */
BONAFIDE_API bonafide_code bonafide_writer_finish(bonafide_writer* writer, char** json, char** message);
BONAFIDE_API void bonafide_writer_free(bonafide_writer* writer);

/** Gives back what a call allocated; NULL is fine. */
BONAFIDE_API void bonafide_free(char* text);
/** The same for bytes. */
BONAFIDE_API void bonafide_free_bytes(uint8_t* bytes);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* BONAFIDE_BONAFIDE_H */
