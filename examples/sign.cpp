// Puts a Content Credential on a file, with a signature that the program makes itself: here by OpenSSL with a key on
// P-256, elsewhere by a token, a key service or a camera's firmware. The library never sees the key.
//   sign_cpp INPUT OUTPUT KEY.pem CERTIFICATES.pem
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <bonafide/bonafide.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace {

class Token {
 public:
  explicit Token(const char* path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "r"), &std::fclose);
    if (file) key_.reset(PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    if (!key_) throw std::runtime_error("the key cannot be read");
  }
  /// ECDSA with SHA-256 over the whole message. OpenSSL answers DER, which the library takes as well as r || s.
  std::vector<std::uint8_t> sign(const std::uint8_t* message, std::size_t size) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::vector<std::uint8_t> signature(256);
    std::size_t length = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &length, message, size) != 1) {
      throw std::runtime_error("the token does not sign");  // the call that signs then fails
    }
    signature.resize(length);
    return signature;
  }

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_{nullptr, &EVP_PKEY_free};
};

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: sign_cpp INPUT OUTPUT KEY.pem CERTIFICATES.pem\n";
    return 2;
  }
  try {
    const Token token(argv[3]);
    bonafide::signing signing;
    signing.on_sign("es256", text_of(argv[4]),
                    [&token](const std::uint8_t* message, std::size_t size) { return token.sign(message, size); });
    signing.ai(BONAFIDE_AI_NONE).title("Signed by a token");
    std::cout << bonafide::sign_file(argv[1], argv[2], signing) << '\n';
    const bonafide::verification answer = bonafide::verify_file(argv[2]);
    std::cerr << argv[2] << ": " << bonafide_state_name(answer.state) << '\n';
    return answer.state == BONAFIDE_STATE_INTACT ? 0 : 1;  // no list was given: nobody is trusted
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
