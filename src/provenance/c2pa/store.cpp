#include "provenance/c2pa/store.h"

#include <algorithm>

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::string_view kScheme = "self#jumbf=";

std::string text_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  return value != nullptr && value->text() ? std::string(*value->text()) : std::string();
}

/// Structural boxes carry toggles 0x03, or 0x13 with a salt (§11.1); nothing hashes their descriptions, so they are
/// held to it.
bool well_described(const JumbfBox& box) { return box.toggles == 0x03 || box.toggles == 0x13; }

bool is_claim_label(std::string_view label) { return label == "c2pa.claim" || label == "c2pa.claim.v2"; }

/// Reads the boxes of manifest.inner.
void take_apart(Manifest& manifest) {
  const JumbfBox& box = *manifest.inner;
  manifest.update = box.uuid == c2pa_uuid("c2um");
  const bool standard = box.uuid == c2pa_uuid("c2ma") || box.uuid == c2pa_uuid("c2md");
  if (!manifest.update && !standard) manifest.problem = "a manifest of an unknown type";
  if (!well_described(box)) manifest.problem = "a manifest whose description is not as it should be";
  for (const JumbfBox& child : box.children) {
    if (!child.super()) continue;
    const bool claim = is_claim_label(child.label), store = child.label == "c2pa.assertions",
               signature = child.label == "c2pa.signature";
    if (!claim && !store && !signature) continue;
    const Uuid wanted = c2pa_uuid(claim ? "c2cl" : store ? "c2as" : "c2cs");
    if (child.uuid != wanted || !well_described(child)) {
      manifest.problem = "the box " + std::string(child.label) + " has a wrong description";
    }
    if (claim) manifest.claims.push_back(&child);
    if (store) {
      if (manifest.assertions != nullptr) manifest.problem = "two assertion stores in one manifest";
      manifest.assertions = &child;
      manifest.by_label.clear();
      for (const JumbfBox& assertion : child.children) {
        if (!assertion.super()) continue;
        const auto [entry, fresh] = manifest.by_label.try_emplace(assertion.label, &assertion);
        if (!fresh) entry->second = nullptr;
      }
    }
    if (signature) {
      if (manifest.signature != nullptr) manifest.problem = "two signatures in one manifest";
      manifest.signature = &child;
    }
  }
}

std::size_t boxes_in(const JumbfBox& box) {
  std::size_t count = 1;
  for (const JumbfBox& child : box.children) count += boxes_in(child);
  return count;
}

std::vector<std::string_view> steps(std::string_view path) {
  std::vector<std::string_view> found;
  while (true) {
    const auto stop = path.find('/');
    found.push_back(path.substr(0, stop));
    if (stop == std::string_view::npos) return found;
    path.remove_prefix(stop + 1);
  }
}

bool read_uris(const cbor::Value* list, std::vector<HashedUri>& into) {
  if (list == nullptr || !list->is(cbor::Type::array)) return false;
  for (const cbor::Value& item : list->children) {
    auto uri = hashed_uri(&item);
    if (!uri) return false;
    into.push_back(std::move(*uri));
  }
  return true;
}

std::string generator_of(const cbor::Value& map, int version) {
  const cbor::Value* info = map.find("claim_generator_info");
  if (info != nullptr && info->is(cbor::Type::array)) info = info->children.empty() ? nullptr : &info->children[0];
  if (info != nullptr && info->is(cbor::Type::map)) {
    const std::string name = text_of(*info, "name"), number = text_of(*info, "version");
    if (!name.empty()) return number.empty() ? name : name + " " + number;
  }
  return version == 1 ? text_of(map, "claim_generator") : std::string();
}

}  // namespace

std::optional<HashedUri> hashed_uri(const cbor::Value* value) {
  if (value == nullptr || !value->is(cbor::Type::map)) return std::nullopt;
  HashedUri uri;
  uri.url = text_of(*value, "url");
  const cbor::Value* const hash = value->find("hash");
  if (uri.url.empty() || hash == nullptr) return std::nullopt;
  if (const auto bytes = hash->bytes()) {
    uri.hash.assign(bytes->begin(), bytes->end());
  } else if (hash->is(cbor::Type::array)) {  // early writers spelt the bytes out as numbers
    for (const cbor::Value& byte : hash->children) {
      const auto number = byte.integer();
      if (!number || *number < 0 || *number > 255) return std::nullopt;
      uri.hash.push_back(static_cast<std::uint8_t>(*number));
    }
  } else {
    return std::nullopt;
  }
  const std::string alg = text_of(*value, "alg");
  if (!alg.empty()) uri.alg = alg;
  return uri;
}

std::optional<crypto::HashAlgorithm> hash_algorithm(std::string_view name) {
  if (name == "sha256") return crypto::HashAlgorithm::sha256;
  if (name == "sha384") return crypto::HashAlgorithm::sha384;
  if (name == "sha512") return crypto::HashAlgorithm::sha512;
  return std::nullopt;
}

void Store::unpack(Manifest& manifest) {
  if (!well_described(*manifest.box)) manifest.problem = "a manifest whose description is not as it should be";
  auto bytes = unpack_manifest(*manifest.box, room_);
  const auto refuse = [&](const Error& error) {
    manifest.too_large = error.code == Code::limit;
    manifest.broken_pack = error.message;
  };
  if (!bytes) return refuse(bytes.error());
  auto root = parse_superbox(*bytes, {JumbfBounds().depth, boxes_left_});
  if (!root) return refuse(root.error());
  room_ -= bytes->size();
  boxes_left_ -= std::min(boxes_left_, boxes_in(*root));
  unpacked_.push_back(std::make_unique<Bytes>(std::move(*bytes)));  // moving keeps the views' bytes where they are
  unpacked_roots_.push_back(std::make_unique<JumbfBox>(std::move(*root)));
  manifest.inner = unpacked_roots_.back().get();
}

Result<Store> Store::parse(std::vector<Bytes> stores) {
  Store store;
  store.bytes_ = std::move(stores);
  for (const Bytes& bytes : store.bytes_) {
    auto root = std::make_unique<JumbfBox>(TRY(parse_superbox(bytes)));
    if (root->uuid != c2pa_uuid("c2pa") || root->label != "c2pa" || !well_described(*root)) {
      return make_error(Code::corrupt, "the outermost box is not a manifest store", 0);
    }
    const auto rest = ByteView(bytes).subspan(root->whole.size());
    const auto first = std::find_if(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; });
    if (first != rest.end()) {
      store.trailing_ =
          StorePlace{store.roots_.size(), root->whole.size() + static_cast<std::uint64_t>(first - rest.begin())};
    }
    for (const JumbfBox& box : root->children) {
      if (!box.super() || !is_manifest(box)) continue;
      std::erase_if(store.manifests_, [&](const Manifest& old) {
        return store.roots_.size() == 1 && old.label == box.label && old.box->whole.size() == box.whole.size() &&
               std::equal(old.box->whole.begin(), old.box->whole.end(), box.whole.begin());
      });
      Manifest manifest;
      manifest.label = std::string(box.label);
      manifest.box = manifest.inner = &box;
      manifest.store = store.roots_.size();
      manifest.compressed = box.uuid == c2pa_uuid("c2cm");
      if (manifest.compressed) store.unpack(manifest);
      if (!manifest.compressed || manifest.inner != manifest.box) take_apart(manifest);
      store.manifests_.push_back(std::move(manifest));
    }
    store.roots_.push_back(std::move(root));
  }
  if (store.manifests_.empty()) return make_error(Code::corrupt, "a manifest store without a manifest", 0);
  for (std::size_t i = 0; i < store.manifests_.size(); ++i) {
    const auto [entry, fresh] = store.index_.try_emplace(store.manifests_[i].label, i);
    if (!fresh) entry->second = store.manifests_.size();
  }
  return store;
}

bool Store::is_manifest(const JumbfBox& box) {
  return box.uuid == c2pa_uuid("c2ma") || box.uuid == c2pa_uuid("c2um") || box.uuid == c2pa_uuid("c2cm") ||
         box.uuid == c2pa_uuid("c2md");
}

const Manifest* Store::find(std::string_view label) const {
  const auto found = index_.find(label);
  return found == index_.end() || found->second >= manifests_.size() ? nullptr : &manifests_[found->second];
}

std::string Store::absolute(std::string_view url, const Manifest& from) {
  if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
  if (url.starts_with("/")) return std::string(kScheme) + std::string(url);
  if (url.starts_with("c2pa/")) return std::string(kScheme) + "/" + std::string(url);
  return std::string(kScheme) + "/c2pa/" + from.label + "/" + std::string(url);
}

const JumbfBox* Store::resolve(std::string_view url, const Manifest& from, const Manifest** owner) const {
  if (!url.starts_with(kScheme)) return nullptr;
  const std::string whole = absolute(url, from);
  const auto path = steps(std::string_view(whole).substr(kScheme.size() + 1));  // without the leading slash
  if (path.size() < 2 || path[0] != "c2pa") return nullptr;
  const Manifest* const manifest = find(path[1]);
  if (manifest == nullptr) return nullptr;
  const JumbfBox* box = path.size() == 2 ? manifest->box : manifest->inner;
  std::size_t from_step = 2;
  if (path.size() >= 4 && path[2] == "c2pa.assertions" && manifest->assertions != nullptr) {  // stores can be large
    const auto known = manifest->by_label.find(path[3]);
    box = known == manifest->by_label.end() ? nullptr : known->second;
    from_step = 4;
  }
  for (std::size_t i = from_step; i < path.size() && box != nullptr; ++i) {
    box = path[i].empty() || path[i] == ".." ? nullptr : box->child(path[i]);
  }
  if (owner != nullptr) *owner = manifest;
  return box;
}

Result<Claim> parse_claim(const JumbfBox& box, std::string& code) {
  code = "claim.cbor.invalid";
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr) return make_error(Code::corrupt, "the claim holds no CBOR");
  const cbor::Value map = TRY(cbor::parse(content->payload, {}, content->offset));
  code = "claim.malformed";
  const auto malformed = [&](const char* what) { return make_error(Code::corrupt, what, content->offset); };
  if (!map.is(cbor::Type::map)) return malformed("the claim is not a map");
  Claim claim;
  claim.version = box.label == "c2pa.claim" ? 1 : 2;
  claim.bytes = content->payload;
  claim.instance_id = text_of(map, "instanceID");
  claim.title = text_of(map, "dc:title");
  claim.format = text_of(map, "dc:format");
  claim.signature = text_of(map, "signature");
  claim.signature_relative = !claim.signature.starts_with("self#jumbf=/");
  claim.generator = generator_of(map, claim.version);
  const std::string alg = text_of(map, "alg");
  if (!alg.empty()) claim.alg = alg;
  if (claim.signature.empty()) return malformed("the claim does not name its signature");
  if (claim.version == 2 && (map.find("instanceID") == nullptr || !map.find("instanceID")->text()))
    return malformed("the claim has no instance ID");
  if (claim.generator.empty()) return malformed("the claim does not say what made it");
  const char* const assertions = claim.version == 1 ? "assertions" : "created_assertions";
  if (!read_uris(map.find(assertions), claim.created) || claim.created.empty()) {
    return malformed("the claim's list of assertions is missing, empty or broken");
  }
  if (map.find("gathered_assertions") != nullptr && !read_uris(map.find("gathered_assertions"), claim.gathered)) {
    return malformed("the claim's list of gathered assertions is broken");
  }
  if (const cbor::Value* const list = map.find("redacted_assertions"); list != nullptr) {
    if (!list->is(cbor::Type::array) && !list->is(cbor::Type::null)) return malformed("the redactions are not a list");
    for (const cbor::Value& item : list->children) {
      if (!item.text()) return malformed("a redaction that is no reference");
      claim.redacted.emplace_back(*item.text());
    }
  }
  return claim;
}

namespace {

/// A reference that may lack its hash; nothing when it names nothing.
std::optional<HashedUri> loose_reference(const cbor::Value* value) {
  if (auto whole = hashed_uri(value)) return whole;
  if (value == nullptr || text_of(*value, "url").empty()) return std::nullopt;
  return HashedUri{text_of(*value, "url"), {}, {}};
}

std::optional<std::vector<std::string>> related_of(const cbor::Value& list) {
  if (!list.is(cbor::Type::array) || list.children.empty()) return std::nullopt;
  std::vector<std::string> urls;
  for (const cbor::Value& item : list.children) {
    const auto uri = hashed_uri(&item);
    if (!uri) return std::nullopt;
    urls.push_back(uri->url);
  }
  return urls;
}

}  // namespace

std::optional<Ingredient> parse_ingredient(const std::string& label, const cbor::Value& value) {
  if (!value.is(cbor::Type::map)) return std::nullopt;
  Ingredient ingredient;
  ingredient.label = label;
  ingredient.relationship = text_of(value, "relationship");
  ingredient.title = text_of(value, "dc:title");
  const cbor::Value* manifest = value.find("activeManifest");
  if (manifest == nullptr) manifest = value.find("c2pa_manifest");
  ingredient.names_manifest = manifest != nullptr && !manifest->is(cbor::Type::null);
  ingredient.manifest = loose_reference(manifest);
  ingredient.claim_signature = loose_reference(value.find("claimSignature"));
  ingredient.has_source_type = value.find("digitalSourceType") != nullptr;
  const cbor::Value* const related = value.find("relatedAssertions");
  ingredient.has_related = related != nullptr;
  if (related != nullptr) ingredient.related = related_of(*related);
  const auto record = [&](const cbor::Value* list) {
    if (list == nullptr) return;
    for (const cbor::Value& entry : list->children) {
      if (text_of(entry, "code").empty()) continue;
      const cbor::Value* const success = entry.find("success");  // version 2 lists what succeeded as well
      if (success != nullptr && success->truth().value_or(false)) continue;
      ingredient.recorded.push_back({text_of(entry, "code"), text_of(entry, "url"), text_of(entry, "explanation")});
    }
  };
  record(value.find("validationStatus"));
  if (const cbor::Value* const results = value.find("validationResults"); results != nullptr) {
    ingredient.has_results = true;
    if (const cbor::Value* const active = results->find("activeManifest")) record(active->find("failure"));
    if (const cbor::Value* const deltas = results->find("ingredientDeltas")) {
      for (const cbor::Value& delta : deltas->children) {
        if (const cbor::Value* const inner = delta.find("validationDeltas")) record(inner->find("failure"));
      }
    }
  }
  if (ingredient.relationship.empty()) return std::nullopt;
  return ingredient;
}

std::string_view base_label(std::string_view label) {
  const auto mark = label.rfind("__");
  if (mark == std::string_view::npos || mark + 2 == label.size()) return label;
  const auto number = label.substr(mark + 2);
  return number.find_first_not_of("0123456789") == std::string_view::npos ? label.substr(0, mark) : label;
}

std::string_view last_step(std::string_view url) {
  const auto slash = url.rfind('/');
  return slash == std::string_view::npos ? url : url.substr(slash + 1);
}

}  // namespace bonafide::provenance::c2pa
