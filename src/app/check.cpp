#include "app/check.h"

#include <chrono>

#include "app/environment.h"
#include "base/files.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "media/decode/decode.h"
#include "provenance/credential.h"
#include "verdict/verdict.h"

namespace bonafide::app {

namespace {

Result<media::Media> open_media(const FileReader& file, const Context& context) {
  media::Media media = TRY(media::open(file, context));
  TRY(media::probe(media, context));
  return media;
}

// Marks, log and prints are not read yet, and the report must say so rather than "none".
provenance::Provenance read_provenance(const FileReader& file, const CheckRequest& request, const Context& context) {
  provenance::Provenance provenance;
  const crypto::TrustStore nobody;
  const crypto::TrustStore* const trust = request.trust != nullptr ? &request.trust->store : &nobody;
  auto credential = provenance::read_credential(file, {trust, unix_now(), false, {}}, context);
  provenance.sources.push_back(credential ? std::move(credential->source)
                                          : provenance::Source{"credential", provenance::State::not_examined,
                                                               "could not be examined: " + credential.error().message});
  provenance.state = provenance.sources.front().state;
  for (const char* const name : {"mark", "log", "prints"}) {
    provenance.sources.push_back({name, provenance::State::not_examined, "not examined yet by this version"});
  }
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
  report.provenance = read_provenance(file, request, context);
  const forensics::Plan plan = forensics::make_plan(report.media, request.pipeline, forensics::detectors());
  report.sampled = plan.sampled;
  report.forensics = TRY(forensics::run_pipeline(report.media, plan, request.pipeline, context));
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
