#include "provenance/c2pa/store_view.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

using cbor::ByteForm;

Bytes uri(std::string_view label) {
  cbor::Writer writer;
  writer.map(2).text("url").text("self#jumbf=c2pa.assertions/" + std::string(label)).text("hash").bytes(Bytes(32, 7));
  return writer.take();
}

/// A claim that made `created` and only gathered `gathered`.
Bytes claim_box(const std::vector<std::string>& created, const std::vector<std::string>& gathered) {
  cbor::Writer writer;
  writer.map(5).text("instanceID").text("xmp:iid:1").text("signature").text("self#jumbf=c2pa.signature");
  writer.text("claim_generator_info").map(1).text("name").text("a test");
  writer.text("created_assertions").array(created.size());
  for (const std::string& label : created) writer.raw(uri(label));
  writer.text("gathered_assertions").array(gathered.size());
  for (const std::string& label : gathered) writer.raw(uri(label));
  return super("c2cl", "c2pa.claim.v2", {plain("cbor", as_text(writer.data()))});
}

Store store_of(const std::vector<Bytes>& assertions, const Bytes& claim) {
  Bytes store =
      super("c2pa", "c2pa", {super("c2ma", "urn:c2pa:1", {super("c2as", "c2pa.assertions", assertions), claim})});
  std::vector<Bytes> stores;
  stores.push_back(std::move(store));
  return Store::parse(std::move(stores)).value();
}

TEST(StoreView, EveryCodingIsToldAndOpened) {
  const Bytes mark{0xCA, 0xA9, 0x8E, 0xEE, 0x9D, 0x4D, 0xF8, 0x0E, 0x86, 0xAD, 0x4D, 0xFF, 0xCA, 0x26, 0x39, 0x73};
  using std::string_literals::operator""s;
  const Store store = store_of(
      {super("cbor", "a.cbor",
             {plain("cbor",
                    "\xa1"
                    "aa"
                    "\x42"
                    "\x01\x02")}),
       super("json", "a.json", {plain("json", R"({"b":[1,2]})")}),
       super("bfdb", "a.file", {plain("bfdb", "\0image/png\0"s), plain("bidb", "\x89PNG")}),
       super("uuid", "a.gone", {plain("uuid", as_text(mark))}),
       super("uuid", "a.odd", {plain("uuid", "something else 1")}), super("cbor", "a.broken", {plain("cbor", "\xa1")})},
      claim_box({"a.cbor", "a.json"}, {"a.file"}));
  const Manifest& manifest = store.manifests().back();
  const auto claim = claim_in(manifest);
  ASSERT_TRUE(claim);
  const auto found = assertions_in(manifest, &*claim);
  ASSERT_EQ(found.size(), 6U);
  EXPECT_EQ(found[0].coding, Coding::cbor);
  EXPECT_EQ(dump_json(*value_of(found[0], ByteForm::crjson).value()), R"({"a":"b64'AQI='"})");
  EXPECT_EQ(dump_json(*value_of(found[0], ByteForm::base64).value()), R"({"a":"AQI="})");
  EXPECT_TRUE(found[0].created && found[0].declared);
  EXPECT_EQ(dump_json(*value_of(found[1], ByteForm::crjson).value()), R"({"b":[1,2]})");
  EXPECT_EQ(found[2].coding, Coding::file);
  EXPECT_EQ(found[2].media_type, "image/png");
  EXPECT_EQ(as_text(found[2].content), "\x89PNG");
  EXPECT_TRUE(!found[2].created && found[2].declared);
  EXPECT_FALSE(value_of(found[2], ByteForm::crjson).value());
  EXPECT_EQ(found[3].coding, Coding::redacted);
  EXPECT_EQ(found[4].coding, Coding::other);
  EXPECT_FALSE(found[4].declared);
  EXPECT_FALSE(value_of(found[5], ByteForm::crjson));
}

TEST(StoreView, AClaimIsShownWithAllItSays) {
  const Store store = store_of({}, claim_box({"a.cbor"}, {}));
  const Json claim = claim_json(store.manifests().back(), ByteForm::crjson).value();
  EXPECT_EQ(claim["claim_generator_info"]["name"], "a test");
  EXPECT_EQ(claim["created_assertions"][0]["hash"], "b64'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='");
  EXPECT_FALSE(signature_in(store.manifests().back()));
  const Store empty = store_of({}, plain("free", ""));
  EXPECT_FALSE(claim_in(empty.manifests().back()));
  EXPECT_FALSE(claim_json(empty.manifests().back(), ByteForm::crjson));
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
