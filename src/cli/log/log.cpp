// bonafide log …: the record. Each verb is arguments in, one answer out.
#include "base/log.h"
#include "base/files.h"
#include "cli/credential/key_flags.h"
#include "cli/kit/passphrase.h"
#include "cli/kit/terminal.h"
#include "cli/log/parts.h"
#include "cli/log/verbs.h"

namespace bonafide::cli {

namespace {

constexpr char kLogPassphraseVariable[] = "BONAFIDE_LOG_PASSPHRASE";

struct AddFlags {
  app::LogAddRequest request;
  KeyFlags key;
  std::string token_file;
  std::uint64_t about = 0, distrust_from = 0;
  bool no_prints = false;
};
struct LookFlags {
  app::LogPlace place;
  std::string key, output;
  std::uint64_t count = 10, from = 0;
  bool force = false;
};

std::vector<std::string> named(const app::LogAddRequest& request) {
  std::vector<std::string> urls = request.witnesses.places;
  urls.push_back(request.place.folder);
  return urls;
}

ExitCode run_add(const AddFlags& flags, const CLI::App& verb, const Globals& globals) {
  app::LogAddRequest request = flags.request;
  request.key = key_source(flags.key, globals);
  if (!flags.no_prints) request.prints = globals.prints;
  if (!request.key.named())
    return log_failed(
        make_error(Code::invalid_argument, "an entry is signed: name the issuer's key (--keys, --key, …)"), globals);
  if (verb.count("--about") > 0) request.about = flags.about;
  if (verb.count("--distrust-from") > 0) request.distrust_from = flags.distrust_from;
  request.place.ask = request.witnesses.ask = asking(named(request), request.witnesses.policy);
  if (!flags.token_file.empty()) {
    const auto text = read_file(flags.token_file, 4096);
    if (!text) return log_failed(text.error(), globals);
    request.token = text->substr(0, text->find_first_of(" \r\n"));
  }
  const auto added = app::log_add(request, globals.context("-"));
  if (!added) return log_failed(added.error(), globals);
  end_progress();
  show(*added, globals);
  return kDone;
}

app::LogPlace reached(app::LogPlace place) {
  place.ask = asking({place.folder});
  return place;
}

ExitCode run_fsck(const LookFlags& flags, const Globals& globals) {
  const auto report = app::log_fsck(reached(flags.place), flags.key);
  if (!report) return log_failed(report.error(), globals);
  show(*report, globals);
  return report->faults.empty() ? kDone : kAdverse;
}

ExitCode run_tail(const LookFlags& flags, const CLI::App& verb, const Globals& globals) {
  const auto from = verb.count("--from") > 0 ? std::optional(flags.from) : std::nullopt;
  const auto tail = app::log_tail(reached(flags.place), flags.key, flags.count, from);
  if (!tail) return log_failed(tail.error(), globals);
  show(*tail, globals);
  return kDone;
}

/// A line for the tree, then a line for each entry.
ExitCode run_export(const LookFlags& flags, const Globals& globals) {
  const auto tail = app::log_tail(reached(flags.place), flags.key, UINT64_MAX, 0);
  if (!tail) return log_failed(tail.error(), globals);
  report::LogTail head;
  head.tree = tail->tree;
  Json first = report::log_json(head);
  first["answer"] = "export";
  first.erase("entries");
  std::string lines = dump_json(first) + "\n";
  for (const auto& entry : tail->entries) lines += dump_json(report::log_json(entry)) + "\n";
  if (flags.output.empty()) {
    print(lines);
    return kDone;
  }
  const auto written = write_file(flags.output, lines, flags.force);
  return written ? kDone : log_failed(written.error(), globals);
}

void look_flags(CLI::App& verb, LookFlags& flags) {
  place_flags(verb, flags.place);
  verb.add_option("--log-key", flags.key, "The log's public key, where the kept folder is not at hand");
}

void add_init(CLI::App& noun, VerbTable& verbs) {
  struct Flags {
    app::LogPlace place;
    std::string name;
    bool sealed = false;
  };
  CLI::App* const verb = verbs.add(noun, "init", "Make an empty log and its key");
  const auto flags = std::make_shared<Flags>();
  place_flags(*verb, flags->place);
  verb->add_option("--name", flags->name, "The log's name for good, like example.org/log-2026")->required();
  verb->add_flag("--seal", flags->sealed,
                 "Keep the log's key under a passphrase (--log-passphrase-file, $BONAFIDE_LOG_PASSPHRASE or typed)");
  chosen_by(verb, verbs, flags, [verb](const Flags& from, const Globals& globals) -> ExitCode {
    std::string passphrase;
    if (from.sealed) {
      const CLI::Option* const file = verb->get_option("--log-passphrase-file");
      const auto asked = ask_new_passphrase(file->empty() ? std::string() : file->as<std::string>(),
                                            kLogPassphraseVariable, "a passphrase for the log's key");
      if (!asked) return log_failed(asked.error(), globals);
      passphrase = *asked;
    }
    const auto made = app::log_init(from.place, from.name, passphrase);
    if (!made) return log_failed(made.error(), globals);
    show(*made, globals);
    return kDone;
  });
}

void add_add(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(noun, "add", "Register works, or make another statement about them");
  const auto flags = std::make_shared<AddFlags>();
  app::LogAddRequest& request = flags->request;
  place_flags(*verb, request.place);
  verb->add_option("files", request.files, "Works, an entry each; none: a statement about no file");
  verb->add_option("--type", request.type,
                   "register, supersede, revoke, dispute, consent-grant, consent-withdraw, takedown, key-add, "
                   "key-revoke");
  verb->add_option("--about", flags->about, "Number of the earlier entry that it speaks of");
  verb->add_flag("--plain", request.plain, "The works are public: log their hashes without a seal");
  verb->add_option("--record", request.record, "A document to commit to: consent record, notice");
  verb->add_option("--manifest", request.manifest, "The work's C2PA manifest store (.c2pa)");
  verb->add_option("--mark-id", request.mark_id, "The id in the work's watermark, in hex");
  verb->add_option("--subject", request.subject, "key-add, key-revoke: a certificate (PEM) with the key");
  verb->add_option("--distrust-from", flags->distrust_from, "key-revoke: entries from this number on");
  verb->add_option("--contact", request.contact, "Kept in the registry, never in the log");
  verb->add_flag("--no-prints", flags->no_prints,
                 "Keep no prints in the registry: altered copies of these works cannot be traced by it");
  verb->add_flag("--proof", request.proofs, "Write FILE.tlog-proof beside each work");
  verb->add_flag("--anonymous", request.anonymous, "Leave the issuer's certificate out of the proofs");
  witness_flags(*verb, request.witnesses);
  verb->add_flag("--with-credential", request.credential,
                 "Keep the Content Credential that a work carries, to give it back when it is lost");
  verb->add_option("--log-key", request.log_key, "Of somebody's log (a URL): the key that its proofs must fit");
  verb->add_option("--token-file", flags->token_file,
                   "Of somebody's log: a file with the token that lets you register there");
  add_key_flags(*verb, flags->key);
  chosen_by(verb, verbs, flags,
            [verb](const AddFlags& from, const Globals& globals) { return run_add(from, *verb, globals); });
}

void add_looks(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const fsck = verbs.add(noun, "fsck", "Recompute everything and name every fault");
  const auto whole = std::make_shared<LookFlags>();
  look_flags(*fsck, *whole);
  chosen_by(fsck, verbs, whole, run_fsck);

  CLI::App* const tail = verbs.add(noun, "tail", "The last entries, checked against the signed root");
  const auto last = std::make_shared<LookFlags>();
  look_flags(*tail, *last);
  tail->add_option("-n,--count", last->count, "How many");
  tail->add_option("--from", last->from, "From this number on, instead of the last ones");
  chosen_by(tail, verbs, last,
            [tail](const LookFlags& from, const Globals& globals) { return run_tail(from, *tail, globals); });

  CLI::App* const all = verbs.add(noun, "export", "Every entry as a JSON line");
  const auto out = std::make_shared<LookFlags>();
  look_flags(*all, *out);
  all->add_option("-o,--output", out->output, "Where to write it; default: standard output");
  all->add_flag("--force", out->force, "Replace it when it is there");
  chosen_by(all, verbs, out, run_export);
}

void add_index(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add(noun, "index", "Bring the index of keys beside the checkpoint up to date (`log add` does so itself)");
  const auto place = std::make_shared<app::LogPlace>();
  place_flags(*verb, *place);
  chosen_by(verb, verbs, place, [](const app::LogPlace& from, const Globals& globals) -> ExitCode {
    const auto index = app::log_index(from);
    if (!index) return log_failed(index.error(), globals);
    show(*index, globals);
    return kDone;
  });
}

void add_erase(CLI::App& noun, VerbTable& verbs) {
  struct Flags {
    app::LogPlace place;
    std::uint64_t number = 0;
  };
  CLI::App* const verb = verbs.add(noun, "erase", "Destroy what the registry has about an entry, its salt above all");
  const auto flags = std::make_shared<Flags>();
  place_flags(*verb, flags->place);
  verb->add_option("number", flags->number, "The entry's number")->required();
  chosen_by(verb, verbs, flags, [](const Flags& from, const Globals& globals) -> ExitCode {
    const auto erased = app::log_erase(from.place, from.number);
    if (erased) {
      const Json json{{"schema", "bonafide.log/1"}, {"answer", "erased"}, {"number", from.number}};
      print(globals.json
                ? dump_json(json, 2) + "\n"
                : "entry " + std::to_string(from.number) +
                      ": what the registry held is destroyed; the entry stays, and nobody can tell any more what "
                      "it is about\n");
      return kDone;
    }
    static_cast<void>(log_failed(erased.error(), globals));
    return erased.error().code == Code::not_found ? kNothing : exit_code_of(erased.error());
  });
}

}  // namespace

HttpAsk asking(std::vector<std::string> named, const std::string& policy) {
  if (!log_network().ask) return {};
  if (!policy.empty()) {  // who writes a policy names its URLs
    const auto text = read_file(policy, 1 << 20);
    const auto read = text ? provenance::log::parse_policy(*text) : Result<provenance::log::Policy>(text.error());
    if (read)
      for (const auto& witness : read->witnesses) named.push_back(witness.url);
  }
  std::erase_if(named, [](const std::string& one) { return !app::is_url(one); });
  return named.empty() ? HttpAsk() : log_network().ask(std::move(named));
}

void witness_flags(CLI::App& verb, app::WitnessWish& wish) {
  verb.add_option("--witness", wish.places,
                  "Who is to cosign: a witness's folder, or a URL that --policy has a key for")
      ->allow_extra_args(false);
  verb.add_option("--policy", wish.policy, "A policy with the keys of the witnesses (c2sp.org/tlog-policy)");
}

void place_flags(CLI::App& verb, app::LogPlace& place) {
  verb.add_option("log", place.folder, "The log's folder, the one that is handed out, or its URL")->required();
  verb.add_option("--keep", place.keep,
                  "The folder that is kept: key, guard, registry; default: the log's name + .keep");
  const auto file = std::make_shared<std::string>();
  verb.add_option("--log-passphrase-file", *file,
                  "The passphrase of the log's key, when it is sealed (else $BONAFIDE_LOG_PASSPHRASE, or typed)");
  place.passphrase = [file] {
    return ask_passphrase(*file, kLogPassphraseVariable, "the passphrase of the log's key").value_or("");
  };
}

Result<Recorded> record_signed(const std::string& folder, const std::string& work, const app::KeySource& key,
                               const std::string& mark, const WorkPrinter& prints, const Context& context) {
  app::LogAddRequest request;
  request.place.folder = folder;
  request.place.passphrase = [] {
    return ask_passphrase({}, kLogPassphraseVariable, "the passphrase of the log's key").value_or("");
  };
  if (work.empty()) {
    TRY(app::log_ready(request.place));
    return Recorded{};
  }
  request.files = {work};
  request.key = key;
  request.mark_id = mark;
  request.proofs = true;
  request.credential = true;  // what was signed can be given back when a platform has taken it off
  request.prints = prints;
  const report::LogAdded added = TRY(app::log_add(request, context));
  return Recorded{added.entries.front().number, added.entries.front().proof};
}

namespace {

LogNetwork& lent() {
  static LogNetwork network;  // verbs are added once, and run after that
  return network;
}

}  // namespace

const LogNetwork& log_network() { return lent(); }

void add_log_on(VerbTable& verbs, LogNetwork network) {
  lent() = std::move(network);
  add_log(verbs);
}

void add_log(VerbTable& verbs) {
  CLI::App* const noun =
      verbs.group("log", "The record: register works in a transparency log, prove it, check it",
                  "  bonafide log init record --name example.org/log-2026\n"
                  "  bonafide log add record photo.jpg --keys my-keys --proof\n"
                  "  bonafide log verify photo.jpg.tlog-proof photo.jpg --policy record.keep/policy\n"
                  "The log holds sealed hashes and signatures; names and salts stay in its kept "
                  "folder.");
  add_init(*noun, verbs);
  add_add(*noun, verbs);
  add_log_prove(*noun, verbs);
  add_log_verify(*noun, verbs);
  add_looks(*noun, verbs);
  add_index(*noun, verbs);
  add_log_anchor(*noun, verbs);
  add_erase(*noun, verbs);
  add_log_witness(*noun, verbs);
  add_log_serve(*noun, verbs);
  add_log_token(*noun, verbs);
  add_log_monitor(*noun, verbs);
}

}  // namespace bonafide::cli
