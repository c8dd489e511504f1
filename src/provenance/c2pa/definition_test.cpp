#include "provenance/c2pa/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::provenance::c2pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Definition> read(std::string_view text, std::vector<std::string>* passed_over = nullptr) {
  return parse_definition(parse_json(text).value(), passed_over);
}

TEST(Definition, ReadsWhatC2patoolReads) {
  const Definition definition = read(R"({
    "alg": "ps256", "private_key": "k.pem", "sign_cert": "c.pem", "ta_url": "http://tsa.example",
    "claim_generator_info": [{"name": "App", "version": "2"}], "title": "Picture",
    "assertions": [
      {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created"}], "allActionsIncluded": true}},
      {"label": "org.example.note", "data": {"n": 1, "bytes": "b64'AQI='"}},
      {"label": "stds.schema-org.CreativeWork", "data": {"@type": "CreativeWork"}},
      {"label": "org.example.json", "data": {}, "kind": "Json", "created": false}],
    "ingredients": [{"title": "Old", "format": "image/png", "relationship": "parentOf", "instance_id": "xmp:1"}],
    "ingredient_paths": ["a.jpg"], "thumbnail": {"format": "image/jpeg", "identifier": "t.jpg"}})")
                                    .value();
  EXPECT_EQ(definition.algorithm, "ps256");
  EXPECT_EQ(definition.certificate, "c.pem");
  EXPECT_EQ(definition.time_authority, "http://tsa.example");
  EXPECT_EQ(definition.plan.generator["name"], "App");
  EXPECT_TRUE(definition.claims_actions);
  EXPECT_EQ(definition.plan.actions_more["allActionsIncluded"], true);
  ASSERT_EQ(definition.plan.assertions.size(), 3U);
  EXPECT_EQ(to_hex(definition.plan.assertions[0].content),
            "a2616e0165627974657342"
            "0102");
  EXPECT_EQ(definition.plan.assertions[1].form, Assertion::Form::json);
  EXPECT_EQ(definition.plan.assertions[2].form, Assertion::Form::json);
  EXPECT_FALSE(definition.plan.assertions[2].created);
  ASSERT_EQ(definition.ingredients.size(), 2U);
  EXPECT_EQ(definition.ingredients[0].plan.id, "xmp:1");
  EXPECT_EQ(definition.ingredients[1].path, "a.jpg");
  EXPECT_EQ(definition.thumbnail.path, "t.jpg");
}

TEST(Definition, OldGeneratorsAreUnderstood) {
  EXPECT_EQ(read(R"({"claim_generator": "app/1.0"})").value().plan.generator.dump(),
            R"({"name":"app","version":"1.0"})");
}

TEST(Definition, SaysWhatItDidNotUse) {
  std::vector<std::string> passed_over;
  ASSERT_TRUE(read(R"({"title": "x", "colour": 1})", &passed_over));
  EXPECT_THAT(passed_over, ElementsAre("colour"));
}

TEST(Definition, RefusesWithTheFieldsName) {
  const auto message = [](std::string_view text) { return read(text).error().message; };
  EXPECT_THAT(message(R"([])"), HasSubstr("object"));
  EXPECT_THAT(message(R"({"title": 1})"), HasSubstr("title"));
  EXPECT_THAT(message(R"({"assertions": [{"data": {}}]})"), HasSubstr("labelled"));
  EXPECT_THAT(message(R"({"assertions": [{"label": "a.b", "data": {}, "kind": "Binary"}]})"), HasSubstr("a.b"));
  EXPECT_THAT(message(R"({"assertions": [{"label": "c2pa.actions", "data": {}}]})"), HasSubstr("actions"));
  EXPECT_THAT(message(R"({"ingredients": [{"relationship": "friendOf"}]})"), HasSubstr("relationship"));
  EXPECT_THAT(message(R"({"assertions": [{"label": "a.b", "data": "b64'!'"}]})"), HasSubstr("base64"));
}

TEST(Definition, ActionsBeginAsTheStandardWants) {
  ManifestPlan plan;
  complete_actions(plan, "http://x", {}, "2027-01-01T00:00:00Z");
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0]["action"], "c2pa.created");
  EXPECT_EQ(plan.actions[0]["digitalSourceType"], "http://x");
  ManifestPlan child;
  IngredientPlan parent;
  parent.id = "p";
  child.ingredients.push_back(parent);
  complete_actions(child, "http://x", "http://y", {});
  ASSERT_EQ(child.actions.size(), 2U);
  EXPECT_EQ(child.actions[0]["action"], "c2pa.opened");
  EXPECT_EQ(child.actions[0]["parameters"]["ingredientIds"][0], "p");
  EXPECT_EQ(child.actions[1]["digitalSourceType"], "http://y");
}

TEST(Definition, SourceTypesAreUrls) {
  EXPECT_EQ(source_type_url("digitalCapture"), "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture");
  EXPECT_EQ(source_type_url("empty"), "http://c2pa.org/digitalsourcetype/empty");
  EXPECT_EQ(source_type_url("https://example.org/x"), "https://example.org/x");
  EXPECT_EQ(source_type_url("magic"), std::nullopt);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
