#include "crypto/signer.h"

#ifdef BONAFIDE_STATIC

namespace bonafide::crypto {

Result<std::unique_ptr<Signer>> pkcs11_signer(const std::string& /*uri*/, const std::string& /*module*/,
                                              std::string_view /*chain_pem*/,
                                              std::optional<SignatureAlgorithm> /*algorithm*/,
                                              const Passphrase& /*pin*/) {
  return make_error(Code::unavailable, "a program that is linked statically cannot load a token's library");
}

}  // namespace bonafide::crypto

#else

// Engines are OpenSSL 3's old way, and the only one to a token that Debian 12 packages: it has no PKCS#11 provider.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "crypto/handles.h"
#include "crypto/private_key.h"
#include "crypto/signing_chain.h"

namespace bonafide::crypto {
namespace {

using UiMethod = Handle<UI_METHOD, UI_destroy_method>;
using EngineHandle = Handle<ENGINE, ENGINE_free>;

struct Asked {
  const Passphrase* pin = nullptr;
  bool was_asked = false;
  bool answered = false;
};

/// The engine asks through OpenSSL's UI. One answer only: a token locks itself after a few wrong ones.
int give_pin(UI* ui, UI_STRING* question) {
  const auto kind = UI_get_string_type(question);
  if (kind != UIT_PROMPT && kind != UIT_VERIFY) return 1;
  auto* const asked = static_cast<Asked*>(UI_get0_user_data(ui));
  if (asked == nullptr || asked->was_asked) return 0;
  asked->was_asked = true;
  std::string text = *asked->pin ? (*asked->pin)() : std::string();
  asked->answered = !text.empty();
  const bool taken = asked->answered && UI_set_result(ui, question, text.c_str()) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  return taken ? 1 : 0;
}

/// An engine with this module, ready to use. `unavailable` when there is none.
Result<EngineHandle> load_engine(const std::string& module) {
  OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, nullptr);
  EngineHandle engine(ENGINE_by_id("pkcs11"));
  if (!engine) {
    return make_error(Code::unavailable,
                      "OpenSSL's engine for PKCS#11 is not installed (Debian: libengine-pkcs11-openssl)");
  }
  ENGINE_ctrl_cmd_string(engine.get(), "QUIET", nullptr, 0);  // or it prints the URI, in which a PIN may stand
  const bool chosen = module.empty() || ENGINE_ctrl_cmd_string(engine.get(), "MODULE_PATH", module.c_str(), 0) == 1;
  if (!chosen || ENGINE_init(engine.get()) != 1) {
    return make_error(Code::unavailable, "OpenSSL's engine for PKCS#11 does not start with this module");
  }
  return engine;
}

/// The engine keeps one module for the whole program, and finishes it for everybody when it goes: so it stays.
struct Shared {
  std::mutex guard;
  ENGINE* engine = nullptr;
  std::string module;
  std::set<std::string> opened;  ///< URIs
  bool knows_pin = false;        ///< the engine remembers the last one and would try it on any token
};

Shared& shared() {
  static auto& only = *new Shared();
  return only;
}

Result<void> start(Shared& state, const std::string& module) {
  if (state.engine == nullptr) {
    state.engine = TRY(load_engine(module)).release();
    state.module = module;
  }
  if (module == state.module) return {};
  return make_error(Code::unavailable, "another token's module is in use already, and there can be only one at a time");
}

/// Before another token is opened: its own PIN takes the place of the one that the engine remembers.
Result<void> replace_pin(Shared& state, const std::string& uri, const Passphrase& pin) {
  if (!state.knows_pin || state.opened.contains(uri) || uri.find("pin-") != std::string::npos) return {};
  std::string text = pin ? pin() : std::string();
  if (text.empty()) return make_error(Code::denied, "the token wants a PIN, and none was given");
  ENGINE_ctrl_cmd_string(state.engine, "PIN", text.c_str(), 0);
  OPENSSL_cleanse(text.data(), text.size());
  return {};
}

/// PKCS#11 section 6: the codes that tell of a PIN. The engine hands them on as reasons.
bool tells_of_pin() {
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    constexpr int kPinIncorrect = 0xA0;
    constexpr int kPinLocked = 0xA4;
    const int reason = ERR_GET_REASON(code);
    if (reason >= kPinIncorrect && reason <= kPinLocked) return true;
  }
  return false;
}

Result<KeyHandle> load_key(const std::string& uri, const std::string& module, const Passphrase& pin) {
  const ErrorQueue queue;
  Shared& state = shared();
  const std::scoped_lock lock(state.guard);
  TRY(start(state, module));
  TRY(replace_pin(state, uri, pin));
  const UiMethod ui(UI_create_method("bonafide"));
  if (!ui || UI_method_set_reader(ui.get(), give_pin) != 0)
    return make_error(Code::internal, "no way to ask for a PIN");
  Asked asked{.pin = &pin};
  ERR_clear_error();
  KeyHandle key(ENGINE_load_private_key(state.engine, uri.c_str(), ui.get(), &asked));
  state.knows_pin = state.knows_pin || asked.answered || uri.find("pin-") != std::string::npos;
  if (key) {
    state.opened.insert(uri);
    return key;
  }
  if (asked.was_asked && !asked.answered) {
    return make_error(Code::denied, "the token wants a PIN, and none was given");
  }
  if (tells_of_pin()) return make_error(Code::denied, "the token refuses the PIN");
  return make_error(Code::unavailable, "the token or the key in it is not there, or its module cannot be used");
}

class TokenSigner : public Signer {
 public:
  TokenSigner(KeyHandle key, SigningChain chain) : key_(std::move(key)), chain_(std::move(chain)) {}

  SignatureAlgorithm algorithm() const override { return chain_.algorithm; }
  const std::vector<Bytes>& chain() const override { return chain_.der; }
  Result<Bytes> sign(ByteView message) const override { return sign_with(*key_, chain_.algorithm, message); }

 private:
  KeyHandle key_;
  SigningChain chain_;
};

}  // namespace

Result<std::unique_ptr<Signer>> pkcs11_signer(const std::string& uri, const std::string& module,
                                              std::string_view chain_pem, std::optional<SignatureAlgorithm> algorithm,
                                              const Passphrase& pin) {
  if (!uri.starts_with("pkcs11:")) {
    return make_error(Code::invalid_argument, "a token's key is named by a URI that begins with pkcs11:");
  }
  SigningChain chain = TRY(signing_chain(chain_pem, algorithm));
  if (chain.algorithm == SignatureAlgorithm::ed25519) {
    return make_error(Code::unsupported, "OpenSSL's engine for PKCS#11 has no Ed25519, RSA and ECDSA keys can sign");
  }
  KeyHandle key = TRY(load_key(uri, module, pin));
  if (!belongs(*key, chain.leaf)) {
    return make_error(Code::invalid_argument,
                      "the key in the token does not belong to the certificate of " + chain.leaf.subject.full);
  }
  return std::unique_ptr<Signer>(std::make_unique<TokenSigner>(std::move(key), std::move(chain)));
}

}  // namespace bonafide::crypto

#endif
