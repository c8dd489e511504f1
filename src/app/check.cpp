#include "app/check.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "app/environment.h"
#include "app/log/log.h"
#include "app/map_source.h"
#include "app/mark_listener.h"
#include "app/open_media.h"
#include "base/files.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "provenance/credential.h"
#include "verdict/verdict.h"

namespace bonafide::app {

namespace {

Result<provenance::Credential> read_credential(const FileReader& file, const CheckRequest& request,
                                               const Context& context) {
  const crypto::TrustStore nobody;
  const crypto::TrustStore* const trust = request.trust != nullptr ? &request.trust->store : &nobody;
  return provenance::read_credential(file, {trust, unix_now(), false, {}}, context);
}

// A proof that lies beside the file, as `sign --log` and `log add --proof` put it there.
provenance::Source read_log(const CheckRequest& request, const Context& context) {
  using provenance::State;
  const std::string proof = request.path + ".tlog-proof";
  std::error_code ignored;
  if (!std::filesystem::exists(proof, ignored)) return {"log", State::none, "no proof lies beside the file"};
  if (request.log_policy.empty()) {
    return {"log", State::not_examined, "a proof lies beside the file; say which logs to believe (--log-policy)"};
  }
  LogVerifyRequest asked{.proof = proof, .file = request.path, .policy = request.log_policy, .key = {}};
  asked.log = request.log_folder;
  const auto facts = log_verify(asked, context);
  if (!facts)
    return {"log", State::not_examined, "the proof beside the file could not be read: " + facts.error().message};
  const std::string where = fmt::format("entry {} of {}", facts->entry.number, facts->tree.origin);
  switch (facts->state) {
    case report::LogProofFacts::State::untrusted: return {"log", State::not_examined, where + ": " + facts->reason};
    case report::LogProofFacts::State::broken:
      return {"log", State::broken, "the proof beside the file does not hold: " + facts->reason};
    case report::LogProofFacts::State::proven: break;
  }
  std::string sentence = where + ", proven";
  if (facts->work == report::LogProofFacts::Work::fits) sentence += " to be about this very file";
  if (!facts->issuer_name.empty()) sentence += ", by a key named " + facts->issuer_name;
  if (facts->key && facts->key->revoked_by)
    sentence += fmt::format(", a key that entry {} revoked later", *facts->key->revoked_by);
  return {"log", State::found,
          sentence + fmt::format("; {} witness{}", facts->witnesses.size(), facts->witnesses.size() == 1 ? "" : "es")};
}

// Prints need a registry, which `trace` is given, and the report must say so rather than "none".
provenance::Provenance gather(const CheckRequest& request, const Context& context,
                              Result<provenance::Credential> credential, MarkListener& marks,
                              const media::Media& media) {
  provenance::Provenance provenance;
  provenance::Source mark = marks.finish(credential ? &*credential : nullptr, media);
  auto map = map_source({request.path, request.original, request.trust}, credential ? &*credential : nullptr, context);
  provenance.sources.push_back(credential ? std::move(credential->source)
                                          : provenance::Source{"credential", provenance::State::not_examined,
                                                               "could not be examined: " + credential.error().message});
  provenance.state = provenance.sources.front().state;
  const bool silent =
      provenance.state == provenance::State::none || provenance.state == provenance::State::not_examined;
  using provenance::State;
  // A credential that holds for these bytes was signed after the change, and its signer answers for it.
  const bool speaks = mark.state == State::found || mark.state == State::altered;
  if (mark.state == State::broken || (silent && speaks)) provenance.state = mark.state;
  provenance.sources.push_back(std::move(mark));
  if (map) {
    if ((silent || provenance.state == State::altered) && map->state == State::altered)
      provenance.state = State::altered;
    provenance.sources.push_back(std::move(*map));
  }
  provenance.sources.push_back(read_log(request, context));
  provenance.sources.push_back({"prints", provenance::State::not_examined,
                                "not looked up: bonafide trace FILE --log FOLDER does, where a registry is kept"});
  return provenance;
}

Error in_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

Result<report::Report> check_file(const CheckRequest& request, const Context& context) {
  const auto began = Clock::now();
  report::Report report;
  const FileReader file = TRY(FileReader::open(request.path));
  report.media = TRY(open_media(file, context));
  if (report.media.kind == media::Kind::document || report.media.kind == media::Kind::unknown) {
    return make_error(Code::unsupported, "is neither a picture, a video nor a sound");
  }
  auto credential = read_credential(file, request, context);
  MarkListener marks(report.media.kind == media::Kind::image, context);
  const forensics::Listener listener = marks.listener();
  forensics::PipelineSettings settings = request.pipeline;
  settings.listener = &listener;
  const forensics::Plan plan = forensics::make_plan(report.media, request.pipeline, forensics::detectors());
  report.sampled = plan.sampled;
  report.forensics = TRY(forensics::run_pipeline(report.media, plan, settings, context));
  report.provenance = gather(request, context, std::move(credential), marks, report.media);
  if (request.calibration != nullptr) verdict::calibrate(*request.calibration, report.forensics.findings);
  report.verdict = verdict::fuse(report.forensics.findings);
  report.environment = environment(request.command, (plan.needs & forensics::kNeedsFaces) != 0);
  report.environment.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return report;
}

}  // namespace

Result<report::Report> check(const CheckRequest& request, const Context& context) {
  Context bounded = context;
  if (request.budget_s) {
    bounded.deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*request.budget_s));
  }
  auto report = check_file(request, bounded);
  if (!report) return in_file(std::move(report.error()), request.path);
  return report;
}

Result<report::Inspection> inspect(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  report::Inspection inspection;
  inspection.media = TRY(open_media(file, context));
  inspection.hashes.emplace_back("sha256", inspection.media.sha256);
  inspection.hashes.emplace_back("sha512",
                                 to_hex(TRY(crypto::digest_file(crypto::HashAlgorithm::sha512, file, context))));
  return inspection;
}

}  // namespace bonafide::app
