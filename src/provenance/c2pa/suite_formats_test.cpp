// The suite's folder formats, on media made on the spot.
#include <fmt/format.h>

#include "base/files.h"
#include "provenance/c2pa/signing_test.h"
#include "provenance/c2pa/suite_test.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace testing;

const std::string kPicture = "ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=5 ";
const std::string kClip = kPicture + "-f lavfi -i sine=frequency=440:sample_rate=16000 -t 2 ";
const std::string kH264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 -c:a aac -b:a 24k ";
const std::string kSound = "ffmpeg -v error -y -f lavfi -i sine=frequency=440:sample_rate=16000 -t 1 ";

Bytes media_of(const std::string& name, const std::string& command) {
  const std::string path = bonafide::testing::made(name, command + " \"$OUT\"");
  const FileReader file = FileReader::open(path).value();
  return file.read(0, static_cast<std::size_t>(file.size())).value();
}

/// A TIFF that says it is a DNG (tag 50706).
Bytes small_dng() {
  Bytes bytes{'I', 'I', '*', 0, 8, 0, 0, 0, 2, 0};
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
    for (const auto& [number, size] : {std::pair{tag, 2}, std::pair{type, 2}, std::pair{count, 4}, std::pair{value, 4}})
      for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  };
  entry(256, 4, 1, 16);
  entry(50706, 1, 4, 0x000401);
  bytes.resize(bytes.size() + 4 + 256);
  return bytes;
}

Scene ours() {
  Scene scene;
  scene.signer = &plain_signer();
  scene.signers = scene.authorities = {&root1()};
  return scene;
}

std::optional<Validation> signed_and_judged(const Bytes& work, ManifestPlan plan = created_plan(),
                                            const std::function<void(Bytes&)>& change = {}) {
  Bytes file = signed_by(ours(), work, std::move(plan));
  if (change) change(file);
  return judged_file(ours(), file);
}

/// A PDF file of one page, and where the store lies in it, if it has one. Our writer puts none into PDF, so the test
/// does.
Bytes small_pdf(const std::optional<Bytes>& store, Range& place) {
  std::string text = "%PDF-1.7\n";
  std::vector<std::size_t> offsets;
  const auto object = [&](const std::string& body) {
    offsets.push_back(text.size());
    text += fmt::format("{} 0 obj\n{}\nendobj\n", offsets.size(), body);
  };
  object(std::string("<</Type/Catalog/Pages 2 0 R") +
         (store ? "/AF[4 0 R]/Names<</EmbeddedFiles<</Names[(c2pa)4 0 R]>>>>>>" : ">>"));
  object("<</Type/Pages/Kids[3 0 R]/Count 1>>");
  object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>");
  if (store) {
    object("<</Type/Filespec/AFRelationship/C2PA_Manifest/F(credential.c2pa)/EF<</F 5 0 R>>>>");
    object(fmt::format("<</Type/EmbeddedFile/Subtype/application#2Fc2pa/Length {}>>stream\n{}\nendstream",
                       store->size(), as_text(*store)));
    place = {text.rfind("\nendstream") - store->size(), store->size()};
  }
  const std::size_t table = text.size();
  text += fmt::format("xref\n0 {}\n0000000000 65535 f \n", offsets.size() + 1);
  for (const std::size_t offset : offsets) text += fmt::format("{:010} 00000 n \n", offset);
  text += fmt::format("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", offsets.size() + 1, table);
  return {text.begin(), text.end()};
}

Bytes signed_pdf() {
  const Scene scene = ours();
  const auto signer = signer_of(scene);
  const crypto::CosePlan cose{.signer = signer.get()};
  const std::size_t size = crypto::cose_size(cose);
  const Builder builder = Builder::create(created_plan()).value();
  Splice splice;
  splice.container = Container::pdf;
  splice.frame = {0, 1};  // the size of a binding does not depend on the numbers in it
  const Bytes one(1);
  const HardBinding unfilled = make_binding(media::MemorySource(one), splice, {.placeholder = true}, {}).value();
  const Bytes before = small_pdf(builder.placeholder(unfilled, size), splice.frame);
  const HardBinding binding = make_binding(media::MemorySource(before), splice, {}, {}).value();
  return small_pdf(builder.finish(binding, cose, size).value(), splice.frame);
}

Bytes plain_pdf() {
  Range nowhere;
  return small_pdf({}, nowhere);
}

/// The pair "valid" and "no manifest" of one format.
void add(std::vector<SuiteCase>& cases, const std::string& valid, const std::string& none,
         const std::function<Bytes()>& work) {
  cases.push_back({valid, [=] { return signed_and_judged(work()); }, {sound_and_trusted()}});
  cases.push_back({none, [=] { return judged_file(ours(), work()); }, {}});
}

TEST(Suite, Formats) {
  std::vector<SuiteCase> cases;
  const auto made = [](const std::string& name, const std::string& command) {
    return [=] { return media_of("suite_" + name, command); };
  };
  const auto mp4 = made("a.mp4", kClip + kH264);
  add(cases, "formats/bmff/avif_valid", "formats/bmff/avif_no_manifest",
      made("a.avif", kPicture + "-frames:v 1 -c:v libaom-av1 -still-picture 1 -crf 40 -cpu-used 8"));
  add(cases, "formats/bmff/m4a_valid", "formats/bmff/m4a_no_manifest", made("a.m4a", kSound + "-c:a aac -b:a 24k"));
  add(cases, "formats/bmff/mp4_valid", "formats/bmff/mp4_no_manifest", mp4);
  add(cases, "formats/mov/valid", "formats/mov/no_manifest", made("a.mov", kClip + kH264));
  add(cases, "formats/gif/valid", "formats/gif/no_manifest", made("a.gif", kPicture + "-frames:v 3"));
  add(cases, "formats/id3/flac_valid", "formats/id3/flac_no_manifest", made("a.flac", kSound + "-c:a flac"));
  add(cases, "formats/id3/mp3_valid", "formats/id3/mp3_no_manifest",
      made("a.mp3", kSound + "-c:a libmp3lame -b:a 32k"));
  add(cases, "formats/png/valid", "formats/png/no_manifest", made("a.png", kPicture + "-frames:v 1"));
  add(cases, "formats/riff/wav_valid", "formats/riff/wav_no_manifest", made("a.wav", kSound + "-ar 8000"));
  add(cases, "formats/riff/webp_valid", "formats/riff/webp_no_manifest",
      made("a.webp", kPicture + "-frames:v 1 -c:v libwebp"));
  add(cases, "formats/tiff/dng_valid", "formats/tiff/dng_no_manifest", small_dng);
  add(cases, "formats/tiff/tiff_valid", "formats/tiff/tiff_no_manifest", made("a.tiff", kPicture + "-frames:v 1"));
  cases.push_back(
      {"formats/mp4/bmff_hash_mismatch",
       [=] { return signed_and_judged(mp4(), created_plan(), [](Bytes& file) { file[file.size() / 2] ^= 1; }); },
       {{.failures = {"assertion.bmffHash.mismatch"}, .successes_none = {"assertion.bmffHash.match"}}}});
  const auto jpeg = made("a.jpg", kPicture + "-frames:v 1 -q:v 5");
  cases.push_back(
      {"formats/jpeg/c2pa_single_segment",
       [=] {
         const Bytes file = signed_by(ours(), jpeg(), created_plan());
         const media::MemorySource source(file);
         EXPECT_LT(locate(source, {}).value().framing.at(0).length, 65'537U) << "more than one segment";
         return judged_file(ours(), file);
       },
       {{.no_failures = true,
         .successes_exactly = {"signingCredential.trusted", "claimSignature.insideValidity", "claimSignature.validated",
                               "assertion.hashedURI.match", "assertion.dataHash.match"}}}});
  cases.push_back(
      {"formats/jpeg/edited_action",
       [=] {
         ManifestPlan plan = created_plan();
         plan.actions.push_back({{"action", "c2pa.edited"}});
         return signed_and_judged(jpeg(), plan);
       },
       {{.no_failures = true,
         .successes = {"signingCredential.trusted", "claimSignature.insideValidity", "claimSignature.validated",
                       "assertion.hashedURI.match", "assertion.dataHash.match"}}}});
  cases.push_back(
      {"formats/jpeg/data_hash_mismatch",
       [=] { return signed_and_judged(jpeg(), created_plan(), [](Bytes& file) { file[file.size() - 40] ^= 1; }); },
       {{.failures = {"assertion.dataHash.mismatch"}, .successes_none = {"assertion.dataHash.match"}}}});
  cases.push_back({"formats/jpeg/no_manifest", [=] { return judged_file(ours(), jpeg()); }, {}});
  cases.push_back({"formats/pdf/valid", [] { return judged_file(ours(), signed_pdf()); }, {sound_and_trusted()}});
  cases.push_back({"formats/pdf/no_manifest", [] { return judged_file(ours(), plain_pdf()); }, {}});
  const std::string unread =
      "ZIP files (here a DOCX) are neither read nor written; they answer *not examined*, never *none*";
  cases.push_back({"formats/zip/valid", {}, {sound_and_trusted()}, unread});
  cases.push_back({"formats/zip/no_manifest", {}, {}, unread});
  run_suite(cases);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
