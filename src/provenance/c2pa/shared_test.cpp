// Every file of ../shared/data/c2pa against what c2pa-rs 0.91.3 said (expected.json). Whatever differs must stand,
// argued, in docs/known_differences_c2pa.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "provenance/c2pa/validate.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa {
namespace {

using crypto::TrustStore;

constexpr crypto::UnixTime kClock = 1795438800;  // 2026-11-23T13:00Z, the day expected.json was made

std::string text_file(const std::string& path) { return read_file(path, 1 << 24).value_or(""); }

TrustStore test_trust(const std::string& root) {
  TrustStore store;
  const std::vector<std::string> uses{std::string(crypto::oid::kEmailProtection),
                                      std::string(crypto::oid::kDocumentSigning),
                                      std::string(crypto::oid::kC2paClaimSigning)};
  const std::string own = text_file(root + "/generated/root.pem");
  EXPECT_TRUE(
      store.add_signer_pem("c2pa-rs tests", text_file(root + "/c2pa-rs/certs/trust/test_cert_root_bundle.pem"), uses));
  EXPECT_TRUE(store.add_signer_pem("own test root", own, uses));
  // Stamps of the official samples chain to authorities that are on no C2PA list; see the known differences.
  EXPECT_TRUE(store.add_tsa_pem("own test root", own));
  EXPECT_TRUE(store.add_tsa_pem("C2PA TSA list", text_file(root + "/trust/trust-list/C2PA-TSA-TRUST-LIST.pem")));
  return store;
}

struct Answer {
  std::string state;  ///< Trusted, Valid, Invalid, none, error
  std::set<std::string> failures, deltas, others;
  std::string note;
};

Answer ask(const std::string& path, const TrustStore& trust) {
  auto file = FileReader::open(path);
  if (!file) return {"error", {}, {}, {}, file.error().message};
  const media::FileSource source(*file);
  auto located = locate(source, Context());
  if (!located) return {"error", {}, {}, {}, located.error().message};
  if (!located->found() && located->problem.empty()) return {located->readable ? "none" : "unread", {}, {}, {}, {}};
  auto validation = validate(source, std::move(*located), {&trust, kClock, false}, Context());
  if (!validation) return {"error", {}, {}, {}, validation.error().message};
  Answer answer{std::string(to_string(validation->state)), {}, {}, {}, validation->unsupported};
  for (const Status& status : validation->manifests.front().statuses) {
    (status.kind == Kind::failure ? answer.failures : answer.others).insert(status.code);
    if (status.kind == Kind::failure) answer.note += status.code + ": " + status.reason + "; ";
  }
  for (const Delta& delta : validation->deltas)
    for (const Status& status : delta.failures) {
      answer.deltas.insert(status.code);
      answer.note += "[" + status.code + " " + status.url + ": " + status.reason + "] ";
    }
  return answer;
}

std::set<std::string> strings(const Json& list) {
  std::set<std::string> found;
  for (const Json& item : list) {
    if (item.is_array())
      found.merge(strings(item));
    else
      found.insert(item.get<std::string>());
  }
  return found;
}

/// What the oracle said, in our words.
Answer expected_of(const Json& entry) {
  if (!entry.contains("state")) {
    const std::string error = entry.value("error", "");
    const bool none =
        error.find("JumbfNotFound") != std::string::npos || error.find("RemoteManifest") != std::string::npos;
    return {none ? "none" : "refused", {}, {}, {}, error};
  }
  return {entry["state"], strings(entry["failure"]), strings(entry["ingredient_failures"]), {}, {}};
}

std::string describe(const Answer& answer) {
  std::string text = answer.state;
  for (const std::string& code : answer.failures) text += " " + code;
  for (const std::string& code : answer.deltas) text += " (ingredient: " + code + ")";
  return text;
}

bool agree(const Answer& wanted, const Answer& got) {
  if (wanted.state == "refused") return got.state == "error" || got.state == "Invalid" || got.state == "none";
  if (wanted.state == "none") return got.state == "none" || got.state == "unread" || got.state == "error";
  return wanted.state == got.state && wanted.failures == got.failures && wanted.deltas == got.deltas;
}

TEST(C2paShared, EveryFileGivesTheExpectedAnswerOrIsAKnownDifference) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const auto expected = parse_json(text_file(*root + "/expected.json"));
  ASSERT_TRUE(expected);
  const std::string differences = text_file(BONAFIDE_SOURCE_DIR "/docs/known_differences_c2pa.md");
  const TrustStore trust = test_trust(*root);
  int agreed = 0, known = 0, total = 0;
  for (const auto& [name, entry] : (*expected)["files"].items()) {
    ++total;
    const Answer wanted = expected_of(entry), got = ask(*root + "/" + name, trust);
    if (agree(wanted, got)) {
      ++agreed;
      continue;
    }
    const std::string row = fmt::format("| `{}` | {} |", name, describe(got));
    const bool listed = differences.find(row) != std::string::npos;  // the row pins our answer, too
    known += listed ? 1 : 0;
    EXPECT_TRUE(listed) << fmt::format("{}: expected {}, got\n{}\n{}", name, describe(wanted), row, got.note);
  }
  fmt::print("agreements: {} of {}; known differences: {}\n", agreed, total, known);
  RecordProperty("agreements", agreed);
}

TEST(C2paShared, ASidecarHoldsForItsWorkAndForNoOther) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const TrustStore trust = test_trust(*root);
  const auto with = [&](const std::string& work) {
    const media::FileSource sidecar(FileReader::open(*root + "/generated/jpeg_sidecar.c2pa").value());
    const media::FileSource source(FileReader::open(*root + work).value());
    auto validation = validate(source, locate(sidecar, Context()).value(), {&trust, kClock, false}, Context());
    return std::string(to_string(validation.value().state));
  };
  EXPECT_EQ(with("/generated/jpeg_sidecar.jpg"), "Trusted");
  EXPECT_EQ(with("/c2pa-rs/no_manifest.jpg"), "Invalid");
}

// An unknown, expired or unfit signer is never told as a changed file, and a changed file always is.
TEST(C2paShared, BrokenAndUntrustedAreToldApart) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const TrustStore nobody;
  const auto look = [&](const std::string& name) {
    const media::FileSource source(FileReader::open(*root + "/" + name).value());
    return validate(source, locate(source, Context()).value(), {&nobody, kClock, false}, Context()).value();
  };
  for (const std::string name : {"generated/jpeg_es256.jpg", "generated/bad_jpeg_eku.jpg", "c2pa-rs/video1.mp4",
                                 "c2pa-rs/ocsp.jpg", "public-testfiles/nikon-20221019-building.jpeg",
                                 "c2pa-ts/trustnxt-icon-signed-v2-bmff.heic", "generated/mp4_merkle4k_es256.mp4"}) {
    const Validation validation = look(name);
    EXPECT_TRUE(validation.intact) << name;
    EXPECT_FALSE(validation.broken) << name;
    EXPECT_NE(validation.state, State::trusted) << name;
  }
  for (const std::string name :
       {"generated/bad_jpeg_pixels.jpg", "generated/bad_jpeg_appended.jpg", "generated/bad_png_assertion.png",
        "generated/bad_webp_claim.webp", "generated/bad_mp4_mdat.mp4", "generated/bad_wav_samples.wav",
        "generated/bad_jpeg_ingredient_assertion.jpg", "c2pa-rs/E-sig-CA.jpg"}) {
    const Validation validation = look(name);
    EXPECT_TRUE(validation.broken) << name;
    EXPECT_FALSE(validation.intact) << name;
  }
}

// Flip one byte anywhere: never Trusted, unless the answer lists that byte as covered by nothing.
TEST(C2paShared, AFlippedByteNeverStaysTrustedUnlessListed) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const TrustStore trust = test_trust(*root);
  for (const std::string name :
       {"jpeg_es256.jpg", "png_ps256.png", "webp_ed25519.webp", "gif_es256.gif", "tiff_es256.tiff", "m4a_es256.m4a",
        "mp4_merkle4k_es256.mp4", "mp3_es384.mp3", "avif_es256.avif", "jpeg_update_manifest.jpg"}) {
    const FileReader file = FileReader::open(*root + "/generated/" + name).value();
    Bytes bytes = file.read(0, static_cast<std::size_t>(file.size())).value();
    std::uint64_t random = 0x9E3779B97F4A7C15, listed = 0;
    for (int i = 0; i < 200; ++i) {
      random = random * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::size_t at = static_cast<std::size_t>((random >> 16) % bytes.size());
      const auto bit = static_cast<std::uint8_t>(1U << (random >> 61));
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ bit);
      const media::MemorySource source(bytes);
      auto located = locate(source, Context());
      if (located && located->found()) {
        const auto validation = validate(source, std::move(*located), {&trust, kClock, false}, Context());
        if (validation && validation->state == State::trusted) {
          const bool told = std::ranges::any_of(
              validation->uncovered, [&](const Uncovered& u) { return at >= u.range.start && at < u.range.end(); });
          EXPECT_TRUE(told) << name << ": byte " << at << " can change and nobody is told";
          ++listed;
        }
      }
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ bit);
    }
    fmt::print("{}: {} of 200 flips lie where nothing is signed, and are listed\n", name, listed);
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
