// What the log must not hold, kept apart and deletable: salts, names, manifests, contacts. Erasing a row destroys the
// salt, and with it the tie between entry and work; every proof stays valid.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/merkle.h"
#include "provenance/log/sqlite.h"

namespace bonafide::provenance::log {

struct Record {
  Hash leaf = {};                            ///< of the entry: the key
  std::optional<std::uint64_t> number = {};  ///< in the log; nothing: the entry was prepared, but no answer came
  Bytes entry = {};                          ///< the signed entry itself
  Bytes salt = {};                           ///< empty: the work is public, or erased
  std::optional<Hash> asset = {};            ///< SHA-256 of the work
  std::string name = {};                     ///< of the file, for people
  std::string contact = {};
  Bytes manifest = {};     ///< C2PA manifest store, for giving it back to works that lost theirs
  Bytes certificate = {};  ///< the issuer's, DER
  bool erased = false;
};

class Registry {
 public:
  static Result<std::unique_ptr<Registry>> open(const std::string& path);

  /// Durable before it returns; call it before the entry goes into the log, or a crash could lose the salt.
  Result<void> put(const Record& record);
  Result<void> set_number(const Hash& leaf, std::uint64_t number);
  Result<std::optional<Record>> find(const Hash& leaf);
  Result<std::optional<Record>> find(std::uint64_t number);
  /// Everything about the work with this SHA-256, by number.
  Result<std::vector<Record>> find_asset(const Hash& asset);
  /// Overwrites everything but entry, leaf and number. not_found: there is no such row.
  Result<void> erase(const Hash& leaf);

 private:
  explicit Registry(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace bonafide::provenance::log
