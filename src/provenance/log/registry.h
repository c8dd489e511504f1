// What the log must not hold, kept apart and deletable: salts, names, manifests, contacts. Erasing a row destroys the
// salt, and with it the tie between entry and work; every proof stays valid.
#pragma once
#include <functional>
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
  Bytes manifest = {};              ///< C2PA manifest store, for giving it back to works that lost theirs
  Bytes certificate = {};           ///< the issuer's, DER
  std::string manifest_label = {};  ///< of the store's active manifest: what it is asked for by (only written)
  Bytes prints = {};  ///< what the work looks and sounds like, as `provenance/print` writes it; sealed by the salt
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
  /// Gives an entry without one a manifest, which its entry must be about.
  Result<void> set_manifest(const Hash& leaf, const Bytes& manifest, const std::string& label);
  /// Those with this id in their mark that have a manifest, the newest first.
  Result<std::vector<Record>> find_mark(ByteView id, std::uint64_t most);
  /// The one whose manifest store has this active manifest (urn:c2pa:…).
  Result<std::optional<Record>> find_manifest(const std::string& label);
  /// The label of a record's active manifest; empty when it has none.
  Result<std::string> label_of(const Hash& leaf);
  /// Every row, those without a number first, until `take` refuses one.
  Result<void> each(const std::function<Result<void>(Record&&)>& take);
  /// Overwrites everything but entry, leaf and number. not_found: there is no such row.
  Result<void> erase(const Hash& leaf);

 private:
  Result<void> point(const std::string& kind, const Cell& value, const Hash& leaf);
  explicit Registry(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace bonafide::provenance::log
