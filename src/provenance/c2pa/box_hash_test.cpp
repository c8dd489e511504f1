// The general box hash, made and checked: pictures built by hand, with a frame that stands for a credential.
#include <gtest/gtest.h>

#include <algorithm>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace std::string_literals;

struct Picture {
  Container container = Container::png;
  Bytes bytes;
  Range frame;
};

std::string chunk(const std::string& type, const std::string& content) {
  Bytes bytes;
  put32(bytes, content.size());
  return std::string(as_text(bytes)) + type + content + "sum_";
}

const std::string kStore(40, 'S');

Picture png(const std::string& between = "") {
  const std::string head = "\x89PNG\r\n\x1A\n"s + chunk("IHDR", "1234567890123");
  const std::string tail =
      between + chunk("eXIf", "camera") + chunk("IDAT", "aaaa") + chunk("IDAT", "bbbb") + chunk("IEND", "");
  const std::string all = head + chunk("caBX", kStore) + tail;
  return {Container::png, {as_bytes(all).begin(), as_bytes(all).end()}, {head.size(), kStore.size() + 12}};
}

Picture jpeg() {
  const std::string head = "\xFF\xD8\xFF\xE0\0\x04\x01\x02"s, store = "\xFF\xEB\0\x2A"s + kStore;
  const std::string tail =
      "\xFF\xE1\0\x06"
      "Exif\xFF\xDB\0\x03\x01\xFF\xDA\0\x03\x01\x55\xFF\0\x66\xFF\xD9"s;
  const std::string all = head + store + tail;
  return {Container::jpeg, {as_bytes(all).begin(), as_bytes(all).end()}, {head.size(), store.size()}};
}

Picture gif() {
  const std::string head = "GIF89a\x01\0\x01\0\x80\0\0RGBRGB"s;
  const std::string store =
      "\x21\xFF\x0B"
      "C2PA_GIF\x01\0\0\x28"s +
      kStore + "\0"s;
  const std::string tail = "\x21\xFE\x02hi\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01z\0;"s;
  const std::string all = head + store + tail;
  return {Container::gif, {as_bytes(all).begin(), as_bytes(all).end()}, {head.size(), store.size()}};
}

Picture wav() {
  const std::string body = "WAVEfmt \x02\0\0\0xxdata\x03\0\0\0abc\0"s, store = "C2PA\x28\0\0\0"s + kStore;
  const std::string all = "RIFF"s + static_cast<char>(body.size() + store.size()) + "\0\0\0"s + body + store;
  return {Container::riff, {as_bytes(all).begin(), as_bytes(all).end()}, {8 + body.size(), store.size()}};
}

Located located_in(const Picture& picture) {
  Located located;
  located.container = picture.container;
  if (picture.frame.length > 0) located.framing = {picture.frame};
  return located;
}

Bytes made(const Picture& picture, bool placeholder = false) {
  Splice splice;
  splice.container = picture.container;
  splice.frame = picture.frame;
  BindOptions options;
  options.form = BindingForm::boxes;
  options.placeholder = placeholder;
  const media::MemorySource view(picture.bytes);
  auto binding = make_binding(view, splice, options, Context());
  EXPECT_TRUE(binding) << binding.error().message;
  EXPECT_EQ(binding->label, "c2pa.hash.boxes");
  return binding->cbor;
}

BindingCheck look(const Picture& picture, ByteView binding, bool explain = false, bool part = false) {
  const auto value = cbor::parse(binding);
  EXPECT_TRUE(value);
  const media::MemorySource source(picture.bytes);
  BindingRequest request{"c2pa.hash.boxes", &*value, "sha256", false, explain, part};
  return check_binding(request, source, located_in(picture), Context()).value();
}

std::string code(const Picture& picture, ByteView binding) { return look(picture, binding).code; }

/// An entry by hand: names, the hash over the bytes from `start` on, and what else is given.
Bytes entry(const std::vector<std::string>& names, const Bytes& hash,
            std::vector<std::pair<std::string, Bytes>> more = {}) {
  cbor::Writer list;
  list.array(names.size());
  for (const std::string& name : names) list.text(name);
  more.emplace_back("names", list.take());
  if (!hash.empty()) more.emplace_back("hash", cbor::Writer().bytes(hash).take());
  cbor::Writer map;
  map.map(more.size());
  for (const auto& [key, value] : more) map.text(key).raw(value);
  return map.take();
}

Bytes boxes(const std::vector<Bytes>& entries) {
  cbor::Writer map;
  map.map(1).text("boxes").array(entries.size());
  for (const Bytes& one : entries) map.raw(one);
  return map.take();
}

Bytes hash_of(const Picture& picture, std::size_t begin, std::size_t end) {
  return crypto::digest(crypto::HashAlgorithm::sha256, ByteView(picture.bytes).subspan(begin, end - begin));
}

std::size_t at(const Picture& picture, std::string_view text) { return as_text(picture.bytes).find(text); }

const Bytes kTrue = cbor::Writer().boolean(true).take();

TEST(BoxHash, HoldsForItsFileAndNoByteOutsideTheStoreMayChange) {
  for (const Picture& picture : {png(), jpeg(), gif(), wav()}) {
    const Bytes binding = made(picture);
    EXPECT_EQ(code(picture, binding), "assertion.boxesHash.match") << to_string(picture.container);
    EXPECT_EQ(made(picture, true).size(), binding.size());
    for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
      Picture changed = picture;
      changed.bytes[i] ^= 0x41;
      const bool inside = i >= picture.frame.start && i < picture.frame.end();
      EXPECT_EQ(code(changed, binding) == "assertion.boxesHash.match", inside) << to_string(picture.container) << i;
    }
    Picture longer = picture;
    longer.bytes.push_back('x');
    EXPECT_EQ(code(longer, binding), "assertion.boxesHash.unknownBox") << to_string(picture.container);
  }
}

TEST(BoxHash, WithoutAStoreNothingIsLeftOut) {
  Picture picture = png();
  picture.bytes.erase(picture.bytes.begin() + static_cast<std::ptrdiff_t>(picture.frame.start),
                      picture.bytes.begin() + static_cast<std::ptrdiff_t>(picture.frame.end()));
  picture.frame = {};
  const Bytes binding = made(picture);
  EXPECT_EQ(code(picture, binding), "assertion.boxesHash.match");
  EXPECT_EQ(code(png(), binding), "assertion.boxesHash.unknownBox");  // a store was put in
}

TEST(BoxHash, PartsAddedMissingOrMovedAreTold) {
  const Bytes binding = made(png());
  EXPECT_EQ(code(png(chunk("tEXt", "new")), binding), "assertion.boxesHash.unknownBox");
  EXPECT_EQ(code(png(chunk("IDAT", "new")), binding), "assertion.boxesHash.unknownBox");
  EXPECT_EQ(code(png(), made(png(chunk("tEXt", "gone")))), "assertion.boxesHash.mismatch");
  EXPECT_EQ(code(png(chunk("tEXt", "a") + chunk("zTXt", "b")), made(png(chunk("zTXt", "b") + chunk("tEXt", "a")))),
            "assertion.boxesHash.mismatch");
  Picture gone = png();
  gone.bytes.resize(at(gone, "IEND") - 4);
  EXPECT_EQ(code(gone, binding), "assertion.boxesHash.mismatch");
}

TEST(BoxHash, ManyPartsShareTwoDigests) {
  std::string between;
  for (int i = 0; i < 100; ++i) between += chunk(i % 2 == 0 ? "tEXt" : "zTXt", "x");
  const Picture picture = png(between);
  const Bytes binding = made(picture);
  EXPECT_EQ(cbor::parse(binding)->find("boxes")->children.size(), 3U);
  EXPECT_EQ(code(picture, binding), "assertion.boxesHash.match");
  EXPECT_EQ(made(picture, true).size(), binding.size());
}

TEST(BoxHash, ExcludedBoxesAndRangesLeaveRoomAndAreListed) {
  const Picture picture = png();
  const std::size_t store = static_cast<std::size_t>(picture.frame.start),
                    exif = static_cast<std::size_t>(picture.frame.end());
  const std::size_t pixels = at(picture, "IDAT") - 4;
  const Bytes head = entry({"PNGh", "IHDR"}, hash_of(picture, 0, store)), mark = entry({"C2PA"}, {0});
  const Bytes tail = entry({"IDAT", "IDAT", "IEND"}, hash_of(picture, pixels, picture.bytes.size()));
  const BindingCheck whole = look(picture, boxes({head, mark, entry({"eXIf"}, {0}, {{"excluded", kTrue}}), tail}));
  EXPECT_EQ(whole.code, "assertion.boxesHash.match");
  EXPECT_EQ(whole.additional_code, "assertion.boxesHash.additionalExclusionsPresent");
  EXPECT_TRUE(whole.weak);
  ASSERT_EQ(whole.uncovered.size(), 1U);
  EXPECT_EQ(whole.uncovered[0].range, (Range{exif, pixels - exif}));
  // A range inside one box of a group.
  Bytes rest(picture.bytes.begin() + static_cast<std::ptrdiff_t>(exif), picture.bytes.end());
  rest.erase(rest.begin() + 9, rest.begin() + 12);
  const auto hole = [&](std::int64_t start, std::int64_t length, std::optional<std::int64_t> index) {
    cbor::Writer list;
    list.array(1).map(index ? 3 : 2).text("start").integer(start).text("length").integer(length);
    if (index) list.text("boxIndex").integer(*index);
    return look(picture,
                boxes({head, mark,
                       entry({"eXIf", "IDAT", "IDAT", "IEND"}, crypto::digest(crypto::HashAlgorithm::sha256, rest),
                             {{"exclusions", list.take()}})}));
  };
  const BindingCheck range = hole(9, 3, 0);
  EXPECT_EQ(range.code, "assertion.boxesHash.match") << range.reason;
  EXPECT_TRUE(range.weak);
  ASSERT_EQ(range.uncovered.size(), 1U);
  EXPECT_EQ(range.uncovered[0].range, (Range{exif + 9, 3}));
  EXPECT_EQ(hole(9, 3, std::nullopt).code, "assertion.boxesHash.malformed");
  EXPECT_EQ(hole(9, 3, 4).code, "assertion.boxesHash.malformed");
  EXPECT_EQ(hole(9, 3, -1).code, "assertion.boxesHash.malformed");
  EXPECT_EQ(hole(-9, 3, 0).code, "assertion.boxesHash.malformed");
  EXPECT_EQ(hole(9, 30, 0).code, "assertion.boxesHash.mismatch");
  EXPECT_EQ(hole(INT64_MAX, INT64_MAX, 0).code, "assertion.boxesHash.mismatch");
  EXPECT_EQ(hole(9, 3, 1).code, "assertion.boxesHash.mismatch");
}

TEST(BoxHash, PngMayLeaveItsSignatureUnnamed) {
  const Picture picture = png();
  const std::size_t store = static_cast<std::size_t>(picture.frame.start),
                    rest = static_cast<std::size_t>(picture.frame.end());
  const Bytes tail = entry({"eXIf", "IDAT", "IDAT", "IEND"}, hash_of(picture, rest, picture.bytes.size()));
  const BindingCheck check =
      look(picture, boxes({entry({"IHDR"}, hash_of(picture, 8, store)), entry({"C2PA"}, {0}), tail}));
  EXPECT_EQ(check.code, "assertion.boxesHash.match") << check.reason;
  ASSERT_EQ(check.uncovered.size(), 1U);
  EXPECT_EQ(check.uncovered[0].range, (Range{0, 8}));
}

TEST(BoxHash, SeveralPicturesByNameOrAsWhatFollows) {
  Picture picture = jpeg();
  const std::size_t first = picture.bytes.size(), rest = static_cast<std::size_t>(picture.frame.end());
  const std::string second = "\xFF\xD8\xFF\xDB\0\x03\x01\xFF\xD9"s;
  picture.bytes.insert(picture.bytes.end(), second.begin(), second.end());
  const Bytes head = entry({"SOI", "APP0"}, hash_of(picture, 0, 8)), mark = entry({"C2PA"}, {0});
  const std::vector<std::string> names{"APP1", "DQT", "SOS", "EOI"};
  EXPECT_EQ(code(picture, boxes({head, mark, entry(names, hash_of(picture, rest, first)),
                                 entry({"SOI", "DQT", "EOI"}, hash_of(picture, first, picture.bytes.size()))})),
            "assertion.boxesHash.match");
  const Bytes by_after = boxes({head, mark, entry(names, hash_of(picture, rest, first)),
                                entry({"c2pa.after"}, hash_of(picture, first, picture.bytes.size()))});
  EXPECT_EQ(code(picture, by_after), "assertion.boxesHash.match");
  EXPECT_EQ(look(picture, by_after, false, true).code, "assertion.boxesHash.malformed");  // never in a part's hash
  EXPECT_EQ(code(picture, made(picture)), "assertion.boxesHash.match");
}

TEST(BoxHash, MalformedBindings) {
  const Picture picture = png();
  const std::string malformed = "assertion.boxesHash.malformed";
  const Bytes good = entry({"PNGh", "IHDR"}, hash_of(picture, 0, static_cast<std::size_t>(picture.frame.start)));
  EXPECT_EQ(code(picture, cbor::Writer().array(0).data()), malformed);
  EXPECT_EQ(code(picture, cbor::Writer().map(0).data()), malformed);
  EXPECT_EQ(code(picture, boxes({})), malformed);
  EXPECT_EQ(code(picture, boxes({cbor::Writer().map(0).take()})), malformed);
  EXPECT_EQ(code(picture, boxes({cbor::Writer().integer(1).take()})), malformed);
  EXPECT_EQ(code(picture, boxes({entry({}, {0})})), malformed);
  EXPECT_EQ(code(picture, boxes({good, entry({"C2PA", "eXIf"}, {0})})), malformed);
  EXPECT_EQ(code(picture, boxes({good, entry({"C2PA"}, {0}), entry({"C2PA"}, {0})})), malformed);
  EXPECT_EQ(code(picture, boxes({entry({"c2pa.after"}, {0}), good})), malformed);
  EXPECT_EQ(code(picture, boxes({entry({"PNGh"}, {0}, {{"excluded", cbor::Writer().integer(1).take()}})})), malformed);
  EXPECT_EQ(code(picture, boxes({entry({"PNGh"}, {0}, {{"exclusions", cbor::Writer().array(0).take()}})})), malformed);
  const std::size_t rest = static_cast<std::size_t>(picture.frame.end());
  const std::vector<std::string> names{"eXIf", "IDAT", "IDAT", "IEND"};
  const Bytes mark = entry({"C2PA"}, {0}), tail = entry(names, hash_of(picture, rest, picture.bytes.size()));
  EXPECT_EQ(code(picture, boxes({good, mark, tail})), "assertion.boxesHash.match");
  EXPECT_EQ(code(picture, boxes({good, mark, entry(names, {})})), "assertion.boxesHash.mismatch");
  const Bytes md5 = cbor::Writer().text("md5").take();
  EXPECT_EQ(code(picture, boxes({good, mark, entry(names, {1}, {{"alg", md5}})})), "algorithm.unsupported");
}

TEST(BoxHash, ExplainsEveryBoxEvenBehindAChangedOne) {
  Picture picture = png();
  const Bytes binding = made(picture);
  picture.bytes[at(picture, "camera")] ^= 1;
  const BindingCheck check = look(picture, binding, true);
  EXPECT_EQ(check.code, "assertion.boxesHash.mismatch");
  std::vector<std::string> wrong, all;
  for (const HashStep& step : check.trace.steps) {
    if (step.kind == HashStep::Kind::box) all.push_back(step.name);
    if (step.kind == HashStep::Kind::box && step.digest != step.wanted) wrong.push_back(step.name);
  }
  EXPECT_EQ(all, (std::vector<std::string>{"PNGh", "IHDR", "eXIf", "IDAT, IDAT", "IEND"}));
  EXPECT_EQ(wrong, std::vector<std::string>{"eXIf"});
}

TEST(BoxHash, OtherKindsOfFileAreNotRead) {
  Picture picture = png();
  picture.container = Container::tiff;
  EXPECT_NE(look(picture, made(png())).unsupported, "");
}

// Bindings with flipped, cut and repeated bytes: any answer will do, but for a match with other bytes in the file.
TEST(BoxHash, HostileBindings) {
  const Picture picture = jpeg();
  const Bytes binding = made(picture);
  const media::MemorySource source(picture.bytes);
  for (const std::string label : {"c2pa.hash.boxes", "c2pa.hash.data", "c2pa.hash.bmff.v3"}) {
    for (std::size_t i = 0; i < binding.size(); ++i) {
      for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
        Bytes changed = binding;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
        const auto value = cbor::parse(changed);
        if (!value) continue;
        const BindingRequest request{label, &*value, "sha256", false};
        const auto check = check_binding(request, source, located_in(picture), Context());
        if (label == "c2pa.hash.boxes") {
          EXPECT_TRUE(check);
        } else if (check) {
          EXPECT_FALSE(check->code.ends_with(".match"));
        }
      }
    }
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
