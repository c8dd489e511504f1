#include <gtest/gtest.h>

#include <filesystem>

#include "base/bytes.h"
#include "base/channel.h"
#include "base/files.h"
#include "base/json.h"
#include "base/time.h"
#include "support/support.h"

namespace bonafide {
namespace {

Result<int> twice(Result<int> input) {
  const int value = TRY(std::move(input));
  return value * 2;
}

TEST(Result, TryPassesValuesAndErrors) {
  EXPECT_EQ(twice(21).value(), 42);
  const auto failed = twice(make_error(Code::corrupt, "no", 7));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().to_string(), "at byte 7: no");
}

TEST(Bytes, ReaderRefusesToRunPastItsEnd) {
  const Bytes bytes{1, 2, 3, 4, 5};
  ByteReader reader(bytes, 100);
  EXPECT_EQ(reader.u32be().value(), 0x01020304U);
  const auto more = reader.u16be();
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().offset, 104U);
  EXPECT_EQ(reader.u8().value(), 5);
}

TEST(Bytes, LittleEndian) {
  const Bytes bytes{1, 2, 3, 4};
  EXPECT_EQ(ByteReader(bytes).u32le().value(), 0x04030201U);
}

TEST(Bytes, Base64OfRfc4648) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(as_text(from_base64(coded).value()), plain);
  }
  EXPECT_FALSE(from_base64("Zg=!"));
}

TEST(Bytes, CleanUtf8ReplacesWhatIsBroken) {
  EXPECT_EQ(clean_utf8("gr\xC3\xBC\xC3\x9F\n"), "gr\xC3\xBC\xC3\x9F\n");
  EXPECT_EQ(clean_utf8("a\xFF\x1B[31m"), "a\xEF\xBF\xBD [31m");
  EXPECT_EQ(clean_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a lone surrogate
}

TEST(Json, RefusesDeepAndBrokenText) {
  EXPECT_TRUE(parse_json("{\"a\": [1, 2]}"));
  EXPECT_EQ(parse_json("{\"a\": ").error().code, Code::corrupt);
  EXPECT_EQ(parse_json(std::string(100, '[') + std::string(100, ']')).error().code, Code::limit);
  EXPECT_EQ(parse_json("[1e999]").error().code, Code::corrupt);
  std::string wide = "{\"a\":{\"a\":1},\"0\":0";
  for (int i = 1; i < 9000; ++i) wide += ",\"" + std::to_string(i) + "\":0";
  EXPECT_TRUE(parse_json(wide + "}"));
  for (int i = 9000; i < 200'000; ++i) wide += ",\"" + std::to_string(i) + "\":0";
  EXPECT_EQ(parse_json(wide + "}").error().code, Code::limit);
}

TEST(Time, Rfc3339ReachesPastTheClocksOwnRange) {
  const auto at = [](std::int64_t seconds) {
    return to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  };
  EXPECT_EQ(at(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(at(253402300799), "9999-12-31T23:59:59Z");
  EXPECT_EQ(at(INT64_MAX), "9999-12-31T23:59:59Z");
}

TEST(Time, Rfc3339IsReadStrictly) {
  const auto seconds = [](std::string_view text) -> std::optional<double> {
    const auto time = parse_rfc3339(text);
    if (!time) return std::nullopt;
    return static_cast<double>(time->time_since_epoch().count()) / 1e6;
  };
  EXPECT_EQ(seconds("1970-01-01T00:00:01Z"), 1);
  EXPECT_EQ(seconds("1970-01-01T01:00:01.25+01:00"), 1.25);
  EXPECT_EQ(seconds("1969-12-31t23:00:00-01:00"), 0);
  EXPECT_EQ(seconds("2026-11-23T12:30:00.1234567Z"), 1795437000.123456);
  for (const char* const wrong :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Z ", "+026-01-01T00:00:00Z"}) {
    EXPECT_FALSE(seconds(wrong)) << wrong;
  }
}

TEST(Time, Clock) {
  EXPECT_EQ(to_clock(42), "0:42");
  EXPECT_EQ(to_clock(7.46, true), "0:07.4");
  EXPECT_EQ(to_clock(3723), "1:02:03");
}

TEST(Files, WriterLeavesNothingBehindUnlessCommitted) {
  const auto folder = std::filesystem::temp_directory_path() / "bonafide-files-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "a.txt").string();
  {
    auto writer = FileWriter::create(path, false).value();
    ASSERT_TRUE(writer.write("half"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  ASSERT_TRUE(write_file(path, "whole", false));
  EXPECT_EQ(read_file(path, 100).value(), "whole");
  EXPECT_FALSE(write_file(path, "again", false));
  EXPECT_TRUE(write_file(path, "again", true));
  EXPECT_EQ(read_file(path, 100).value(), "again");
  EXPECT_EQ(read_file(path, 2).error().code, Code::limit);
  EXPECT_EQ(FileReader::open(folder.string()).error().code, Code::unsupported);
  EXPECT_EQ(FileReader::open(path + "x").error().code, Code::not_found);
  std::filesystem::remove_all(folder);
}

TEST(Channel, DeliversWhatIsQueuedAfterClose) {
  Channel<int> channel(2);
  EXPECT_TRUE(channel.push(1));
  EXPECT_TRUE(channel.push(2));
  channel.close();
  EXPECT_FALSE(channel.push(3));
  EXPECT_EQ(channel.pop(), 1);
  EXPECT_EQ(channel.pop(), 2);
  EXPECT_EQ(channel.pop(), std::nullopt);
}

TEST(Files, PatchingChangesTheseBytesAlone) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("work");
  write_file(path, "0123456789", false).value();
  ASSERT_TRUE(patch_file(path, 3, as_bytes("abc")));
  EXPECT_EQ(read_file(path, 100).value(), "012abc6789");
  EXPECT_FALSE(patch_file(path, 8, as_bytes("abc"))) << "a file is never made longer";
  EXPECT_EQ(read_file(path, 100).value(), "012abc6789");
  EXPECT_FALSE(patch_file(folder.file("missing"), 0, as_bytes("a")));
}

TEST(Files, AReplacedFileKeepsItsMode) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("secret");
  FileWriter writer = FileWriter::create(path, false, 0600).value();
  ASSERT_TRUE(writer.write("one"));
  ASSERT_TRUE(writer.commit());
  ASSERT_TRUE(write_file(path, "two", true));
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace bonafide
