// One rule of C2PA 2.5 §14.10 and §14.11 at a time, on manifests made by hand.
#include <gmock/gmock.h>

#include "provenance/c2pa/forge_test.h"
#include "provenance/c2pa/jumbf_writer.h"

namespace bonafide::provenance::c2pa {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

using namespace testing;  // the forge

std::vector<std::string> failures(const Validation& validation) { return codes(validation, Kind::failure); }
std::vector<std::string> notes(const Validation& validation) { return codes(validation, Kind::informational); }

/// A sound manifest with one more assertion.
Validation with(ForgedAssertion assertion) {
  Forge plan = sound();
  plan.assertions.push_back(std::move(assertion));
  return judged(plan);
}

/// A sound manifest whose actions are these, with more assertions.
Validation acting(const std::vector<Bytes>& list, std::vector<ForgedAssertion> more = {}, int version = 2) {
  Forge plan;
  plan.version = version;
  plan.assertions = {actions(list), bound_to(work())};
  for (ForgedAssertion& assertion : more) plan.assertions.push_back(std::move(assertion));
  return judged(plan);
}

Bytes created_action() { return action("c2pa.created", {{"digitalSourceType", text_item("x")}}); }

ForgedAssertion plain_ingredient(std::string_view relationship, std::string label = "c2pa.ingredient.v3") {
  return {std::move(label), CborMap().text("relationship", relationship).text("dc:title", "t").take()};
}

std::pair<std::string, Bytes> naming(const ForgedAssertion& ingredient) {
  return with_ingredients({{"self#jumbf=c2pa.assertions/" + ingredient.label, hash_of(ingredient)}});
}

TEST(Rules, ASoundManifestIsTrustedWithoutAnObjection) {
  const Validation validation = judged(sound());
  EXPECT_EQ(validation.state, State::trusted) << told(validation);
  EXPECT_THAT(validation.findings, IsEmpty()) << told(validation);
  EXPECT_TRUE(validation.intact);
  EXPECT_EQ(judged(sound(), {.strict = true}).state, State::trusted);
}

TEST(Rules, FieldsThatAClaimNeeds) {
  for (const char* const field : {"instanceID", "created_assertions", "claim_generator_info", "signature"}) {
    Forge plan = sound();
    plan.claim[field] = std::nullopt;
    EXPECT_THAT(failures(judged(plan)), Contains("claim.malformed")) << field;
  }
  Forge plan = sound();
  plan.claim["claim_generator_info"] = CborMap().text("version", "1").take();
  EXPECT_THAT(failures(judged(plan)), Contains("claim.malformed")) << "a generator without a name";
  plan = sound();
  plan.claim["signature"] = text_item("self#jumbf=c2pa.signature");
  const Validation relative = judged(plan);
  EXPECT_EQ(relative.state, State::trusted);
  EXPECT_THAT(finding_codes(relative), Contains("claim.signature"));
  EXPECT_EQ(judged(plan, {.strict = true}).state, State::invalid);
}

TEST(Rules, TheIconOfAGeneratorIsAReference) {
  const ForgedAssertion icon{"c2pa.icon", CborMap().text("a", "b").take()};
  const auto judge_icon = [&](std::string_view url, const Bytes& hash) {
    Forge plan = sound();
    plan.assertions.push_back(icon);
    plan.claim["claim_generator_info"] = CborMap().text("name", "n").raw("icon", reference(url, hash)).take();
    return failures(judged(plan));
  };
  EXPECT_THAT(judge_icon("self#jumbf=c2pa.assertions/c2pa.icon", hash_of(icon)), IsEmpty());
  EXPECT_THAT(judge_icon("self#jumbf=c2pa.assertions/c2pa.icon", Bytes(32)), Contains("hashedURI.mismatch"));
  EXPECT_THAT(judge_icon("self#jumbf=c2pa.assertions/nothing", Bytes(32)), Contains("hashedURI.missing"));
}

TEST(Rules, ClaimsThatAreNotThereOrNotOne) {
  Forge plan = sound();
  plan.without_claim = true;
  EXPECT_THAT(failures(judged(plan)), Contains("claim.missing"));
  plan = sound();
  plan.more = {make_superbox("c2cl", "c2pa.claim.v2", {make_box(fourcc("cbor"), Bytes{0xA0})})};
  const Validation several = judged(plan);
  EXPECT_THAT(failures(several), Contains("claim.multiple"));
  EXPECT_FALSE(several.manifests[0].has("claimSignature.validated"));
  plan = sound();
  plan.claim_contents = {make_box(fourcc("cbor"), Bytes{0xFF, 0x00})};
  EXPECT_THAT(failures(judged(plan)), Contains("claim.cbor.invalid"));
}

TEST(Rules, AssertionsAsTheClaimListsThem) {
  const ForgedAssertion note{"org.example.note", CborMap().text("a", "b").take()};
  EXPECT_EQ(with(note).state, State::trusted);
  ForgedAssertion wrong = note;
  wrong.in_store = false;
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.missing"));
  wrong = note;
  wrong.in_claim = false;
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.undeclared"));
  wrong = note;
  wrong.hash = Bytes(32, 1);
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.hashedURI.mismatch"));
  wrong = note;
  wrong.alg = "sha1";
  EXPECT_THAT(failures(with(wrong)), Contains("algorithm.unsupported"));
  wrong = note;
  wrong.url = "self#jumbf=/c2pa/urn:c2pa:someone-else/c2pa.assertions/org.example.note";
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.missing"));
  wrong = note;
  wrong.content = {0xFF};
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.cbor.invalid"));
  wrong = {.label = "org.example.json", .content = {'{'}, .kind = "json"};
  EXPECT_THAT(failures(with(wrong)), Contains("assertion.json.invalid"));
}

// What fits a binding that is not the claim's own is no match; that it fits the claim's own is told, whatever else was
// changed (§14.12.1.1).
TEST(Rules, AMatchIsToldOfTheClaimsOwnBindingAlone) {
  const auto told_match = [](const Forge& plan) {
    const Validation validation = judged(plan);
    EXPECT_THAT(failures(validation), Contains("assertion.hashedURI.mismatch"));
    EXPECT_TRUE(validation.broken);
    EXPECT_EQ(validation.state, State::invalid);
    return validation.manifests[0].has("assertion.dataHash.match");
  };
  Forge binding = sound(), other = sound();
  binding.assertions[1].hash = Bytes(32, 1);
  other.assertions[0].hash = Bytes(32, 1);
  EXPECT_FALSE(told_match(binding));
  EXPECT_TRUE(told_match(other));
}

TEST(Rules, AnAssertionOfAnotherManifestIsNoneOfOurs) {
  const Forged below = forge(sound());
  Forge plan = sound();
  plan.label = "urn:c2pa:00000000-0000-4000-8000-000000000002";
  plan.assertions.push_back(takes_in(below, "c2pa.ingredient.v3", "componentOf"));
  plan.assertions.push_back({.label = "c2pa.actions.v2__1",
                             .content = created().content,
                             .in_store = false,
                             .url = "self#jumbf=/c2pa/" + below.label + "/c2pa.assertions/c2pa.actions.v2"});
  EXPECT_THAT(failures(judged(store_of({below, forge(plan)}))), Contains("assertion.outsideManifest"));
}

TEST(Rules, ExactlyOneBindingThatTheSignerVouchesFor) {
  Forge plan;
  plan.assertions = {created()};
  EXPECT_THAT(failures(judged(plan)), Contains("claim.hardBindings.missing"));
  plan.assertions = {created(), bound_to(work()), bound_to(work(), "c2pa.hash.data__1")};
  EXPECT_THAT(failures(judged(plan)), Contains("assertion.multipleHardBindings"));
  plan.assertions = {created(), bound_to(work())};
  plan.assertions[1].gathered = true;
  EXPECT_THAT(failures(judged(plan)), Contains("claim.hardBindings.missing"));
  EXPECT_EQ(judged(plan).state, State::invalid);
}

TEST(Rules, AUpdateHasOneParentAndChangesNothing) {
  const Forged below = forge(sound());
  const auto updated = [&](std::vector<ForgedAssertion> assertions) {
    Forge plan;
    plan.type = "c2um";
    plan.label = "urn:c2pa:00000000-0000-4000-8000-000000000002";
    plan.assertions = std::move(assertions);
    return judged(store_of({below, forge(plan)}));
  };
  const Validation fine = updated({takes_in(below)});
  EXPECT_EQ(fine.state, State::trusted) << told(fine);
  EXPECT_THAT(failures(updated({takes_in(below), takes_in(below, "c2pa.ingredient.v3__1", "componentOf")})),
              Contains("manifest.update.wrongParents"));
  EXPECT_THAT(failures(updated({takes_in(below, "c2pa.ingredient.v3", "componentOf")})),
              Contains("manifest.update.wrongParents"));
  for (const ForgedAssertion& wrong :
       {bound_to(work()), ForgedAssertion{"c2pa.hash.multi-asset", CborMap().take()},
        ForgedAssertion{"c2pa.thumbnail.claim", CborMap().take()}, actions({action("c2pa.cropped")})}) {
    EXPECT_THAT(failures(updated({takes_in(below), wrong})), Contains("manifest.update.invalid")) << wrong.label;
  }
  const ForgedAssertion cloud{"c2pa.cloud-data", CborMap()
                                                     .text("label", "c2pa.actions.v2")
                                                     .integer("size", 1)
                                                     .raw("location", CborMap().text("url", "https://a").take())
                                                     .take()};
  EXPECT_THAT(failures(updated({takes_in(below), cloud})), Contains("assertion.cloud-data.actions"));
}

TEST(Rules, HowAWorkBegan) {
  const Bytes made = created_action(), cropped = action("c2pa.cropped");
  EXPECT_EQ(acting({made, cropped}).state, State::trusted);
  EXPECT_THAT(failures(acting({cropped})), Contains("assertion.action.malformed"));
  EXPECT_THAT(failures(acting({cropped, made})), Contains("assertion.action.malformed"));
  EXPECT_THAT(failures(acting({made, made})), Contains("assertion.action.malformed"));
  Forge plan;
  plan.assertions = {bound_to(work())};
  EXPECT_THAT(failures(judged(plan)), Contains("claim.actions.missing"));
  plan.assertions = {actions({made}), bound_to(work()), actions({made}, "c2pa.actions.v2__1")};
  plan.assertions[2].gathered = true;
  EXPECT_THAT(failures(judged(plan)), Contains("assertion.action.malformed")) << "created twice, once for each list";
  plan.assertions = {actions({made}), bound_to(work())};
  plan.assertions[0].gathered = true;  // what c2pa-rs does with a user's actions
  EXPECT_EQ(judged(plan).state, State::trusted);
  EXPECT_THAT(finding_codes(acting({action("c2pa.created")})), Contains("action.source"));
  EXPECT_THAT(failures(acting({action("")})), Contains("assertion.action.malformed"));
  EXPECT_THAT(failures(acting({})), Contains("assertion.action.malformed"));
}

TEST(Rules, TimesOfActions) {
  const auto timed = [](const char* first, const char* a, const char* second = nullptr, const char* b = nullptr) {
    std::vector<std::pair<std::string, Bytes>> more{{first, cbor::Writer().tag(0).text(a).take()}};
    if (second != nullptr) more.emplace_back(second, cbor::Writer().tag(0).text(b).take());
    return acting({created_action(), action("c2pa.cropped", more)});
  };
  const char* const early = "2026-01-01T00:00:00Z";
  const char* const late = "2026-01-01T00:30:00+00:00";
  EXPECT_THAT(failures(timed("whenStart", early, "whenEnd", late)), IsEmpty());
  EXPECT_EQ(timed("when", early).manifests[0].actions[1].when, early);
  EXPECT_THAT(failures(timed("whenStart", late, "whenEnd", early)), Contains("assertion.action.malformed"));
  EXPECT_THAT(failures(timed("when", early, "whenEnd", late)), Contains("assertion.action.malformed"));
  EXPECT_THAT(failures(timed("whenStart", "soon", "whenEnd", late)), Contains("assertion.action.malformed"));
  EXPECT_THAT(finding_codes(timed("when", "yesterday")), Contains("action.when"));
}

TEST(Rules, ActionsAndTheirIngredients) {
  const ForgedAssertion parent = plain_ingredient("parentOf"), part = plain_ingredient("componentOf");
  EXPECT_EQ(acting({action("c2pa.opened", {naming(parent)})}, {parent}).state, State::trusted);
  const auto mismatch = Contains("assertion.action.ingredientMismatch");
  EXPECT_THAT(failures(acting({action("c2pa.opened")}, {parent})), mismatch);
  EXPECT_THAT(failures(acting({action("c2pa.opened", {with_ingredients({})})}, {parent})), mismatch);
  EXPECT_THAT(failures(acting({action("c2pa.opened", {naming(part)})}, {part})), mismatch);
  EXPECT_THAT(failures(acting({action("c2pa.opened", {naming(parent)})})), mismatch) << "named, but not there";
  const Bytes made = created_action();
  EXPECT_THAT(failures(acting({made, action("c2pa.placed", {naming(part)})}, {part})), IsEmpty());
  EXPECT_THAT(failures(acting({made, action("c2pa.placed", {naming(parent)})}, {parent})), mismatch);
  EXPECT_THAT(failures(acting({made, action("c2pa.removed", {naming(part)})}, {part})), mismatch) << "of this manifest";
  EXPECT_THAT(failures(acting({made, action("c2pa.deleted", {naming(part)})}, {part})), mismatch);
  EXPECT_THAT(failures(acting({made, action("c2pa.deleted")})), IsEmpty());
  EXPECT_THAT(failures(acting({made, action("c2pa.transcoded", {naming(part)})}, {part})), mismatch);
  EXPECT_THAT(failures(acting({made, action("c2pa.transcoded")})), IsEmpty());
  // The first version names one ingredient, and in claims of version 1 breaches are objections only.
  const Bytes one =
      CborMap().raw("ingredient", reference("self#jumbf=c2pa.assertions/c2pa.ingredient.v3", hash_of(parent))).take();
  EXPECT_THAT(failures(acting({action("c2pa.opened", {{"parameters", one}})}, {parent})), IsEmpty());
  const Validation old = acting({action("c2pa.opened")}, {}, 1);
  EXPECT_THAT(failures(old), IsEmpty());
  EXPECT_THAT(finding_codes(old), Contains("assertion.action.ingredientMismatch"));
}

TEST(Rules, RemovedIsWhatAnEarlierWorkHad) {
  const ForgedAssertion part = plain_ingredient("componentOf");
  Forge first = sound();
  first.assertions.push_back(part);
  const Forged below = forge(first);
  const auto removing = [&](const ForgedAssertion& what) {
    const ForgedAssertion opened = takes_in(below);
    const std::string url = "self#jumbf=/c2pa/" + below.label + "/c2pa.assertions/" + what.label;
    Forge plan;
    plan.label = "urn:c2pa:00000000-0000-4000-8000-000000000002";
    plan.assertions = {actions({action("c2pa.opened", {naming(opened)}),
                                action("c2pa.removed", {with_ingredients({{url, hash_of(what)}})})}),
                       bound_to(work()), opened};
    return judged(store_of({below, forge(plan)}));
  };
  const Validation fine = removing(part);
  EXPECT_THAT(failures(fine), IsEmpty()) << told(fine);
  EXPECT_THAT(failures(removing(created())), Contains("assertion.action.ingredientMismatch"));
}

TEST(Rules, ActionAndIngredientInDifferentLists) {
  ForgedAssertion parent = plain_ingredient("parentOf");
  parent.gathered = true;
  const Validation validation = acting({action("c2pa.opened", {naming(parent)})}, {parent});
  EXPECT_THAT(failures(validation), IsEmpty());
  EXPECT_THAT(notes(validation), Contains("assertion.action.ingredientLocationMismatch"));
}

TEST(Rules, RelatedAssertionsOfActions) {
  const ForgedAssertion note{"org.example.note", CborMap().text("a", "b").take()};
  const auto relating = [&](const Bytes& list, std::vector<ForgedAssertion> more) {
    const Bytes parameters = CborMap().raw("relatedAssertions", list).take();
    return failures(acting({created_action(), action("c2pa.edited", {{"parameters", parameters}})}, std::move(more)));
  };
  const auto to = [](const ForgedAssertion& target) {
    return cbor_array({reference("self#jumbf=c2pa.assertions/" + target.label, hash_of(target))});
  };
  EXPECT_THAT(relating(to(note), {note}), IsEmpty());
  EXPECT_THAT(relating(to(note), {}), Contains("assertion.action.malformed"));
  EXPECT_THAT(relating(to(note), {}), Contains("hashedURI.missing"));
  EXPECT_THAT(relating(cbor_array({}), {note}), Contains("assertion.action.malformed"));
  const ForgedAssertion part = plain_ingredient("componentOf");
  EXPECT_THAT(relating(to(part), {part}), Contains("assertion.action.malformed"));
}

TEST(Rules, WatermarksNeedTheirDescription) {
  const ForgedAssertion soft{"c2pa.soft-binding", CborMap().text("alg", "org.example").take()};
  for (const char* const name : {"c2pa.watermarked", "c2pa.watermarked.bound"}) {
    EXPECT_THAT(failures(acting({created_action(), action(name)})), Contains("assertion.action.softBindingMissing"));
    EXPECT_THAT(failures(acting({created_action(), action(name)}, {soft})), IsEmpty());
  }
  EXPECT_THAT(failures(acting({created_action(), action("c2pa.watermarked.unbound")})), IsEmpty());
}

TEST(Rules, WhatLiesElsewhere) {
  const auto cloud = [](std::string_view label, bool whole = true) {
    CborMap map;
    map.text("label", label).raw("location", CborMap().text("url", "https://example.org/a").take());
    if (whole) map.integer("size", 10);
    return failures(with({"c2pa.cloud-data", map.take()}));
  };
  EXPECT_THAT(cloud("c2pa.thumbnail.claim"), IsEmpty());
  EXPECT_THAT(cloud("c2pa.thumbnail.claim", false), Contains("assertion.cloud-data.malformed"));
  EXPECT_THAT(cloud("c2pa.hash.data"), Contains("assertion.cloud-data.hardBinding"));
  EXPECT_THAT(cloud("c2pa.hash.multi-asset"), Contains("assertion.cloud-data.hardBinding"));
  EXPECT_THAT(cloud("c2pa.actions.v2"), Contains("assertion.cloud-data.malformed"));
  EXPECT_THAT(cloud("c2pa.ingredient.v3"), Contains("assertion.cloud-data.malformed"));
  EXPECT_THAT(cloud("c2pa.cloud-data"), Contains("assertion.cloud-data.malformed"));
  const auto external = [](CborMap location, std::string_view label = {}, bool gathered = true) {
    ForgedAssertion assertion{"c2pa.external-reference",
                              CborMap().raw("location", location.take()).text_if("label", label).take()};
    assertion.gathered = gathered;
    return with(assertion);
  };
  const auto url = [] { return CborMap().text("url", "https://example.org/a"); };
  EXPECT_THAT(failures(external(url())), IsEmpty());
  EXPECT_THAT(failures(external(CborMap())), Contains("assertion.external-reference.malformed"));
  EXPECT_THAT(failures(external(url().text("alg", "sha256"))), Contains("assertion.external-reference.malformed"));
  EXPECT_THAT(failures(external(url(), "c2pa.hash.boxes")), Contains("assertion.external-reference.malformed"));
  EXPECT_THAT(finding_codes(external(url(), {}, false)), Contains("external-reference.created"));
}

TEST(Rules, LinkedResources) {
  const auto linked = [](Bytes resources, bool gathered = false) {
    ForgedAssertion assertion{"c2pa.linked-resource-integrity",
                              CborMap().raw("resources", std::move(resources)).take()};
    assertion.gathered = gathered;
    return with(assertion);
  };
  const auto relative = [](std::string_view uri, std::string_view alg = "sha256") {
    const Bytes entry = CborMap().text("uri", uri).bytes("hash", Bytes(32)).take();
    return CborMap().raw("relativeResources", cbor_array({entry})).text_if("alg", alg).take();
  };
  EXPECT_THAT(failures(linked(relative("a/b.js"))), IsEmpty());
  EXPECT_THAT(notes(linked(relative("a/b.js"))), Contains("assertion.linkedResourceIntegrity.skipped"));
  EXPECT_THAT(failures(linked(relative("a/../b"))), Contains("assertion.linkedResourceIntegrity.invalidURI"));
  EXPECT_THAT(failures(linked(relative("%2e%2e/b"))), Contains("assertion.linkedResourceIntegrity.invalidURI"));
  EXPECT_THAT(failures(linked(relative("a", "sha1"))), Contains("algorithm.unsupported"));
  EXPECT_THAT(failures(linked(relative("a", ""))), Contains("assertion.linkedResourceIntegrity.malformed"));
  EXPECT_THAT(failures(linked(CborMap().take())), Contains("assertion.linkedResourceIntegrity.malformed"));
  EXPECT_THAT(failures(linked(relative("a"), true)), Contains("assertion.linkedResourceIntegrity.notCreated"));
  const Bytes entry = CborMap().text("url", "https://a").text("alg", "sha256").take();
  EXPECT_THAT(failures(linked(CborMap().raw("externalResources", cbor_array({entry})).take())),
              Contains("assertion.linkedResourceIntegrity.malformed"));
}

TEST(Rules, PreservedOriginals) {
  const ForgedAssertion data{"c2pa.embedded-data", CborMap().text("a", "b").take()};
  const auto kept = [&](CborMap parameters, std::vector<ForgedAssertion> more = {}) {
    Forge plan = sound();
    plan.assertions.push_back(
        {"c2pa.alternative-content-representation",
         CborMap().text("type", "exif.originalPreservationImage").raw("parameters", parameters.take()).take()});
    for (ForgedAssertion& assertion : more) plan.assertions.push_back(std::move(assertion));
    return judged(plan);
  };
  const auto embedded = [&](const Bytes& hash) {
    CborMap map;
    map.raw("embeddedOriginalPreservationImage", reference("self#jumbf=c2pa.assertions/c2pa.embedded-data", hash));
    return map;
  };
  EXPECT_TRUE(
      kept(embedded(hash_of(data)), {data}).manifests[0].has("assertion.alternativeContentRepresentation.match"));
  EXPECT_THAT(failures(kept(embedded(Bytes(32)), {data})),
              Contains("assertion.alternativeContentRepresentation.hashMismatch"));
  EXPECT_THAT(failures(kept(embedded(Bytes(32)))), Contains("assertion.alternativeContentRepresentation.missing"));
  EXPECT_THAT(failures(kept(CborMap())), Contains("assertion.alternativeContentRepresentation.malformed"));
  EXPECT_THAT(failures(kept(CborMap().integer("multiAssetPartIndex", 0))),
              Contains("assertion.alternativeContentRepresentation.malformed"));
}

TEST(Rules, ProcessesEndAfterTheyBegin) {
  const auto processed = [](const char* start, const char* end) {
    const Bytes metadata = CborMap().text("processStart", start).text("processEnd", end).take();
    return failures(with({"org.example.note", CborMap().raw("metadata", metadata).take()}));
  };
  EXPECT_THAT(processed("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), IsEmpty());
  EXPECT_THAT(processed("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), Contains("assertion.metadata.malformed"));
}

TEST(Rules, IngredientsAsTheyShouldBe) {
  const auto malformed = Contains("assertion.ingredient.malformed");
  const auto taken = [](CborMap map) { return failures(with({"c2pa.ingredient.v3", map.take()})); };
  EXPECT_THAT(taken(CborMap().text("relationship", "inputTo").text("digitalSourceType", "x")), IsEmpty());
  EXPECT_THAT(taken(CborMap().text("dc:title", "t")), malformed);
  EXPECT_THAT(taken(CborMap().text("relationship", "friendOf")), malformed);
  EXPECT_THAT(notes(with(plain_ingredient("inputTo"))), Contains("ingredient.unknownProvenance"));
  const ForgedAssertion related{"org.example.ingredient", CborMap().text("a", "b").take()};
  const auto relating = [&](std::string_view label) {
    Forge plan = sound();
    const Bytes list =
        cbor_array({reference(std::string("self#jumbf=c2pa.assertions/") + std::string(label), hash_of(related))});
    plan.assertions.push_back(related);
    plan.assertions.push_back(
        {"c2pa.ingredient.v3", CborMap().text("relationship", "componentOf").raw("relatedAssertions", list).take()});
    return failures(judged(plan));
  };
  EXPECT_THAT(relating("org.example.ingredient"), IsEmpty());
  EXPECT_THAT(relating("c2pa.hash.data"), malformed);
  EXPECT_THAT(relating("other.ingredient"), malformed);
  Forge plan = sound();
  plan.assertions.push_back(plain_ingredient("parentOf"));
  plan.assertions.push_back(plain_ingredient("parentOf", "c2pa.ingredient.v3__1"));
  EXPECT_THAT(failures(judged(plan)), Contains("manifest.multipleParents"));
}

/// A manifest over `below` whose ingredient has these fields.
Validation over(const Forged& below, const std::vector<std::pair<std::string, Bytes>>& fields,
                std::vector<std::string> redacted = {}, std::string label = "c2pa.ingredient.v3") {
  const ForgedAssertion parent = takes_in(below, std::move(label), "parentOf", fields);
  Forge plan;
  plan.label = "urn:c2pa:00000000-0000-4000-8000-000000000002";
  plan.assertions = {actions({action("c2pa.opened", {naming(parent)})}), bound_to(work()), parent};
  plan.redacted = std::move(redacted);
  return judged(store_of({below, forge(plan)}));
}

TEST(Rules, ManifestsOfIngredients) {
  const Forged below = forge(sound());
  const Validation fine = over(below, {});
  EXPECT_EQ(fine.state, State::trusted) << told(fine);
  EXPECT_TRUE(fine.manifests[0].has("ingredient.manifest.validated"));
  const std::string url = "self#jumbf=/c2pa/" + below.label;
  EXPECT_THAT(delta_codes(over(below, {{"activeManifest", reference(url, Bytes(32))}})),
              Contains("ingredient.manifest.mismatch"));
  EXPECT_THAT(delta_codes(over(below, {{"activeManifest", CborMap().text("url", url).take()}})),
              Contains("ingredient.manifest.mismatch"));
  EXPECT_THAT(delta_codes(over(below, {{"activeManifest", reference("self#jumbf=/c2pa/urn:nobody", Bytes(32))}})),
              Contains("ingredient.manifest.missing"));
  EXPECT_THAT(delta_codes(over(below, {{"activeManifest", CborMap().bytes("hash", Bytes(32)).take()}})),
              Contains("ingredient.manifest.missing"));
  EXPECT_THAT(failures(over(below, {{"validationResults", {}}})), Contains("assertion.ingredient.malformed"));
  EXPECT_THAT(failures(over(below, {{"digitalSourceType", text_item("x")}})),
              Contains("assertion.ingredient.malformed"));
}

TEST(Rules, WhatWasKnownOfAnIngredientIsToldApart) {
  Forge broken = sound();
  broken.breaks_signature = true;
  const Forged below = forge(broken);
  EXPECT_THAT(delta_codes(over(below, {})), Contains("claimSignature.mismatch"));
  const auto recording = [&](std::string_view url) {
    const Bytes none = cbor::Writer().array(0).take();
    const Bytes entry = CborMap().text("code", "claimSignature.mismatch").text("url", url).take();
    const Bytes lists =
        CborMap().raw("success", none).raw("informational", none).raw("failure", cbor_array({entry})).take();
    return over(below, {{"validationResults", CborMap().raw("activeManifest", lists).take()}});
  };
  const Validation known = recording("self#jumbf=/c2pa/" + below.label + "/c2pa.signature");
  EXPECT_THAT(delta_codes(known), Not(Contains("claimSignature.mismatch")));
  ASSERT_EQ(known.deltas.size(), 1U);
  ASSERT_EQ(known.deltas[0].recorded.size(), 1U);
  EXPECT_EQ(known.deltas[0].recorded[0].code, "claimSignature.mismatch");
  // What was recorded of another manifest excuses nothing here.
  EXPECT_THAT(delta_codes(recording("self#jumbf=/c2pa/urn:c2pa:another/c2pa.signature")),
              Contains("claimSignature.mismatch"));
}

TEST(Rules, Redaction) {
  Forge first = sound();
  const ForgedAssertion secret{"org.example.secret", CborMap().text("who", "a name").take()};
  first.assertions.push_back(secret);
  const Forged whole = forge(first);
  const std::string url = "self#jumbf=/c2pa/" + whole.label + "/c2pa.assertions/org.example.secret";
  first.assertions.back().in_store = false;
  first.assertions.back().hash = hash_of(secret);
  const Forged gone = forge(first);
  first.assertions.back().in_store = true;
  Bytes zeros{0xCA, 0xA9, 0x8E, 0xEE, 0x9D, 0x4D, 0xF8, 0x0E, 0x86, 0xAD, 0x4D, 0xFF, 0xCA, 0x26, 0x39, 0x73};
  zeros.resize(40);
  first.assertions.back().whole =
      make_superbox(c2pa_uuid("cbor"), "org.example.secret", {}, {make_box(fourcc("uuid"), zeros)});
  const Forged blanked = forge(first);
  for (const Forged& below : {gone, blanked}) {
    const Validation validation = over(below, {}, {url});
    EXPECT_TRUE(validation.manifests[1].has("assertion.redacted")) << told(validation);
    EXPECT_THAT(delta_codes(validation), IsEmpty()) << told(validation);
  }
  EXPECT_THAT(delta_codes(over(gone, {})), Contains("assertion.missing")) << "without a word of the later claim";
  const Validation still_there = over(whole, {}, {url});
  EXPECT_THAT(delta_codes(still_there), Contains("assertion.notRedacted"));
  EXPECT_TRUE(still_there.broken);
  EXPECT_THAT(
      delta_codes(over(
          gone, {{"activeManifest", reference("self#jumbf=/c2pa/" + gone.label, Bytes(32))}, {"claimSignature", {}}},
          {url})),
      Contains("ingredient.claimSignature.missing"));
  const std::string prefix = "self#jumbf=/c2pa/" + whole.label + "/c2pa.assertions/";
  EXPECT_THAT(failures(over(whole, {}, {prefix + "c2pa.actions.v2"})), Contains("assertion.action.redacted"));
  EXPECT_THAT(failures(over(whole, {}, {prefix + "c2pa.hash.data"})), Contains("assertion.hardBinding.redacted"));
  EXPECT_THAT(failures(over(whole, {}, {"self#jumbf=c2pa.assertions/c2pa.hash.data"})),
              Contains("assertion.selfRedacted"));
}

TEST(Rules, ActionsThatTellOfRedactions) {
  const auto telling = [](CborMap parameters) {
    return failures(acting({created_action(), action("c2pa.redacted", {{"parameters", parameters.take()}})}));
  };
  EXPECT_THAT(telling(CborMap().text("redacted", "self#jumbf=c2pa.assertions/c2pa.hash.data")), IsEmpty());
  EXPECT_THAT(telling(CborMap().text("redacted", "self#jumbf=c2pa.assertions/nothing")),
              Contains("assertion.action.redactionMismatch"));
  EXPECT_THAT(telling(CborMap().text("redacted", "nothing")), Contains("assertion.action.redactionMismatch"));
  EXPECT_THAT(telling(CborMap()), Contains("assertion.action.redactionMismatch"));
}

TEST(Rules, IdentitiesAreReadAndNotJudged) {
  const auto identified = [](std::string_view type, const Bytes& about, std::size_t pad_byte = 0) {
    CborMap payload;
    payload.raw("referenced_assertions", about).text_if("sig_type", type);
    payload.raw("role", cbor_array({text_item("cawg.creator")}));
    Bytes pad(10);
    pad[3] = static_cast<std::uint8_t>(pad_byte);
    return with(
        {"cawg.identity",
         CborMap().raw("signer_payload", payload.take()).bytes("signature", Bytes(4, 1)).bytes("pad1", pad).take()});
  };
  const Bytes binding = cbor_array({reference("self#jumbf=c2pa.assertions/c2pa.hash.data", hash_of(bound_to(work())))});
  const Validation fine = identified("cawg.x509.cose", binding);
  EXPECT_EQ(fine.state, State::trusted) << told(fine);
  ASSERT_EQ(fine.manifests[0].identities.size(), 1U);
  const Identity& identity = fine.manifests[0].identities[0];
  EXPECT_EQ(identity.sig_type, "cawg.x509.cose");
  EXPECT_EQ(identity.problem, "");
  EXPECT_THAT(identity.roles, Contains("cawg.creator"));
  for (const Validation& wrong : {identified("", binding), identified("x", cbor_array({})),
                                  identified("x", cbor_array({reference("self#jumbf=a", Bytes(32))}))}) {
    EXPECT_NE(wrong.manifests[0].identities[0].problem, "");
    EXPECT_EQ(wrong.state, State::trusted) << "an identity has no weight for the credential around it";
  }
  EXPECT_THAT(finding_codes(identified("x", binding, 1)), Contains("identity.pad"));
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
