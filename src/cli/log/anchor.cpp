// bonafide log anchor: a checkpoint dated by others.
#include "cli/credential/key_flags.h"
#include "cli/log/parts.h"

namespace bonafide::cli {
namespace {

struct AnchorFlags {
  app::LogAnchorRequest request;
  KeyFlags keys;
};

ExitCode run_anchor(const AnchorFlags& flags, const Globals& globals) {
  app::LogAnchorRequest request = flags.request;
  const bool authority = !flags.keys.tsa.empty() || !flags.keys.tsa_command.empty() || !flags.keys.tsa_key.empty();
  if (authority) {
    auto stamp = stamp_source(flags.keys, globals);
    if (!stamp) return log_failed(stamp.error(), globals);
    request.stamp = std::move(*stamp);
  }
  request.network = globals.network;
  const auto anchored = app::log_anchor(request);
  if (!anchored) return log_failed(anchored.error(), globals);
  show(*anchored, globals);
  return kDone;
}

}  // namespace

void add_log_anchor(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(noun, "anchor", "Have the checkpoint dated by others: RFC 3161, OpenTimestamps");
  const auto flags = std::make_shared<AnchorFlags>();
  place_flags(*verb, flags->request.place);
  verb->add_option("--tsa", flags->keys.tsa,
                   "Time-stamp authority: its URL (uses the network), or \"local\" for that of --keys");
  verb->add_option("--keys", flags->keys.folder, "Folder made by `keys new`, for --tsa local");
  verb->add_option("--tsa-command", flags->keys.tsa_command, "A program that answers time-stamp requests (RFC 3161)");
  verb->add_option("--tsa-key", flags->keys.tsa_key, "A time-stamp authority of your own: its key (PEM)");
  verb->add_option("--tsa-cert", flags->keys.tsa_certificate, "and its certificates (PEM, leaf first)");
  verb->add_option("--calendar", flags->request.calendars, "An OpenTimestamps calendar's URL (uses the network)")
      ->allow_extra_args(false);
  verb->add_flag("--upgrade", flags->request.upgrade,
                 "Ask the calendars for what they promised before: the block that it came into");
  chosen_by(verb, verbs, flags, run_anchor);
}

}  // namespace bonafide::cli
