// bonafide detectors: the tests in this build.
#include <fmt/format.h>

#include "base/json.h"
#include "cli/verbs.h"
#include "forensics/detector.h"

namespace bonafide::cli {

void add_detectors(VerbTable& verbs) {
  verbs
      .add("detectors", "The tests in this build, and the question each one asks",
           "  bonafide detectors\n  bonafide detectors --json\n  bonafide check photo.jpg --only image.jpeg_grid")
      ->callback([&verbs = verbs.globals, &chosen = verbs.chosen] {
        chosen = [&globals = verbs] {
          Json list = Json::array();
          for (const forensics::Detector* const detector : forensics::detectors()) {
            list.push_back({{"id", detector->id},
                            {"version", detector->version},
                            {"group", forensics::to_string(detector->group)},
                            {"title", detector->title},
                            {"question", detector->question}});
            if (!globals.json) print(fmt::format("{:<24} {}\n", detector->id, detector->question));
          }
          if (globals.json) print(dump_json({{"schema", "bonafide.detectors/1"}, {"detectors", list}}, 2) + "\n");
          return kDone;
        };
      });
}

}  // namespace bonafide::cli
