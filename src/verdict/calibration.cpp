#include "verdict/calibration.h"

#include <algorithm>
#include <cmath>

namespace bonafide::verdict {

using forensics::Finding;
using forensics::Outcome;

std::optional<double> oriented_score(const Finding& finding) {
  if (!finding.score || !std::isfinite(*finding.score)) return std::nullopt;
  const std::string& name = finding.score_name;
  const bool small_is_strange = name.find("NFA") != std::string::npos || name == "p" || name == "log10 p";
  return small_is_strange ? -*finding.score : *finding.score;
}

namespace {

Result<CalibrationLine> line_from(const Json& json) {
  CalibrationLine line;
  line.version = json.at("version").get<int>();
  line.intercept = json.at("intercept").get<double>();
  line.slope = json.at("slope").get<double>();
  line.least = json.at("least").get<double>();
  line.most = json.at("most").get<double>();
  line.genuine = json.at("genuine").get<std::size_t>();
  line.fake = json.at("fake").get<std::size_t>();
  line.cllr = json.at("cllr").get<double>();
  if (!(line.slope > 0) || !std::isfinite(line.intercept)) return make_error(Code::corrupt, "a slope must be above 0");
  const auto allowed = [](std::size_t files) {
    return std::log10(std::max(1.0, static_cast<double>(files) / 3)) + 1e-3;
  };
  if (!(line.most <= allowed(line.genuine)) || !(line.least >= -allowed(line.fake)) || line.least > 0 ||
      line.most < 0) {
    return make_error(Code::corrupt, "the bounds are wider than the files allow (3/N)");
  }
  return line;
}

}  // namespace

Result<Calibration> calibration_from_json(const Json& json) {
  Calibration calibration;
  try {
    if (json.at("schema").get<std::string>() != "bonafide.calibration/1") {
      return make_error(Code::unsupported, "is no calibration table of schema bonafide.calibration/1");
    }
    calibration.id = json.at("journal").get<std::string>();
    for (const auto& [detector, value] : json.at("detectors").items()) {
      auto line = line_from(value);
      if (!line) return make_error(Code::corrupt, detector + ": " + line.error().message);
      calibration.lines[detector] = *line;
    }
  } catch (const Json::exception& problem) {
    return make_error(Code::corrupt, std::string("is no calibration table: ") + problem.what());
  }
  return calibration;
}

void calibrate(const Calibration& calibration, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (finding.outcome != Outcome::sign && finding.outcome != Outcome::nothing_found) continue;
    const auto found = calibration.lines.find(finding.detector);
    const auto score = oriented_score(finding);
    if (found == calibration.lines.end() || found->second.version != finding.version || !score) continue;
    const CalibrationLine& line = found->second;
    const double ratio = std::clamp(line.intercept + line.slope * *score, line.least, line.most);
    finding.log10_lr = finding.outcome == Outcome::sign ? std::max(0.0, ratio) : std::clamp(ratio, kSilence, 0.0);
    finding.details.emplace_back("log10 LR, calibrated on " + std::to_string(line.genuine) + " genuine and " +
                                     std::to_string(line.fake) + " fake files",
                                 std::to_string(std::round(*finding.log10_lr * 100) / 100).substr(0, 5));
  }
}

}  // namespace bonafide::verdict
