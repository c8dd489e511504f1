// The page's parts: each adds one section to the growing text. Everything from the file goes through text().
#pragma once
#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "report/names.h"
#include "report/report.h"

namespace bonafide::report::html {

/// Safe inside elements and quoted attributes: valid UTF-8, no control or direction characters, & < > " ' escaped.
std::string text(std::string_view hostile);
/// text() for content: in <bdi>, so that right-to-left names do not turn the sentence around them.
std::string isolated(std::string_view hostile);

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

/// "none", "weak", …, "unknown": the class that sets colour and pattern.
std::string_view tone(std::optional<forensics::Strength> strength);
std::string_view strength_icon(std::optional<forensics::Strength> strength);
std::string_view outcome_icon(forensics::Outcome outcome);
std::string_view state_icon(provenance::State state);

/// The test's title, or its id made readable.
std::string title_of(const forensics::Finding& finding);
/// An id for links, made of letters, digits and dashes only.
std::string anchor(std::string_view prefix, std::string_view id);

/// The signs, strongest first.
std::vector<const forensics::Finding*> signs_of(const Report& report);

/// How long the clip is, or where its last finding ends; 0 for stills.
double clip_length(const Report& report);
bool has_picture(const Report& report);   ///< a still with a preview
bool has_timeline(const Report& report);  ///< something to show over time

void add_banner(std::string& out, const Report& report);
void add_signs(std::string& out, const Report& report);
void add_picture(std::string& out, const Report& report);
void add_timeline(std::string& out, const Report& report);
void add_overview(std::string& out, const Report& report);  ///< what was tested and what could not be
void add_tests(std::string& out, const Report& report);
void add_paragraph(std::string& out, const Report& report);  ///< for an article
void add_file(std::string& out, const Report& report);
void add_making(std::string& out, const Report& report);  ///< environment, hashes, command

/// Three significant digits, for the edges of charts.
std::string rough(double value);
/// Numbers of a curve as a table, thinned to a readable count.
void add_curve_table(std::string& out, const forensics::Curve& curve, double length);
/// A chart of its own, for curves that are not over the clip's time.
void add_chart(std::string& out, const forensics::Curve& curve);

// The files under assets/, put into the program by src/CMakeLists.txt.
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace bonafide::report::html
