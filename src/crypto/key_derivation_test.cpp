#include "crypto/key_derivation.h"

#include <gtest/gtest.h>

namespace bonafide::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// RFC 5869 A.1 and A.3 (no salt, no info).
TEST(Hkdf, PublishedVectors) {
  const Bytes material(22, 0x0b);
  EXPECT_EQ(to_hex(hkdf_sha256(material, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42).value()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(material, {}, {}, 42).value()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, RefusesNonsense) {
  EXPECT_FALSE(hkdf_sha256({}, {}, {}, 32));
  EXPECT_FALSE(hkdf_sha256(Bytes(16, 1), {}, {}, 0));
  EXPECT_FALSE(hkdf_sha256(Bytes(16, 1), {}, {}, 8161));
}

// RFC 8439 A.1, test vectors 1 and 2: key and nonce of zeros, blocks 0 and 1.
TEST(ChaChaStream, PublishedVectors) {
  auto stream = ChaChaStream::create(Bytes(32, 0), Bytes(12, 0)).value();
  Bytes block(64);
  stream.fill(block);
  EXPECT_EQ(to_hex(block),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  stream.fill(block);
  EXPECT_EQ(to_hex(block),
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
}

TEST(ChaChaStream, PiecesAreTheWhole) {
  auto a = ChaChaStream::create(Bytes(32, 7), Bytes(12, 9)).value();
  auto b = ChaChaStream::create(Bytes(32, 7), Bytes(12, 9)).value();
  Bytes whole(100), pieces(100);
  a.fill(whole);
  b.fill(std::span(pieces).first(33));
  b.fill(std::span(pieces).subspan(33));
  EXPECT_EQ(whole, pieces);
  EXPECT_FALSE(ChaChaStream::create(Bytes(31, 0), Bytes(12, 0)));
}

}  // namespace
}  // namespace bonafide::crypto
