// Works that say where their credential is kept: written and found again.
#include "provenance/c2pa/reference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "provenance/c2pa/signing_test.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa {
namespace {

using testing::small_jpeg;

const std::string kUrl = "https://manifests.example/a?b=1&c=\"2\"";

Bytes made_by(const std::string& name, const std::string& command) {
  const std::string path = bonafide::testing::made(name, command);
  const FileReader file = FileReader::open(path).value();
  return file.read(0, static_cast<std::size_t>(file.size())).value();
}

Result<Bytes> referring(const Bytes& work, const std::string& url) {
  const media::MemorySource source(work);
  const Located located = TRY(locate(source, {}));
  const ReferringSource view(source, TRY(plan_reference(source, located.container, url, {})));
  return read_exactly(view, 0, view.size());
}

std::string url_of(const Bytes& work) {
  const media::MemorySource source(work);
  auto located = locate(source, {});
  if (!located || !find_remote(source, *located, {})) return "unreadable";
  return located->remote_url;
}

TEST(Reference, IsFoundAgainAndReplacedNotDoubled) {
  const std::string still = "ffmpeg -v error -y -f lavfi -i testsrc2=size=64x48 -frames:v 1 ";
  const std::string clip = "ffmpeg -v error -y -f lavfi -i testsrc2=size=64x48:rate=5 -t 1 -c:v mpeg4 ";
  for (const auto& [name, command] : std::vector<std::pair<std::string, std::string>>{
           {"refer.jpg", still + "\"$OUT\""},
           {"refer.png", still + "\"$OUT\""},
           {"refer.webp", still + "-c:v libwebp \"$OUT\""},
           {"refer_lossless.webp", still + "-c:v libwebp -lossless 1 \"$OUT\""},
           {"refer.mp4", clip + "\"$OUT\""},
           {"refer_front.mp4", clip + "-movflags +faststart \"$OUT\""},
           {"refer_parts.mp4", clip + "-movflags frag_keyframe+empty_moov \"$OUT\""}}) {
    const Bytes original = made_by(name, command);
    EXPECT_EQ(url_of(original), "") << name;
    const auto first = referring(original, kUrl);
    ASSERT_TRUE(first) << name << ": " << first.error().to_string();
    EXPECT_EQ(url_of(*first), kUrl) << name;
    const auto second = referring(*first, "http://other.example/");
    ASSERT_TRUE(second) << name;
    EXPECT_EQ(url_of(*second), "http://other.example/") << name;
    // The pictures are what they were.
    const bonafide::testing::TemporaryFolder folder;
    const auto hash = [&](const std::string& stem, const Bytes& bytes) {
      const std::string path = folder.file(stem + name);
      EXPECT_TRUE(write_file(path, as_text(bytes), false));
      return read_file(bonafide::testing::made(stem + name + ".md5",
                                               fmt::format("ffmpeg -v error -i '{}' -f md5 - >\"$OUT\"", path)),
                       100)
          .value();
    };
    EXPECT_EQ(hash("before_", original), hash("after_", *second)) << name;
  }
}

TEST(Reference, WhatThePacketSaidBesidesStays) {
  const std::string packet =
      R"(<x:xmpmeta><rdf:RDF><rdf:Description dc:title="Tea &amp; cake" dcterms:provenance='http://old.example/'>)"
      R"(<dcterms:provenance>http://older.example/</dcterms:provenance></rdf:Description></rdf:RDF></x:xmpmeta>)";
  const std::string said = refer_to(packet, "http://new.example/").value();
  EXPECT_NE(said.find("Tea &amp; cake"), std::string::npos);
  EXPECT_EQ(said.find("old"), std::string::npos) << said;
  EXPECT_NE(said.find("dcterms:provenance=\"http://new.example/\""), std::string::npos);
  EXPECT_EQ(refer_to("no packet at all", kUrl).error().code, Code::unsupported);
}

TEST(Reference, OnlyWebAddressesAndKnownFiles) {
  for (const std::string url : {"", "file:///etc/passwd", "ftp://a.example/", "https://a b", "https://a\nb"}) {
    EXPECT_EQ(referring(small_jpeg(), url).error().code, Code::invalid_argument) << url;
  }
  EXPECT_EQ(referring(small_jpeg(), "https://a.example/" + std::string(5000, 'a')).error().code,
            Code::invalid_argument);
  const std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";
  EXPECT_EQ(referring(Bytes(svg.begin(), svg.end()), kUrl).error().code, Code::unsupported);
}

TEST(Reference, CutShortItIsRefusedOrTaken) {
  const Bytes whole = referring(small_jpeg(), kUrl).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto answer = referring(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), kUrl);
    EXPECT_TRUE(answer || answer.error().code != Code::internal) << size;
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
