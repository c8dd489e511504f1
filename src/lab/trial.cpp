#include "lab/trial.h"

#include <algorithm>

#include "verdict/calibration.h"

namespace bonafide::lab {

namespace {

using forensics::Finding;
using forensics::Outcome;
using forensics::Strength;

Strength strength_from(const std::string& word) {
  for (const Strength strength : {Strength::weak, Strength::moderate, Strength::strong, Strength::very_strong}) {
    if (word == forensics::to_string(strength)) return strength;
  }
  return Strength::none;
}

}  // namespace

Answer answer_of(const std::vector<Finding>& findings, const std::string& detector) {
  Answer answer;
  bool scored = false;
  for (const Finding& finding : findings) {
    if (finding.detector != detector) continue;
    if (finding.outcome != Outcome::sign && finding.outcome != Outcome::nothing_found) continue;
    answer.judged = true;
    if (finding.outcome == Outcome::sign) answer.grade = std::max(answer.grade, finding.grade);
    const auto score = verdict::oriented_score(finding);
    if (!score) continue;
    answer.score = scored ? std::max(answer.score, *score) : *score;
    scored = true;
  }
  if (!scored) answer.score = static_cast<double>(answer.grade);
  return answer;
}

Result<Trial> run_trial(const Item& item, const std::string& dataset, const forensics::PipelineSettings& settings,
                        const Context& context) {
  Trial trial{.dataset = dataset,
              .file = item.file,
              .kind = item.kind,
              .source = item.source,
              .generator = item.generator,
              .fake = item.fake,
              .error = {},
              .answers = {},
              .verdict = {}};
  app::CheckRequest request;
  request.path = item.path;
  request.pipeline = settings;
  request.pipeline.previews = false;
  const auto report = app::check(request, context);
  if (!report) {
    if (report.error().code == Code::cancelled) return report.error();
    trial.error = report.error().message;
    return trial;
  }
  const media::Media& media = report->media;
  trial.bytes = static_cast<double>(media.size);
  trial.width = media.width;
  trial.height = media.height;
  trial.duration_s = media.duration_s;
  if (const media::Track* sound = media.first(media::Track::Kind::audio)) trial.rate = sound->sample_rate;
  for (const Finding& finding : report->forensics.findings) {
    trial.answers.try_emplace(finding.detector, answer_of(report->forensics.findings, finding.detector));
  }
  trial.verdict = report->verdict.strength;
  trial.verdict_log10_lr = report->verdict.log10_lr;
  trial.seconds = report->environment.seconds;
  return trial;
}

Json to_json(const Trial& trial) {
  Json json{{"dataset", trial.dataset}, {"file", trial.file},     {"kind", trial.kind},
            {"fake", trial.fake},       {"source", trial.source}, {"generator", trial.generator}};
  if (!trial.error.empty()) {
    json["error"] = trial.error;
    return json;
  }
  json["bytes"] = trial.bytes;
  json["width"] = trial.width;
  json["height"] = trial.height;
  json["duration_s"] = trial.duration_s;
  json["rate"] = trial.rate;
  Json answers = Json::object();
  for (const auto& [detector, answer] : trial.answers) {
    if (!answer.judged) {
      answers[detector] = nullptr;
      continue;
    }
    answers[detector] = {{"grade", forensics::to_string(answer.grade)}, {"score", answer.score}};
  }
  json["answers"] = std::move(answers);
  json["verdict"] = trial.verdict ? Json(forensics::to_string(*trial.verdict)) : Json(nullptr);
  json["verdict_log10_lr"] = trial.verdict_log10_lr;
  json["seconds"] = trial.seconds;
  return json;
}

Result<Trial> trial_from_json(const Json& json) {
  Trial trial;
  try {
    trial.dataset = json.at("dataset").get<std::string>();
    trial.file = json.at("file").get<std::string>();
    trial.kind = json.at("kind").get<std::string>();
    trial.fake = json.at("fake").get<bool>();
    trial.source = json.at("source").get<std::string>();
    trial.generator = json.at("generator").get<std::string>();
    trial.error = json.value("error", "");
    if (!trial.error.empty()) return trial;
    trial.bytes = json.at("bytes").get<double>();
    trial.width = json.at("width").get<double>();
    trial.height = json.at("height").get<double>();
    trial.duration_s = json.at("duration_s").get<double>();
    trial.rate = json.at("rate").get<double>();
    for (const auto& [detector, value] : json.at("answers").items()) {
      Answer answer;
      if (!value.is_null()) {
        answer = {.judged = true,
                  .grade = strength_from(value.at("grade").get<std::string>()),
                  .score = value.at("score").get<double>()};
      }
      trial.answers[detector] = answer;
    }
    const Json& verdict = json.at("verdict");
    if (!verdict.is_null()) trial.verdict = strength_from(verdict.get<std::string>());
    trial.verdict_log10_lr = json.at("verdict_log10_lr").get<double>();
    trial.seconds = json.at("seconds").get<double>();
  } catch (const Json::exception& problem) {
    return make_error(Code::corrupt, std::string("is no line of a journal: ") + problem.what());
  }
  return trial;
}

}  // namespace bonafide::lab
