#include "cli/credential/trust_flags.h"

#include "base/log.h"

namespace bonafide::cli {

void add_trust_flags(CLI::App& verb, TrustFlags& flags) {
  verb.add_option("--trust", flags.signers, "File with roots that vouch for signers: PEM, or a C2PA list as JSON")
      ->allow_extra_args(false);  // or it would swallow the file that follows
  verb.add_option("--tsa-trust", flags.tsa, "The same for time-stamp authorities")->allow_extra_args(false);
  verb.add_flag("--no-trust-store", flags.no_store, "Leave out the lists kept with `bonafide trust`");
}

void add_more_trust_flags(CLI::App& verb, TrustFlags& flags) {
  verb.add_option("--address-book", flags.people, "File with single certificates to trust: PEM or base64 SHA-256")
      ->allow_extra_args(false);
  verb.add_option("--eku", flags.key_uses, "File with the key uses that --trust speaks for, as c2patool's store.cfg");
}

Result<app::Trust> load_trust(const TrustFlags& flags, std::int64_t at) {
  app::TrustRequest request;
  if (!flags.no_store) request.folder = app::trust_folder();
  request.signers = flags.signers;
  request.tsa = flags.tsa;
  request.people = flags.people;
  request.key_uses = flags.key_uses;
  app::Trust trust = TRY(app::load_trust(request, at));
  for (const std::string& warning : trust.warnings) log(LogLevel::warning, warning);
  return trust;
}

std::string words_of(const TrustFlags& flags) {
  std::string line;
  for (const std::string& path : flags.signers) line += " --trust " + shell_quoted(path);
  for (const std::string& path : flags.tsa) line += " --tsa-trust " + shell_quoted(path);
  for (const std::string& path : flags.people) line += " --address-book " + shell_quoted(path);
  if (!flags.key_uses.empty()) line += " --eku " + shell_quoted(flags.key_uses);
  if (flags.no_store) line += " --no-trust-store";
  return line;
}

}  // namespace bonafide::cli
