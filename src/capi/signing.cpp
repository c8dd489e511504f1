// The C interface: who signs and what is claimed. Translates the settings into an app::SignRequest.
#include <array>
#include <filesystem>

#include "base/files.h"
#include "base/time.h"
#include "capi/credential_settings.h"

namespace bonafide::capi {

namespace {

constexpr std::size_t kMostSignature = 4096;  // as bonafide.h says
constexpr std::size_t kMostAnswer = 65'536;   // the same
constexpr std::uint64_t kMostDefinition = std::uint64_t{16} << 20;
constexpr std::size_t kMostPassphrase = 1024;

/// Asks a function that writes into a buffer: signatures, answers of an authority.
template <typename Function>
Result<Bytes> ask(Function function, void* user, ByteView question, std::size_t most, const char* whose) {
  Bytes answer(most);
  std::size_t size = answer.size();
  const int failed = function(user, question.data(), question.size(), answer.data(), &size);
  if (failed != 0) {
    return make_error(Code::unavailable, std::string(whose) + " failed (it answered " + std::to_string(failed) + ")");
  }
  if (size > most) return make_error(Code::unavailable, std::string(whose) + " answered more than its buffer holds");
  answer.resize(size);
  return answer;
}

Result<void> take_signer(const bonafide_signing& signing, app::KeySource& key) {
  if (signing.sign == nullptr) return {};
  const auto algorithm = TRY(app::algorithm_named(signing.algorithm));
  const auto function = [sign = signing.sign, user = signing.sign_user](ByteView message) {
    return ask(sign, user, message, kMostSignature, "the signing function");
  };
  key.signer =
      std::shared_ptr<const crypto::Signer>(TRY(crypto::function_signer(function, signing.certificates, algorithm)));
  return {};
}

void take_stamper(const bonafide_signing& signing, app::StampSource& stamp) {
  if (signing.ask == nullptr) return;
  stamp.stamper = crypto::function_stamper([ask_it = signing.ask, user = signing.ask_user](ByteView request) {
    return ask(ask_it, user, request, kMostAnswer, "the time-stamp function");
  });
}

/// From a function that writes it into a buffer, which is wiped.
std::string passphrase_from(bonafide_passphrase function, void* user) {
  std::array<char, kMostPassphrase> buffer{};
  const bool known = function(user, buffer.data(), buffer.size()) == 0;
  buffer.back() = '\0';
  std::string text = known ? std::string(buffer.data()) : std::string();
  for (volatile char& place : buffer) place = '\0';
  return text;
}

}  // namespace

Result<app::SignRequest> sign_request(const bonafide_signing& signing) {
  app::SignRequest request = signing.request;
  TRY(take_signer(signing, request.key));
  take_stamper(signing, request.stamp);
  if (!signing.definition_file.empty()) {
    request.definition = TRY(read_file(signing.definition_file, kMostDefinition));
    request.definition_folder = std::filesystem::path(signing.definition_file).parent_path().string();
  }
  if (!request.key.named() && request.definition.empty()) {
    return make_error(Code::invalid_argument, "nothing to sign with: set key and certificates, or a signer");
  }
  request.trust = TRY(app::load_trust(signing.trust, request.at.value_or(unix_now()))).store;
  return request;
}

}  // namespace bonafide::capi

namespace {

using bonafide::capi::set;

/// Sets one text of the settings, which must not be empty; `other` then counts no more.
bonafide_code text(bonafide_signing* signing, std::string bonafide::app::SignRequest::*place, const char* value) {
  return signing != nullptr ? bonafide::capi::set_text(&(signing->request.*place), value) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code key_text(bonafide_signing* signing, std::string bonafide::app::KeySource::*place,
                       std::string bonafide::app::KeySource::*other, const char* value) {
  if (signing == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  const bonafide_code code = bonafide::capi::set_text(&(signing->request.key.*place), value);
  if (code == BONAFIDE_OK) (signing->request.key.*other).clear();
  return code;
}

}  // namespace

bonafide_signing* bonafide_signing_new(void) { return new (std::nothrow) bonafide_signing; }
void bonafide_signing_free(bonafide_signing* signing) { delete signing; }

bonafide_code bonafide_signing_set_key_file(bonafide_signing* signing, const char* path) {
  using Key = bonafide::app::KeySource;
  return key_text(signing, &Key::key, &Key::key_pem, path);
}
bonafide_code bonafide_signing_set_key(bonafide_signing* signing, const char* pem) {
  using Key = bonafide::app::KeySource;
  return key_text(signing, &Key::key_pem, &Key::key, pem);
}
bonafide_code bonafide_signing_set_certificates_file(bonafide_signing* signing, const char* path) {
  using Key = bonafide::app::KeySource;
  return key_text(signing, &Key::certificate, &Key::certificate_pem, path);
}
bonafide_code bonafide_signing_set_certificates(bonafide_signing* signing, const char* pem) {
  using Key = bonafide::app::KeySource;
  return key_text(signing, &Key::certificate_pem, &Key::certificate, pem);
}
bonafide_code bonafide_signing_set_algorithm(bonafide_signing* signing, const char* name) {
  if (signing == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  return bonafide::capi::set_text(&signing->request.key.algorithm, name);
}

bonafide_code bonafide_signing_set_passphrase(bonafide_signing* signing, const char* passphrase) {
  if (passphrase == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] {
    const bonafide::crypto::Passphrase known = [given = std::string(passphrase)] { return given; };
    signing->request.key.passphrase = known;
    signing->request.stamp.passphrase = known;
  });
}
void bonafide_signing_set_passphrase_function(bonafide_signing* signing, bonafide_passphrase function, void* user) {
  (void)set(signing, [&] {
    bonafide::crypto::Passphrase asked;
    if (function != nullptr) asked = [function, user] { return bonafide::capi::passphrase_from(function, user); };
    signing->request.key.passphrase = asked;
    signing->request.stamp.passphrase = asked;
  });
}

bonafide_code bonafide_signing_set_signer(bonafide_signing* signing, const char* algorithm, const char* certificates,
                                          bonafide_sign_bytes function, void* user) {
  if (certificates == nullptr || function == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] {
    std::string name = algorithm != nullptr ? algorithm : "";
    signing->certificates = certificates;
    signing->algorithm = std::move(name);
    signing->sign = function;
    signing->sign_user = user;
  });
}

bonafide_code bonafide_signing_set_tsa_files(bonafide_signing* signing, const char* key, const char* certificates) {
  if (key == nullptr || *key == '\0' || certificates == nullptr || *certificates == '\0')
    return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] {
    signing->request.stamp.key = key;
    signing->request.stamp.certificate = certificates;
  });
}
bonafide_code bonafide_signing_set_tsa_function(bonafide_signing* signing, bonafide_ask_authority function,
                                                void* user) {
  if (signing == nullptr || function == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  signing->ask = function;
  signing->ask_user = user;
  return BONAFIDE_OK;
}

bonafide_code bonafide_signing_set_definition(bonafide_signing* signing, const char* json, const char* folder) {
  if (json == nullptr || *json == '\0') return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] {
    std::string base = folder != nullptr ? folder : ".";
    signing->request.definition = json;
    signing->request.definition_folder = std::move(base);
    signing->definition_file.clear();
  });
}
bonafide_code bonafide_signing_set_definition_file(bonafide_signing* signing, const char* path) {
  return signing != nullptr ? bonafide::capi::set_text(&signing->definition_file, path) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_signing_set_title(bonafide_signing* signing, const char* title) {
  return text(signing, &bonafide::app::SignRequest::title, title);
}
bonafide_code bonafide_signing_set_ai(bonafide_signing* signing, bonafide_ai ai) {
  using bonafide::app::AiUse;
  if (signing == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  switch (ai) {
    case BONAFIDE_AI_UNSAID: signing->request.ai = AiUse::unsaid; return BONAFIDE_OK;
    case BONAFIDE_AI_NONE: signing->request.ai = AiUse::none; return BONAFIDE_OK;
    case BONAFIDE_AI_GENERATED: signing->request.ai = AiUse::generated; return BONAFIDE_OK;
    case BONAFIDE_AI_MODIFIED: signing->request.ai = AiUse::modified; return BONAFIDE_OK;
  }
  return BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_signing_set_source_type(bonafide_signing* signing, const char* type) {
  return text(signing, &bonafide::app::SignRequest::source_type, type);
}
bonafide_code bonafide_signing_set_parent(bonafide_signing* signing, const char* path) {
  return text(signing, &bonafide::app::SignRequest::parent, path);
}
void bonafide_signing_set_forget_parent(bonafide_signing* signing, int forget) {
  if (signing != nullptr) signing->request.forget_parent = forget != 0;
}
bonafide_code bonafide_signing_add_ingredient(bonafide_signing* signing, const char* path) {
  if (path == nullptr || *path == '\0') return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] { signing->request.ingredients.emplace_back(path); });
}
bonafide_code bonafide_signing_set_trust(bonafide_signing* signing, const bonafide_credential_options* options) {
  if (options == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  return set(signing, [&] {
    signing->trust = options->trust;
    signing->request.at = options->at;
  });
}
bonafide_code bonafide_signing_set_sidecar(bonafide_signing* signing, const char* path) {
  return text(signing, &bonafide::app::SignRequest::sidecar, path);
}
void bonafide_signing_set_overwrite(bonafide_signing* signing, int overwrite) {
  if (signing != nullptr) signing->request.overwrite = overwrite != 0;
}
void bonafide_signing_set_reserve(bonafide_signing* signing, uint64_t bytes) {
  if (signing != nullptr) signing->request.reserve = bytes;
}
void bonafide_signing_set_progress(bonafide_signing* signing, bonafide_progress function, void* user) {
  if (signing == nullptr) return;
  signing->progress = function;
  signing->user = user;
}
void bonafide_signing_stop(bonafide_signing* signing) {
  if (signing != nullptr) signing->request_stop();
}
