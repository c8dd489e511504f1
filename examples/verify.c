/* Is the Content Credential of a file intact, and is its signer trusted?
 *   verify FILE [ROOTS.pem [TSA_ROOTS.pem]]
 * Exit: 0 trusted, 13 intact but the signer is on no list, 10 broken, 12 none, 11 cannot tell, 3 not read. */
#include <bonafide/bonafide.h>
#include <stdio.h>

static int show_progress(void* user, const char* phase, uint64_t step, uint64_t total) {
  (void)user;
  if (total > 0) fprintf(stderr, "\r%s %3d %%", phase, (int)(100.0 * (double)step / (double)total));
  return 0; /* anything else stops */
}

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    fprintf(stderr, "usage: verify FILE [ROOTS.pem [TSA_ROOTS.pem]]\n");
    return 2;
  }
  bonafide_credential_options* options = bonafide_credential_options_new();
  if (options == NULL) return 1;
  if (argc > 2) bonafide_credential_options_add_trust_file(options, argv[2]);
  if (argc > 3) bonafide_credential_options_add_tsa_trust_file(options, argv[3]);
  bonafide_credential_options_set_progress(options, show_progress, NULL);

  char* json = NULL;
  char* message = NULL;
  int state = BONAFIDE_STATE_NOT_READ;
  const bonafide_code code = bonafide_verify_file(argv[1], options, &json, &state, &message);
  int result = 3;
  if (code == BONAFIDE_OK) {
    puts(json); /* schema bonafide.verify/1 */
    fprintf(stderr, "\n%s: %s\n", argv[1], bonafide_state_name(state));
    switch (state) {
      case BONAFIDE_STATE_TRUSTED: result = 0; break;
      case BONAFIDE_STATE_INTACT: result = 13; break;
      case BONAFIDE_STATE_BROKEN: result = 10; break;
      case BONAFIDE_STATE_NONE: result = 12; break; /* as most files: says nothing about this one */
      default: result = 11;
    }
  } else {
    fprintf(stderr, "%s\n", message);
  }
  bonafide_free(json);
  bonafide_free(message);
  bonafide_credential_options_free(options);
  return result;
}
