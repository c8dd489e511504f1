/* A stranger's program: built against the installed bonafide.h, as strict C11. */
#include <bonafide/bonafide.h>
#include <stdio.h>
#include <string.h>

static int calls;
static int count(void* user, const char* phase, uint64_t step, uint64_t total) {
  (void)user, (void)phase, (void)step, (void)total;
  ++calls;
  return 0;
}

int main(int argc, char** argv) {
  char* json = NULL;
  char* message = NULL;
  bonafide_code code;
  bonafide_options* options = bonafide_options_new();
  if (argc != 2 || options == NULL || bonafide_abi() != BONAFIDE_ABI) return 2;
  bonafide_options_set_budget(options, 60);
  bonafide_options_set_progress(options, count, NULL);
  code = bonafide_check_file(argv[1], options, &json, &message);
  if (code != BONAFIDE_OK) {
    fprintf(stderr, "%s: %s\n", bonafide_code_name(code), message);
    return 1;
  }
  printf("bonafide %s, %zu bytes of report, %d progress calls\n", bonafide_version(), strlen(json), calls);
  code = strstr(json, "\"bonafide.report/1\"") != NULL && calls > 0 ? BONAFIDE_OK : BONAFIDE_INTERNAL;
  bonafide_free(json);
  bonafide_free(message);
  bonafide_options_free(options);
  return code == BONAFIDE_OK ? 0 : 1;
}
