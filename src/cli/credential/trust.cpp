// bonafide trust list|update|remove: whom this installation believes.
#include "app/credential/trust.h"

#include "base/log.h"
#include "base/time.h"
#include "cli/credential/time.h"
#include "cli/credential/verbs.h"
#include "cli/kit/terminal.h"

namespace bonafide::cli {

namespace {

struct UpdateFlags {
  app::TrustUpdate update;
  std::string use;
};

TextStyle style_of(const Globals& globals) { return {use_colour(globals.config.colour), terminal_width()}; }

ExitCode failed(const Error& error, const Globals& globals) { return globals.json ? fail_json(error) : fail(error); }

void warn_if_stale(const report::TrustListFacts& list) {
  if (!list.stale) return;
  log(LogLevel::warning,
      "the trust list " + list.name + " is stale: a newer one was due on " + unix_to_rfc3339(*list.next_update));
}

ExitCode list_all(const std::string& at, const Globals& globals) {
  const std::int64_t when = parse_time(at).value_or(unix_now());
  const std::string folder = app::trust_folder();
  const auto lists = app::list_trust(folder, when);
  if (!lists) return failed(lists.error(), globals);
  for (const auto& list : *lists) warn_if_stale(list);
  print(globals.json ? dump_json(report::trust_json(*lists, folder, when), 2) + "\n"
                     : report::trust_text(*lists, folder, when, style_of(globals)));
  return kDone;
}

ExitCode update(const UpdateFlags& flags, const Globals& globals) {
  app::TrustUpdate request = flags.update;
  for (const auto use : {report::TrustUse::signers, report::TrustUse::tsa, report::TrustUse::people}) {
    if (flags.use == report::to_string(use)) request.use = use;
  }
  const auto change = app::update_trust(app::trust_folder(), request, unix_now());
  if (!change) return failed(change.error(), globals);
  warn_if_stale(change->list);
  print(globals.json ? dump_json(report::trust_change_json(*change), 2) + "\n"
                     : report::trust_change_text(*change, style_of(globals)));
  return kDone;
}

ExitCode take_out(const std::string& name, const Globals& globals) {
  auto removed = app::remove_trust(app::trust_folder(), name, unix_now());
  if (!removed) return failed(removed.error(), globals);
  report::TrustChange change;
  change.replaced = true;
  change.removed = std::move(removed->anchors);
  removed->anchors.clear();
  change.list = std::move(*removed);
  print(globals.json ? dump_json(report::trust_change_json(change), 2) + "\n"
                     : report::trust_change_text(change, style_of(globals)));
  return kDone;
}

}  // namespace

void add_trust(VerbTable& verbs) {
  CLI::App* const noun = verbs.group("trust", "Whom to believe: the lists kept in the trust folder",
                                     "  bonafide trust update C2PA-TRUST-LIST.json\n"
                                     "  bonafide trust update C2PA-TSA-TRUST-LIST.json --for tsa\n"
                                     "  bonafide trust list\n"
                                     "Lists are files of yours: nothing is fetched. verify and check use them.");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;

  CLI::App* const list = verbs.add(*noun, "list", "Each list with its anchors and dates");
  const auto at = std::make_shared<std::string>();
  list->add_option("--at", *at, "Judge as of this time instead of now")->check(CLI::Validator(valid_time, "TIME"));
  list->callback([at, &globals, &chosen] { chosen = [at, &globals] { return list_all(*at, globals); }; });

  CLI::App* const put = verbs.add(*noun, "update", "Put a list into the folder, in place of the one of that name");
  const auto flags = std::make_shared<UpdateFlags>();
  put->add_option("file", flags->update.path, "PEM certificates, a C2PA trust list as JSON, or an address book")
      ->required();
  put->add_option("--for", flags->use, "Whom it vouches for: signers, tsa or people")
      ->check(CLI::IsMember({"signers", "tsa", "people"}));
  put->add_option("--name", flags->update.name, "The list's name; default: the file's, without its extension");
  put->add_option("--eku", flags->update.key_uses, "Key uses that a list for signers speaks for, as dotted numbers");
  put->add_flag("--force", flags->update.force, "Take a snapshot even if it is older than the one in place");
  put->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return update(*flags, globals); }; });

  CLI::App* const drop = verbs.add(*noun, "remove", "Take a list out of the folder");
  const auto name = std::make_shared<std::string>();
  drop->add_option("name", *name, "As trust list shows it")->required();
  drop->callback([name, &globals, &chosen] { chosen = [name, &globals] { return take_out(*name, globals); }; });
}

}  // namespace bonafide::cli
