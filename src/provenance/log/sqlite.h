// SQLite behind a few calls: this room's private files. Everything is bound, nothing is pasted into statements.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"

struct sqlite3;  // SQLite's own types, without its header
struct sqlite3_stmt;

namespace bonafide::provenance::log {

using Cell = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Row = std::vector<Cell>;

class Database {
 public:
  /// Full: what was committed survives a power cut. Rebuildable: only a crash of ours, which is quicker.
  enum class Safety { full, rebuildable };
  static Result<Database> open(const std::string& path, Safety safety);

  Result<void> run(std::string_view statement, const std::vector<Cell>& values = {});
  Result<std::vector<Row>> rows(std::string_view statement, const std::vector<Cell>& values = {});
  /// All of `work` or nothing of it.
  Result<void> transaction(const std::function<Result<void>()>& work);

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  Result<sqlite3_stmt*> prepare(std::string_view statement, const std::vector<Cell>& values);
  Error failed(std::string_view doing) const;
  std::string path_;
  std::unique_ptr<sqlite3, Closer> database_;
  struct Prepared {
    std::string text;
    std::unique_ptr<sqlite3_stmt, Closer> statement;
  };
  std::vector<Prepared> prepared_;  ///< statements are few and used again; they go before the database
};

std::optional<std::int64_t> integer_of(const Cell& cell);
Bytes bytes_of(const Cell& cell);
std::string text_of(const Cell& cell);

}  // namespace bonafide::provenance::log
