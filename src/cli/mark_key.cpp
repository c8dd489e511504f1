// bonafide mark key new|list|show|passwd: an issuer's own keys for marks.
#include <fmt/format.h>

#include "app/mark_key_store.h"
#include "base/time.h"
#include "cli/kit/passphrase.h"
#include "cli/mark.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct KeyFlags {
  std::string key, passphrase_file, new_passphrase_file;
  bool no_passphrase = false;
};

using OptionalPassphrase = std::optional<std::string>;

Result<OptionalPassphrase> made_up(const std::string& file, const char* variable, const KeyFlags& flags) {
  if (flags.no_passphrase) {
    if (!file.empty()) return make_error(Code::invalid_argument, "--no-passphrase, or a file with one: not both");
    return OptionalPassphrase();
  }
  if (!can_ask_passphrase(file, variable))
    return make_error(
        Code::invalid_argument,
        fmt::format("nothing to protect the key with: a file with a passphrase, ${} or a terminal to type "
                    "one at; or --no-passphrase, and the file's mode alone guards it",
                    variable));
  return OptionalPassphrase(TRY(ask_new_passphrase(file, variable, "a passphrase for the key " + flags.key)));
}

std::string line_of(const app::MarkKeyFacts& key) {
  std::string line = fmt::format(
      "{:<20} {}  {}  {}", clean_utf8(key.name), key.fingerprint.empty() ? "            " : key.fingerprint,
      key.made == 0 ? "                    " : unix_to_rfc3339(key.made), key.sealed ? "passphrase" : "file mode");
  if (!key.trouble.empty()) line = fmt::format("{:<20} unusable: {}", clean_utf8(key.name), key.trouble);
  return line + "\n";
}

ExitCode tell_key(const Result<app::MarkKeyFacts>& key, std::string_view what, const KeyFlags& flags,
                  const Globals& globals) {
  if (!key) return globals.json ? fail_json(key.error()) : fail(key.error());
  if (globals.json) {
    print(dump_json(app::mark_keys_json(app::mark_key_folder(), {*key}), 2) + "\n");
    return kDone;
  }
  print(fmt::format("{}\n  {}\n  file         {}\n  fingerprint  {}\n  made         {}\n  protected by {}\n",
                    clean_utf8(key->name), what, clean_utf8(key->path), key->fingerprint, unix_to_rfc3339(key->made),
                    key->sealed ? "a passphrase (scrypt, AES-256-GCM)" : "the file's mode alone"));
  if (!key->trouble.empty()) print("  unusable     " + key->trouble + "\n");
  if (what.starts_with("made"))
    print(fmt::format("Keep a copy: without it nobody reads the marks it made. Use it: bonafide mark add … --key {}\n",
                      flags.key));
  return kDone;
}

ExitCode run_new(const KeyFlags& flags, const Globals& globals) {
  const auto passphrase = made_up(flags.passphrase_file, kPassphraseVariable, flags);
  if (!passphrase) return globals.json ? fail_json(passphrase.error()) : fail(passphrase.error());
  return tell_key(app::new_mark_key(app::mark_key_folder(), flags.key, unix_now(), *passphrase), "made now", flags,
                  globals);
}

ExitCode run_list(const Globals& globals) {
  const auto keys = app::list_mark_keys(app::mark_key_folder());
  if (!keys) return globals.json ? fail_json(keys.error()) : fail(keys.error());
  if (globals.json) {
    print(dump_json(app::mark_keys_json(app::mark_key_folder(), *keys), 2) + "\n");
  } else {
    for (const app::MarkKeyFacts& key : *keys) print(line_of(key));
    if (keys->empty())
      print("no mark keys in " + clean_utf8(app::mark_key_folder()) + " (bonafide mark key new NAME)\n");
  }
  return keys->empty() ? kNothing : kDone;
}

ExitCode run_passwd(const KeyFlags& flags, const Globals& globals) {
  const auto ask = [&](const std::string& what) {
    return ask_passphrase(flags.passphrase_file, kPassphraseVariable, "the passphrase of the key " + what);
  };
  const auto next = [&] { return made_up(flags.new_passphrase_file, kNewPassphraseVariable, flags); };
  return tell_key(app::reseal_mark_key(app::mark_key_folder(), flags.key, ask, next), "its protection was changed",
                  flags, globals);
}

}  // namespace

void add_mark_key(VerbTable& verbs, CLI::App& group) {
  const auto flags = std::make_shared<KeyFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const keys =
      verbs.add(group, "key", "Keys of your own: who has one reads, places and takes away its marks");
  keys->require_subcommand(1);
  CLI::App* const made = verbs.add(*keys, "new", "Make a key, under a passphrase that is asked for");
  made->add_option("name", flags->key, "Letters, digits, '-' and '_'")->required();
  made->add_option("--passphrase-file", flags->passphrase_file,
                   "Its first line is the passphrase (else $BONAFIDE_PASSPHRASE, else the terminal)");
  made->add_flag("--no-passphrase", flags->no_passphrase, "The file's mode alone (0600) guards it");
  made->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_new(*flags, globals); }; });
  CLI::App* const list = verbs.add(*keys, "list", "The keys in $BONAFIDE_MARK_KEYS, else ~/.config/bonafide/mark-keys");
  list->callback([&globals, &chosen] { chosen = [&globals] { return run_list(globals); }; });
  CLI::App* const show = verbs.add(*keys, "show", "What is known of a key; never its secret");
  show->add_option("key", flags->key, "A name, or a file")->required();
  show->callback([flags, &globals, &chosen] {
    chosen = [flags, &globals] {
      return tell_key(app::describe_mark_key(app::mark_key_folder(), flags->key), "a key for marks", *flags, globals);
    };
  });
  CLI::App* const passwd = verbs.add(*keys, "passwd", "Change, set or take away a key's passphrase");
  passwd->add_option("key", flags->key, "A name, or a file")->required();
  passwd->add_option("--passphrase-file", flags->passphrase_file, "The passphrase it has (else $BONAFIDE_PASSPHRASE)");
  passwd->add_option("--new-passphrase-file", flags->new_passphrase_file,
                     "The one it gets (else $BONAFIDE_NEW_PASSPHRASE, else the terminal)");
  passwd->add_flag("--no-passphrase", flags->no_passphrase, "From now on the file's mode alone (0600) guards it");
  passwd->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_passwd(*flags, globals); }; });
}

}  // namespace bonafide::cli
