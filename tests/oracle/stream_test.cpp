// ISO base media beyond one plain file: streams in fragments with proofs of every form, trees over several mdat,
// updates.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "crypto/signer.h"
#include "oracle/oracle.h"
#include "provenance/c2pa/sign.h"
#include "provenance/c2pa/stream.h"
#include "support/support.h"

namespace bonafide::oracle {
namespace {

namespace c2pa = provenance::c2pa;

class OracleStreams : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = missing()) GTEST_SKIP() << *why;
  }
  std::string out(const std::string& name) const { return folder_.file(name); }
  static std::string theirs(const std::string& file, const std::string& fragment = {}) {
    Json job = verifying_job(file);
    if (!fragment.empty()) job["fragment"] = fragment;
    const Json answer = ask("verify.mjs", {job}).front();
    return answer.contains("error") ? dump_json(answer) : answer["state"].get<std::string>();
  }
  /// What went wrong, or nothing.
  static std::string sign(const app::SignRequest& request) {
    const auto done = app::sign(request, Context());
    return done ? std::string() : done.error().to_string();
  }
  app::SignRequest our_signing(const std::string& input, const std::string& output) const {
    return signing(input, out(output), "es256");
  }

 private:
  testing::TemporaryFolder folder_;
};

/// ffmpeg's DASH muxer: one initialization segment, five fragments.
std::vector<std::string> dash() {
  const std::string list = testing::made(
      "stream.txt",
      "mkdir -p \"$OUT.d\" && ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25:duration=5 -bitexact "
      "-c:v mpeg4 -g 25 -seg_duration 1 -use_template 1 -use_timeline 0 -init_seg_name init.mp4 "
      "-media_seg_name '$Number$.m4s' -f dash \"$OUT.d/stream.mpd\" && echo \"$OUT.d\" > \"$OUT\"");
  std::string folder = read_file(list, 4096).value();
  folder.erase(folder.find('\n'));
  std::vector<std::string> files{folder + "/init.mp4"};
  for (int i = 1; std::filesystem::exists(fmt::format("{}/{}.m4s", folder, i)); ++i) {
    files.push_back(fmt::format("{}/{}.m4s", folder, i));
  }
  return files;
}

Result<void> write_spliced(const std::string& path, const media::ByteSource& source, const c2pa::Splice& splice,
                           const Bytes& framed) {
  c2pa::SignedFile file;
  file.splice = splice;
  file.framed = framed;
  FileWriter writer = TRY(FileWriter::create(path, true));
  TRY(c2pa::write_signed(source, file, writer, Context()));
  return writer.commit();
}

/// Signs the stream into `folder` with rows of at most `row` hashes in the manifest.
Result<void> sign_stream(const std::vector<std::string>& files, const std::string& folder, std::size_t row) {
  const media::FileSource init(TRY(FileReader::open(files[0])));
  std::vector<c2pa::Rendition> renditions(1);
  renditions[0].init = &init;
  for (std::size_t i = 1; i < files.size(); ++i) renditions[0].fragments.push_back(c2pa::file_fragment(files[i]));
  const auto stream = TRY(c2pa::StreamPlan::create(renditions, crypto::HashAlgorithm::sha256, Context(), row));
  const std::string key = TRY(read_file(pki("es256.key"), 1 << 20)), chain = TRY(read_file(pki("es256.pem"), 1 << 20));
  const auto signer = TRY(crypto::pem_signer(key, chain, {}, {}));
  c2pa::ManifestPlan plan;
  plan.generator = {{"name", "tests"}};
  plan.actions.push_back({{"action", "c2pa.created"},
                          {"digitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}});
  const auto builder = TRY(c2pa::Builder::create(plan));
  c2pa::SignPlan sign;
  sign.cose.signer = signer.get();
  sign.bind.stream = &stream;
  const auto located = TRY(c2pa::locate(init, Context()));
  const auto file = TRY(c2pa::sign_source(init, located, builder, sign, Context()));
  TRY(write_spliced(folder + "/init.mp4", init, file.splice, file.framed));
  for (std::size_t i = 1; i < files.size(); ++i) {
    const media::FileSource source(TRY(FileReader::open(files[i])));
    const auto splice = TRY(stream.fragment(0, i - 1, source, Context()));
    TRY(write_spliced(fmt::format("{}/{}.m4s", folder, i), source, splice, {}));
  }
  return {};
}

TEST_F(OracleStreams, FragmentsInFilesOfTheirOwn) {
  const std::vector<std::string> files = dash();
  ASSERT_GE(files.size(), 5U);
  for (const std::size_t row : {1000U, 3U, 2U, 1U}) {
    const std::string folder = out(fmt::format("row{}", row));
    std::filesystem::create_directory(folder);
    const auto made = sign_stream(files, folder, row);
    ASSERT_TRUE(made) << made.error().to_string();
    provenance::CredentialRequest question;
    question.trust = &trust();
    question.at =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    for (std::size_t i = 1; i < files.size(); ++i) {
      const std::string fragment = fmt::format("{}/{}.m4s", folder, i);
      EXPECT_EQ(theirs(folder + "/init.mp4", fragment), "Trusted") << "row " << row << ", fragment " << i;
      question.fragments.push_back(fragment);
    }
    const FileReader init = FileReader::open(folder + "/init.mp4").value();
    const auto answer = provenance::read_credential(init, question, Context());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->source.state, provenance::State::trusted) << answer->source.sentence;
  }
}

TEST_F(OracleStreams, FragmentsInOneFile) {
  const std::string input = testing::made(
      "fragments.mp4",
      "ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25:duration=3 -f lavfi -i sine=duration=3 -bitexact "
      "-c:v mpeg4 -g 12 -c:a aac -movflags frag_keyframe+empty_moov+dash+global_sidx \"$OUT\"");
  for (const bool proofs : {false, true}) {
    const std::string name = proofs ? "proofs.mp4" : "flat.mp4";
    app::SignRequest request = our_signing(input, name);
    request.binding.proofs = proofs;
    ASSERT_EQ(sign(request), "");
    EXPECT_EQ(theirs(out(name)), "Trusted") << name;
    EXPECT_EQ(ours(out(name)).summary(), "Trusted") << name;
  }
}

/// A movie whose media lies in mdat boxes of these sizes.
void write_movie(const std::string& path, const std::vector<std::size_t>& sizes) {
  const auto u32 = [](std::uint64_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift & 0xFF));
    return text;
  };
  const auto box = [&](const std::string& type, const std::string& content) {
    return u32(8 + content.size()) + type + content;
  };
  std::string bytes = box("ftyp", "isom" + u32(512) + "isomiso2mp41");
  std::string offsets;
  for (const std::size_t size : sizes) {
    offsets += u32(bytes.size() + 8);
    std::string content(size, 'm');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 % 253);
    bytes += box("mdat", content);
  }
  const std::string stbl = box("stsd", u32(0) + u32(0)) + box("stsc", u32(0) + u32(1) + u32(1) + u32(1) + u32(1)) +
                           box("stsz", u32(0) + u32(4) + u32(sizes.size())) +
                           box("stco", u32(0) + u32(sizes.size()) + offsets);
  const std::string dinf = box("dinf", box("dref", u32(0) + u32(1) + box("url ", u32(1))));
  bytes += box("moov", box("trak", box("mdia", box("minf", dinf + box("stbl", stbl)))));
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_F(OracleStreams, TreesOverMediaData) {
  // Several mdat fail in the oracle about as often as not (docs/known_differences_c2pa.md), its own files as well.
  const std::vector<std::vector<std::size_t>> shapes{{100'000}, {4096 + 8},  {4096 + 9},
                                                     {9},       {20'000, 0}, {13'000, 17'000}};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::string name = fmt::format("movie{}.mp4", i), bound = fmt::format("signed{}.mp4", i);
    write_movie(out(name), shapes[i]);
    app::SignRequest request = our_signing(out(name), bound);
    request.binding.merkle_block = 4096;
    ASSERT_EQ(sign(request), "") << i;
    if (i < 5) {
      EXPECT_EQ(theirs(out(bound)), "Trusted") << i;
    }
    EXPECT_EQ(ours(out(bound)).summary(), "Trusted") << i;
  }
}

TEST_F(OracleStreams, UpdatesBehindTheLastBox) {
  for (const std::string sample_name : {"mp4", "avif"}) {
    const auto input = sample(sample_name);
    if (!input) continue;
    const std::string extension = input->substr(input->rfind('.'));
    const auto name = [&](int i) { return fmt::format("{}{}", i, extension); };
    ASSERT_EQ(sign(our_signing(*input, name(0))), "");
    for (int i = 1; i < 4; ++i) {
      app::SignRequest request = our_signing(out(name(i - 1)), name(i));
      request.definition.clear();
      request.update = true;
      ASSERT_EQ(sign(request), "");
      EXPECT_EQ(theirs(out(name(i))), "Trusted") << name(i);
      EXPECT_EQ(ours(out(name(i))).summary(), "Trusted") << name(i);
    }
    app::SignRequest last = our_signing(out(name(3)), name(4));
    last.definition.clear();
    ASSERT_EQ(sign(last), "");
    EXPECT_EQ(theirs(out(name(4))), "Trusted");
    EXPECT_EQ(ours(out(name(4))).summary(), "Trusted");
  }
}

}  // namespace
}  // namespace bonafide::oracle
