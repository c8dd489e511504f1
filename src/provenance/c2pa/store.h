// A manifest store taken apart: manifests, claims, assertions and the references between them (C2PA 2.5 §9 to §11).
// Reads claims v1 and v2 and ingredients v1 to v3. Everything views the store's own bytes.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cbor.h"
#include "crypto/hash.h"
#include "provenance/c2pa/compressed.h"
#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

struct HashedUri {
  std::string url;
  std::optional<std::string> alg;
  Bytes hash;
};
/// Nothing when the value is no hashed-uri-map (§9.4).
std::optional<HashedUri> hashed_uri(const cbor::Value* value);
/// "sha256", "sha384", "sha512"; nothing for all else.
std::optional<crypto::HashAlgorithm> hash_algorithm(std::string_view name);

struct Manifest {
  std::string label;
  bool update = false;              ///< c2um
  bool compressed = false;          ///< c2cm: claims and so on lie in what was unpacked
  bool too_large = false;           ///< compressed, and unpacks to more than the limits allow: nothing is known of it
  std::string problem;              ///< its boxes are not as §11.1 wants them: manifest.inaccessible.malformed
  std::string broken_pack;          ///< why it cannot be unpacked: manifest.compressed.invalid
  const JumbfBox* box = nullptr;    ///< as it lies in the store: what references to it hash
  const JumbfBox* inner = nullptr;  ///< `box`, or what was unpacked from it (its offsets count from its own start)
  const JumbfBox* assertions = nullptr;
  const JumbfBox* signature = nullptr;
  std::vector<const JumbfBox*> claims;  ///< should be one
};

class Store {
 public:
  /// Takes one store, or an original and its update, which adds manifests after it; unpacks compressed manifests.
  /// corrupt, limit: as parse_superbox.
  static Result<Store> parse(std::vector<Bytes> stores);

  const std::vector<Manifest>& manifests() const { return manifests_; }  ///< the last one is active
  const Manifest* find(std::string_view label) const;
  /// What a self#jumbf URI names, seen from `from`; `owner` is set to the manifest it lies in. Nothing when it does not
  /// resolve: no such box, an ambiguous label, or a path with ".." or an empty step.
  const JumbfBox* resolve(std::string_view url, const Manifest& from, const Manifest** owner = nullptr) const;
  /// "self#jumbf=/c2pa/<manifest>/…": one spelling for each box, to compare references by.
  static std::string absolute(std::string_view url, const Manifest& from);
  /// The first byte that is not zero after the end of the store's box, as an offset in the store.
  std::optional<std::uint64_t> trailing() const { return trailing_; }
  ByteView bytes() const { return bytes_.front(); }

 private:
  void unpack(Manifest& manifest);

  std::vector<Bytes> bytes_;
  std::vector<std::unique_ptr<JumbfBox>> roots_;
  std::vector<std::unique_ptr<Bytes>> unpacked_;
  std::vector<std::unique_ptr<JumbfBox>> unpacked_roots_;
  std::uint64_t room_ = kMostUnpacked;            ///< bytes that may still be unpacked
  std::size_t boxes_left_ = JumbfBounds().boxes;  ///< boxes that may still be found in them
  std::vector<Manifest> manifests_;
  std::optional<std::uint64_t> trailing_;
};

struct Claim {
  int version = 2;
  ByteView bytes;  ///< the CBOR that the signature covers
  std::string instance_id, generator, title, format, signature;
  std::optional<std::string> alg;
  std::vector<HashedUri> created;   ///< v1: all assertions
  std::vector<HashedUri> gathered;  ///< v2: not vouched for by the signer
  std::vector<std::string> redacted;
};
/// `code` is the C2PA status code when it fails: claim.cbor.invalid or claim.malformed.
Result<Claim> parse_claim(const JumbfBox& box, std::string& code);

struct Ingredient {
  std::string label;         ///< of its assertion
  std::string relationship;  ///< parentOf, componentOf, inputTo
  std::string title;
  std::optional<HashedUri> manifest, claim_signature;
  bool has_results = false;
  std::vector<std::pair<std::string, std::string>> recorded;  ///< failures (code, url) known when it was taken in
};
/// Nothing when the assertion is no well-formed ingredient.
std::optional<Ingredient> parse_ingredient(const std::string& label, const cbor::Value& value);

/// A label without its instance number: "c2pa.ingredient.v3__2" is "c2pa.ingredient.v3".
std::string_view base_label(std::string_view label);
/// The file name of a path in a URI.
std::string_view last_step(std::string_view url);

}  // namespace bonafide::provenance::c2pa
