#include "provenance/c2pa/builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/jumbf_writer.h"
#include "provenance/c2pa/rewrite.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kSaltBytes = 16;                     // §9.4 allows 16 or 32
constexpr std::size_t kMostStore = std::size_t{64} << 20;  // as Limits::metadata_bytes
constexpr std::string_view kAlgorithm = "sha256";

Bytes sha256(ByteView bytes) { return crypto::digest(crypto::HashAlgorithm::sha256, bytes); }

/// What a hashed_uri's hash covers: the superbox without its eight bytes of header (§9.4).
Bytes box_hash(const Bytes& box) { return sha256(ByteView(box).subspan(8)); }

Bytes reference_cbor(const std::string& url, ByteView hash) {
  return CborMap().text("url", url).bytes("hash", hash).take();
}

std::string absolute(std::string_view manifest, std::string_view rest = {}) {
  return fmt::format("self#jumbf=/c2pa/{}{}{}", manifest, rest.empty() ? "" : "/", rest);
}

Bytes status_cbor(const Status& status) {
  return CborMap().text("code", status.code).text_if("url", status.url).text_if("explanation", status.reason).take();
}

Bytes statuses_cbor(const std::vector<Status>& statuses) {
  std::vector<Bytes> lists[3];
  for (const Status& status : statuses) lists[static_cast<int>(status.kind)].push_back(status_cbor(status));
  return CborMap()
      .raw("success", cbor_array(lists[static_cast<int>(Kind::success)]))
      .raw("informational", cbor_array(lists[static_cast<int>(Kind::informational)]))
      .raw("failure", cbor_array(lists[static_cast<int>(Kind::failure)]))
      .take();
}

/// validation-results-map (§14.2): what was found when the ingredient was taken in.
Bytes results_cbor(const Validation& validation) {
  CborMap map;
  map.raw("activeManifest", statuses_cbor(validation.manifests.front().statuses));
  std::vector<Bytes> deltas;
  for (const Delta& delta : validation.deltas) {
    deltas.push_back(CborMap()
                         .text("ingredientAssertionURI", delta.url)
                         .raw("validationDeltas", statuses_cbor(delta.failures))
                         .take());
  }
  if (!deltas.empty()) map.raw("ingredientDeltas", cbor_array(deltas));
  return map.text("specVersion", "2.4.0").take();
}

Bytes time_cbor(const std::string& text) {
  cbor::Writer writer;
  writer.tag(0).text(text);  // RFC 8949 §3.4.1, as the standard's CDDL wants (tdate)
  return writer.take();
}

}  // namespace

Result<Builder> Builder::create(ManifestPlan plan) {
  Builder builder;
  builder.random_ = crypto::Random(plan.seed);
  builder.plan_ = std::move(plan);
  ManifestPlan& wanted = builder.plan_;
  if (wanted.generator.value("name", "").empty()) {
    return make_error(Code::invalid_argument, "the claim generator has no name");
  }
  if (wanted.vendor.size() > 32) return make_error(Code::invalid_argument, "the vendor is longer than 32 characters");
  builder.label_ = wanted.label;
  if (builder.label_.empty()) {
    builder.label_ = "urn:c2pa:" + TRY(builder.random_.uuid4());
    if (!wanted.vendor.empty()) builder.label_ += ":" + wanted.vendor;
  }
  builder.instance_id_ = wanted.instance_id.empty() ? "xmp:iid:" + TRY(builder.random_.uuid4()) : wanted.instance_id;
  builder.binding_salt_ = TRY(builder.random_.bytes(kSaltBytes));
  for (const IngredientPlan& ingredient : wanted.ingredients) TRY(builder.take_ancestors(ingredient));
  TRY(builder.redact());
  if (wanted.thumbnail) TRY(builder.place(*wanted.thumbnail));
  for (const IngredientPlan& ingredient : wanted.ingredients) TRY(builder.add_ingredient(ingredient));
  if (!wanted.actions.empty()) TRY(builder.add_actions());
  for (const Assertion& assertion : wanted.assertions) TRY(builder.place(assertion));
  return builder;
}

Result<void> Builder::take_ancestors(const IngredientPlan& ingredient) {
  if (ingredient.stores.empty()) return {};
  if (!ingredient.validation || ingredient.validation->manifests.empty()) {
    return make_error(Code::invalid_argument, "an ingredient's credential was not validated");
  }
  const Store store = TRY(Store::parse(ingredient.stores));
  const bool parent = ingredient.relationship == "parentOf";
  for (const Manifest& manifest : store.manifests()) {
    const auto known = std::ranges::find(ancestors_, manifest.label, &Ancestor::label);
    const ByteView whole = manifest.box->whole;
    if (known != ancestors_.end()) {
      if (std::ranges::equal(known->box, whole)) continue;
      return make_error(Code::unsupported, "two ingredients bring different manifests of the same name");
    }
    const Bytes& first = ingredient.stores.front();
    const Store original = TRY(Store::parse({first}));
    const bool in_first = original.find(manifest.label) != nullptr;
    ancestors_.push_back({manifest.label, Bytes(whole.begin(), whole.end()), parent && in_first});
  }
  return {};
}

Result<void> Builder::redact() {
  for (const std::string& url : plan_.redactions) {
    const auto owner = std::ranges::find_if(ancestors_, [&](const Ancestor& ancestor) {
      return url.starts_with(absolute(ancestor.label, "c2pa.assertions/"));
    });
    if (owner == ancestors_.end()) {
      return make_error(Code::invalid_argument, "what is to be redacted is in no ingredient: " + url);
    }
    const std::string_view label = base_label(last_step(url));
    if (label.starts_with("c2pa.actions") || is_hard_binding(label)) {
      return make_error(Code::invalid_argument, "actions and bindings to the file cannot be redacted (§9.6): " + url);
    }
    owner->box = TRY(without_assertion(owner->box, last_step(url)));
  }
  return {};
}

/// Adds one assertion under exactly this label.
Result<void> Builder::add(const Assertion& assertion, const std::string& label) {
  const Bytes salt = TRY(random_.bytes(kSaltBytes));
  Bytes box;
  switch (assertion.form) {
    case Assertion::Form::cbor:
      box = make_superbox(c2pa_uuid("cbor"), label, salt, {make_box(fourcc("cbor"), assertion.content)});
      break;
    case Assertion::Form::json:
      box = make_superbox(c2pa_uuid("json"), label, salt, {make_box(fourcc("json"), assertion.content)});
      break;
    case Assertion::Form::embedded:
      box =
          make_superbox(embedded_file_uuid(), label, salt, embedded_file(assertion.media_type, {}, assertion.content));
      break;
  }
  auto& list = assertion.created ? created_ : gathered_;
  list.push_back({"self#jumbf=c2pa.assertions/" + label, box_hash(box)});
  boxes_.push_back(std::move(box));
  return {};
}

/// Adds it under the next free instance of its label, which is answered.
Result<std::string> Builder::place(const Assertion& assertion) {
  if (is_hard_binding(base_label(assertion.label))) {
    return make_error(Code::invalid_argument, "the binding to the file is made by the signer: " + assertion.label);
  }
  auto known = std::ranges::find(instances_, assertion.label, &std::pair<std::string, int>::first);
  if (known == instances_.end()) known = instances_.insert(instances_.end(), {assertion.label, 0});
  const int instance = known->second++;
  const std::string label = instance == 0 ? assertion.label : fmt::format("{}__{}", assertion.label, instance);
  TRY(add(assertion, label));
  return label;
}

Result<void> Builder::add_ingredient(const IngredientPlan& ingredient) {
  CborMap map;
  map.text("relationship", ingredient.relationship);
  map.text_if("dc:title", ingredient.title).text_if("dc:format", ingredient.format);
  map.text_if("instanceID", ingredient.instance_id).text_if("digitalSourceType", ingredient.source_type);
  for (const auto& [key, value] : ingredient.more.items()) map.raw(key, TRY(cbor_of_json(value)));
  if (ingredient.thumbnail) {
    const std::string label = TRY(place(*ingredient.thumbnail));
    const std::string url = "self#jumbf=c2pa.assertions/" + label;
    const auto& list = ingredient.thumbnail->created ? created_ : gathered_;
    map.raw("thumbnail", reference_cbor(url, list.back().hash));
  }
  if (!ingredient.stores.empty()) {
    const std::string& active = ingredient.validation->manifests.front().label;
    const auto ancestor = std::ranges::find(ancestors_, active, &Ancestor::label);
    if (ancestor == ancestors_.end()) return make_error(Code::internal, "an ingredient's manifest went missing");
    const JumbfBox box = TRY(parse_superbox(ancestor->box));
    const JumbfBox* const signature = box.child("c2pa.signature");
    map.raw("activeManifest", reference_cbor(absolute(active), sha256(box.payload)));
    if (signature != nullptr) {
      map.raw("claimSignature", reference_cbor(absolute(active, "c2pa.signature"), sha256(signature->payload)));
    }
    map.raw("validationResults", results_cbor(*ingredient.validation));
  }
  const std::string label = TRY(place({.label = "c2pa.ingredient.v3", .content = map.take(), .media_type = {}}));
  by_id_.emplace_back(ingredient.id, created_.back());
  return {};
}

/// A parameters-map with ingredients named by id turned into references to their assertions (§16.2.4).
Result<Bytes> Builder::parameters(Json parameters) const {
  CborMap map;
  std::vector<Bytes> references;
  for (const char* const key : {"ingredientIds", "org.cai.ingredientIds"}) {
    if (!parameters.contains(key)) continue;
    for (const Json& id : parameters[key]) {
      const std::string name = id.is_string() ? id.get<std::string>() : std::string();
      const auto found = std::ranges::find_if(by_id_, [&](const auto& entry) { return entry.first == name; });
      if (name.empty() || found == by_id_.end()) {
        return make_error(Code::invalid_argument, "an action names an ingredient that is not there: " + name);
      }
      references.push_back(reference_cbor(found->second.url, found->second.hash));
    }
    parameters.erase(key);
  }
  if (!references.empty()) map.raw("ingredients", cbor_array(references));
  for (const auto& [key, value] : parameters.items()) map.raw(key, TRY(cbor_of_json(value)));
  return map.take();
}

Result<void> Builder::add_actions() {
  std::vector<Bytes> actions;
  for (const Json& action : plan_.actions) {
    if (!action.is_object() || !action.contains("action") || !action["action"].is_string()) {
      return make_error(Code::invalid_argument, "an action without a name");
    }
    CborMap map;
    for (const auto& [key, value] : action.items()) {
      const bool time = key == "when" || key == "whenStart" || key == "whenEnd";
      if (time && value.is_string())
        map.raw(key, time_cbor(value.get<std::string>()));
      else if (key == "parameters" && value.is_object())
        map.raw(key, TRY(parameters(value)));
      else if (key == "softwareAgent" && value.is_string())
        map.raw(key, CborMap().text("name", value.get<std::string>()).take());
      else
        map.raw(key, TRY(cbor_of_json(value)));
    }
    actions.push_back(map.take());
  }
  CborMap list;
  list.raw("actions", cbor_array(actions));
  if (!plan_.actions_more.contains("allActionsIncluded")) list.boolean("allActionsIncluded", false);
  for (const auto& [key, value] : plan_.actions_more.items()) list.raw(key, TRY(cbor_of_json(value)));
  TRY(place({.label = "c2pa.actions.v2", .content = list.take(), .media_type = {}}));
  return {};
}

Bytes Builder::claim(const std::vector<Reference>& created) const {
  const auto list = [](const std::vector<Reference>& references) {
    std::vector<Bytes> items;
    for (const Reference& reference : references) items.push_back(reference_cbor(reference.url, reference.hash));
    return cbor_array(items);
  };
  CborMap map;
  map.text("instanceID", instance_id_).text("signature", absolute(label_, "c2pa.signature")).text("alg", kAlgorithm);
  map.text_if("dc:title", plan_.title);
  map.raw("claim_generator_info", cbor_of_json(plan_.generator).value_or({}));
  map.raw("created_assertions", list(created));
  if (!gathered_.empty()) map.raw("gathered_assertions", list(gathered_));
  if (!plan_.redactions.empty()) {
    std::vector<Bytes> urls;
    for (const std::string& url : plan_.redactions) urls.push_back(cbor::Writer().text(url).take());
    map.raw("redacted_assertions", cbor_array(urls));
  }
  return map.take();
}

Bytes Builder::store(const std::optional<HardBinding>& binding, const Bytes& signature, Bytes* claim_bytes,
                     bool alone) const {
  std::vector<Bytes> assertions = boxes_;
  std::vector<Reference> created = created_;
  if (binding) {
    Bytes box =
        make_superbox(c2pa_uuid("cbor"), binding->label, binding_salt_, {make_box(fourcc("cbor"), binding->cbor)});
    created.push_back({"self#jumbf=c2pa.assertions/" + binding->label, box_hash(box)});
    assertions.push_back(std::move(box));
  }
  Bytes claimed = claim(created);
  const Bytes manifest =
      make_superbox(c2pa_uuid(plan_.update ? "c2um" : "c2ma"), label_, {},
                    {make_superbox("c2as", "c2pa.assertions", assertions),
                     make_superbox("c2cl", "c2pa.claim.v2", {make_box(fourcc("cbor"), claimed)}),
                     make_superbox("c2cs", "c2pa.signature", {make_box(fourcc("cbor"), signature)})});
  if (claim_bytes != nullptr) *claim_bytes = std::move(claimed);
  std::vector<Bytes> manifests;
  for (const Ancestor& ancestor : ancestors_) {
    if (!alone || !ancestor.original) manifests.push_back(ancestor.box);
  }
  manifests.push_back(manifest);
  return make_superbox("c2pa", "c2pa", manifests);
}

Bytes Builder::placeholder(const std::optional<HardBinding>& binding, std::size_t signature_size, bool alone) const {
  return store(binding, Bytes(signature_size), nullptr, alone);
}

Result<Bytes> Builder::finish(const std::optional<HardBinding>& binding, const crypto::CosePlan& cose,
                              std::size_t signature_size, bool alone) const {
  Bytes claimed;
  store(binding, Bytes(signature_size), &claimed, alone);
  const Bytes signature = TRY(crypto::write_cose(claimed, cose, signature_size));
  Bytes made = store(binding, signature, nullptr, alone);
  if (made.size() > kMostStore) return make_error(Code::limit, "the credential grew larger than 64 MiB");
  return made;
}

}  // namespace bonafide::provenance::c2pa
