#include "app/credential/sign.h"

#include <unistd.h>

#include <filesystem>
#include <memory>

#include "app/credential/claiming.h"
#include "app/credential/stream.h"
#include "base/json.h"
#include "provenance/c2pa/reference.h"

namespace bonafide::app {

namespace {

namespace c2pa = provenance::c2pa;

/// The bytes that are signed: the work, or the work with a reference in it.
struct Target {
  const media::ByteSource* source = nullptr;
  c2pa::Located located;
  std::unique_ptr<const c2pa::ReferringSource> referring = {};
};

Result<Target> target_of(const SignRequest& request, const Work& work, const Context& context) {
  if (request.remote.empty()) return Target{work.source.get(), work.located};
  if (request.update || !request.fragments.empty()) {
    return make_error(Code::invalid_argument,
                      "a reference changes the work: it goes with neither updates nor fragments");
  }
  auto splice = c2pa::plan_reference(*work.source, work.located.container, request.remote, context);
  if (!splice) return in_file(std::move(splice.error()), request.input);
  auto referring = std::make_unique<const c2pa::ReferringSource>(*work.source, std::move(*splice));
  c2pa::Located located = TRY(c2pa::locate(*referring, context));
  const media::ByteSource* const source = referring.get();
  return Target{source, std::move(located), std::move(referring)};
}

/// Where the signed file goes: for a stream, into the folder for all its files.
std::string output_of(const SignRequest& request) {
  namespace fs = std::filesystem;
  if (request.fragments.empty()) return request.output;
  return (fs::path(request.output) / fs::path(request.input).filename()).string();
}

Result<void> write_sidecar(const SignRequest& request, const c2pa::SignedFile& file, SignAnswer& answer) {
  FileWriter out = TRY(FileWriter::create(request.sidecar, request.overwrite));
  TRY(out.write(ByteView(file.store)));
  TRY(out.commit());
  answer.sidecar = request.sidecar;
  return {};
}

Result<void> write_work(const SignRequest& request, const Target& target, const c2pa::SignedFile& file,
                        const Context& context) {
  if (request.in_place && file.in_place && request.sidecar.empty() && request.remote.empty()) {
    return patch_file(request.output, file.splice.frame.start, file.framed);
  }
  FileWriter out = TRY(FileWriter::create(output_of(request), request.overwrite || request.in_place));
  auto written = c2pa::write_signed(*target.source, file, out, context);
  if (!written) return in_file(std::move(written.error()), request.input);
  return out.commit();
}

/// A file that goes away with this.
struct Temporary {
  std::string path;
  explicit Temporary(std::string name) : path(std::move(name)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

/// Marks the work into a file beside the output, then signs that.
Result<SignAnswer> sign_marked(const SignRequest& request, const Context& context) {
  namespace fs = std::filesystem;
  if (request.update || request.in_place || request.to_memory || request.content || !request.fragments.empty() ||
      request.output.empty()) {
    return make_error(
        Code::invalid_argument,
        "a mark changes the work: it needs an output of its own, and goes with neither updates nor fragments");
  }
  if (!request.overwrite && fs::exists(request.output)) {
    return in_file(make_error(Code::invalid_argument, "is there already: say --force to replace it"), request.output);
  }
  const Work before = TRY(Work::open(request.input, {}, context));
  const fs::path output(request.output);
  const Temporary marked((output.parent_path() / ("." + output.stem().string() + ".marking" +
                                                  std::to_string(::getpid()) + output.extension().string()))
                             .string());
  auto marks = request.mark(request.input, marked.path, context);
  if (!marks) return in_file(std::move(marks.error()), request.input);
  SignRequest next = request;
  next.mark = {};
  next.watermarked = true;
  next.input = marked.path;
  next.soft_bindings.insert(next.soft_bindings.end(), marks->placed.begin(), marks->placed.end());
  next.earlier_marks = marks->earlier;
  if (next.title.empty()) next.title = fs::path(request.input).filename().string();
  const bool history = before.located.found() || !before.located.problem.empty();
  const bool made_here = request.ai == AiUse::none || request.ai == AiUse::generated || !request.source_type.empty() ||
                         !request.definition.empty();
  if (next.parent.empty() && !next.forget_parent && (history || !made_here || !next.earlier_marks.empty()))
    next.parent = request.input;
  auto answer = sign(next, context);
  if (!answer && answer.error().file == marked.path) answer.error().file = request.input;
  return answer;
}

Result<Bytes> signed_content(const Target& target, const c2pa::SignedFile& file) {
  c2pa::SplicedSource view(*target.source, file.splice);
  view.fill(file.framed);
  return c2pa::read_exactly(view, 0, view.size());
}

}  // namespace

Result<SignAnswer> sign(const SignRequest& request, const Context& context) {
  if (request.mark) return sign_marked(request, context);
  if (request.describe) {
    SignRequest next = request;
    next.describe = {};
    auto more = request.describe(request.input, context);
    if (!more) return in_file(std::move(more.error()), request.input);
    next.more.push_back(std::move(*more));
    return sign(next, context);
  }
  Claiming claiming(request, context);
  TRY(claiming.begin());
  const Work work = TRY(Work::open(request.input, request.content, context));
  if (work.located.found() && !work.located.readable) {
    return in_file(make_error(Code::unsupported, "cannot be signed: its kind of file is not known"), request.input);
  }
  const c2pa::Builder builder = TRY(claiming.claim(&work));
  c2pa::SignPlan plan = TRY(claiming.plan());
  std::optional<Stream> stream;
  if (!request.fragments.empty()) {
    stream = TRY(plan_stream(request, *work.source, context));
    plan.bind.stream = &stream->plan;
  }
  const Target target = TRY(target_of(request, work, context));
  auto file = c2pa::sign_source(*target.source, target.located, builder, plan, context);
  if (!file) return in_file(std::move(file.error()), request.input);
  SignAnswer answer = TRY(claiming.answer(builder, *file));
  answer.soft_bindings = request.soft_bindings;
  if (stream) TRY(write_fragments(*stream, request, context));
  if (!request.sidecar.empty()) TRY(write_sidecar(request, *file, answer));
  if (request.to_memory) {
    answer.content = TRY(signed_content(target, *file));
  } else if (!request.output.empty() || request.sidecar.empty()) {
    TRY(write_work(request, target, *file, context));
    answer.written = output_of(request);
  }
  return answer;
}

Json signing_json(const std::string& input, const SignAnswer& answer) {
  Json json{{"schema", "bonafide.sign/1"},
            {"input", clean_utf8(input)},
            {"manifest", answer.label},
            {"binding", answer.binding},
            {"signer", clean_utf8(answer.signer)},
            {"algorithm", answer.algorithm},
            {"time_stamp", answer.stamped},
            {"credential_bytes", answer.store_bytes}};
  if (!answer.written.empty()) json["output"] = clean_utf8(answer.written);
  if (!answer.sidecar.empty()) json["sidecar"] = clean_utf8(answer.sidecar);
  json["warnings"] = Json::array();
  for (const std::string& warning : answer.warnings) json["warnings"].push_back(clean_utf8(warning));
  return json;
}

}  // namespace bonafide::app
