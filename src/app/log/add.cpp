#include <fmt/format.h>

#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
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
    const tlog::NoteSigner signer = TRY(log_signer(request.place));
    const std::string note = TRY(log_checkpoint(request.place, signer.key()));
    const tlog::SignedCheckpoint last = TRY(tlog::parse_signed_checkpoint(note));
    tlog::LogReader tree(tlog::files_in(request.place.folder), last.checkpoint.size);
    const Bytes earlier = TRY(tree.entry(*request.about));
    entry.earlier = {*request.about, tlog::leaf_hash(earlier)};
  }
  return entry;
}

/// What an entry commits to, as hashes.
struct Content {
  std::optional<tlog::Hash> asset, document;
  bool plain = false;

  /// One salt seals work and document.
  tlog::Entry sealed(tlog::Entry entry, ByteView salt) const {
    if (asset && plain) entry.asset_hash = asset;
    if (asset && !plain) entry.asset_commitment = tlog::commitment("asset", salt, *asset);
    if (document) entry.record_commitment = tlog::commitment("record", salt, *document);
    return entry;
  }
  bool needs_salt() const { return (asset && !plain) || document; }
};

/// The same statement by the same issuer, made before: perhaps its answer was lost in a crash, and whoever asks again
/// must not say it twice.
Result<std::optional<tlog::Record>> said_before(tlog::Registry& registry, const tlog::Entry& entry,
                                                const Content& content, const tlog::Hash& issuer) {
  if (!content.asset) return std::optional<tlog::Record>();
  for (tlog::Record& record : TRY(registry.find_asset(*content.asset))) {
    const auto read = tlog::parse_signed_entry(record.entry);
    const auto payload = tlog::entry_payload(content.sealed(entry, record.salt));
    if (read && payload && read->payload == *payload && read->issuer == issuer) return std::optional(std::move(record));
  }
  return std::optional<tlog::Record>();
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
    entry.manifest_hash = TRY(tlog::to_hash(crypto::digest(crypto::HashAlgorithm::sha256, record.manifest)));
  }
  record.certificate = signer.chain().front();
  const crypto::Certificate certificate = TRY(crypto::parse_certificate(record.certificate));
  const tlog::Hash issuer = TRY(tlog::key_hash(certificate));
  if (auto before = TRY(said_before(registry, entry, content, issuer))) {
    made.record = std::move(*before);
    return made;
  }
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

/// Before anything is signed: a witness that saw more than the log shows means that the log lost entries.
Result<void> refuse_behind(const LogAddRequest& request, tlog::DirectoryStore& store) {
  const tlog::Checkpoint mine = TRY(store.checkpoint()).checkpoint;
  for (const std::string& folder : request.witnesses) {
    const tlog::Witness witness = TRY(tlog::Witness::open(folder));
    const auto note = TRY(witness.latest(mine.origin));
    const std::uint64_t seen = note ? TRY(tlog::parse_signed_checkpoint(*note)).checkpoint.size : 0;
    if (seen > mine.size)
      return make_error(Code::denied, fmt::format("the witness {} has seen {} entries of this log, which now holds {}: "
                                                  "it was put back to an older state (a rollback); nothing is signed",
                                                  witness.key().name, seen, mine.size));
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
