// The same stranger in C++17, through bonafide.hpp.
#include <bonafide/bonafide.hpp>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    bonafide::options options;
    options.budget(60).previews(false);
    const std::string json = bonafide::check_file(argv[1], options);
    std::cout << bonafide::report_to_text(json, 72);
    if (bonafide::report_to_html(json).find("<html") == std::string::npos) return 1;
    const std::string keys = argv[3];
    bonafide::signing signing;
    signing.key_file(keys + "/signer.key").certificates_file(keys + "/signer.pem").ai(BONAFIDE_AI_NONE).overwrite();
    std::cout << bonafide::sign_file(argv[1], argv[2], signing) << '\n';
    bonafide::credential_options lists;
    const bonafide::verification answer = bonafide::verify_file(argv[2], lists.trust_file(keys + "/root.pem"));
    std::cout << argv[2] << ": " << bonafide_state_name(answer.state) << '\n';
    if (answer.state != BONAFIDE_STATE_TRUSTED) return 1;
  } catch (const bonafide::error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  try {
    (void)bonafide::check_file("there is no such file");
    return 1;
  } catch (const bonafide::error& error) {
    return error.code() == BONAFIDE_NOT_FOUND ? 0 : 1;
  }
}
