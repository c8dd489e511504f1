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

/* Signs a file with the keys of a folder and believes what it signed. */
static int sign_and_verify(const char* input, const char* output, const char* keys) {
  char path[3][1024];
  char* json = NULL;
  char* message = NULL;
  int state = BONAFIDE_STATE_NOT_READ;
  bonafide_signing* signing = bonafide_signing_new();
  bonafide_credential_options* options = bonafide_credential_options_new();
  if (signing == NULL || options == NULL) return 1;
  snprintf(path[0], sizeof path[0], "%s/signer.key", keys);
  snprintf(path[1], sizeof path[1], "%s/signer.pem", keys);
  snprintf(path[2], sizeof path[2], "%s/root.pem", keys);
  bonafide_signing_set_key_file(signing, path[0]);
  bonafide_signing_set_certificates_file(signing, path[1]);
  bonafide_signing_set_ai(signing, BONAFIDE_AI_GENERATED);
  bonafide_signing_set_overwrite(signing, 1);
  bonafide_credential_options_add_trust_file(options, path[2]);
  if (bonafide_sign_file(input, output, signing, &json, &message) == BONAFIDE_OK) {
    bonafide_free(json);
    (void)bonafide_verify_file(output, options, &json, &state, &message);
  }
  if (message != NULL) fprintf(stderr, "%s\n", message);
  printf("%s: %s\n", output, bonafide_state_name(state));
  bonafide_free(json);
  bonafide_free(message);
  bonafide_signing_free(signing);
  bonafide_credential_options_free(options);
  return state == BONAFIDE_STATE_TRUSTED ? 0 : 1;
}

int main(int argc, char** argv) {
  char* json = NULL;
  char* message = NULL;
  bonafide_code code;
  bonafide_options* options = bonafide_options_new();
  if (argc != 4 || options == NULL || bonafide_abi() != BONAFIDE_ABI) return 2;
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
  if (code != BONAFIDE_OK) return 1;
  return sign_and_verify(argv[1], argv[2], argv[3]);
}
