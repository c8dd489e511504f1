/* Puts a Content Credential on a file.
 *   sign INPUT OUTPUT KEY.pem CERTIFICATES.pem [PASSPHRASE_FILE] */
#include <bonafide/bonafide.h>
#include <stdio.h>
#include <string.h>

/* Asked only when the key is encrypted. */
static int read_passphrase(void* user, char* text, size_t capacity) {
  const char* path = user;
  FILE* file = path != NULL ? fopen(path, "r") : NULL;
  if (file == NULL) return 1;
  const int known = fgets(text, (int)capacity, file) != NULL;
  fclose(file);
  text[strcspn(text, "\r\n")] = '\0';
  return known ? 0 : 1;
}

/* What is claimed, in the form that c2patool takes. Paths in it would be relative to the current folder. */
static const char definition[] =
    "{\"claim_generator_info\": [{\"name\": \"sign.c\", \"version\": \"1\"}],"
    " \"assertions\": [{\"label\": \"org.example.desk\", \"data\": {\"desk\": \"pictures\"}}]}";

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    fprintf(stderr, "usage: sign INPUT OUTPUT KEY.pem CERTIFICATES.pem [PASSPHRASE_FILE]\n");
    return 2;
  }
  bonafide_signing* signing = bonafide_signing_new();
  if (signing == NULL) return 1;
  bonafide_signing_set_key_file(signing, argv[3]);
  bonafide_signing_set_certificates_file(signing, argv[4]);
  bonafide_signing_set_passphrase_function(signing, read_passphrase, argc == 6 ? argv[5] : NULL);
  bonafide_signing_set_definition(signing, definition, NULL);
  bonafide_signing_set_ai(signing, BONAFIDE_AI_NONE);

  char* json = NULL;
  char* message = NULL;
  const bonafide_code code = bonafide_sign_file(argv[1], argv[2], signing, &json, &message);
  if (code == BONAFIDE_OK) {
    puts(json); /* schema bonafide.sign/1 */
  } else {
    fprintf(stderr, "%s\n", message);
  }
  bonafide_free(json);
  bonafide_free(message);
  bonafide_signing_free(signing);
  return code == BONAFIDE_OK ? 0 : 1;
}
