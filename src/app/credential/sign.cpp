#include "app/credential/sign.h"

#include <chrono>
#include <filesystem>

#include "app/credential/stream.h"
#include "base/json.h"
#include "base/time.h"
#include "crypto/ocsp.h"
#include "crypto/ocsp_request.h"
#include "media/container/media.h"
#include "provenance/c2pa/definition.h"

namespace bonafide::app {

namespace {

namespace fs = std::filesystem;
namespace c2pa = provenance::c2pa;

constexpr std::uint64_t kMostResource = std::uint64_t{32} << 20;  // a thumbnail or an OCSP answer

Error in_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

/// A file opened for signing or as an ingredient.
struct Work {
  FileReader file;
  media::FileSource source;
  c2pa::Located located;
  std::string media_type;

  static Result<Work> open(const std::string& path, const Context& context) {
    FileReader file = TRY(FileReader::open(path));
    media::FileSource source(file);
    Bytes head(64);
    head.resize(TRY(source.read_some(0, head)));
    auto located = c2pa::locate(source, context);
    if (!located) return in_file(std::move(located.error()), path);
    std::string type(media::media_type(media::sniff(head)));
    return Work{file, std::move(source), std::move(*located), std::move(type)};
  }
};

class Signing {
 public:
  Signing(const SignRequest& request, const Context& context) : request_(request), context_(context) {
    now_ = request.at.value_or(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  }
  Result<SignAnswer> run();

 private:
  Result<void> read_definition();
  Result<void> add_parent(const Work& work);
  Result<void> add_ingredients();
  Result<void> add_actions();
  Result<std::optional<c2pa::Assertion>> thumbnail(const c2pa::FileReference& file, const char* label);
  Result<c2pa::IngredientPlan> ingredient(const std::string& path, const Work& work);
  Result<Bytes> revocation(const crypto::Signer& signer) const;
  Result<void> write(const Work& work, const c2pa::SignedFile& file);
  std::string output() const;
  std::string resolve(const std::string& path) const;
  bool has_parent() const;

  const SignRequest& request_;
  const Context& context_;
  std::int64_t now_ = 0;
  c2pa::Definition definition_;
  SignAnswer answer_;
};

std::string Signing::resolve(const std::string& path) const {
  const fs::path given(path);
  if (given.is_absolute()) return path;
  const fs::path base(definition_.base_path.empty() ? request_.definition_folder : definition_.base_path);
  return (base / given).string();
}

bool Signing::has_parent() const {
  for (const auto& plan : definition_.plan.ingredients) {
    if (plan.relationship == "parentOf") return true;
  }
  for (const auto& entry : definition_.ingredients) {
    if (entry.plan.relationship == "parentOf") return true;
  }
  return false;
}

Result<void> Signing::read_definition() {
  if (!request_.definition.empty()) {
    std::vector<std::string> passed_over;
    const Json json = TRY(parse_json(request_.definition));
    definition_ = TRY(c2pa::parse_definition(json, &passed_over));
    for (const std::string& key : passed_over)
      answer_.warnings.push_back("the definition's field \"" + key + "\" is not used");
  }
  c2pa::ManifestPlan& plan = definition_.plan;
  if (!request_.title.empty()) plan.title = request_.title;
  if (plan.title.empty()) plan.title = fs::path(request_.input).filename().string();
  if (!request_.vendor.empty()) plan.vendor = request_.vendor;
  if (!plan.generator.contains("name")) plan.generator = {{"name", "bonafide"}, {"version", BONAFIDE_VERSION}};
  if (!plan.generator.contains("specVersion")) plan.generator["specVersion"] = "2.4.0";
  plan.update = request_.update;
  plan.seed = request_.seed;
  plan.assertions.insert(plan.assertions.end(), request_.more.begin(), request_.more.end());
  plan.redactions.insert(plan.redactions.end(), request_.redactions.begin(), request_.redactions.end());
  plan.thumbnail = TRY(thumbnail(definition_.thumbnail, "c2pa.thumbnail.claim"));
  return {};
}

Result<std::optional<c2pa::Assertion>> Signing::thumbnail(const c2pa::FileReference& file, const char* label) {
  if (file.path.empty()) return std::optional<c2pa::Assertion>();
  const std::string bytes = TRY(read_file(resolve(file.path), kMostResource));
  c2pa::Assertion assertion{label, c2pa::Assertion::Form::embedded, Bytes(bytes.begin(), bytes.end()), file.media_type};
  if (assertion.media_type.empty()) {
    assertion.media_type =
        media::media_type(media::sniff(ByteView(assertion.content).first(std::min<std::size_t>(64, bytes.size()))));
  }
  return std::optional(std::move(assertion));
}

Result<c2pa::IngredientPlan> Signing::ingredient(const std::string& path, const Work& work) {
  const c2pa::ValidateOptions options{&request_.trust, now_, false};
  auto plan = c2pa::read_ingredient(work.source, work.located, options, context_);
  if (!plan) return in_file(std::move(plan.error()), path);
  plan->title = fs::path(path).filename().string();
  plan->format = work.media_type;
  return plan;
}

/// The work that this one was made from: a file that was named, or the input itself when it has a history or when
/// nobody says that it begins here.
Result<void> Signing::add_parent(const Work& work) {
  const bool made_here = request_.ai == AiUse::none || request_.ai == AiUse::generated ||
                         !request_.source_type.empty() || definition_.claims_actions;
  const bool history = work.located.found() || !work.located.problem.empty();
  if (has_parent() || (request_.forget_parent && request_.parent.empty())) return {};
  if (request_.parent.empty() && !history && made_here) return {};
  if (history && request_.parent.empty() && definition_.claims_actions) {
    for (const Json& action : definition_.plan.actions) {
      if (action.is_object() && action.value("action", "") == "c2pa.created") {
        return in_file(make_error(Code::invalid_argument,
                                  "carries a credential, but the definition says that the work was created: say "
                                  "c2pa.opened, or leave its history behind with --no-parent"),
                       request_.input);
      }
    }
  }
  std::optional<Work> other;
  if (!request_.parent.empty()) other = TRY(Work::open(request_.parent, context_));
  c2pa::IngredientPlan plan = TRY(ingredient(other ? request_.parent : request_.input, other ? *other : work));
  plan.relationship = "parentOf";
  plan.id = "parent";
  definition_.plan.ingredients.push_back(std::move(plan));
  return {};
}

Result<void> Signing::add_ingredients() {
  std::vector<c2pa::IngredientDefinition> wanted = definition_.ingredients;
  for (const std::string& path : request_.ingredients) {
    c2pa::IngredientDefinition entry;
    entry.path = fs::absolute(path).string();
    entry.plan.relationship = "componentOf";
    wanted.push_back(std::move(entry));
  }
  for (c2pa::IngredientDefinition& entry : wanted) {
    c2pa::IngredientPlan plan = entry.plan;
    if (!entry.path.empty()) {
      const std::string path = resolve(entry.path);
      const Work work = TRY(Work::open(path, context_));
      c2pa::IngredientPlan read = TRY(ingredient(path, work));
      if (plan.title.empty()) plan.title = read.title;
      if (plan.format.empty()) plan.format = read.format;
      plan.stores = std::move(read.stores);
      plan.validation = std::move(read.validation);
    }
    plan.thumbnail = TRY(thumbnail(entry.thumbnail, "c2pa.thumbnail.ingredient"));
    if (plan.id.empty()) plan.id = "ingredient " + std::to_string(definition_.plan.ingredients.size());
    definition_.plan.ingredients.push_back(std::move(plan));
  }
  return {};
}

Result<void> Signing::add_actions() {
  c2pa::ManifestPlan& plan = definition_.plan;
  const std::string when = to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(now_)));
  std::string term = request_.source_type;
  if (term.empty() && request_.ai == AiUse::none) term = "digitalCapture";
  if (term.empty() && request_.ai == AiUse::generated) term = "trainedAlgorithmicMedia";
  std::string created;
  if (!term.empty()) {
    const auto url = c2pa::source_type_url(term);
    if (!url) return make_error(Code::invalid_argument, "no digital source type is called " + term);
    created = *url;
  }
  for (const std::string& url : request_.redactions) {
    Json action{{"action", "c2pa.redacted"}, {"when", when}, {"reason", request_.redaction_reason}};
    action["parameters"] = {{"redacted", url}};
    plan.actions.push_back(std::move(action));
  }
  if (plan.update && plan.actions.empty()) return {};
  const bool opened = has_parent();
  std::string edited;
  if (opened && request_.ai == AiUse::generated) edited = created;
  if (request_.ai == AiUse::modified) edited = *c2pa::source_type_url("compositeWithTrainedAlgorithmicMedia");
  if (plan.update) return {};
  c2pa::complete_actions(plan, created, edited, when);
  return {};
}

/// What the responder named in the signer's certificate says of it now.
Result<Bytes> Signing::revocation(const crypto::Signer& signer) const {
  if (!request_.stamp.network)
    return make_error(Code::unavailable, "this program has no network to ask about revocation");
  std::vector<crypto::Certificate> chain;
  for (const Bytes& der : signer.chain()) chain.push_back(TRY(crypto::parse_certificate(der)));
  const crypto::Certificate* const issuer = crypto::find_issuer(chain.front(), std::span(chain).subspan(1));
  if (issuer == nullptr) return make_error(Code::invalid_argument, "the signer's issuer is not among its certificates");
  return crypto::fetch_ocsp(chain.front(), *issuer, request_.stamp.network({}), now_);
}

/// Where the signed file goes: for a stream, into the folder for all its files.
std::string Signing::output() const {
  if (request_.fragments.empty()) return request_.output;
  return (fs::path(request_.output) / fs::path(request_.input).filename()).string();
}

Result<void> Signing::write(const Work& work, const c2pa::SignedFile& file) {
  if (!request_.sidecar.empty()) {
    FileWriter out = TRY(FileWriter::create(request_.sidecar, request_.overwrite));
    TRY(out.write(ByteView(file.store)));
    TRY(out.commit());
    answer_.sidecar = request_.sidecar;
    if (request_.output.empty()) return {};
  }
  answer_.written = output();
  if (request_.in_place && file.in_place && request_.sidecar.empty()) {
    return patch_file(request_.output, file.splice.frame.start, file.framed);
  }
  FileWriter out = TRY(FileWriter::create(answer_.written, request_.overwrite || request_.in_place));
  auto written = c2pa::write_signed(work.source, file, out, context_);
  if (!written) return in_file(std::move(written.error()), request_.input);
  return out.commit();
}

Result<SignAnswer> Signing::run() {
  TRY(read_definition());
  KeySource key = request_.key;
  if (key.folder.empty() && key.certificate.empty() && key.command.empty() && !definition_.certificate.empty()) {
    key.certificate = resolve(definition_.certificate);
    if (key.key.empty() && !definition_.private_key.empty()) key.key = resolve(definition_.private_key);
  }
  if (key.algorithm.empty()) key.algorithm = definition_.algorithm;
  StampSource stamp = request_.stamp;
  if (!stamp.wanted()) stamp.url = definition_.time_authority;
  const auto signer = TRY(open_signer(key));
  const auto stamper = TRY(open_stamper(stamp));
  const Work work = TRY(Work::open(request_.input, context_));
  if (work.located.found() && !work.located.readable) {
    return in_file(make_error(Code::unsupported, "cannot be signed: its kind of file is not known"), request_.input);
  }
  TRY(add_ingredients());
  TRY(add_parent(work));
  TRY(add_actions());
  c2pa::SignPlan plan;
  plan.cose = {signer.get(), stamper.get(), {}, 0};
  for (const std::string& path : request_.ocsp) {
    const std::string der = TRY(read_file(path, kMostResource));
    plan.cose.ocsp.emplace_back(der.begin(), der.end());
  }
  if (request_.fetch_ocsp) plan.cose.ocsp.push_back(TRY(revocation(*signer)));
  plan.bind = request_.binding;
  plan.reserve = request_.reserve;
  plan.update = request_.update;
  plan.detached = !request_.sidecar.empty();
  plan.keep_place = request_.in_place || request_.update;
  const c2pa::Builder builder = TRY(c2pa::Builder::create(std::move(definition_.plan)));
  std::optional<Stream> stream;
  if (!request_.fragments.empty()) {
    stream = TRY(plan_stream(request_, work.source, context_));
    plan.bind.stream = &stream->plan;
  }
  auto file = c2pa::sign_source(work.source, work.located, builder, plan, context_);
  if (!file) return in_file(std::move(file.error()), request_.input);
  answer_.label = builder.label();
  answer_.binding = file->binding;
  answer_.store_bytes = file->store.size();
  answer_.algorithm = std::string(crypto::to_string(signer->algorithm()));
  answer_.signer = TRY(crypto::parse_certificate(signer->chain().front())).subject.common_name;
  answer_.stamped = stamper != nullptr;
  if (stream) TRY(write_fragments(*stream, request_, context_));
  TRY(write(work, *file));
  return std::move(answer_);
}

}  // namespace

Result<SignAnswer> sign(const SignRequest& request, const Context& context) { return Signing(request, context).run(); }

}  // namespace bonafide::app
