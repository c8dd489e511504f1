// Attacks on signed files: the bypasses that were disclosed in 2026 (c2pa-rs #2653, #2610, #2529, #2068), rebuilt. None
// may stay trusted, unless the very byte is listed as covered by nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "provenance/c2pa/signing_test.h"
#include "provenance/c2pa/store.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

using ::testing::Contains;
using testing::created_plan;
using ::testing::HasSubstr;
using testing::House;
using testing::looked_at;
using testing::parent_of;
using testing::signed_bytes;
using testing::small_jpeg;
using namespace std::string_view_literals;

const House& house() {
  static const House made;
  return made;
}

Bytes join(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
Bytes text(std::string_view content) { return Bytes(content.begin(), content.end()); }
Bytes le32(std::uint64_t value) {
  Bytes bytes;
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}
Bytes be32(std::uint64_t value) {
  Bytes bytes;
  put32(bytes, value);
  return bytes;
}
Bytes noise(std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 % 249 + 1));
  return bytes;
}
Bytes chunk(std::string_view name, const Bytes& content) {
  return join({be32(content.size()), text(name), content, be32(0)});
}

Bytes small_png() {
  return join({text("\x89PNG\r\n\x1A\n"), chunk("IHDR", Bytes(13, 1)), chunk("IDAT", noise(400)), chunk("IEND", {})});
}
Bytes small_wav() { return join({text("RIFF"), le32(4 + 8 + 400), text("WAVE"), text("data"), le32(400), noise(400)}); }
Bytes small_gif() {
  Bytes data = noise(200);
  data.insert(data.begin(), 200);
  return join(
      {text("GIF89a\x01\0\x01\0\x80\0\0RGBRGB"sv), text("\x2C\0\0\0\0\x01\0\x01\0\0\x02"sv), data, {0}, text(";")});
}
/// One directory with ImageWidth, a strip behind it.
Bytes small_tiff() {
  return join({text("II*\0"sv), le32(8), {1, 0}, {0, 1, 3, 0}, le32(1), le32(7), le32(0), noise(400)});
}
Bytes small_mp4() {
  return join(
      {plain("ftyp", "isomxxxxisom"), plain("mdat", as_text(noise(400))), plain("moov", as_text(plain("mvhd", "1")))});
}
Bytes small_svg() {
  return text(
      "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">\n<metadata>m</metadata><g/></svg>\n");
}

struct Sample {
  std::string name;
  Bytes bytes;
};
const std::vector<Sample>& samples() {
  static const std::vector<Sample> made{{"jpeg", small_jpeg()}, {"png", small_png()},   {"wav", small_wav()},
                                        {"gif", small_gif()},   {"tiff", small_tiff()}, {"mp4", small_mp4()},
                                        {"svg", small_svg()}};
  return made;
}

Bytes signed_work(const Bytes& work, std::size_t spare = 0) {
  SignPlan sign;
  sign.cose.spare = spare;
  auto made = signed_bytes(house(), work, created_plan(), sign);
  EXPECT_TRUE(made) << made.error().to_string();
  return made ? std::move(*made) : Bytes();
}

Bytes updated_work(const Bytes& first) {
  ManifestPlan plan = created_plan();
  plan.actions.clear();
  plan.update = true;
  plan.ingredients.push_back(parent_of(house(), first));
  SignPlan sign;
  sign.update = true;
  auto made = signed_bytes(house(), first, plan, sign);
  EXPECT_TRUE(made) << made.error().to_string();
  return made ? std::move(*made) : Bytes();
}

Located located_in(const Bytes& work) {
  const media::MemorySource source(work);
  return locate(source, {}).value();
}

/// The state, whatever the file; an Error counts as not trusted.
std::optional<Validation> answer(const Bytes& work, bool strict = false) {
  const media::MemorySource source(work);
  auto located = locate(source, {});
  if (!located || (!located->found() && located->problem.empty())) return std::nullopt;
  auto validation = validate(source, std::move(*located), {&house().trust, testing::kNow, strict, false}, {});
  if (!validation) return std::nullopt;
  return std::move(*validation);
}

void expect_refused(const Bytes& work, const std::string& what, const std::string& code = {}) {
  const auto validation = answer(work);
  if (!validation) return;
  EXPECT_EQ(validation->state, State::invalid) << what;
  EXPECT_TRUE(validation->broken) << what;
  if (code.empty()) return;
  EXPECT_TRUE(validation->manifests[0].has(code)) << what;
}

/// The store with `count` bytes less of COSE padding, sizes set right: nothing that is signed changes.
Bytes trimmed(const Bytes& store, std::size_t count) {
  const Store parsed = Store::parse({store}).value();
  const Manifest& manifest = parsed.manifests().back();
  const JumbfBox& cbor = *manifest.signature->content(fourcc("cbor"));
  const crypto::CoseSign1 cose = crypto::parse_cose(cbor.payload).value();
  const std::size_t cose_at = static_cast<std::size_t>(cbor.offset) + 8;
  for (const crypto::CosePadding& pad : cose.padding) {
    if (pad.length < 256 + count) continue;
    const std::size_t at = cose_at + pad.offset;
    Bytes less = store;
    less[at - 2] = static_cast<std::uint8_t>((pad.length - count) >> 8);
    less[at - 1] = static_cast<std::uint8_t>(pad.length - count);
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(at), less.begin() + static_cast<std::ptrdiff_t>(at + count));
    for (const std::uint64_t box : {std::uint64_t{0}, manifest.box->offset, manifest.signature->offset, cbor.offset}) {
      const auto place = static_cast<std::size_t>(box);
      const Bytes size = be32(ByteReader(ByteView(less).subspan(place, 4)).u32be().value() - count);
      std::copy(size.begin(), size.end(), less.begin() + static_cast<std::ptrdiff_t>(place));
    }
    return less;
  }
  ADD_FAILURE() << "no padding to trim";
  return store;
}

Bytes with_range(const Bytes& work, Range range, const Bytes& instead) {
  Bytes made(work.begin(), work.begin() + static_cast<std::ptrdiff_t>(range.start));
  made.insert(made.end(), instead.begin(), instead.end());
  made.insert(made.end(), work.begin() + static_cast<std::ptrdiff_t>(range.end()), work.end());
  return made;
}

constexpr std::size_t kFreed = 600;

// c2pa-rs #2653: a shorter store, and in the room that it left, still excluded by the hash, what the attacker likes.
TEST(FileAttacks, TrimmedPaddingLeavesNoRoomForMarkup) {
  for (const Sample& sample : samples()) {
    const Bytes work = signed_work(sample.bytes, 3000);
    const Located located = located_in(work);
    const Range frame = located.framing[0];
    const Bytes store = trimmed(located.stores[0], kFreed);
    Bytes framed;
    const Bytes filler(kFreed - 16, 'A');
    if (sample.name == "png") {
      framed = join({chunk("caBX", store), chunk("tEXt", Bytes(kFreed - 12, 'A'))});
    } else if (sample.name == "jpeg") {
      const Bytes head = text("JP\x02\x11\0\0\0\x01"sv);
      const std::size_t size = 2 + head.size() + store.size();
      const std::size_t comment = kFreed - 2;
      framed = join({{0xFF, 0xEB, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)},
                     head,
                     store,
                     {0xFF, 0xFE, static_cast<std::uint8_t>(comment >> 8), static_cast<std::uint8_t>(comment)},
                     Bytes(comment - 2, 'A')});
    } else if (sample.name == "wav") {
      framed = join({text("C2PA"), le32(store.size()), store, text("LIST"), le32(kFreed - 8), Bytes(kFreed - 8, 'A')});
    } else if (sample.name == "svg") {
      const std::string markup = "</c2pa:manifest><script>alert(1)</script><c2pa:x>";
      framed = text(to_base64(store) + markup);
      if (framed.size() < frame.length) framed.resize(static_cast<std::size_t>(frame.length), ' ');
    } else {
      framed = store;
    }
    if (framed.size() < frame.length) framed.resize(static_cast<std::size_t>(frame.length), 'A');
    ASSERT_EQ(framed.size(), frame.length) << sample.name << ": every byte behind the credential stays where it was";
    expect_refused(with_range(work, frame, framed), sample.name + " with markup in freed bytes");
  }
}

TEST(FileAttacks, MarkupInThePaddingIsToldToTheByte) {
  const std::string markup = "<script>alert(1)</script>";
  for (const Sample& sample : samples()) {
    if (sample.name == "svg") continue;  // base64: not to the byte
    Bytes work = signed_work(sample.bytes, 3000);
    const Bytes zeros(200);  // GIF cuts it into blocks of 255
    const auto at = std::ranges::search(work, zeros).begin();
    ASSERT_NE(at, work.end()) << sample.name;
    const auto place = static_cast<std::uint64_t>(at - work.begin()) + 50;
    std::copy(markup.begin(), markup.end(), work.begin() + static_cast<std::ptrdiff_t>(place));
    const auto validation = answer(work);
    ASSERT_TRUE(validation) << sample.name;
    EXPECT_EQ(validation->state, State::trusted) << sample.name;
    const auto finding = std::ranges::find(validation->findings, "signature.pad", &Objection::code);
    ASSERT_NE(finding, validation->findings.end()) << sample.name;
    if (sample.name != "gif") {  // there it is not one stretch
      ASSERT_TRUE(finding->range) << sample.name;
      EXPECT_LE(finding->range->start, place) << sample.name;
      EXPECT_GE(finding->range->end(), place + markup.size()) << sample.name;
    }
    EXPECT_TRUE(std::ranges::any_of(validation->uncovered, [&](const Uncovered& part) {
      return part.range.start <= place && place + markup.size() <= part.range.end();
    })) << sample.name;
    EXPECT_EQ(answer(work, true)->state, State::invalid) << sample.name;
  }
}

TEST(FileAttacks, BytesBehindTheStoreInItsPlace) {
  SignPlan roomy;
  roomy.cose.signer = house().signer.get();
  roomy.reserve = 500;
  for (const Sample& sample : samples()) {
    if (sample.name == "svg") continue;
    auto made = signed_bytes(house(), sample.bytes, created_plan(), roomy);
    ASSERT_TRUE(made) << sample.name << made.error().to_string();
    ASSERT_EQ(answer(*made)->state, State::trusted) << sample.name;
    const Located located = located_in(*made);
    const std::uint64_t used = Store::parse({located.stores[0]}).value().roots()[0]->whole.size();
    const Mapped& last = located.layout.back();
    ASSERT_GT(last.store_offset + last.file.length, used) << sample.name << ": there is room";
    (*made)[static_cast<std::size_t>(last.file.end() - 1)] = 'A';
    const auto validation = answer(*made);
    ASSERT_TRUE(validation) << sample.name;
    const auto finding = std::ranges::find(validation->findings, "store.trailing", &Objection::code);
    EXPECT_NE(finding, validation->findings.end()) << sample.name;
    if (sample.name != "mp4") {
      EXPECT_TRUE(validation->manifests[0].has("assertion.dataHash.mismatch")) << sample.name;
    }
    EXPECT_EQ(answer(*made, true)->state, State::invalid) << sample.name;
  }
}

TEST(FileAttacks, BytesBehindTheEndOfTheFormat) {
  for (const Sample& sample : samples()) {
    const Bytes work = signed_work(sample.bytes);
    ASSERT_EQ(answer(work)->state, State::trusted) << sample.name;
    for (const Bytes& more : {text("x"), text("12345"), plain("free", "hidden"), plain("uuid", "0123456789abcdef"),
                              text("<script>alert(1)</script>"), work}) {
      expect_refused(join({work, more}), sample.name + " with more behind it");
    }
    const Bytes cut(work.begin(), work.end() - 1);
    expect_refused(cut, sample.name + " cut short");
  }
}

// c2pa-rs #2610: the extent that is worked out anew must not be widened by what stands between the segments.
TEST(FileAttacks, SegmentsOfJpegMustTouch) {
  ManifestPlan plan = created_plan();
  plan.assertions.push_back(
      {"org.example.large", Assertion::Form::cbor, CborMap().bytes("d", noise(90'000)).take(), {}});
  const Bytes first = signed_bytes(house(), small_jpeg(), plan).value();
  for (const Bytes& work : {first, updated_work(first)}) {
    ASSERT_EQ(answer(work)->state, State::trusted);
    const Located located = located_in(work);
    ASSERT_GE(located.layout.size(), 2U);
    const auto between = located.layout[1].file.start - 20;  // marker, length, CI, En, Z, LBox and TBox
    const Bytes hidden = join({{0xFF, 0xE1, 0, 22}, Bytes(20, 'A')});
    expect_refused(with_range(work, {between, 0}, hidden), "a segment between", "manifest.inaccessible.malformed");
    // Two stores in one file.
    const Range frame = located.framing[0];
    const Bytes copy(work.begin() + static_cast<std::ptrdiff_t>(frame.start),
                     work.begin() + static_cast<std::ptrdiff_t>(frame.end()));
    expect_refused(with_range(work, {frame.end(), 0}, copy), "the store twice");
  }
}

TEST(FileAttacks, ACountOfTiffThatReachesIntoThePicture) {
  const Bytes first = signed_work(small_tiff());
  for (const Bytes& work : {first, updated_work(first)}) {
    ASSERT_EQ(answer(work)->state, State::trusted);
    const Located located = located_in(work);
    ASSERT_FALSE(located.optional_framing.empty());
    const auto field = static_cast<std::ptrdiff_t>(located.optional_framing[0].start);
    for (const std::uint64_t more : {1ULL, 2ULL, 100ULL, 1ULL << 20, 0xFFFFFFF0ULL}) {
      // The count is set higher, and the bytes that it reaches are the attacker's.
      Bytes changed = join({work, noise(200)});
      const Bytes count = le32(std::min<std::uint64_t>(located.stores[0].size() + more, 0xFFFFFFFF));
      std::copy(count.begin(), count.end(), changed.begin() + field);
      expect_refused(changed, fmt::format("a count {} too high", more));
      Bytes same = work;
      std::copy(count.begin(), count.end(), same.begin() + field);
      expect_refused(same, fmt::format("a count {} too high, nothing added", more));
    }
  }
}

// c2pa-rs #2529: RIFF's size field is in no hash when an update may change it; what it says must change nothing.
TEST(FileAttacks, ASizeOfRiffThatLies) {
  const Bytes first = signed_work(small_wav());
  for (const Bytes& work : {first, updated_work(first)}) {
    ASSERT_EQ(answer(work)->state, State::trusted);
    for (const std::uint64_t size :
         {0ULL, 20ULL, 430ULL, static_cast<unsigned long long>(work.size()), 0xFFFFFFFFULL}) {
      Bytes changed = work;
      const Bytes field = le32(size);
      std::copy(field.begin(), field.end(), changed.begin() + 4);
      const auto validation = answer(changed);
      if (!validation || validation->state == State::invalid) continue;
      EXPECT_TRUE(std::ranges::any_of(
          validation->uncovered, [](const Uncovered& part) { return part.range.start <= 4 && part.range.end() >= 8; }))
          << size << ": trusted, and nobody is told that the field is not signed";
    }
    expect_refused(join({work, text("LIST"), le32(4), text("evil")}), "a chunk behind, the size left alone");
  }
}

TEST(FileAttacks, UpdatesDoNotLoosenWhatIsBound) {
  for (const Sample& sample : samples()) {
    const Bytes first = signed_work(sample.bytes);
    const Bytes work = updated_work(first);
    if (work.empty()) continue;
    ASSERT_EQ(answer(work)->state, State::trusted) << sample.name;
    std::uint64_t random = 7;
    for (int i = 0; i < 100; ++i) {
      random = random * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::size_t at = static_cast<std::size_t>((random >> 20) % work.size());
      Bytes changed = work;
      changed[at] ^= 0x04;
      const auto validation = answer(changed);
      if (!validation || validation->state != State::trusted) continue;
      EXPECT_TRUE(
          std::ranges::any_of(validation->uncovered,
                              [&](const Uncovered& part) { return at >= part.range.start && at < part.range.end(); }))
          << sample.name << ": byte " << at;
    }
  }
}

TEST(FileAttacks, DirectoriesInACircle) {
  Bytes tiff = join({text("II*\0"sv), le32(8), {1, 0}, {0, 1, 3, 0}, le32(1), le32(7), le32(8)});
  const media::MemorySource source(tiff);
  const auto located = locate(source, {});
  ASSERT_FALSE(located);
  EXPECT_THAT(located.error().message, HasSubstr("circle"));
}

TEST(FileAttacks, ExclusionsThatHideMoreAreNamedAndNotTrusted) {
  // A signer may leave metadata out of the hash; here a comment of the JPEG, which people see and nobody signed.
  const Bytes xmp = text("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"sv);
  const Bytes segment = join({{0xFF, 0xE1, 0, static_cast<std::uint8_t>(xmp.size() + 2)}, xmp});
  const Bytes original = with_range(small_jpeg(), {20, 0}, segment);
  const media::MemorySource source(original);
  const Located located = locate(source, {}).value();
  const Builder builder = Builder::create(created_plan()).value();
  // The binding is made by hand: the XMP segment is excluded besides the store.
  const std::size_t signature_size = 3000;
  const auto binding = [&](Range store, const Bytes& hash) {
    const auto range = [](Range r) {
      cbor::Writer writer;  // five bytes for each number, so that the size does not change
      const auto number = [&](std::uint64_t value) {
        Bytes item{0x1A};
        put32(item, value);
        return item;
      };
      writer.map(2).text("start").raw(number(r.start)).text("length").raw(number(r.length));
      return writer.take();
    };
    const Range metadata{store.end(), segment.size()};
    return HardBinding{"c2pa.hash.data", CborMap()
                                             .raw("exclusions", cbor_array({range(store), range(metadata)}))
                                             .bytes("hash", hash)
                                             .bytes("pad", Bytes(4))
                                             .take()};
  };
  const Bytes draft = builder.placeholder(binding({0, 0}, Bytes(32)), signature_size);
  EmbedRequest request;
  request.existing = &located;
  request.store_size = draft.size();
  const Splice splice = plan_embedding(source, request, {}).value();
  SplicedSource view(source, splice);
  view.fill(frame_store(splice, draft).value());
  Bytes whole = read_exactly(view, 0, view.size()).value();
  Bytes rest = whole;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(splice.frame.start),
             rest.begin() + static_cast<std::ptrdiff_t>(splice.frame.end() + segment.size()));
  const Bytes hash = crypto::digest(crypto::HashAlgorithm::sha256, rest);
  const Bytes store =
      builder.finish(binding(splice.frame, hash), {.signer = house().signer.get()}, signature_size).value();
  view.fill(frame_store(splice, store).value());
  whole = read_exactly(view, 0, view.size()).value();
  const auto validation = answer(whole);
  ASSERT_TRUE(validation);
  EXPECT_TRUE(validation->manifests[0].has("assertion.dataHash.match"));
  EXPECT_TRUE(validation->manifests[0].has("assertion.dataHash.additionalExclusionsPresent"));
  const auto finding = std::ranges::find(validation->findings, "metadata.unsigned", &Objection::code);
  ASSERT_NE(finding, validation->findings.end());
  EXPECT_THAT(finding->what, HasSubstr("XMP"));
  EXPECT_EQ(finding->range, (Range{splice.frame.end(), segment.size()}));
  EXPECT_NE(validation->state, State::trusted);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
