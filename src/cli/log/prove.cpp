// bonafide log prove and log verify: proofs in all their forms, written and checked.
#include "base/files.h"
#include "base/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/kit/terminal.h"
#include "cli/log/parts.h"

namespace bonafide::cli {
namespace {

struct ProveFlags {
  app::LogProveRequest request;
  std::uint64_t entry = 0;
  std::string output, receipt, statement, since, key, log_key;
  bool force = false;
};

/// An answer that goes into a file, or to standard output.
ExitCode deliver(const Result<std::string>& made, const std::string& path, bool force, const Globals& globals) {
  if (!made && made.error().code == Code::not_found) {
    static_cast<void>(log_failed(made.error(), globals));
    return kNothing;
  }
  if (!made) return log_failed(made.error(), globals);
  if (path.empty()) {
    print(*made);
    return kDone;
  }
  const auto written = write_file(path, *made, force);
  return written ? kDone : log_failed(written.error(), globals);
}

Result<std::string> as_string(const Result<Bytes>& bytes) {
  if (!bytes) return bytes.error();
  return std::string(bytes->begin(), bytes->end());
}

ExitCode run_prove(const ProveFlags& flags, const CLI::App& verb, const Globals& globals) {
  app::LogProveRequest request = flags.request;
  if (verb.count("--entry") > 0) request.entry = flags.entry;
  const int forms = static_cast<int>(verb.count("--receipt") + verb.count("--statement"));
  if (forms > 1 || (forms == 1 && !flags.output.empty()))
    return log_failed(make_error(Code::invalid_argument, "one of --receipt, --statement and --output"), globals);
  if (forms == 1 && !request.witnesses.places.empty())
    return log_failed(make_error(Code::invalid_argument, "a receipt carries no witnesses"), globals);
  std::vector<std::string> named = request.witnesses.places;
  named.push_back(request.place.folder);
  request.place.ask = request.witnesses.ask = asking(named, request.witnesses.policy);
  request.log_key = flags.log_key;
  const Context context = globals.context("-");
  if (verb.count("--key") > 0) {
    if (forms > 0 || request.entry || !request.file.empty() || !request.witnesses.places.empty())
      return log_failed(make_error(Code::invalid_argument, "--key asks the index: no work, entry, receipt or witness"),
                        globals);
    return deliver(app::log_prove_key(request.place, flags.key, flags.log_key), flags.output, flags.force, globals);
  }
  if (verb.count("--since") > 0) {
    if (flags.receipt.empty() || request.entry || !request.file.empty())
      return log_failed(make_error(Code::invalid_argument, "--since goes with --receipt, and with no work or entry"),
                        globals);
    return deliver(as_string(app::log_growth_receipt(request.place, flags.since)), flags.receipt, flags.force, globals);
  }
  if (forms == 1) {
    const bool whole = flags.receipt.empty();
    return deliver(as_string(app::log_receipt(request, whole, context)), whole ? flags.statement : flags.receipt,
                   flags.force, globals);
  }
  return deliver(app::log_prove(request, context), flags.output, flags.force, globals);
}

ExitCode code_of(report::LogProofFacts::State state) {
  switch (state) {
    case report::LogProofFacts::State::proven: return kDone;
    case report::LogProofFacts::State::broken: return kAdverse;
    case report::LogProofFacts::State::untrusted: return kUntrusted;
  }
  return kBug;
}

struct VerifyFlags {
  app::LogVerifyRequest request;
  TrustFlags trust;
};

ExitCode run_verify(const VerifyFlags& flags, const Globals& globals) {
  app::LogVerifyRequest request = flags.request;
  request.against.ask = asking({request.against.folder});
  const auto kind = app::proof_kind(request.proof);
  if (!kind) return log_failed(kind.error(), globals);
  if (*kind == app::ProofKind::growth) {
    const auto growth = app::log_verify_growth(request);
    if (!growth) return log_failed(growth.error(), globals);
    show(*growth, globals);
    return code_of(growth->state);
  }
  if (*kind == app::ProofKind::open_timestamp || *kind == app::ProofKind::time_stamp) {
    auto trust = load_trust(flags.trust, unix_now());
    if (!trust) return log_failed(trust.error(), globals);
    request.trust = std::move(trust->store);
    const auto anchor = app::log_verify_anchor(request);
    if (!anchor) return log_failed(anchor.error(), globals);
    show(*anchor, globals);
    return code_of(anchor->state);
  }
  if (*kind == app::ProofKind::index) {
    const auto proof = app::log_verify_index(request);
    if (!proof) return log_failed(proof.error(), globals);
    show(*proof, globals);
    return code_of(proof->state);
  }
  const bool receipt = *kind == app::ProofKind::receipt || *kind == app::ProofKind::statement;
  const Context context = globals.context("-");
  const auto facts = receipt ? app::log_verify_receipt(request, context) : app::log_verify(request, context);
  if (!facts) return log_failed(facts.error(), globals);
  const TextStyle style{use_colour(globals.config.colour), terminal_width()};
  print(globals.json ? dump_json(report::log_json(*facts), 2) + "\n" : report::log_text(*facts, style));
  return code_of(facts->state);
}

}  // namespace

void add_log_prove(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(noun, "prove", "Write the proof that a work or an entry is in the log");
  const auto flags = std::make_shared<ProveFlags>();
  place_flags(*verb, flags->request.place);
  verb->add_option("file", flags->request.file, "A registered work");
  verb->add_option("--entry", flags->entry, "An entry's number instead");
  verb->add_option("-o,--output", flags->output, "Where to write it (.tlog-proof); default: standard output");
  verb->add_option("--receipt", flags->receipt, "Write a COSE receipt (RFC 9942) there instead");
  verb->add_option("--statement", flags->statement, "Write the entry with its receipt there instead (RFC 9943)");
  verb->add_option("--since", flags->since,
                   "With --receipt: that the log of this older checkpoint (a file) is the beginning of this one");
  verb->add_option("--key", flags->key,
                   "Prove by the index which entries stand under this key, or that there is none: asset:HEX, "
                   "manifest:HEX, issuer:HEX, mark:HEX, key-add:HEX, key-revoke:HEX, about:HEX (a leaf's hash)");
  verb->add_option("--log-key", flags->log_key,
                   "The log's public key, where the kept folder is not at hand (with --key, or for a URL)");
  verb->add_flag("--force", flags->force, "Replace what is there");
  verb->add_flag("--anonymous", flags->request.anonymous, "Leave the issuer's certificate out");
  witness_flags(*verb, flags->request.witnesses);
  chosen_by(verb, verbs, flags,
            [verb](const ProveFlags& from, const Globals& globals) { return run_prove(from, *verb, globals); });
}

void add_log_verify(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(noun, "verify", "Check a proof or a receipt, without asking anybody");
  const auto flags = std::make_shared<VerifyFlags>();
  verb->add_option(
          "proof", flags->request.proof,
          "A .tlog-proof, a proof of the index, a COSE receipt or a statement with one, a checkpoint's .tsr or .ots")
      ->required();
  verb->add_option("file", flags->request.file,
                   "The work that it is said to be about; the checkpoint that was stamped");
  verb->add_option("--policy", flags->request.policy, "Which logs and witnesses to believe (c2sp.org/tlog-policy)");
  verb->add_option("--log-key", flags->request.key, "Believe this log, and ask for no witness");
  verb->add_option("--log", flags->request.log,
                   "The log's folder: looked through for a revocation of the issuer's key");
  verb->add_option("--entry", flags->request.entry, "For a receipt alone: the entry or statement that it is about");
  verb->add_option("--since", flags->request.since, "For a receipt of consistency: the older checkpoint");
  verb->add_option("--header", flags->request.headers,
                   "For an .ots: the header of the block that it names, 160 hex digits or a file")
      ->allow_extra_args(false);
  verb->add_option("--tsa-trust", flags->trust.tsa, "For a .tsr: roots of time-stamp authorities (PEM)")
      ->allow_extra_args(false);
  verb->add_flag("--no-trust-store", flags->trust.no_store, "Leave out the lists kept by `trust`");
  verb->add_option("--against", flags->request.against.folder,
                   "The log as it is now (a folder or a URL): must go on from what a .tlog-proof shows");
  chosen_by(verb, verbs, flags, run_verify);
}

}  // namespace bonafide::cli
