#include "provenance/log/registry.h"

#include "provenance/log/entry.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::string_view kSelect =
    "SELECT leaf, number, entry, salt, asset, name, contact, manifest, certificate, erased, prints FROM work ";

Cell blob(const Hash& hash) { return Bytes(hash.begin(), hash.end()); }
Cell some(const Bytes& bytes) { return bytes.empty() ? Cell() : Cell(bytes); }
Cell some(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

Result<Record> record_of(const Row& row) {
  Record record;
  record.leaf = TRY(to_hash(bytes_of(row[0])));
  if (const auto number = integer_of(row[1])) record.number = static_cast<std::uint64_t>(*number);
  record.entry = bytes_of(row[2]);
  record.salt = bytes_of(row[3]);
  const Bytes asset = bytes_of(row[4]);
  if (!asset.empty()) record.asset = TRY(to_hash(asset));
  record.name = text_of(row[5]);
  record.contact = text_of(row[6]);
  record.manifest = bytes_of(row[7]);
  record.certificate = bytes_of(row[8]);
  record.erased = integer_of(row[9]).value_or(0) != 0;
  record.prints = bytes_of(row[10]);
  return record;
}

Result<std::optional<Record>> first_of(const std::vector<Row>& rows) {
  if (rows.empty()) return std::optional<Record>();
  return std::optional(TRY(record_of(rows.front())));
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(const std::string& path) {
  Database database = TRY(Database::open(path, Database::Safety::full));
  TRY(
      database.run("CREATE TABLE IF NOT EXISTS work (leaf BLOB PRIMARY KEY, number INTEGER, entry BLOB NOT NULL, "
                   "salt BLOB, asset BLOB, name TEXT, contact TEXT, manifest BLOB, certificate BLOB, "
                   "erased INTEGER NOT NULL DEFAULT 0, prints BLOB) WITHOUT ROWID"));
  bool has_prints = false;  // registries of before 2026-11-25 have no such column
  for (const Row& column : TRY(database.rows("PRAGMA table_info(work)"))) has_prints |= text_of(column[1]) == "prints";
  if (!has_prints) TRY(database.run("ALTER TABLE work ADD COLUMN prints BLOB"));
  TRY(database.run("CREATE INDEX IF NOT EXISTS work_asset ON work (asset)"));
  TRY(database.run("CREATE INDEX IF NOT EXISTS work_number ON work (number)"));
  const bool older = TRY(database.rows("SELECT 1 FROM sqlite_master WHERE name = 'pointer'")).empty();
  TRY(database.run(
      "CREATE TABLE IF NOT EXISTS pointer (kind TEXT, value BLOB, leaf BLOB, PRIMARY KEY (kind, value, leaf)) "
      "WITHOUT ROWID"));
  std::unique_ptr<Registry> registry(new Registry(std::move(database)));
  if (!older) return registry;
  for (const Row& row : TRY(registry->database_.rows(std::string(kSelect) + "WHERE erased = 0"))) {
    const Record record = TRY(record_of(row));
    const auto entry = parse_signed_entry(record.entry);
    if (entry && !entry->entry.mark_id.empty()) TRY(registry->point("mark", entry->entry.mark_id, record.leaf));
  }
  return registry;
}

Result<void> Registry::put(const Record& record) {
  const Cell number = record.number ? Cell(static_cast<std::int64_t>(*record.number)) : Cell();
  const Cell asset = record.asset ? blob(*record.asset) : Cell();
  return database_.transaction([&]() -> Result<void> {
    TRY(database_.run("INSERT OR IGNORE INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                      {blob(record.leaf), number, record.entry, some(record.salt), asset, some(record.name),
                       some(record.contact), some(record.manifest), some(record.certificate), some(record.prints)}));
    const auto entry = parse_signed_entry(record.entry);
    if (entry && !entry->entry.mark_id.empty()) TRY(point("mark", entry->entry.mark_id, record.leaf));
    if (record.manifest_label.empty()) return {};
    return point("manifest", record.manifest_label, record.leaf);
  });
}

Result<void> Registry::point(const std::string& kind, const Cell& value, const Hash& leaf) {
  return database_.run("INSERT OR IGNORE INTO pointer VALUES (?, ?, ?)", {kind, value, blob(leaf)});
}

Result<void> Registry::set_manifest(const Hash& leaf, const Bytes& manifest, const std::string& label) {
  return database_.transaction([&]() -> Result<void> {
    TRY(database_.run("UPDATE work SET manifest = ? WHERE leaf = ? AND manifest IS NULL AND erased = 0",
                      {manifest, blob(leaf)}));
    return point("manifest", label, leaf);
  });
}

Result<std::vector<Record>> Registry::find_mark(ByteView id, std::uint64_t most) {
  std::vector<Record> records;
  for (const Row& row : TRY(database_.rows(
           std::string(kSelect) +
               "WHERE leaf IN (SELECT leaf FROM pointer WHERE kind = 'mark' AND value = ?) AND manifest IS NOT NULL "
               "ORDER BY number DESC LIMIT ?",
           {Bytes(id.begin(), id.end()), static_cast<std::int64_t>(most)})))
    records.push_back(TRY(record_of(row)));
  return records;
}

Result<std::optional<Record>> Registry::find_manifest(const std::string& label) {
  return first_of(TRY(database_.rows(
      std::string(kSelect) + "WHERE leaf IN (SELECT leaf FROM pointer WHERE kind = 'manifest' AND value = ?) AND "
                             "manifest IS NOT NULL ORDER BY number DESC LIMIT 1",
      {label})));
}

Result<std::string> Registry::label_of(const Hash& leaf) {
  const auto rows = TRY(database_.rows("SELECT value FROM pointer WHERE kind = 'manifest' AND leaf = ?", {blob(leaf)}));
  return rows.empty() ? std::string() : text_of(rows.front().front());
}

Result<void> Registry::set_number(const Hash& leaf, std::uint64_t number) {
  return database_.run("UPDATE work SET number = ? WHERE leaf = ?", {static_cast<std::int64_t>(number), blob(leaf)});
}

Result<std::optional<Record>> Registry::find(const Hash& leaf) {
  return first_of(TRY(database_.rows(std::string(kSelect) + "WHERE leaf = ?", {blob(leaf)})));
}

Result<std::optional<Record>> Registry::find(std::uint64_t number) {
  const auto wanted = static_cast<std::int64_t>(number);
  return first_of(TRY(database_.rows(std::string(kSelect) + "WHERE number = ?", {wanted})));
}

Result<std::vector<Record>> Registry::find_asset(const Hash& asset) {
  std::vector<Record> records;
  for (const Row& row : TRY(database_.rows(std::string(kSelect) + "WHERE asset = ? ORDER BY number", {blob(asset)})))
    records.push_back(TRY(record_of(row)));
  return records;
}

Result<void> Registry::each(const std::function<Result<void>(Record&&)>& take) {
  const auto pass_on = [&](const std::vector<Row>& rows) -> Result<void> {
    for (const Row& row : rows) {
      Record record = TRY(record_of(row));
      TRY(take(std::move(record)));
    }
    return {};
  };
  const auto unnumbered = TRY(database_.rows(std::string(kSelect) + "WHERE number IS NULL ORDER BY leaf"));
  TRY(pass_on(unnumbered));
  constexpr std::int64_t kAtOnce = 256;  // rows in memory: a map of a long clip can be large
  const std::string some = std::string(kSelect) + "WHERE number > ? ORDER BY number LIMIT ?";
  for (std::int64_t after = -1;;) {
    const auto rows = TRY(database_.rows(some, {after, kAtOnce}));
    if (rows.empty()) return {};
    TRY(pass_on(rows));
    after = integer_of(rows.back()[1]).value_or(after);
  }
}

Result<void> Registry::erase(const Hash& leaf) {
  if (!TRY(find(leaf))) return make_error(Code::not_found, "nothing is registered for this entry");
  TRY(
      database_.run("UPDATE work SET salt = NULL, asset = NULL, name = NULL, contact = NULL, manifest = NULL, "
                    "certificate = NULL, prints = NULL, erased = 1 WHERE leaf = ?",
                    {blob(leaf)}));
  TRY(database_.run("DELETE FROM pointer WHERE leaf = ?", {blob(leaf)}));
  // the journal still holds the page as it was; this writes it back and empties it
  const auto rows = TRY(database_.rows("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (rows.empty() || integer_of(rows[0][0]).value_or(1) != 0)
    return make_error(Code::unavailable,
                      "erased, but another program still reads the journal with the old text: try again");
  return {};
}

}  // namespace bonafide::provenance::log
