// bonafide help [TOPIC]: a verb's help, the exit codes, or the manual page.
#include <fmt/format.h>

#include "cli/kit/manual.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

namespace {

const CLI::App* verb_named(const CLI::App& app, const std::string& name) {
  for (const CLI::App* const verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (verb->get_name() == name) return verb;
  }
  return nullptr;
}

ExitCode show_topic(const CLI::App& app, const std::vector<std::string>& words) {
  const std::string topic = words.empty() ? std::string() : words.front();
  if (topic.empty()) {  // app.help() would answer for the verb "help" itself
    print(app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal));
    return kDone;
  }
  if (topic == "man") {
    print(manual_page(app));
    return kDone;
  }
  if (topic == "exit-codes") {
    for (const auto& [code, text] : exit_code_table()) print(fmt::format("{:>4}  {}\n", static_cast<int>(code), text));
    return kDone;
  }
  const CLI::App* verb = &app;
  std::string before;
  for (const std::string& word : words) {
    before += (before.empty() ? "" : " ") + verb->get_name();
    verb = verb_named(*verb, word);
    if (verb == nullptr) break;
  }
  if (verb != nullptr) {
    print(verb->help(before));
    return kDone;
  }
  Error error = make_error(Code::invalid_argument, "no help on \"" + fmt::format("{}", fmt::join(words, " ")) +
                                                       "\"; try a verb, exit-codes or man");
  return fail(error);
}

}  // namespace

void add_help(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("help", "Help on a verb, on exit-codes, or the manual page (man)",
                                   "  bonafide help check\n  bonafide help exit-codes\n"
                                   "  bonafide help man | man -l -");
  const auto topic = std::make_shared<std::vector<std::string>>();
  verb->add_option("topic", *topic, "A verb, exit-codes or man");
  verb->callback([topic, &app = verbs.app, &chosen = verbs.chosen] {
    chosen = [topic, &app] { return show_topic(app, *topic); };
  });
}

}  // namespace bonafide::cli
