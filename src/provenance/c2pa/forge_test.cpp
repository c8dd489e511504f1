#include "provenance/c2pa/forge_test.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/cose.h"
#include "provenance/c2pa/jumbf_writer.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa::testing {

namespace {

Bytes sha256(ByteView bytes) { return crypto::digest(crypto::HashAlgorithm::sha256, bytes); }

Bytes integer_item(std::int64_t value) { return cbor::Writer().integer(value).take(); }
Bytes bytes_item(ByteView value) { return cbor::Writer().bytes(value).take(); }

Uuid uuid_of(const std::string& code) {
  Uuid uuid = c2pa_uuid("cbor");
  std::copy(code.begin(), code.end(), uuid.begin());
  return uuid;
}

std::uint32_t type_of(const std::string& code) {
  std::uint32_t type = 0;
  for (const char c : code) type = type << 8 | static_cast<std::uint8_t>(c);
  return type;
}

Bytes claim_of(const Forge& plan) {
  std::vector<Bytes> lists[2];
  for (const ForgedAssertion& assertion : plan.assertions) {
    if (!assertion.in_claim) continue;
    CborMap uri;
    uri.text("url", assertion.url.empty() ? "self#jumbf=c2pa.assertions/" + assertion.label : assertion.url);
    uri.bytes("hash", assertion.hash ? *assertion.hash : hash_of(assertion)).text_if("alg", assertion.alg);
    lists[assertion.gathered ? 1 : 0].push_back(uri.take());
  }
  std::map<std::string, std::optional<Bytes>> fields;
  fields["instanceID"] = text_item("xmp:iid:1");
  fields["signature"] = text_item(fmt::format("self#jumbf=/c2pa/{}/c2pa.signature", plan.label));
  fields["alg"] = text_item("sha256");
  if (plan.version == 1) {
    fields["assertions"] = cbor_array(lists[0]);
    fields["claim_generator"] = text_item("tests/1");
    fields["dc:format"] = text_item("image/jpeg");
  } else {
    fields["created_assertions"] = cbor_array(lists[0]);
    fields["claim_generator_info"] = CborMap().text("name", "tests").take();
  }
  if (!lists[1].empty()) fields["gathered_assertions"] = cbor_array(lists[1]);
  if (!plan.redacted.empty()) {
    std::vector<Bytes> urls;
    for (const std::string& url : plan.redacted) urls.push_back(text_item(url));
    fields["redacted_assertions"] = cbor_array(urls);
  }
  for (const auto& [name, value] : plan.claim) fields[name] = value;
  CborMap map;
  for (const auto& [name, value] : fields)
    if (value) map.raw(name, *value);
  return map.take();
}

Bytes header_map(std::vector<Header> headers) { return cbor::Writer().sorted_map(std::move(headers)).take(); }

/// COSE_Sign1 over the claim; `input` gets what a time stamp stamps.
Bytes cose_of(const Forge& plan, const Bytes& claim, Bytes& input) {
  const World& world = World::get();
  const pki::Identity& signer = plan.signer != nullptr ? *plan.signer : world.signer;
  const std::map<crypto::SignatureAlgorithm, int> numbers{
      {crypto::SignatureAlgorithm::es256, -7},  {crypto::SignatureAlgorithm::es384, -35},
      {crypto::SignatureAlgorithm::es512, -36}, {crypto::SignatureAlgorithm::ps256, -37},
      {crypto::SignatureAlgorithm::ps384, -38}, {crypto::SignatureAlgorithm::ps512, -39},
      {crypto::SignatureAlgorithm::ed25519, -8}};
  std::vector<Bytes> chain =
      plan.chain.value_or(std::vector<Bytes>{signer.certificate.der, world.middle.certificate.der});
  std::vector<Header> covered{{integer_item(1), integer_item(numbers.at(plan.algorithm))}};
  std::vector<Bytes> items;
  for (const Bytes& der : chain) items.push_back(bytes_item(der));
  if (!items.empty()) covered.emplace_back(integer_item(33), items.size() == 1 ? items[0] : cbor_array(items));
  covered.insert(covered.end(), plan.protected_more.begin(), plan.protected_more.end());
  const Bytes protected_bytes = header_map(covered);
  Bytes signature = pki::sign(signer.key, plan.algorithm, crypto::signature_input(protected_bytes, claim));
  if (plan.breaks_signature) signature[0] ^= 1;
  std::vector<Header> loose = plan.unprotected_more;
  const auto assembled = [&] {
    cbor::Writer writer;
    writer.tag(18).array(4).bytes(protected_bytes).raw(header_map(loose)).null().bytes(signature);
    return writer.take();
  };
  input = crypto::counter_signature_input(crypto::parse_cose(assembled()).value());
  if (plan.tsa != nullptr) {
    const Bytes token = pki::make_stamp(*plan.tsa, input, plan.stamp);
    loose.emplace_back(key("sigTst2"),
                       CborMap().raw("tstTokens", cbor_array({CborMap().bytes("val", token).take()})).take());
  }
  if (!plan.ocsp.empty()) {
    std::vector<Bytes> answers;
    for (const Bytes& der : plan.ocsp) answers.push_back(bytes_item(der));
    loose.emplace_back(key("rVals"), CborMap().raw("ocspVals", cbor_array(answers)).take());
  }
  return assembled();
}

}  // namespace

World::World()
    : root(pki::make_identity(pki::authority_plan("Root"))),
      middle(pki::make_identity(pki::authority_plan("Middle", "critical,CA:TRUE,pathlen:0"), "P-256", &root)),
      signer(pki::make_identity({}, "P-256", &middle)),
      tsa_root(pki::make_identity(pki::authority_plan("TSA root"))),
      tsa(pki::make_identity(pki::tsa_plan(), "P-256", &tsa_root)) {
  trust.add_signer_list({"signers", crypto::default_key_uses(), {{root.certificate, {}, {}}}});
  trust.add_tsa_list({"authorities", {}, {{tsa_root.certificate, {}, {}}}});
}

const World& World::get() {
  static const World world;
  return world;
}

Bytes text_item(std::string_view text) { return cbor::Writer().text(text).take(); }
Bytes key(std::string_view text) { return text_item(text); }
Bytes reference(std::string_view url, ByteView hash) { return CborMap().text("url", url).bytes("hash", hash).take(); }

Bytes box_of(const ForgedAssertion& assertion) {
  if (assertion.whole) return *assertion.whole;
  return make_superbox(uuid_of(assertion.kind), assertion.label, Bytes(16, 7),
                       {make_box(type_of(assertion.kind), assertion.content)});
}
Bytes hash_of(const ForgedAssertion& assertion) { return sha256(ByteView(box_of(assertion)).subspan(8)); }

Forged forge(const Forge& plan) {
  Forged forged{plan.label, {}, {}};
  std::vector<Bytes> assertions;
  for (const ForgedAssertion& assertion : plan.assertions)
    if (assertion.in_store) assertions.push_back(box_of(assertion));
  const Bytes claim = claim_of(plan);
  const Bytes cose = cose_of(plan, claim, forged.signature_input);
  std::vector<Bytes> boxes{make_superbox("c2as", "c2pa.assertions", assertions)};
  const auto contents =
      plan.claim_contents.empty() ? std::vector<Bytes>{make_box(fourcc("cbor"), claim)} : plan.claim_contents;
  if (!plan.without_claim)
    boxes.push_back(make_superbox("c2cl", plan.version == 1 ? "c2pa.claim" : "c2pa.claim.v2", contents));
  if (!plan.without_signature)
    boxes.push_back(make_superbox("c2cs", "c2pa.signature", {make_box(fourcc("cbor"), cose)}));
  boxes.insert(boxes.end(), plan.more.begin(), plan.more.end());
  forged.box = make_superbox(uuid_of(plan.type), plan.label, {}, boxes);
  return forged;
}

Bytes store_of(const std::vector<Forged>& manifests) {
  std::vector<Bytes> boxes;
  for (const Forged& manifest : manifests) boxes.push_back(manifest.box);
  return make_superbox("c2pa", "c2pa", boxes);
}

const Bytes& work() {
  static const Bytes bytes = [] {
    Bytes made;
    for (int i = 0; i < 3000; ++i) made.push_back(static_cast<std::uint8_t>(i * 31 % 253));
    return made;
  }();
  return bytes;
}

ForgedAssertion bound_to(ByteView bytes, std::string label) {
  return {std::move(label),
          CborMap().text("name", "jumbf manifest").bytes("hash", sha256(bytes)).bytes("pad", Bytes(8)).take()};
}

Bytes action(std::string_view name, const std::vector<std::pair<std::string, Bytes>>& more) {
  CborMap map;
  map.text("action", name);
  for (const auto& [field, value] : more) map.raw(field, value);
  return map.take();
}

ForgedAssertion actions(const std::vector<Bytes>& list, std::string label) {
  return {std::move(label), CborMap().raw("actions", cbor_array(list)).boolean("allActionsIncluded", true).take()};
}

ForgedAssertion created() {
  return actions(
      {action("c2pa.created", {{"digitalSourceType", text_item("http://c2pa.org/digitalsourcetype/empty")}})});
}

std::pair<std::string, Bytes> with_ingredients(const std::vector<std::pair<std::string, Bytes>>& url_and_hash) {
  std::vector<Bytes> items;
  for (const auto& [url, hash] : url_and_hash) items.push_back(reference(url, hash));
  return {"parameters", CborMap().raw("ingredients", cbor_array(items)).take()};
}

Forge sound() {
  Forge plan;
  plan.assertions = {created(), bound_to(work())};
  return plan;
}

ForgedAssertion takes_in(const Forged& below, std::string label, std::string_view relationship,
                         const std::vector<std::pair<std::string, Bytes>>& more) {
  const JumbfBox box = parse_superbox(below.box).value();
  const JumbfBox* const signature = box.child("c2pa.signature");
  const std::string url = "self#jumbf=/c2pa/" + below.label;
  const Bytes none = cbor::Writer().array(0).take();
  const Bytes lists = CborMap().raw("success", none).raw("informational", none).raw("failure", none).take();
  std::map<std::string, Bytes> fields;
  fields["relationship"] = text_item(relationship);
  fields["dc:title"] = text_item("before");
  fields["activeManifest"] = reference(url, sha256(box.payload));
  if (signature != nullptr) fields["claimSignature"] = reference(url + "/c2pa.signature", sha256(signature->payload));
  fields["validationResults"] = CborMap().raw("activeManifest", lists).take();
  for (const auto& [name, value] : more) fields[name] = value;
  CborMap map;
  for (const auto& [name, value] : fields)
    if (!value.empty()) map.raw(name, value);
  return {std::move(label), map.take()};
}

Validation judged(const Bytes& store, const Question& question, const Bytes& of) {
  const media::MemorySource sidecar(store), source(of);
  auto located = locate(sidecar, {});
  if (!located) ADD_FAILURE() << located.error().to_string();
  located->layout.clear();
  const crypto::TrustStore& trust = question.trust != nullptr ? *question.trust : World::get().trust;
  auto validation = validate(source, std::move(*located), {&trust, question.at, question.strict, false}, {});
  if (!validation) ADD_FAILURE() << validation.error().to_string();
  return std::move(*validation);
}

Validation judged(const Forge& plan, const Question& question) { return judged(store_of({forge(plan)}), question); }

std::vector<std::string> codes(const Validation& validation, Kind kind) {
  std::vector<std::string> found;
  for (const Status& status : validation.manifests.front().statuses)
    if (status.kind == kind) found.push_back(status.code);
  return found;
}

std::vector<std::string> delta_codes(const Validation& validation) {
  std::vector<std::string> found;
  for (const Delta& delta : validation.deltas)
    for (const Status& status : delta.failures) found.push_back(status.code);
  return found;
}

std::vector<std::string> finding_codes(const Validation& validation) {
  std::vector<std::string> found;
  for (const Objection& finding : validation.findings) found.push_back(finding.code);
  return found;
}

std::string told(const Validation& validation) {
  std::string text(to_string(validation.state));
  for (const Status& status : validation.manifests.front().statuses)
    text += fmt::format("\n  {} {}: {}", static_cast<int>(status.kind), status.code, status.reason);
  for (const Delta& delta : validation.deltas)
    for (const Status& status : delta.failures) text += fmt::format("\n  history {}: {}", status.code, status.reason);
  for (const Objection& finding : validation.findings)
    text += fmt::format("\n  strict {}: {}", finding.code, finding.what);
  return text + "\n  " + validation.unsupported;
}

}  // namespace bonafide::provenance::c2pa::testing
