#include <fmt/format.h>

#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "media/container/byte_source.h"
#include "provenance/c2pa/locate.h"
#include "provenance/c2pa/store.h"
#include "provenance/log/proof.h"
#include "provenance/log/witness.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr std::uint64_t kMostDocument = std::uint64_t{64} << 20;

Bytes to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

/// An entry that is ready to be logged, and what the registry keeps of it.
struct Prepared {
  std::string path;
  tlog::Record record;
};

Result<tlog::Hash> hash_of_file(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  const Bytes digest = TRY(crypto::digest_file(crypto::HashAlgorithm::sha256, file, context));
  return tlog::to_hash(digest);
}

/// The log's key: its own, or the one that is named for somebody's log.
Result<tlog::NoteKey> key_of(const LogAddRequest& request) {
  const std::string& policy = request.witnesses.policy;
  if (!request.place.remote() || !request.log_key.empty() || policy.empty())
    return log_key(request.place, request.log_key);
  const tlog::Policy known = TRY(policy_for({.proof = {}, .file = {}, .policy = policy, .key = {}}));
  if (known.logs.size() != 1)
    return make_error(Code::invalid_argument, "the policy knows several logs: name this one's key with --log-key");
  return known.logs.front().key;
}

/// What all entries of one request have in common.
Result<tlog::Entry> common_entry(const LogAddRequest& request) {
  const auto type = tlog::entry_type(request.type);
  if (!type)
    return make_error(Code::invalid_argument,
                      "there is no entry of this type: register, supersede, revoke, dispute, "
                      "consent-grant, consent-withdraw, takedown, key-add, key-revoke");
  tlog::Entry entry;
  entry.type = *type;
  if (request.files.size() > 1 && (!request.manifest.empty() || !request.mark_id.empty()))
    return make_error(Code::invalid_argument, "a manifest or a mark goes with one work");
  if (!request.mark_id.empty()) entry.mark_id = TRY(from_hex(request.mark_id));
  if (!request.subject.empty()) {
    const std::string pem = TRY(read_file(request.subject, 1 << 20));
    const auto certificates = TRY(crypto::parse_pem_certificates(pem));
    entry.subject_key = TRY(tlog::key_hash(certificates.front()));
  }
  entry.distrust_from = request.distrust_from;
  if (request.about) {
    const tlog::NoteKey key = TRY(key_of(request));
    const std::string note = TRY(log_checkpoint(request.place, key));
    const tlog::SignedCheckpoint last = TRY(tlog::parse_signed_checkpoint(note));
    tlog::LogReader tree(files_of(request.place), last.checkpoint.size);
    const Bytes earlier = TRY(tree.entry(*request.about));
    entry.earlier = {*request.about, tlog::leaf_hash(earlier)};
  }
  return entry;
}

/// What an entry commits to, as hashes.
struct Content {
  std::optional<tlog::Hash> asset, document;
  Bytes prints = {};
  bool plain = false;

  /// One salt seals work and document.
  tlog::Entry sealed(tlog::Entry entry, ByteView salt) const {
    if (asset && plain) entry.asset_hash = asset;
    if (asset && !plain) entry.asset_commitment = tlog::commitment("asset", salt, *asset);
    if (document) entry.record_commitment = tlog::commitment("record", salt, *document);
    if (!prints.empty()) entry.print_commitment = tlog::commitment("print", salt, prints);
    return entry;
  }
  bool needs_salt() const { return (asset && !plain) || document || !prints.empty(); }
};

/// What the work looks and sounds like, where that can be told.
Result<Bytes> prints_of(const LogAddRequest& request, const std::string& path, const Context& context) {
  if (!request.prints || path.empty()) return Bytes();
  auto prints = request.prints(path, context);
  if (prints) return prints;
  const Code code = prints.error().code;
  const bool no_media = code == Code::unsupported || code == Code::corrupt || code == Code::limit;
  return no_media ? Result<Bytes>(Bytes()) : prints;
}

/// The same statement by the same issuer, made before: perhaps its answer was lost in a crash, and whoever asks again
/// must not say it twice.
Result<std::optional<tlog::Record>> said_before(tlog::Registry& registry, const tlog::Entry& entry,
                                                const Content& content, const tlog::Hash& issuer) {
  if (!content.asset) return std::optional<tlog::Record>();
  for (tlog::Record& record : TRY(registry.find_asset(*content.asset))) {
    const auto read = tlog::parse_signed_entry(record.entry);
    Content before = content;  // another version of this program may print a little differently
    before.prints = record.prints;
    const auto payload = tlog::entry_payload(before.sealed(entry, record.salt));
    if (read && payload && read->payload == *payload && read->issuer == issuer) return std::optional(std::move(record));
  }
  return std::optional<tlog::Record>();
}

/// The manifest store in a work, or nothing.
Result<Bytes> carried(const std::string& path, const Context& context) {
  const media::FileSource source(TRY(FileReader::open(path)));
  auto located = provenance::c2pa::locate(source, context);
  if (!located || located->stores.size() != 1) return Bytes();
  return std::move(located->stores.front());
}

/// An entry about one work, or about none; in the registry before it returns.
Result<Prepared> prepare(const LogAddRequest& request, tlog::Entry entry, const std::string& path,
                         const crypto::Signer& signer, tlog::Registry& registry, const Context& context) {
  Prepared made;
  made.path = path;
  tlog::Record& record = made.record;
  Content content;
  content.plain = request.plain;
  if (!path.empty()) content.asset = TRY(hash_of_file(path, context));
  if (!request.record.empty()) content.document = TRY(hash_of_file(request.record, context));
  if (!request.manifest.empty()) {
    record.manifest = to_bytes(TRY(read_file(request.manifest, kMostDocument)));
  }
  if (request.manifest.empty() && request.credential && !path.empty()) record.manifest = TRY(carried(path, context));
  if (!record.manifest.empty()) {
    entry.manifest_hash = TRY(tlog::to_hash(crypto::digest(crypto::HashAlgorithm::sha256, record.manifest)));
    const auto store = provenance::c2pa::Store::parse({record.manifest});
    if (store && !store->manifests().empty()) record.manifest_label = store->manifests().back().label;
  }
  record.certificate = signer.chain().front();
  const crypto::Certificate certificate = TRY(crypto::parse_certificate(record.certificate));
  const tlog::Hash issuer = TRY(tlog::key_hash(certificate));
  if (auto before = TRY(said_before(registry, entry, content, issuer))) {
    made.record = std::move(*before);
    return made;
  }
  content.prints = TRY(prints_of(request, path, context));
  record.prints = content.prints;
  if (content.needs_salt()) record.salt = TRY(crypto::Random().bytes(tlog::kSaltBytes));
  record.asset = content.asset;
  record.name = path.empty() ? std::string() : std::filesystem::path(path).filename().string();
  record.contact = request.contact;
  const tlog::Entry sealed = content.sealed(std::move(entry), record.salt);
  record.entry = TRY(tlog::sign_entry(sealed, signer));
  record.leaf = tlog::leaf_hash(record.entry);
  TRY(registry.put(record));  // before the log: a salt that is lost opens nothing
  return made;
}

/// Before anything is signed: a witness that saw more than the log shows means that the log lost entries. Folders are
/// looked into; servers are asked to cosign what there is.
Result<void> refuse_behind(const LogAddRequest& request, tlog::DirectoryStore& store) {
  const tlog::SignedCheckpoint last = TRY(store.checkpoint());
  WitnessWish elsewhere = request.witnesses;
  std::erase_if(elsewhere.places, [](const std::string& place) { return !is_url(place); });
  if (!elsewhere.places.empty()) TRY(cosigned(request.place, tlog::write_note(last.note), elsewhere));
  for (const std::string& folder : request.witnesses.places) {
    if (is_url(folder)) continue;
    const tlog::Witness witness = TRY(tlog::Witness::open(folder));
    const auto note = TRY(witness.latest(last.checkpoint.origin));
    const std::uint64_t seen = note ? TRY(tlog::parse_signed_checkpoint(*note)).checkpoint.size : 0;
    if (seen > last.checkpoint.size)
      return make_error(Code::denied, fmt::format("the witness {} has seen {} entries of this log, which now holds {}: "
                                                  "it was put back to an older state (a rollback); nothing is signed",
                                                  witness.key().name, seen, last.checkpoint.size));
  }
  return {};
}

tlog::Evidence evidence_of(const tlog::Record& record, bool anonymous) {
  return {record.entry, record.salt, anonymous ? Bytes() : record.certificate};
}

Result<void> write_proofs(const LogAddRequest& request, const std::vector<Prepared>& prepared,
                          const std::string& checkpoint, report::LogAdded& added) {
  const std::string note = TRY(cosigned(request.place, checkpoint, request.witnesses));
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (prepared[i].path.empty()) continue;
    const tlog::Evidence evidence = evidence_of(prepared[i].record, request.anonymous);
    const std::string proof = TRY(make_proof(request.place, added.entries[i].number, note, evidence));
    added.entries[i].proof = prepared[i].path + ".tlog-proof";
    TRY(write_file(added.entries[i].proof, proof, true));
  }
  return {};
}

/// What somebody's log said to an entry.
struct Said {
  std::uint64_t number = 0;
  std::optional<std::string> proof;
};

Result<Said> post_entry(const LogAddRequest& request, const tlog::Record& record) {
  Json json{{"entry", to_base64(record.entry)}, {"certificate", to_base64(record.certificate)}};
  if (request.anonymous) json.erase("certificate");
  if (!record.manifest.empty()) json["manifest"] = to_base64(record.manifest);
  HttpQuestion post;
  post.url = request.place.folder;
  while (post.url.ends_with('/')) post.url.pop_back();
  post.url += "/add";
  post.content_type = post.accept = "application/json";
  post.body = to_bytes(dump_json(json));
  post.token = request.token;
  const HttpAnswer answer = TRY(request.place.ask(post));
  const auto said = parse_json(as_text(answer.body));
  const bool object = said && said->is_object();
  if (answer.status != 200 && answer.status != 202) {
    const bool detail = object && said->contains("detail") && (*said)["detail"].is_string();
    const Code code = answer.status >= 500 || answer.status == 429 ? Code::unavailable : Code::denied;
    return make_error(code, fmt::format("the log refused ({}){}", answer.status,
                                        detail ? ": " + clean_utf8((*said)["detail"].get<std::string>()) : ""));
  }
  if (!object || !said->contains("index") || !(*said)["index"].is_number_unsigned())
    return make_error(Code::corrupt, "the log's answer does not say where the entry stands");
  Said found{.number = (*said)["index"].get<std::uint64_t>(), .proof = {}};
  if (said->contains("proof") && (*said)["proof"].is_string()) found.proof = (*said)["proof"].get<std::string>();
  return found;
}

/// The log's proof, believed by nobody before it was checked, with what we know besides.
Result<std::string> own_proof(const LogAddRequest& request, const tlog::Policy& policy, const Prepared& made,
                              const Said& said, std::uint64_t& size) {
  tlog::ProofBundle bundle = TRY(tlog::parse_proof_bundle(*said.proof));
  const tlog::BundleCheck check = TRY(tlog::check_proof_bundle(bundle, made.record.leaf, policy));
  if (!check.holds() || bundle.index != said.number)
    return make_error(Code::denied,
                      "the log's proof does not hold: " +
                          (check.reason.empty() ? std::string("it is about another entry") : check.reason));
  size = check.tree.size;
  bundle.extra = tlog::write_evidence(evidence_of(made.record, request.anonymous));
  return tlog::write_proof_bundle(bundle);
}

/// The registry is ours, the log is somebody's.
Result<report::LogAdded> add_remotely(const LogAddRequest& request, const tlog::Entry& common,
                                      const crypto::Signer& issuer, const Context& context) {
  if (!request.place.ask) return make_error(Code::unavailable, "this program has no network");
  if (request.place.keep.empty())
    return make_error(Code::invalid_argument, "where are the salts to be kept? Name a folder of yours with --keep");
  tlog::Policy policy = tlog::policy_of(TRY(key_of(request)));
  if (!request.witnesses.policy.empty())
    policy = TRY(policy_for({.proof = {}, .file = {}, .policy = request.witnesses.policy, .key = {}}));
  std::error_code error;
  if (std::filesystem::create_directories(request.place.keep, error))
    std::filesystem::permissions(request.place.keep, std::filesystem::perms::owner_all, error);
  const auto registry = TRY(log_registry(request.place));
  std::vector<std::string> files = request.files;
  if (files.empty()) files.emplace_back();
  report::LogAdded added;
  for (const std::string& path : files) {
    const Prepared made = TRY(prepare(request, common, path, issuer, *registry, context));
    const Said said = TRY(post_entry(request, made.record));
    report::LogAdded::One one{path, said.number, made.record.leaf, {}, made.record.number.has_value()};
    if (said.proof) {
      const std::string proof = TRY(own_proof(request, policy, made, said, added.size));
      if (request.proofs && !path.empty()) {
        one.proof = path + ".tlog-proof";
        TRY(write_file(one.proof, proof, true));
      }
    }
    added.size = std::max(added.size, said.number + 1);
    TRY(registry->set_number(made.record.leaf, said.number));
    added.entries.push_back(std::move(one));
  }
  return added;
}

}  // namespace

Result<report::LogFacts> log_init(const LogPlace& place, const std::string& origin, const std::string& passphrase) {
  if (!tlog::is_key_name(origin) || origin.size() > 255)
    return make_error(Code::invalid_argument, "a log's name has no blanks and no plus sign, like example.org/log-2026");
  const std::string keep = place.kept();
  const bool begun = std::filesystem::exists(keep + "/" + std::string(kLogKeyFile));  // and perhaps stopped by a crash
  if (begun && std::filesystem::exists(keep + "/" + std::string(tlog::kGuardFile)))
    return make_error(Code::invalid_argument, keep + " keeps a log already");
  const tlog::NoteSigner signer =
      begun ? TRY(log_signer(place)) : TRY(tlog::NoteSigner::generate(origin, tlog::KeyKind::note));
  if (signer.key().name != origin)
    return make_error(Code::invalid_argument, keep + " keeps the key of another log, " + signer.key().name);
  tlog::DurableWriter writer(keep);
  const std::string secret = passphrase.empty() ? signer.secret_text() + "\n" : TRY(signer.sealed_text(passphrase));
  TRY(writer.put(std::string(kLogKeyFile), as_bytes(secret), 0600));
  const std::string policy =
      "# believes this log alone, and asks for no witness\nlog " + signer.key().text() + "\nquorum none\n";
  TRY(writer.put(std::string(kLogPolicyFile), as_bytes(policy)));
  TRY(writer.finish());
  TRY(tlog::DirectoryStore::create({.folder = place.folder, .keep = keep}, signer));
  return report::LogFacts{place.folder, keep, origin, signer.key().text(), keep + "/" + std::string(kLogPolicyFile)};
}

Result<void> log_ready(const LogPlace& place) {
  tlog::NoteSigner log = TRY(log_signer(place));
  TRY(tlog::DirectoryStore::open({.folder = place.folder, .keep = place.kept()}, std::move(log)));
  TRY(log_registry(place));
  return {};
}

Result<report::LogAdded> log_add(const LogAddRequest& request, const Context& context) {
  const auto issuer = TRY(open_signer(request.key));
  const tlog::Entry common = TRY(common_entry(request));
  if (request.place.remote()) return add_remotely(request, common, *issuer, context);
  const tlog::StoreOptions options{.folder = request.place.folder, .keep = request.place.kept()};
  tlog::NoteSigner log = TRY(log_signer(request.place));
  const auto store = TRY(tlog::DirectoryStore::open(options, std::move(log)));
  TRY(refuse_behind(request, *store));
  const auto registry = TRY(log_registry(request.place));
  std::vector<Prepared> prepared;
  if (request.files.empty()) prepared.push_back(TRY(prepare(request, common, {}, *issuer, *registry, context)));
  for (const std::string& path : request.files)
    prepared.push_back(TRY(prepare(request, common, path, *issuer, *registry, context)));
  std::vector<std::uint64_t> numbers;
  for (std::size_t first = 0; first < prepared.size(); first += options.most_batch) {
    std::vector<Bytes> entries;
    for (std::size_t i = first; i < prepared.size() && i - first < options.most_batch; ++i)
      entries.push_back(prepared[i].record.entry);
    const auto some = TRY(store->add(std::move(entries)));
    numbers.insert(numbers.end(), some.begin(), some.end());
  }
  report::LogAdded added;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    TRY(registry->set_number(prepared[i].record.leaf, numbers[i]));
    added.entries.push_back(
        {prepared[i].path, numbers[i], prepared[i].record.leaf, {}, prepared[i].record.number.has_value()});
  }
  const tlog::SignedCheckpoint checkpoint = TRY(store->checkpoint());
  added.size = checkpoint.checkpoint.size;
  if (const auto index = log_index(request.place); !index)  // the entries are in the log all the same
    bonafide::log(LogLevel::warning, "the index of keys is not up to date: " + index.error().message);
  if (request.proofs) TRY(write_proofs(request, prepared, tlog::write_note(checkpoint.note), added));
  return added;
}

Result<void> log_erase(const LogPlace& place, std::uint64_t number) {
  const auto registry = TRY(log_registry(place));
  const auto record = TRY(registry->find(number));
  if (!record) return make_error(Code::not_found, "the registry has nothing about this entry");
  return registry->erase(record->leaf);
}

}  // namespace bonafide::app
