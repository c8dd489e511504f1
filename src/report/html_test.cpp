#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "crypto/hash.h"
#include "report/examples_test.h"

namespace bonafide::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Tag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  bool closing = false;
};

// Reads our own strict HTML: every attribute quoted, every < in text escaped. Anything else is a finding.
struct Parsed {
  std::vector<Tag> tags;
  std::vector<std::string> problems;
};

std::size_t read_attributes(const std::string& page, std::size_t at, Tag& tag, Parsed& parsed) {
  while (at < page.size() && page[at] != '>') {
    if (page[at] == ' ' || page[at] == '/' || page[at] == '\n') {
      ++at;
      continue;
    }
    std::string name;
    while (at < page.size() && (std::isalnum(static_cast<unsigned char>(page[at])) != 0 || page[at] == '-')) {
      name += page[at++];
    }
    if (name.empty()) {
      parsed.problems.push_back("stray character in a tag: " + page.substr(at, 30));
      return page.size();
    }
    std::string value;
    if (at < page.size() && page[at] == '=') {
      if (page[at + 1] != '"') parsed.problems.push_back("unquoted attribute " + name);
      const std::size_t end = page.find('"', at + 2);
      value = page.substr(at + 2, end - at - 2);
      at = end + 1;
    }
    tag.attributes.emplace_back(name, value);
  }
  return at + 1;
}

Parsed parse(const std::string& page) {
  Parsed parsed;
  for (std::size_t at = page.find('<'); at < page.size(); at = page.find('<', at)) {
    if (page.compare(at, 9, "<!doctype") == 0) {
      at = page.find('>', at);
      continue;
    }
    Tag tag;
    ++at;
    if (page[at] == '/') {
      tag.closing = true;
      ++at;
    }
    while (at < page.size() && std::isalnum(static_cast<unsigned char>(page[at])) != 0) tag.name += page[at++];
    if (tag.name.empty()) parsed.problems.push_back("a bare < in text: " + page.substr(at, 30));
    at = read_attributes(page, at, tag, parsed);
    parsed.tags.push_back(tag);
    const bool raw = !tag.closing && (tag.name == "script" || tag.name == "style");
    if (raw) at = page.find("</" + tag.name, at);
  }
  return parsed;
}

std::vector<Report> examples() {
  return {example_clip(),  example_photo(),   example_altered(), example_altered_clip(),
          example_sound(), example_hostile(), Report{}};
}

TEST(ReportHtml, TagsNestAndAreOnlyOurs) {
  const std::set<std::string> empty{"meta", "img", "input", "path", "circle", "rect", "line"};
  const std::set<std::string> known{
      "html",   "head",    "meta",   "title",      "style",   "body",   "a",      "header",     "span",     "main",
      "h1",     "h2",      "h3",     "ul",         "ol",      "li",     "div",    "article",    "svg",      "path",
      "circle", "strong",  "p",      "nav",        "section", "button", "small",  "b",          "details",  "summary",
      "table",  "caption", "thead",  "tbody",      "tr",      "th",     "td",     "dl",         "dt",       "dd",
      "code",   "pre",     "bdi",    "img",        "rect",    "line",   "figure", "figcaption", "fieldset", "legend",
      "label",  "input",   "output", "blockquote", "footer",  "script", "sup"};
  for (const Report& report : examples()) {
    const Parsed parsed = parse(to_html(report));
    EXPECT_THAT(parsed.problems, IsEmpty());
    std::vector<std::string> open;
    for (const Tag& tag : parsed.tags) {
      EXPECT_TRUE(known.contains(tag.name)) << tag.name;
      if (empty.contains(tag.name)) continue;
      if (!tag.closing) {
        open.push_back(tag.name);
      } else {
        ASSERT_FALSE(open.empty());
        EXPECT_EQ(open.back(), tag.name);
        open.pop_back();
      }
    }
    EXPECT_THAT(open, IsEmpty());
  }
}

TEST(ReportHtml, NothingIsFetched) {
  const std::set<std::string> fetching{"src",  "srcset",     "href",       "action", "poster",
                                       "data", "background", "formaction", "ping"};
  for (const Report& report : examples()) {
    const std::string page = to_html(report);
    for (const Tag& tag : parse(page).tags) {
      EXPECT_NE(tag.name, "link");
      EXPECT_NE(tag.name, "iframe");
      for (const auto& [name, value] : tag.attributes) {
        if (!fetching.contains(name)) continue;
        const bool inside = value.starts_with("data:image/") || value.starts_with("#");
        EXPECT_TRUE(inside) << tag.name << " " << name << "=" << value.substr(0, 60);
      }
    }
    EXPECT_THAT(page, Not(HasSubstr("url(")));
    EXPECT_THAT(page, Not(HasSubstr("@import")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
  }
}

TEST(ReportHtml, NoHandlersInAttributes) {
  for (const Tag& tag : parse(to_html(example_hostile())).tags) {
    for (const auto& [name, value] : tag.attributes) {
      EXPECT_FALSE(name.starts_with("on")) << name;
      EXPECT_THAT(value, Not(HasSubstr("javascript:")));
    }
  }
}

TEST(ReportHtml, OnlyOneScriptMayRun) {
  const std::string page = to_html(example_hostile());
  const std::string hash = to_base64(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(html::kScript)));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-" +
                              hash + "'"));
  std::size_t running = 0;
  for (const Tag& tag : parse(page).tags) {
    if (tag.name == "script" && !tag.closing && tag.attributes.empty()) ++running;
  }
  EXPECT_EQ(running, 1U);
  EXPECT_THAT(page, HasSubstr("<script>" + std::string(html::kScript) + "</script>"));
  EXPECT_EQ(html::kScript.find("</script"), std::string_view::npos);
  EXPECT_EQ(html::kStyle.find("</style"), std::string_view::npos);
}

TEST(ReportHtml, IdsAreUniqueAndLinksLead) {
  for (const Report& report : examples()) {
    std::set<std::string> ids;
    std::set<std::string> wanted;
    for (const Tag& tag : parse(to_html(report)).tags) {
      for (const auto& [name, value] : tag.attributes) {
        if (name == "id") {
          EXPECT_TRUE(ids.insert(value).second) << value;
        }
        if (name == "href" || name == "data-copy") wanted.insert(value.substr(1));
        if (name == "aria-labelledby") wanted.insert(value);
      }
    }
    for (const std::string& id : wanted) EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST(ReportHtml, PicturesHaveWordsAndChartsHaveTables) {
  for (const Report& report : examples()) {
    for (const Tag& tag : parse(to_html(report)).tags) {
      if (tag.name != "img") continue;
      EXPECT_TRUE(std::any_of(tag.attributes.begin(), tag.attributes.end(),
                              [](const auto& a) { return a.first == "alt" && !a.second.empty(); }));
    }
  }
  const std::string page = to_html(example_clip());
  EXPECT_THAT(page, HasSubstr("<caption>eye opening, face 1, ratio; usual range 0.2 to 0.38"));
  EXPECT_THAT(page, HasSubstr("Events (2): 0:06.2, 0:31.4"));
}

TEST(ReportHtml, SaysWhatItMust) {
  const std::string page = to_html(example_clip());
  for (const char* const words :
       {"Where it comes from", "What the tests saw", "This is not proof", "What would change this answer",
        "Not examined yet", "4 of 7 tests could look", "docs/methods/av.lip_sync.md", "What this test cannot see",
        "bonafide check clips/clip.mp4", "Made by bonafide 0.1.0", "2026-11-23T12:30:00Z"}) {
    EXPECT_THAT(page, HasSubstr(words));
  }
  EXPECT_THAT(to_html(example_sound()), HasSubstr("<strong>Could not tell</strong>"));
}

TEST(ReportHtml, LayersAndBoxesLieOverThePicture) {
  const std::string page = to_html(example_photo());
  EXPECT_THAT(page, HasSubstr("id=\"layer-0\""));
  EXPECT_THAT(page, HasSubstr("left:15.00%;top:13.33%;width:25.00%;height:26.67%"));
  EXPECT_THAT(page, HasSubstr("id=\"less\""));
  EXPECT_THAT(page, HasSubstr("id=\"more\""));
}

TEST(ReportHtml, WhatAMarkShowsIsSeenBesideTheTests) {
  const std::string page = to_html(example_altered());
  EXPECT_THAT(page, HasSubstr("left:25.00%;top:25.00%;width:10.00%;height:10.00%\"><b>Changed: mark</b>"));
  EXPECT_THAT(page, HasSubstr("Heat map: tamper-revealing mark"));
  EXPECT_THAT(page, HasSubstr("id=\"layer-1\"")) << "the tests' own map stays";
  EXPECT_THAT(page, HasSubstr("80×60 at 200,150: this part does not carry the mark (mark.tamper, p &lt; 1e-31)"));
  EXPECT_THAT(page, HasSubstr("<strong>Changed, and shows where</strong>"));
  EXPECT_EQ(example_altered().verdict.strength, example_photo().verdict.strength) << "the axes stay apart";
}

TEST(ReportHtml, ChangesStandOnTheTimelineAndInTheFrame) {
  const Report report = example_altered_clip();
  const std::string page = to_html(report);
  EXPECT_THAT(page, HasSubstr("<div class=\"name\"><bdi>Changed: map</bdi>"));
  EXPECT_THAT(page, HasSubstr("left:25.00%;top:25.00%;width:12.50%;height:12.50%\"><b>Changed: map</b>"))
      << "the page opens where it was changed";
  EXPECT_THAT(page, HasSubstr("\"box\":[25.0,25.0,12.5,12.5]"));
  EXPECT_THAT(page, HasSubstr("upper left: other content, p &lt; 1e-31"));
}

TEST(ReportHtml, RendersTheSameFromSavedJson) {
  for (const Report& report : examples()) {
    const auto back = from_json(to_json(report, true));
    ASSERT_TRUE(back);
    const auto again = from_json(to_json(*back, true));
    ASSERT_TRUE(again);
    EXPECT_EQ(to_html(*back), to_html(*again));
  }
  EXPECT_EQ(to_html(*from_json(to_json(example_clip(), true))), to_html(example_clip()));
}

TEST(ReportHtml, EndlessListsAreCut) {
  Report report = example_photo();
  report.media.facts.assign(50'000, {"EXIF", "MakerNote", std::string(4096, 'x')});
  report.media.tree.assign(100'000, {"box", 0, 8, 0, "note"});
  EXPECT_LT(to_html(report).size(), 2'000'000U);
}

}  // namespace
}  // namespace bonafide::report
