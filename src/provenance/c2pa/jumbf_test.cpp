#include "provenance/c2pa/jumbf.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

TEST(Jumbf, ReadsLabelsSaltsAndNesting) {
  const Bytes salt = plain("c2sh", "0123456789abcdef");
  const Bytes inner = super("cbor", "c2pa.claim", {plain("cbor", "\xA0")}, salt);
  const Bytes bytes = super("c2pa", "c2pa", {inner, plain("free", "x")});
  const auto box = parse_superbox(bytes);
  ASSERT_TRUE(box) << box.error().to_string();
  EXPECT_EQ(box->uuid, c2pa_uuid("c2pa"));
  EXPECT_EQ(box->label, "c2pa");
  const JumbfBox* const claim = box->child("c2pa.claim");
  ASSERT_NE(claim, nullptr);
  EXPECT_EQ(claim->toggles, 0x13);
  EXPECT_EQ(as_text(claim->salt), "0123456789abcdef");
  EXPECT_EQ(as_text(claim->content(fourcc("cbor"))->payload), "\xA0");
  // what a hashed_uri covers: everything but the eight bytes of the header
  EXPECT_EQ(claim->payload.size(), inner.size() - 8);
  EXPECT_EQ(bytes[static_cast<std::size_t>(claim->offset) + 4], 'j');
}

TEST(Jumbf, AmbiguousLabelsDoNotResolve) {
  const Bytes twin = super("cbor", "twin", {});
  const Bytes bytes = super("c2pa", "c2pa", {twin, twin});
  const auto box = parse_superbox(bytes);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->child("twin"), nullptr);
}

TEST(Jumbf, LeavesWhatFollows) {
  Bytes bytes = super("c2pa", "c2pa", {});
  const std::size_t size = bytes.size();
  bytes.resize(size + 5);
  EXPECT_EQ(parse_superbox(bytes)->whole.size(), size);
}

TEST(Jumbf, RefusesEveryTruncation) {
  const Bytes bytes = super("c2pa", "c2pa", {super("cbor", "a", {plain("cbor", "\xA0")})});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_superbox(ByteView(bytes).first(size))) << size;
  }
}

TEST(Jumbf, BoundsDepthAndCount) {
  Bytes deep = super("c2pa", "x", {});
  for (int i = 0; i < 40; ++i) deep = super("c2pa", "x", {deep});
  EXPECT_EQ(parse_superbox(deep).error().code, Code::limit);
  std::vector<Bytes> many(100, plain("free", ""));
  EXPECT_EQ(parse_superbox(super("c2pa", "x", many), {16, 50}).error().code, Code::limit);
}

TEST(Jumbf, RefusesLabelsWithoutEndOrMeaning) {
  Bytes bytes = super("c2pa", "label", {});
  for (auto& byte : bytes)
    if (byte == 'l') byte = 0xFF;  // not UTF-8
  EXPECT_EQ(parse_superbox(bytes).error().code, Code::corrupt);
  Bytes endless = super("c2pa", "label", {});
  endless.back() = 'x';  // the zero that ends the label
  EXPECT_EQ(parse_superbox(endless).error().code, Code::corrupt);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
