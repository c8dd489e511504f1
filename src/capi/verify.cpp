// The C interface: verifying Content Credentials. Translates between bonafide.h and app::verify.
#include "base/time.h"
#include "capi/credential_settings.h"

std::int64_t bonafide_credential_options::now() const { return at.value_or(bonafide::unix_now()); }

namespace {

using bonafide::Code;
using bonafide::make_error;
using bonafide::Result;
using bonafide::capi::set;
using bonafide::capi::set_text;

int number_of(bonafide::provenance::State state) {
  using bonafide::provenance::State;
  switch (state) {
    case State::not_examined: return BONAFIDE_STATE_NOT_READ;
    case State::none: return BONAFIDE_STATE_NONE;
    case State::intact: return BONAFIDE_STATE_INTACT;
    case State::trusted: return BONAFIDE_STATE_TRUSTED;
    case State::broken: return BONAFIDE_STATE_BROKEN;
    case State::found:
    case State::altered: break;  // of marks alone
  }
  return BONAFIDE_STATE_NOT_READ;
}

/// `content`: the bytes, when they are in memory.
bonafide_code verify(const char* name, std::optional<bonafide::ByteView> content,
                     const bonafide_credential_options* given, char** json, int* state, char** message) {
  if (state != nullptr) *state = BONAFIDE_STATE_NOT_READ;
  int found = BONAFIDE_STATE_NOT_READ;
  const bonafide_code code = bonafide::capi::answer(json, message, [&]() -> Result<std::string> {
    static const bonafide_credential_options defaults{};
    const bonafide_credential_options& options = given != nullptr ? *given : defaults;
    bonafide::app::VerifyRequest request;
    if (name != nullptr) request.path = name;
    if (content && content->data() == nullptr) return make_error(Code::invalid_argument, "no bytes were given");
    if (request.path.empty() && !content) return make_error(Code::invalid_argument, "no file name was given");
    request.content = content;
    request.at = options.now();
    request.sidecar = options.sidecar;
    request.strict = options.strict;
    const bonafide::capi::Job job(options);
    const bonafide::app::Trust trust = TRY(bonafide::app::load_trust(options.trust, request.at));
    const auto verification = TRY(bonafide::app::verify(request, trust, job.context()));
    found = number_of(verification.credential.source.state);
    return bonafide::dump_json(bonafide::report::verification_json(verification));
  });
  if (code == BONAFIDE_OK && state != nullptr) *state = found;
  return code;
}

bonafide_code add(std::vector<std::string>* list, const char* text) {
  if (text == nullptr || *text == '\0') return BONAFIDE_INVALID_ARGUMENT;
  return set(list, [&] { list->emplace_back(text); });
}

}  // namespace

const char* bonafide_state_name(int state) {
  switch (state) {
    case BONAFIDE_STATE_NOT_READ: return "not_read";
    case BONAFIDE_STATE_NONE: return "none";
    case BONAFIDE_STATE_INTACT: return "intact";
    case BONAFIDE_STATE_TRUSTED: return "trusted";
    case BONAFIDE_STATE_BROKEN: return "broken";
  }
  return "unknown";
}

bonafide_credential_options* bonafide_credential_options_new(void) {
  return new (std::nothrow) bonafide_credential_options;
}
void bonafide_credential_options_free(bonafide_credential_options* options) { delete options; }

bonafide_code bonafide_credential_options_add_trust_file(bonafide_credential_options* options, const char* path) {
  return options != nullptr ? add(&options->trust.signers, path) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_credential_options_add_trust(bonafide_credential_options* options, const char* text) {
  return options != nullptr ? add(&options->trust.signer_texts, text) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_credential_options_add_tsa_trust_file(bonafide_credential_options* options, const char* path) {
  return options != nullptr ? add(&options->trust.tsa, path) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_credential_options_add_tsa_trust(bonafide_credential_options* options, const char* text) {
  return options != nullptr ? add(&options->trust.tsa_texts, text) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_credential_options_set_trust_folder(bonafide_credential_options* options, const char* path) {
  return options != nullptr ? set_text(&options->trust.folder, path) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_credential_options_set_sidecar(bonafide_credential_options* options, const char* path) {
  return options != nullptr ? set_text(&options->sidecar, path) : BONAFIDE_INVALID_ARGUMENT;
}
void bonafide_credential_options_set_at(bonafide_credential_options* options, int64_t seconds) {
  if (options != nullptr) options->at = seconds;
}
void bonafide_credential_options_set_strict(bonafide_credential_options* options, int strict) {
  if (options != nullptr) options->strict = strict != 0;
}
void bonafide_credential_options_set_progress(bonafide_credential_options* options, bonafide_progress function,
                                              void* user) {
  if (options == nullptr) return;
  options->progress = function;
  options->user = user;
}
void bonafide_credential_options_stop(bonafide_credential_options* options) {
  if (options != nullptr) options->request_stop();
}

bonafide_code bonafide_verify_file(const char* path, const bonafide_credential_options* options, char** json,
                                   int* state, char** message) {
  return verify(path, {}, options, json, state, message);
}
bonafide_code bonafide_verify_memory(const void* bytes, size_t size, const char* name,
                                     const bonafide_credential_options* options, char** json, int* state,
                                     char** message) {
  return verify(name, bonafide::capi::view_of(bytes, size), options, json, state, message);
}
