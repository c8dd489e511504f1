// Runs the picture detectors alone (no marks, no credentials) over files named on standard input and prints one JSON
// line a file, in the form of `bonafide check --json`, with the milliseconds each detector took.
//   detectors_image [ID-OR-PREFIX …] < LIST
#include <cstdio>
#include <iostream>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "forensics/pipeline.h"
#include "media/container/media.h"
#include "media/decode/decode.h"

namespace {

using namespace bonafide;

Json findings_of(const media::Media& media, const std::vector<std::string>& ids, const Context& context) {
  Json list = Json::array();
  forensics::PipelineSettings settings;
  settings.only = ids;
  settings.previews = false;
  const auto plan = forensics::make_plan(media, settings, forensics::detectors());
  const auto result = forensics::run_pipeline(media, plan, settings, context);
  if (!result) return list;
  for (const forensics::Finding& f : result->findings) {
    if (f.reason == "left out on request") continue;
    Json one{{"detector", f.detector},
             {"claim", f.claim},
             {"outcome", forensics::to_string(f.outcome)},
             {"grade", forensics::to_string(f.grade)},
             {"reason", f.reason}};
    if (f.score) one["score"] = *f.score;
    one["regions"] = Json::array();
    for (const auto& r : f.regions) one["regions"].push_back({r.x, r.y, r.width, r.height});
    one["details"] = Json::array();
    for (const auto& [name, value] : f.details) one["details"].push_back({{"name", name}, {"value", value}});
    for (const auto& map : f.maps)
      one["map"] = {{"width", map.values.width()},
                    {"height", map.values.height()},
                    {"values", std::vector<int>(map.values.data(),
                                                map.values.data() + map.values.width() * map.values.height())}};
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> ids(argv + 1, argv + argc);
  const Context context;
  for (std::string path; std::getline(std::cin, path);) {
    const auto file = FileReader::open(path);
    if (!file) continue;
    auto media = media::open(*file, context);
    if (!media || !media::probe(*media, context)) continue;
    const auto began = Clock::now();
    const Json findings = findings_of(*media, ids, context);
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    std::puts(dump_json({{"file", {{"path", path}}}, {"ms", ms}, {"forensics", {{"findings", findings}}}}, -1).c_str());
    std::fflush(stdout);
  }
}
