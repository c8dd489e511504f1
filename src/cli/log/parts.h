// What the record's verbs share: flags that name a log, and how an answer or a failure is shown.
#pragma once
#include <memory>
#include <string>

#include "app/log/log.h"
#include "cli/kit/verb.h"
#include "cli/log/verbs.h"
#include "report/log/render.h"

namespace bonafide::cli {

/// In the form that was asked for.
inline ExitCode log_failed(const Error& error, const Globals& globals) {
  return globals.json ? fail_json(error) : fail(error);
}
template <typename T>
void show(const T& answer, const Globals& globals) {
  print(globals.json ? dump_json(report::log_json(answer), 2) + "\n" : report::log_text(answer));
}

void place_flags(CLI::App& verb, app::LogPlace& place);

/// Says what to run once the verb is chosen.
template <typename Flags, typename Work>
void chosen_by(CLI::App* verb, VerbTable& verbs, const std::shared_ptr<Flags>& flags, Work work) {
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback(
      [flags, work, &globals, &chosen] { chosen = [flags, work, &globals] { return work(*flags, globals); }; });
}

/// What the program lent, when the verbs were added; nothing in one without a network.
const LogNetwork& log_network();
/// The network, for the URLs among these; what the user named he may reach wherever it lies. Also the policy's.
HttpAsk asking(std::vector<std::string> named, const std::string& policy = {});
/// --witness and --policy, for verbs that have proofs cosigned.
void witness_flags(CLI::App& verb, app::WitnessWish& wish);

void add_log_serve(CLI::App& noun, VerbTable& verbs);
void add_log_token(CLI::App& noun, VerbTable& verbs);
void add_log_witness(CLI::App& noun, VerbTable& verbs);
void add_log_monitor(CLI::App& noun, VerbTable& verbs);
void add_log_prove(CLI::App& noun, VerbTable& verbs);
void add_log_anchor(CLI::App& noun, VerbTable& verbs);
void add_log_verify(CLI::App& noun, VerbTable& verbs);

}  // namespace bonafide::cli
