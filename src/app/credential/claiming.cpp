#include "app/credential/claiming.h"

#include <chrono>
#include <filesystem>

#include "base/json.h"
#include "base/time.h"
#include "crypto/ocsp.h"
#include "crypto/ocsp_request.h"
#include "media/container/media.h"

namespace bonafide::app {

namespace fs = std::filesystem;
namespace c2pa = provenance::c2pa;

namespace {

constexpr std::uint64_t kMostResource = std::uint64_t{32} << 20;  // a thumbnail or an OCSP answer

}  // namespace

Claiming::Claiming(const SignRequest& request, const Context& context) : request_(request), context_(context) {
  now_ = request.at.value_or(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

std::string Claiming::resolve(const std::string& path) const {
  const fs::path given(path);
  if (given.is_absolute()) return path;
  const fs::path base(definition_.base_path.empty() ? request_.definition_folder : definition_.base_path);
  return (base / given).string();
}

bool Claiming::has_parent() const {
  for (const auto& plan : definition_.plan.ingredients) {
    if (plan.relationship == "parentOf") return true;
  }
  for (const auto& entry : definition_.ingredients) {
    if (entry.plan.relationship == "parentOf") return true;
  }
  return false;
}

Result<void> Claiming::read_definition() {
  if (!request_.definition.empty()) {
    std::vector<std::string> passed_over;
    const Json json = TRY(parse_json(request_.definition));
    definition_ = TRY(c2pa::parse_definition(json, &passed_over));
    for (const std::string& key : passed_over)
      warnings_.push_back("the definition's field \"" + key + "\" is not used");
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
  for (const c2pa::SoftBinding& binding : request_.soft_bindings) {
    Assertion assertion;
    assertion.label = "c2pa.soft-binding";
    assertion.content = TRY(c2pa::write_soft_binding(binding));
    plan.assertions.push_back(std::move(assertion));
  }
  plan.redactions.insert(plan.redactions.end(), request_.redactions.begin(), request_.redactions.end());
  plan.thumbnail = TRY(thumbnail(definition_.thumbnail, "c2pa.thumbnail.claim"));
  return {};
}

Result<std::optional<c2pa::Assertion>> Claiming::thumbnail(const c2pa::FileReference& file, const char* label) {
  if (file.path.empty()) return std::optional<c2pa::Assertion>();
  const std::string bytes = TRY(read_file(resolve(file.path), kMostResource));
  c2pa::Assertion assertion{label, c2pa::Assertion::Form::embedded, Bytes(bytes.begin(), bytes.end()), file.media_type};
  if (assertion.media_type.empty()) {
    assertion.media_type =
        media::media_type(media::sniff(ByteView(assertion.content).first(std::min<std::size_t>(64, bytes.size()))));
  }
  return std::optional(std::move(assertion));
}

Result<c2pa::IngredientPlan> Claiming::ingredient(const std::string& path, const Work& work) {
  const c2pa::ValidateOptions options{&request_.trust, now_, false};
  auto plan = c2pa::read_ingredient(*work.source, work.located, options, context_);
  if (!plan) return in_file(std::move(plan.error()), path);
  plan->title = fs::path(path).filename().string();
  plan->format = work.media_type;
  return plan;
}

/// The work that this one was made from: a file that was named, or the input itself when it has a history or when
/// nobody says that it begins here.
Result<void> Claiming::add_parent(const Work* work) {
  const bool made_here = request_.ai == AiUse::none || request_.ai == AiUse::generated ||
                         !request_.source_type.empty() || definition_.claims_actions;
  const bool history = work != nullptr && (work->located.found() || !work->located.problem.empty());
  if (work == nullptr && request_.parent.empty() && !made_here && !has_parent()) {
    return make_error(
        Code::invalid_argument,
        "nothing says how the work comes about: name a parent, a use of artificial intelligence, a source "
        "type, or actions in the definition");
  }
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
  if (!request_.parent.empty()) other = TRY(Work::open(request_.parent, {}, context_));
  c2pa::IngredientPlan plan = TRY(ingredient(other ? request_.parent : request_.input, other ? *other : *work));
  plan.relationship = "parentOf";
  plan.id = "parent";
  std::string earlier;
  for (const auto& mark : request_.earlier_marks)
    for (const auto& block : mark.blocks) earlier += (earlier.empty() ? "" : ", ") + mark.alg + " " + block.value;
  if (!earlier.empty()) plan.more["description"] = "It carries an invisible mark of its own: " + earlier;
  definition_.plan.ingredients.push_back(std::move(plan));
  return {};
}

Result<void> Claiming::add_ingredients() {
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
      const Work work = TRY(Work::open(path, {}, context_));
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

Result<void> Claiming::add_actions() {
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
  if (request_.watermarked) plan.actions.push_back({{"action", "c2pa.watermarked.bound"}, {"when", when}});
  return {};
}

/// What the responder named in the signer's certificate says of it now.
Result<Bytes> Claiming::revocation() const {
  if (!request_.stamp.network)
    return make_error(Code::unavailable, "this program has no network to ask about revocation");
  std::vector<crypto::Certificate> chain;
  for (const Bytes& der : signer_->chain()) chain.push_back(TRY(crypto::parse_certificate(der)));
  const crypto::Certificate* const issuer = crypto::find_issuer(chain.front(), std::span(chain).subspan(1));
  if (issuer == nullptr) return make_error(Code::invalid_argument, "the signer's issuer is not among its certificates");
  return crypto::fetch_ocsp(chain.front(), *issuer, request_.stamp.network({}), now_);
}

Result<void> Claiming::begin() {
  TRY(read_definition());
  KeySource key = request_.key;
  if (!key.named() && !definition_.certificate.empty()) {
    key.certificate = resolve(definition_.certificate);
    if (key.key.empty() && key.key_pem.empty() && !definition_.private_key.empty()) {
      key.key = resolve(definition_.private_key);
    }
  }
  if (key.algorithm.empty()) key.algorithm = definition_.algorithm;
  StampSource stamp = request_.stamp;
  if (!stamp.wanted()) stamp.url = definition_.time_authority;
  signer_ = TRY(open_signer(key));
  stamper_ = TRY(open_stamper(stamp));
  return {};
}

Result<c2pa::Builder> Claiming::claim(const Work* work) {
  TRY(add_ingredients());
  TRY(add_parent(work));
  TRY(add_actions());
  return c2pa::Builder::create(std::move(definition_.plan));
}

Result<c2pa::SignPlan> Claiming::plan() const {
  c2pa::SignPlan plan;
  plan.cose = {signer_.get(), stamper_.get(), {}, 0};
  for (const std::string& path : request_.ocsp) {
    const std::string der = TRY(read_file(path, kMostResource));
    plan.cose.ocsp.emplace_back(der.begin(), der.end());
  }
  if (request_.fetch_ocsp) plan.cose.ocsp.push_back(TRY(revocation()));
  plan.bind = request_.binding;
  plan.compress = request_.compress;
  plan.reserve = request_.reserve;
  plan.update = request_.update;
  plan.detached = !request_.sidecar.empty();
  plan.keep_place = request_.in_place || request_.update;
  return plan;
}

Result<SignAnswer> Claiming::answer(const c2pa::Builder& builder, const c2pa::SignedFile& file) const {
  SignAnswer answer;
  answer.label = builder.label();
  answer.binding = file.binding;
  answer.store_bytes = file.store.size();
  answer.algorithm = std::string(crypto::to_string(signer_->algorithm()));
  answer.signer = TRY(crypto::parse_certificate(signer_->chain().front())).subject.common_name;
  answer.stamped = stamper_ != nullptr;
  answer.warnings = warnings_;
  return answer;
}

}  // namespace bonafide::app
