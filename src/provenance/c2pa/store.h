// A manifest store taken apart: manifests, claims, assertions and the references between them (C2PA 2.5 §9 to §11).
// Reads claims v1 and v2 and ingredients v1 to v3. Everything views the store's own bytes.
#pragma once
#include <map>
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
  std::size_t store = 0;                ///< which of the stores it lies in
  /// Assertions by label; nothing behind a label that two carry.
  std::map<std::string_view, const JumbfBox*> by_label;
};

/// A byte of a store.
struct StorePlace {
  std::size_t store = 0;
  std::uint64_t offset = 0;
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
  /// The first byte that is not zero after the end of a store's box.
  std::optional<StorePlace> trailing() const { return trailing_; }
  /// The outermost box of each store.
  const std::vector<std::unique_ptr<JumbfBox>>& roots() const { return roots_; }
  std::uint64_t size(std::size_t store) const { return bytes_[store].size(); }  ///< with what follows the box
  /// A superbox of one of the types that manifests have; others are passed over (§11.5.3.1).
  static bool is_manifest(const JumbfBox& box);
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
  std::map<std::string, std::size_t, std::less<>> index_;  ///< label to place in manifests_; npos when two carry it
  std::optional<StorePlace> trailing_;
};

struct Claim {
  int version = 2;
  ByteView bytes;  ///< the CBOR that the signature covers
  std::string instance_id, generator, title, format, signature;
  std::optional<std::string> alg;
  std::vector<HashedUri> created;   ///< v1: all assertions
  std::vector<HashedUri> gathered;  ///< v2: not vouched for by the signer
  std::vector<std::string> redacted;
  bool signature_relative = false;  ///< v2 wants the signature's URI in full (§10.2)
};
/// `code` is the C2PA status code when it fails: claim.cbor.invalid or claim.malformed.
Result<Claim> parse_claim(const JumbfBox& box, std::string& code);

/// A failure that a signer knew of when it took an ingredient in.
struct Recorded {
  std::string code, url, explanation;
};

struct Ingredient {
  std::string label;         ///< of its assertion
  std::string relationship;  ///< parentOf, componentOf, inputTo
  std::string title;
  bool names_manifest = false;  ///< activeManifest (or c2pa_manifest) is there, well-formed or not
  std::optional<HashedUri> manifest, claim_signature;  ///< `hash` is empty when the field is not there
  bool has_results = false;
  bool has_source_type = false;
  bool has_related = false;                         ///< relatedAssertions is there
  std::optional<std::vector<std::string>> related;  ///< their URLs; nothing when the field is not a list of references
  std::vector<Recorded> recorded;                   ///< known when it was taken in
};
/// Nothing when the assertion is no map or does not say how the ingredient was used.
std::optional<Ingredient> parse_ingredient(const std::string& label, const cbor::Value& value);

/// A label without its instance number: "c2pa.ingredient.v3__2" is "c2pa.ingredient.v3".
std::string_view base_label(std::string_view label);
/// The file name of a path in a URI.
std::string_view last_step(std::string_view url);

}  // namespace bonafide::provenance::c2pa
