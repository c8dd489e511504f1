#include "provenance/log/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <limits>

namespace bonafide::provenance::log {

void Database::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void Database::Closer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Error Database::failed(std::string_view doing) const {
  const int number = database_ ? sqlite3_errcode(database_.get()) : SQLITE_NOMEM;
  const Code code = number == SQLITE_CORRUPT || number == SQLITE_NOTADB ? Code::corrupt : Code::io;
  Error error =
      make_error(code, std::string(doing) + ": " + (database_ ? sqlite3_errmsg(database_.get()) : "no memory"));
  error.file = path_;
  return error;
}

Result<Database> Database::open(const std::string& path, Safety safety) {
  Database made;
  made.path_ = path;
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  made.database_.reset(handle);
  if (opened != SQLITE_OK) return made.failed("cannot open");
  sqlite3_busy_timeout(handle, 30'000);
  TRY(made.rows("PRAGMA journal_mode=WAL"));
  TRY(made.rows("PRAGMA secure_delete=ON"));  // what is erased is overwritten, not only unlinked
  TRY(made.rows(safety == Safety::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  return made;
}

Result<sqlite3_stmt*> Database::prepare(std::string_view text, const std::vector<Cell>& values) {
  auto found = std::ranges::find_if(prepared_, [&](const Prepared& one) { return one.text == text; });
  if (found == prepared_.end()) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database_.get(), text.data(), static_cast<int>(text.size()), &made, nullptr) != SQLITE_OK)
      return failed("cannot read or write");
    prepared_.push_back({std::string(text), std::unique_ptr<sqlite3_stmt, Closer>(made)});
    found = prepared_.end() - 1;
  }
  sqlite3_stmt* const statement = found->statement.get();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int place = static_cast<int>(i) + 1;
    int bound = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
      bound = sqlite3_bind_int64(statement, place, *number);
    } else if (const auto* words = std::get_if<std::string>(&values[i])) {
      bound = sqlite3_bind_text64(statement, place, words->data(), words->size(), nullptr, SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<Bytes>(&values[i])) {
      static constexpr std::uint8_t kNothing = 0;  // an empty vector has no address, and none would mean NULL
      bound = sqlite3_bind_blob64(statement, place, bytes->empty() ? &kNothing : bytes->data(), bytes->size(), nullptr);
    }
    if (bound != SQLITE_OK) return failed("cannot read or write");
  }
  return statement;
}

Result<void> Database::run(std::string_view text, const std::vector<Cell>& values) {
  TRY(rows(text, values));
  return {};
}

Result<std::vector<Row>> Database::rows(std::string_view text, const std::vector<Cell>& values) {
  sqlite3_stmt* const statement = TRY(prepare(text, values));
  std::vector<Row> found;
  int state = SQLITE_ROW;
  while ((state = sqlite3_step(statement)) == SQLITE_ROW) {
    Row row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
      switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER: row.emplace_back(std::int64_t{sqlite3_column_int64(statement, i)}); break;
        case SQLITE_TEXT:
          row.emplace_back(std::string(static_cast<const char*>(sqlite3_column_blob(statement, i)), size));
          break;
        case SQLITE_BLOB: {
          const auto* first = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, i));
          row.emplace_back(size == 0 ? Bytes() : Bytes(first, first + size));
          break;
        }
        default: row.emplace_back(std::monostate()); break;
      }
    }
    found.push_back(std::move(row));
  }
  Result<std::vector<Row>> answer = state == SQLITE_DONE ? Result(std::move(found)) : failed("cannot read or write");
  sqlite3_reset(statement);
  return answer;
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  TRY(run("BEGIN IMMEDIATE"));
  auto done = work();
  if (done) done = run("COMMIT");
  if (!done) static_cast<void>(rows("ROLLBACK"));
  return done;
}

std::optional<std::int64_t> integer_of(const Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? std::nullopt : std::optional(*number);
}
Bytes bytes_of(const Cell& cell) {
  const auto* bytes = std::get_if<Bytes>(&cell);
  return bytes == nullptr ? Bytes() : *bytes;
}
std::string text_of(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

}  // namespace bonafide::provenance::log
