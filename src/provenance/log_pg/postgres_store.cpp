#include "provenance/log_pg/postgres_store.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "base/files.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::string_view kGuard = "guard", kLock = "lock";
constexpr std::uint64_t kChunk = 4096;  // entries that a publisher reads at once
constexpr auto kPause = std::chrono::milliseconds(100);

std::string hex_of(ByteView bytes) { return "\\x" + to_hex(bytes); }
/// As elements of an array: inside quotes a backslash is doubled.
std::string array_of(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) text += (text.size() > 1 ? "," : "") + element;
  return text + "}";
}
std::string array_element(ByteView bytes) { return "\"\\\\x" + to_hex(bytes) + "\""; }

Result<Bytes> bytes_from(const std::string& text) {
  if (!text.starts_with("\\x")) return make_error(Code::corrupt, "the database answers bytes in another form than hex");
  return from_hex(std::string_view(text).substr(2));
}
std::uint64_t number_from(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }

Error lost(const std::string& what) { return make_error(Code::unavailable, "the database does not answer: " + what); }

}  // namespace

/// One connection; `unavailable` means that it is lost, or that another attempt may succeed.
class PostgresStore::Connection {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  static Result<std::unique_ptr<Connection>> open(const std::string& text) {
    std::unique_ptr<Connection> made(new Connection(PQconnectdb(text.c_str())));
    if (PQstatus(made->handle_) != CONNECTION_OK) return lost(made->said());
    PQsetNoticeReceiver(made->handle_, on_notice, made.get());
    return made;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { PQfinish(handle_); }

  Result<Rows> run(const std::string& statement, const std::vector<std::string>& values = {}) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    warned_ = false;
    PGresult* const raw = PQexecParams(handle_, statement.c_str(), static_cast<int>(values.size()), nullptr,
                                       pointers.data(), nullptr, nullptr, 0);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(raw, PQclear);
    const ExecStatusType status = PQresultStatus(raw);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failed(raw);
    changed_ = std::atoi(PQcmdTuples(raw));
    command_ = PQcmdStatus(raw);
    Rows rows;
    for (int row = 0; row < PQntuples(raw); ++row) {
      rows.emplace_back();
      for (int column = 0; column < PQnfields(raw); ++column)
        rows.back().emplace_back(PQgetvalue(raw, row, column), static_cast<std::size_t>(PQgetlength(raw, row, column)));
    }
    return rows;
  }
  int changed() const { return changed_; }
  /// A commit that did not wait for its standby says so in a warning only: it is in doubt then.
  Result<void> commit() {
    TRY(run("COMMIT"));
    if (command_ != "COMMIT") return lost("the transaction was taken back");
    if (warned_) return lost("the commit did not reach the standby");
    return {};
  }
  Result<void> transaction(const std::function<Result<void>()>& work) {
    TRY(run("BEGIN"));
    auto done = work();
    if (done) return commit();
    static_cast<void>(run("ROLLBACK"));
    return done;
  }

 private:
  explicit Connection(PGconn* handle) : handle_(handle) {}
  static void on_notice(void* self, const PGresult* notice) {
    const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::string_view(severity) == "WARNING") static_cast<Connection*>(self)->warned_ = true;
  }
  std::string said() const {
    std::string words = PQerrorMessage(handle_);
    std::ranges::replace(words, '\n', ' ');
    return clean_utf8(words.substr(0, 300));
  }
  Error failed(const PGresult* result) const {
    const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string_view state = field == nullptr ? "" : field;
    // connection lost, shutting down, read-only after a change of roles, deadlock or conflict: worth another attempt
    const bool passing = PQstatus(handle_) != CONNECTION_OK || state.empty() || state.starts_with("08") ||
                         state.starts_with("57P0") || state == "25006" || state.starts_with("40");
    if (passing) return lost(said());
    return make_error(Code::io, "the database refuses: " + said());
  }
  PGconn* handle_ = nullptr;
  int changed_ = 0;
  std::string command_;
  bool warned_ = false;
};

PostgresStore::PostgresStore(PostgresOptions options, NoteSigner signer)
    : options_(std::move(options)), signer_(std::move(signer)) {}
PostgresStore::~PostgresStore() = default;

Result<void> PostgresStore::create(const PostgresOptions& options, const NoteSigner& signer) {
  const auto connection = TRY(Connection::open(options.connection));
  for (const char* const table :
       {"CREATE TABLE IF NOT EXISTS bonafide_log_entry (number bigint PRIMARY KEY, leaf bytea NOT NULL UNIQUE, "
        "body bytea NOT NULL)",
        "CREATE TABLE IF NOT EXISTS bonafide_log_state (one int PRIMARY KEY CHECK (one = 1), size bigint NOT NULL, "
        "edge bytea NOT NULL, note text NOT NULL)"})
    TRY(connection->run(table));
  const Checkpoint empty{.origin = signer.key().name, .size = 0, .root = empty_root()};
  const std::string note = TRY(sign_checkpoint(empty, signer));
  TRY(connection->run("INSERT INTO bonafide_log_state VALUES (1, 0, $1, $2) ON CONFLICT DO NOTHING", {"\\x", note}));
  if (connection->changed() != 1) return make_error(Code::invalid_argument, "the database holds a log already");
  NoteSigner again = TRY(NoteSigner::parse(signer.secret_text()));
  TRY(open(options, std::move(again)));
  return {};
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options, NoteSigner signer) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(options), std::move(signer)));
  TRY(store->publish());
  return store;
}

/// Tries `work` again on a new connection when the old one is lost. Everything here may be done twice.
Result<void> PostgresStore::patiently(const std::function<Result<void>()>& work) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options_.patience_s);
  while (true) {
    auto done = [&]() -> Result<void> {
      if (connection_ == nullptr) {
        connection_ = TRY(Connection::open(options_.connection));
        // What a crash of the database left behind is visible before its standby has it. This waits until it has.
        TRY(connection_->run("UPDATE bonafide_log_state SET size = size WHERE one = 1"));
      }
      return work();
    }();
    if (done || done.error().code != Code::unavailable) return done;
    connection_.reset();
    if (std::chrono::steady_clock::now() > end) return done;
    std::this_thread::sleep_for(kPause);
  }
}

Result<std::vector<std::uint64_t>> PostgresStore::add(std::vector<Bytes> entries) {
  return queue_.add(std::move(entries), options_.bounds,
                    [this](std::vector<AddRequest*>& batch) { return commit(batch); });
}

Result<void> PostgresStore::commit(std::vector<AddRequest*>& batch) {
  return patiently([&]() -> Result<void> {
    TRY(append(batch));
    return bring_on();
  });
}

Result<void> PostgresStore::append(std::vector<AddRequest*>& batch) {
  return connection_->transaction([&] { return insert(batch); });
}

/// Inside a transaction that holds the one row of the state: nobody else can append meanwhile.
Result<void> PostgresStore::insert(std::vector<AddRequest*>& batch) {
  const auto state = TRY(connection_->run("SELECT size, edge, note FROM bonafide_log_state WHERE one = 1 FOR UPDATE"));
  if (state.size() != 1) return make_error(Code::corrupt, "the database holds no log");
  const std::uint64_t size = number_from(state[0][0]);
  const Bytes edge = TRY(bytes_from(state[0][1]));
  std::vector<Hash> hashes;
  for (std::size_t at = 0; at + 32 <= edge.size(); at += 32) hashes.push_back(*to_hash(ByteView(edge).subspan(at, 32)));
  Frontier frontier = TRY(Frontier::of_edge(size, std::move(hashes)));
  const Checkpoint signed_before = TRY(open_checkpoint(state[0][2], signer_.key())).checkpoint;
  if (signed_before.size != size || signed_before.root != frontier.root())
    return make_error(Code::corrupt, "the database's tree is not the one that was signed");
  if (published_ && size < published_->checkpoint.size)
    return make_error(Code::denied, "the database was put back to an older state; nothing is signed");

  std::vector<std::string> asked, numbers, leaves, bodies;
  for (const AddRequest* request : batch)
    for (const Hash& leaf : request->leaves) asked.push_back(array_element(leaf));
  std::map<Hash, std::uint64_t> known;
  for (const auto& row : TRY(connection_->run(
           "SELECT leaf, number FROM bonafide_log_entry WHERE leaf = ANY($1::bytea[])", {array_of(asked)}))) {
    const Bytes leaf = TRY(bytes_from(row[0]));
    known.emplace(TRY(to_hash(leaf)), number_from(row[1]));
  }
  for (AddRequest* request : batch) {
    request->numbers.clear();
    for (std::size_t i = 0; i < request->entries.size(); ++i) {
      const auto [found, fresh] = known.emplace(request->leaves[i], frontier.size());
      request->numbers.push_back(found->second);
      if (!fresh) continue;
      numbers.push_back(std::to_string(frontier.size()));
      leaves.push_back(array_element(request->leaves[i]));
      bodies.push_back(array_element(request->entries[i]));
      frontier.append(request->leaves[i]);
    }
  }
  if (numbers.empty()) return {};
  TRY(connection_->run("INSERT INTO bonafide_log_entry SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])",
                       {array_of(numbers), array_of(leaves), array_of(bodies)}));
  Bytes next_edge;
  for (const Hash& hash : frontier.edge()) next_edge.insert(next_edge.end(), hash.begin(), hash.end());
  const Checkpoint next{.origin = signer_.key().name, .size = frontier.size(), .root = frontier.root()};
  const std::string note = TRY(sign_checkpoint(next, signer_));
  TRY(connection_->run("UPDATE bonafide_log_state SET size = $1, edge = $2, note = $3 WHERE one = 1 AND size = $4",
                       {std::to_string(next.size), hex_of(next_edge), note, std::to_string(size)}));
  if (connection_->changed() != 1) return make_error(Code::corrupt, "somebody else appended meanwhile");
  return {};
}

Result<void> PostgresStore::publish() {
  return patiently([this] { return bring_on(); });
}

/// Tiles first, then the guard, then the checkpoint, as in a folder store; only what is committed comes here.
Result<void> PostgresStore::bring_on() {
  DurableWriter keep(options_.keep), folder(options_.folder);
  if (!read_file(options_.keep + "/" + std::string(kGuard), kMostNoteBytes)) {
    TRY(keep.put("README", as_bytes("The guard and lock of a log in PostgreSQL; keep them.\n"), 0600));
    TRY(keep.finish());
  }
  const FileLock lock = TRY(FileLock::take(options_.keep + "/" + std::string(kLock)));
  const auto state = TRY(connection_->run("SELECT note FROM bonafide_log_state WHERE one = 1"));
  if (state.size() != 1) return make_error(Code::corrupt, "the database holds no log");
  const std::string& note = state[0][0];
  const Checkpoint target = TRY(open_checkpoint(note, signer_.key())).checkpoint;
  Checkpoint guarded{.origin = target.origin, .size = 0, .root = empty_root()};
  if (const auto guard = read_file(options_.keep + "/" + std::string(kGuard), kMostNoteBytes)) {
    guarded = TRY(open_checkpoint(*guard, signer_.key())).checkpoint;
    if (guarded.size > target.size || (guarded.size == target.size && guarded.root != target.root))
      return make_error(Code::denied,
                        fmt::format("the database holds {} entries, {} were published, or another tree: it "
                                    "was put back; nothing is published",
                                    target.size, guarded.size));
  }
  const auto shown = read_file(options_.folder + "/" + std::string(kCheckpointPath), kMostNoteBytes);
  const bool cut = shown && (shown->empty() || shown->front() == '\0');  // what a power cut leaves of a file
  Checkpoint before = cut ? guarded : Checkpoint{.origin = target.origin, .size = 0, .root = empty_root()};
  if (shown && !cut) before = TRY(open_checkpoint(*shown, signer_.key())).checkpoint;
  if (shown && !cut && before.size == target.size) {
    if (before.root != target.root) return make_error(Code::denied, "the folder shows another tree than the database");
    if (published_ && published_->checkpoint.size == target.size) return {};
  }
  if (!published_ || published_->checkpoint.size != before.size) {
    if (shown) TRY(sweep_beyond(options_.folder, before.size));
    published_ = std::make_unique<TreeEdge>(TRY(TreeEdge::load(before, files_in(options_.folder))));
  }
  TreeEdge next = *published_;
  std::vector<TileId> filled;
  while (next.frontier.size() < target.size) {
    const std::uint64_t first = next.frontier.size(), last = std::min(first + kChunk, target.size);
    const auto rows =
        TRY(connection_->run("SELECT body FROM bonafide_log_entry WHERE number >= $1 AND number < $2 ORDER BY number",
                             {std::to_string(first), std::to_string(last)}));
    if (rows.size() != last - first) return make_error(Code::corrupt, "the database lacks entries that it signed");
    for (const auto& row : rows) {
      const Bytes body = TRY(bytes_from(row[0]));
      for (const TreeEdge::Piece& piece : next.append(body, leaf_hash(body))) {
        TRY(folder.put(tile_path(piece.tile), piece.bytes));
        filled.push_back(piece.tile);
      }
    }
  }
  if (next.frontier.root() != target.root)
    return make_error(Code::corrupt, "the database's entries do not lead to the root that was signed");
  for (const TreeEdge::Piece& piece : next.partial()) TRY(folder.put(tile_path(piece.tile), piece.bytes));
  TRY(folder.finish());
  next.checkpoint = target;
  TRY(keep.put(std::string(kGuard), as_bytes(note), 0600));
  TRY(keep.finish());
  TRY(folder.put(std::string(kCheckpointPath), as_bytes(note)));
  TRY(folder.finish_hastily());
  *published_ = std::move(next);
  for (const TileId& tile : filled) TRY(folder.remove(tile_path(tile) + ".p"));
  return {};
}

Result<SignedCheckpoint> PostgresStore::checkpoint() {
  const std::string note = TRY(read_file(options_.folder + "/" + std::string(kCheckpointPath), kMostNoteBytes));
  return open_checkpoint(note, signer_.key());
}

}  // namespace bonafide::provenance::log
