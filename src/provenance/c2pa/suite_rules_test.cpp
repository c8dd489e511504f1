// The suite's folders assertions, claims, ingredients, and the multipart files of formats/jpeg.
#include <fmt/format.h>

#include "provenance/c2pa/definition.h"
#include "provenance/c2pa/jumbf_writer.h"
#include "provenance/c2pa/signing_test.h"
#include "provenance/c2pa/suite_test.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace testing;

std::function<std::optional<Validation>()> forged(Forge plan) {
  return [plan] { return judged_forgery(plan); };
}

TEST(Suite, Assertions) {
  const ForgedAssertion note{"org.example.note", CborMap().text("a", "b").take()};
  Forge unresolvable = sound(), malformed = sound(), none_created = sound(), tampered = sound();
  unresolvable.assertions.push_back(note);
  unresolvable.assertions.back().in_store = false;
  malformed.assertions.push_back({"c2pa.soft-binding", {0xBF, 0x01}});
  none_created.claim["created_assertions"] = std::nullopt;
  // In the suite's file an assertion reads as in its sound ones; it is the claim's hash of it that is another.
  tampered.assertions[1].hash = hash_of(bound_to(ByteView(work()).first(7)));
  run_suite({{"assertions/hashed_uri_unresolvable",
              forged(unresolvable),
              {{.failures_any = {"assertion.missing", "hashedURI.missing"}}}},
             {"assertions/malformed_assertion", forged(malformed), {{.failures = {"assertion.cbor.invalid"}}}},
             {"assertions/missing_created_assertions", forged(none_created), {{.failures = {"claim.malformed"}}}},
             {"assertions/tampered_assertion",
              forged(tampered),
              {{.failures = {"assertion.hashedURI.mismatch"}, .successes_none = {"assertion.dataHash.match"}}}}});
}

TEST(Suite, Claims) {
  Forge broken = sound(), missing = sound(), several = sound(), unbound = sound(), nameless = sound(), odd = sound();
  broken.claim_contents = {make_box(fourcc("cbor"), Bytes{0xBF, 0x01})};
  missing.without_claim = true;
  several.more = {make_superbox("c2cl", "c2pa.claim.v2", {make_box(fourcc("cbor"), Bytes{0xA0})})};
  unbound.assertions = {created()};
  nameless.claim["instanceID"] = std::nullopt;
  odd.assertions[0].alg = "sha1";
  const Codes unsaid{"claimSignature.validated", "signingCredential.trusted"};
  run_suite({{"claims/claim_cbor_invalid", forged(broken), {{.failures = {"claim.cbor.invalid"}}}},
             {"claims/claim_missing", forged(missing), {{.failures = {"claim.missing"}, .successes_none = unsaid}}},
             {"claims/claim_multiple", forged(several), {{.failures = {"claim.multiple"}, .successes_none = unsaid}}},
             {"claims/hard_bindings_missing", forged(unbound), {{.failures = {"claim.hardBindings.missing"}}}},
             {"claims/missing_instance_id", forged(nameless), {{.failures = {"claim.malformed"}}}},
             {"claims/unsupported_hashed_uri_algorithm", forged(odd), {{.failures = {"algorithm.unsupported"}}}}});
}

Scene ours() {
  Scene scene;
  scene.signer = &plain_signer();
  scene.signers = scene.authorities = {&root1()};
  return scene;
}

/// `before` opened and signed again by our own writer.
std::optional<Validation> reopened(const Bytes& before) {
  const Scene scene = ours();
  const media::MemorySource source(before);
  crypto::TrustStore trust;
  trust.add_signer_list({"signers", crypto::default_key_uses(), {{root1().certificate, {}, {}}}});
  ManifestPlan plan = created_plan();
  plan.actions.clear();
  plan.ingredients.push_back(
      read_ingredient(source, locate(source, {}).value(), {&trust, pki::kNow, false, false}, {}).value());
  plan.ingredients.back().id = "parent";
  complete_actions(plan, {}, {}, "2027-01-15T08:00:00Z");
  return judged_file(scene, signed_by(scene, before, plan));
}

TEST(Suite, Ingredients) {
  const Expected whole{
      .no_failures = true,
      .successes = {"signingCredential.trusted", "claimSignature.insideValidity", "claimSignature.validated"}};
  Forge above = sound();
  above.assertions.push_back(takes_in(forge([] {
                                        Forge below = sound();
                                        below.label = "urn:c2pa:00000000-0000-4000-8000-00000000000a";
                                        return below;
                                      }()),
                                      "c2pa.ingredient.v3", "componentOf"));
  run_suite({{"ingredients/ingredient_with_hard_binding_mismatch",
              [] {
                Bytes before = signed_by(ours(), small_jpeg(), created_plan());
                before[before.size() - 10] ^= 1;
                return reopened(before);
              },
              {whole, {.failures = {"assertion.dataHash.mismatch"}, .successes_none = {"assertion.dataHash.match"}}}},
             {"ingredients/ingredient_with_missing_manifest",
              forged(above),
              {{.failures_any = {"ingredient.claimSignature.missing", "ingredient.manifest.missing"}}}},
             {"ingredients/opened_with_ingredient",
              [] { return reopened(signed_by(ours(), small_jpeg(), created_plan())); },
              {whole, whole}}});
}

Bytes sha256(ByteView bytes) { return crypto::digest(crypto::HashAlgorithm::sha256, bytes); }

/// Three pictures in one file, bound as a whole and each by itself, as phones write them; the first is required.
class Multipart {
 public:
  explicit Multipart(bool second_optional = true, std::size_t gap = 0) : second_optional_(second_optional), gap_(gap) {
    Bytes work = pictures_[0];
    work.insert(work.end(), pictures_[1].begin(), pictures_[1].end());
    work.insert(work.end(), gap, 0);
    work.insert(work.end(), pictures_[2].begin(), pictures_[2].end());
    for (frame_ = {20, 10'000};;) {  // a store goes behind APP0, which ends at byte 20; its size is in what it says
      file = signed_by(ours(), work, plan());
      const media::MemorySource source(file);
      const Range frame = locate(source, {}).value().framing.at(0);
      if (frame == frame_) return;
      frame_ = frame;
    }
  }

  /// Where part `index` begins; 3: where the last one ends.
  std::size_t begin(std::size_t index) const {
    std::size_t at = index > 0 ? static_cast<std::size_t>(frame_.length) : 0;
    for (std::size_t i = 0; i < index; ++i) at += pictures_[i].size();
    return at + (index > 1 ? gap_ : 0);
  }
  Bytes file;

 private:
  ManifestPlan plan() const {
    ManifestPlan made = created_plan();
    made.seed = 7;
    for (std::size_t i = 0; i < 3; ++i) {
      CborMap hash;
      hash.bytes("hash", sha256(pictures_[i])).bytes("pad", {});
      if (i == 0) {
        CborMap hole;
        hole.integer("start", static_cast<std::int64_t>(frame_.start));
        hole.integer("length", static_cast<std::int64_t>(frame_.length));
        hash.raw("exclusions", cbor_array({hole.take()}));
      }
      made.assertions.push_back({"c2pa.hash.data.part", Assertion::Form::cbor, hash.take(), {}, true});
    }
    // A builder with the same seed and nothing behind the parts' hashes makes the same boxes of them, salt and all.
    const Builder builder = Builder::create(ManifestPlan(made)).value();
    const Store store = Store::parse({builder.placeholder({}, 100)}).value();
    std::vector<Bytes> entries;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string url = "self#jumbf=c2pa.assertions/c2pa.hash.data.part" + (i == 0 ? "" : fmt::format("__{}", i));
      const JumbfBox* const box = store.resolve(url, store.manifests().back());
      EXPECT_NE(box, nullptr);
      const std::size_t size = pictures_[i].size() + (i == 0 ? static_cast<std::size_t>(frame_.length) : 0);
      CborMap place, entry;
      place.integer("byteOffset", static_cast<std::int64_t>(begin(i)));
      place.integer("length", static_cast<std::int64_t>(size));
      entry.raw("location", place.take()).raw("hashAssertion", reference(url, sha256(box->payload)));
      entry.boolean("optional", i == 2 || (i == 1 && second_optional_));
      entries.push_back(entry.take());
    }
    made.assertions.push_back(
        {"c2pa.hash.multi-asset", Assertion::Form::cbor, CborMap().raw("parts", cbor_array(entries)).take(), {}, true});
    return made;
  }

  const Bytes pictures_[3] = {small_jpeg(1200), small_jpeg(300), small_jpeg(400)};
  Range frame_;
  bool second_optional_;
  std::size_t gap_;
};

std::function<std::optional<Validation>()> multipart(const std::function<void(Bytes&, const Multipart&)>& change,
                                                     bool second_optional = true, std::size_t gap = 0) {
  return [=] {
    const Multipart parts(second_optional, gap);
    Bytes file = parts.file;
    if (change) change(file, parts);
    return judged_file(ours(), file);
  };
}

TEST(Suite, Multipart) {
  const Codes match{"assertion.multiAssetHash.match"};
  const Expected untouched{.no_failures = true, .successes = {"assertion.dataHash.match"}, .successes_none = match};
  const Expected without{.no_failures = true, .successes = match};
  const auto up_to = [](std::size_t part) {
    return [part](Bytes& file, const Multipart& parts) { file.resize(parts.begin(part)); };
  };
  run_suite({{"formats/jpeg/multipart_intact", multipart({}), {untouched}},
             {"formats/jpeg/multipart_required_part_intact", multipart({}, false), {untouched}},
             {"formats/jpeg/multipart_required_part_removed",
              multipart(up_to(1), false),
              {{.failures = {"assertion.multiAssetHash.missingPart"}, .successes_none = match}}},
             {"formats/jpeg/multipart_optional_part_removed", multipart(up_to(2)), {without}},
             {"formats/jpeg/multipart_optional_parts_removed", multipart(up_to(1)), {without}},
             {"formats/jpeg/multipart_optional_part_partly_removed",
              multipart([](Bytes& file, const Multipart&) { file.resize(file.size() - 10); }),
              {{.failures_any = {"assertion.multiAssetHash.malformed", "assertion.multiAssetHash.missingPart",
                                 "assertion.multiAssetHash.mismatch"},
                .successes_none = match}}},
             {"formats/jpeg/multipart_optional_part_mismatch",
              multipart([](Bytes& file, const Multipart& parts) {
                file.resize(parts.begin(2));
                file[parts.begin(1) + 100] ^= 1;
              }),
              {{.failures = {"assertion.multiAssetHash.mismatch"},
                .successes_none = {"assertion.multiAssetHash.match", "assertion.multiAssetHash.missingPart"}}}},
             {"formats/jpeg/multipart_gap",
              multipart([](Bytes& file, const Multipart& parts) { file[parts.begin(2) - 1] ^= 1; }, true, 1),
              {{.failures = {"assertion.multiAssetHash.malformed"}, .successes_none = match}}},
             {"formats/jpeg/multipart_extra_data",
              multipart([](Bytes& file, const Multipart&) { file.push_back(1); }),
              {{.failures_any = {"assertion.multiAssetHash.malformed", "assertion.multiAssetHash.mismatch"},
                .successes_none = match}}}});
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
