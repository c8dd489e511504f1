#include <utility>

#include "base/process.h"
#include "crypto/signature_forms.h"
#include "crypto/signer.h"
#include "crypto/signing_chain.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostInfo = std::size_t{256} << 10;  // 16 certificates of 4 KiB are far below
constexpr std::size_t kMostSignature = std::size_t{4} << 10;
constexpr std::string_view kFirst = "algorithm: ";

Result<Bytes> ask(std::vector<std::string> command, const std::vector<std::string>& words, ByteView input,
                  std::size_t most, int seconds) {
  command.insert(command.end(), words.begin(), words.end());
  ProgramAnswer answer = TRY(run_program({.command = command, .input = input, .most = most, .seconds = seconds}));
  if (answer.exit_code == 0) return std::move(answer.output);
  return make_error(Code::unavailable, "the signing program " + command.front() + " failed (" + words.front() +
                                           ", exit code " + std::to_string(answer.exit_code) + ")" +
                                           (answer.said.empty() ? "" : ": " + answer.said));
}

class CommandSigner : public Signer {
 public:
  CommandSigner(std::vector<std::string> command, int seconds, SigningChain chain)
      : command_(std::move(command)), seconds_(seconds), chain_(std::move(chain)) {}

  SignatureAlgorithm algorithm() const override { return chain_.algorithm; }
  const std::vector<Bytes>& chain() const override { return chain_.der; }
  Result<Bytes> sign(ByteView message) const override {
    Bytes signature =
        TRY(ask(command_, {"sign", std::string(to_string(chain_.algorithm))}, message, kMostSignature, seconds_));
    const std::size_t wanted = signature_size(chain_.algorithm, chain_.leaf);
    if (signature.size() != wanted) {
      return make_error(Code::corrupt, "the signing program answered " + std::to_string(signature.size()) +
                                           " bytes, and the signature has " + std::to_string(wanted));
    }
    return signature;
  }

 private:
  std::vector<std::string> command_;
  int seconds_;
  SigningChain chain_;
};

}  // namespace

Result<std::unique_ptr<Signer>> command_signer(const std::vector<std::string>& command, int seconds) {
  if (command.empty()) return make_error(Code::invalid_argument, "there is no signing program");
  const Bytes info = TRY(ask(command, {"info"}, {}, kMostInfo, seconds));
  const std::string_view text = as_text(info);
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kFirst) || end == std::string_view::npos) {
    return make_error(Code::corrupt, "the signing program's first line is not \"algorithm: NAME\"");
  }
  std::string_view name = text.substr(kFirst.size(), end - kFirst.size());
  if (name.ends_with('\r')) name.remove_suffix(1);
  const SignatureAlgorithm algorithm = TRY(signature_algorithm(name));
  SigningChain chain = TRY(signing_chain(text.substr(end + 1), algorithm));
  return std::unique_ptr<Signer>(std::make_unique<CommandSigner>(command, seconds, std::move(chain)));
}

}  // namespace bonafide::crypto
