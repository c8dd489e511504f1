#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/files.h"
#include "report/examples_test.h"
#include "report/names.h"
#include "support/schema.h"
#include "support/support.h"

namespace bonafide::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Json schema() {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.report-1.json", 1 << 20);
  return *parse_json(*text);
}

std::vector<Report> examples() {
  return {example_clip(),  example_photo(),   example_altered(), example_altered_clip(),
          example_sound(), example_hostile(), Report{}};
}

TEST(ReportJson, RoundTripIsExact) {
  for (const Report& report : examples()) {
    for (const bool pictures : {true, false}) {
      const std::string once = dump_json(to_json(report, pictures));
      const auto back = from_json(*parse_json(once));
      ASSERT_TRUE(back) << back.error().to_string();
      EXPECT_EQ(dump_json(to_json(*back, pictures)), once);
      EXPECT_EQ(to_text(*back, {}), to_text(report, {}));
    }
  }
}

TEST(ReportJson, ValuesComeBack) {
  const Report report = example_clip();
  const auto back = from_json(to_json(report, true));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->media.sha256, report.media.sha256);
  EXPECT_EQ(back->media.format, report.media.format);
  EXPECT_EQ(back->verdict.strength, report.verdict.strength);
  EXPECT_EQ(back->verdict.groups.size(), report.verdict.groups.size());
  EXPECT_EQ(back->forensics.previews.size(), 5U);
  EXPECT_EQ(back->forensics.previews[2].jpeg, report.forensics.previews[2].jpeg);
  EXPECT_EQ(back->forensics.faces[1].boxes.at(3).second.x, report.forensics.faces[1].boxes.at(3).second.x);
  const auto& curve = back->forensics.findings[5].curves[0];
  EXPECT_TRUE(std::isnan(curve.y[230]));
  EXPECT_EQ(curve.y[0], report.forensics.findings[5].curves[0].y[0]) << "doubles to the last bit";
}

TEST(ReportJson, MapsComeBack) {
  const Report report = example_photo();
  const auto back = from_json(to_json(report, true));
  ASSERT_TRUE(back);
  const media::Plane& sent = report.forensics.findings[0].maps[0].values;
  const media::Plane& got = back->forensics.findings[0].maps[0].values;
  ASSERT_EQ(got.width(), sent.width());
  ASSERT_EQ(got.height(), sent.height());
  EXPECT_TRUE(std::equal(got.data(), got.data() + 7500, sent.data()));
}

TEST(ReportJson, AlteredPlacesComeBack) {
  const Report report = example_altered();
  const auto back = from_json(to_json(report, true));
  ASSERT_TRUE(back) << back.error().message;
  const provenance::Source& got = back->provenance.sources.at(1);
  EXPECT_EQ(got.state, provenance::State::altered);
  ASSERT_EQ(got.altered.size(), 2U);
  EXPECT_EQ(got.altered[0].box->width, 80);
  EXPECT_FALSE(got.altered[0].time);
  EXPECT_EQ(got.altered[1].time->begin_s, 61.5);
  EXPECT_EQ(got.altered[1].log10_p, -6.2);
  EXPECT_EQ(got.maps.at(0).values, report.provenance.sources[1].maps[0].values);
  EXPECT_FALSE(to_json(example_photo(), true)["provenance"].dump().find("altered") != std::string::npos);
}

TEST(ReportJson, FitsItsSchema) {
  for (const Report& report : examples()) {
    for (const bool pictures : {true, false}) {
      EXPECT_THAT(testing::schema_errors(schema(), *parse_json(dump_json(to_json(report, pictures))), true), IsEmpty());
    }
  }
}

TEST(ReportJson, SchemaListsEveryKey) {
  const Json defs = schema().at("$defs");
  const auto check = [](const Json& listed, auto value) {
    ASSERT_EQ(listed.size(), keys(value).size());
    for (std::size_t i = 0; i < listed.size(); ++i) EXPECT_EQ(listed[i], std::string(keys(value)[i].key));
  };
  check(defs["file"]["properties"]["format"]["enum"], media::Format{});
  check(defs["file"]["properties"]["kind"]["enum"], media::Kind{});
  check(defs["track"]["properties"]["kind"]["enum"], media::Track::Kind{});
  check(defs["finding"]["properties"]["outcome"]["enum"], forensics::Outcome{});
  check(defs["strength"]["enum"], forensics::Strength{});
  check(defs["group"]["enum"], forensics::Group{});
  check(defs["state"]["enum"], provenance::State{});
}

TEST(ReportJson, SchemaCanSayNo) {
  Json json = to_json(example_clip(), false);
  json["forensics"]["findings"][0]["grade"] = "certain";
  json["verdict"].erase("tests");
  json["file"]["sha256"] = "xyz";
  json["extra"] = 1;
  EXPECT_EQ(testing::schema_errors(schema(), json, false).size(), 3U);
  EXPECT_EQ(testing::schema_errors(schema(), json, true).size(), 4U);
}

TEST(ReportJson, KeysMatchTheRoomsOwnNames) {
  for (const auto& entry : keys(forensics::Outcome{})) EXPECT_EQ(entry.key, forensics::to_string(entry.value));
  for (const auto& entry : keys(forensics::Strength{})) EXPECT_EQ(entry.key, forensics::to_string(entry.value));
  for (const auto& entry : keys(forensics::Group{})) EXPECT_EQ(entry.key, forensics::to_string(entry.value));
  for (const auto& entry : keys(provenance::State{})) EXPECT_EQ(entry.key, provenance::to_string(entry.value));
}

TEST(ReportJson, PicturesOnlyWhenAskedFor) {
  const std::string without = dump_json(to_json(example_photo(), false));
  EXPECT_EQ(without.find("\"jpeg\":\""), std::string::npos);
  EXPECT_EQ(without.find("\"png\":\""), std::string::npos);
  const std::string with = dump_json(to_json(example_photo(), true));
  EXPECT_NE(with.find("\"jpeg\":\"/9j/2Q==\""), std::string::npos);
  EXPECT_NE(with.find("\"png\":\"iVBOR"), std::string::npos);
}

TEST(ReportJson, UnknownFieldsAreIgnored) {
  Json json = to_json(example_sound(), false);
  json["later"] = {{"a", 1}};
  json["verdict"]["later"] = nullptr;
  EXPECT_TRUE(from_json(json));
}

TEST(ReportJson, WrongJsonIsRefusedWithItsPlace) {
  struct Row {
    std::string pointer, value, message;
  };
  for (const Row& row :
       {Row{"/schema", "\"bonafide.report/2\"", "written in"},
        Row{"/file/size", "-1", "the report.file.size should not be negative"},
        Row{"/file/width", "99999999999", "the report.file.width should be a whole number"},
        Row{"/file/format", "\"docx\"", "not one of its known words"}, Row{"/sampled", "1", "should be true or false"},
        Row{"/forensics/findings/1/curves/0/x", "[1]", "more of x than of y, or less"},
        Row{"/forensics/findings/1/spans", "{}", "the report.forensics.findings[1].spans should be a list"},
        Row{"/forensics/previews/0/jpeg", "\"*\"", "should be base64"},
        Row{"/forensics/faces/0/boxes/0/x", "1e300", "should be a number"},
        Row{"/verdict/groups/0/findings", "[7]", "a finding that is not there"},
        Row{"/environment", "[]", "the report.environment should be an object"}}) {
    Json json = to_json(example_clip(), true);
    json[Json::json_pointer(row.pointer)] = Json::parse(row.value);
    const auto back = from_json(json);
    ASSERT_FALSE(back) << row.pointer;
    EXPECT_THAT(back.error().message, HasSubstr(row.message));
  }
  EXPECT_FALSE(from_json(Json(3)));
  EXPECT_FALSE(from_json(Json::object()));
}

}  // namespace
}  // namespace bonafide::report
