#include "provenance/c2pa/compressed.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>

#include "provenance/c2pa/store.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

constexpr std::string_view kLabel = "urn:c2pa:00000000-0000-4000-8000-000000000001";

Bytes manifest(const char (&type)[5] = "c2ma", std::string_view label = kLabel, std::size_t filling = 100) {
  return super(type, label,
               {super("c2as", "c2pa.assertions", {super("cbor", "x.y", {plain("cbor", std::string(filling, 'a'))})}),
                super("c2cl", "c2pa.claim.v2", {plain("cbor", "\xA0")}),
                super("c2cs", "c2pa.signature", {plain("cbor", "\xA0")})});
}

Bytes packed(const Bytes& bytes) {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size()) + 16;
  Bytes out(size);
  EXPECT_TRUE(BrotliEncoderCompress(1, 22, BROTLI_MODE_GENERIC, bytes.size(), bytes.data(), &size, out.data()));
  out.resize(size);
  return out;
}

Bytes around(const Bytes& stream, std::string_view label = kLabel) {
  return super("c2cm", label, {plain("brob", as_text(stream))});
}

Store store_of(const std::vector<Bytes>& manifests) { return Store::parse({super("c2pa", "c2pa", manifests)}).value(); }

std::string why(const Bytes& compressed) {
  const Store store = store_of({compressed});
  EXPECT_EQ(store.manifests().size(), 1U);
  return store.manifests()[0].broken_pack;
}

TEST(Compressed, WrittenAndReadBack) {
  for (const auto* const type : {"c2ma", "c2um"}) {
    const Bytes plain_form = type == std::string_view("c2ma") ? manifest("c2ma") : manifest("c2um");
    const Bytes compressed = compress_manifest(plain_form).value();
    EXPECT_LT(compressed.size(), plain_form.size());
    EXPECT_EQ(compress_manifest(plain_form).value(), compressed);
    const Store store = store_of({compressed});
    const Manifest& read = store.manifests()[0];
    EXPECT_EQ(read.broken_pack + read.problem, "");
    EXPECT_TRUE(read.compressed);
    EXPECT_EQ(read.update, type == std::string_view("c2um"));
    EXPECT_EQ(read.label, kLabel);
    EXPECT_EQ(read.claims.size(), 1U);
    ASSERT_NE(read.assertions, nullptr);
    const JumbfBox* const assertion = store.resolve("self#jumbf=c2pa.assertions/x.y", read);
    ASSERT_NE(assertion, nullptr);
    EXPECT_EQ(as_text(assertion->children[0].payload), std::string(100, 'a'));
    // What references to the manifest hash is the compressed form.
    const JumbfBox* const whole = store.resolve("self#jumbf=/c2pa/" + std::string(kLabel), read);
    ASSERT_NE(whole, nullptr);
    EXPECT_EQ(Bytes(whole->whole.begin(), whole->whole.end()), compressed);
  }
}

TEST(Compressed, BrokenFormsAreTold) {
  const Bytes good = packed(manifest());
  EXPECT_EQ(why(around(good)), "");
  EXPECT_NE(why(super("c2cm", kLabel, {})), "");
  EXPECT_NE(why(super("c2cm", kLabel, {plain("brob", as_text(good)), plain("brob", as_text(good))})), "");
  EXPECT_NE(why(around(good, "urn:c2pa:other")), "");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(why(around(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)))), "") << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_NE(why(around(longer)), "");
  Bytes two = manifest();
  put(two, "more");
  EXPECT_NE(why(around(packed(two))), "");
  EXPECT_NE(why(around(packed(super("c2as", kLabel, {})))), "");              // no manifest
  EXPECT_NE(why(around(packed(compress_manifest(manifest()).value()))), "");  // compressed twice
  EXPECT_NE(why(around(packed(Bytes(1000, 0)))), "");                         // no box
  EXPECT_NE(why(around(packed({}))), "");                                     // nothing
  Bytes open_ended = manifest();
  std::fill(open_ended.begin(), open_ended.begin() + 4, std::uint8_t{0});
  EXPECT_NE(why(around(packed(open_ended))), "");
}

TEST(Compressed, EveryFlippedByteIsTakenOrTold) {
  Bytes bytes = compress_manifest(manifest()).value();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= 0x10;
    static_cast<void>(Store::parse({super("c2pa", "c2pa", {bytes})}));
    bytes[at] ^= 0x10;
  }
}

// 32 MiB of zeros take 30 bytes of Brotli: the stated size is held against what is packed before anything is allocated.
TEST(Compressed, BombsAreNotUnpacked) {
  const Bytes big = manifest("c2ma", kLabel, 30U << 20);
  const Bytes stream = packed(big);
  ASSERT_LT(stream.size(), 10'000U);
  const Store store = store_of({around(stream)});
  EXPECT_TRUE(store.manifests()[0].too_large);
  EXPECT_EQ(store.manifests()[0].inner, store.manifests()[0].box);
  EXPECT_EQ(compress_manifest(big).error().code, Code::limit);
  // A size that is a lie, in either direction.
  for (const std::uint64_t lie : {std::uint64_t{0xFFFFFFFF}, std::uint64_t{20}, std::uint64_t{400}}) {
    Bytes wrong = manifest();
    for (std::size_t i = 0; i < 4; ++i) wrong[i] = static_cast<std::uint8_t>(lie >> (24 - 8 * i));
    EXPECT_NE(why(around(packed(wrong))), "") << lie;
  }
}

Bytes noise(std::size_t size, std::uint64_t seed) {
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(seed >> 56);
  }
  return bytes;
}

TEST(Compressed, ManifestsOfAStoreShareOneBound) {
  std::vector<Bytes> manifests;
  for (int i = 0; i < 4; ++i) {
    const std::string label = "urn:c2pa:" + std::to_string(i);
    const Bytes body = noise(100'000, static_cast<std::uint64_t>(i));  // repeated: packs about a hundredfold
    std::string content;
    for (int k = 0; k < 110; ++k) content += as_text(body);
    manifests.push_back(around(packed(super("c2ma", label, {plain("free", content)})), label));
  }
  const Store store = store_of(manifests);
  EXPECT_FALSE(store.manifests()[0].too_large);
  EXPECT_FALSE(store.manifests()[1].too_large);
  EXPECT_TRUE(store.manifests()[3].too_large);
}

TEST(Compressed, BoxesOfAllManifestsShareOneBound) {
  std::vector<Bytes> manifests;
  for (int i = 0; i < 3; ++i) {
    const std::string label = "urn:c2pa:" + std::to_string(i);
    std::string content;
    const Bytes filling = noise(80'000, 7);
    for (std::size_t k = 0; k < 20'000; ++k) content += as_text(plain("free", as_text(filling).substr(4 * k, 4)));
    Bytes box = super("c2ma", label, {});
    put(box, content);
    for (std::size_t b = 0; b < 4; ++b) box[b] = static_cast<std::uint8_t>(box.size() >> (24 - 8 * b));
    manifests.push_back(around(packed(box), label));
  }
  const Store store = store_of(manifests);
  EXPECT_EQ(store.manifests()[1].broken_pack, "");
  EXPECT_TRUE(store.manifests()[2].too_large);
}

TEST(Compressed, OnlyManifestsAreCompressed) {
  EXPECT_FALSE(compress_manifest(super("c2as", kLabel, {})));
  EXPECT_FALSE(compress_manifest(compress_manifest(manifest()).value()));
  EXPECT_FALSE(compress_manifest({}));
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
