// The suite's folders signature, trust, timestamps and ocsp.
#include <algorithm>

#include "provenance/c2pa/jumbf_writer.h"
#include "provenance/c2pa/suite_test.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace testing;

constexpr UnixTime kNow = pki::kNow;
const Codes kUnbelieved{"signingCredential.untrusted", "signingCredential.invalid"};

Scene scene(const pki::Identity& signer, std::vector<const pki::Identity*> chain = {}) {
  Scene made;
  made.signer = &signer;
  made.chain = std::move(chain);
  made.signers = {&root1()};
  made.authorities = {&root1()};
  return made;
}

std::function<std::optional<Validation>()> looks_at(Scene made) {
  return [made] { return judged(made); };
}

SuiteCase algorithm_case(const std::string& name, crypto::SignatureAlgorithm algorithm, const std::string& kind) {
  return {"signature/" + name,
          [=] {
            const pki::Identity signer = leaf(kNow - kYear, kNow + kYear, root1(), {}, kind);
            Scene made = scene(signer);
            made.algorithm = algorithm;
            return judged(made);
          },
          {sound_and_trusted()}};
}

SuiteCase unfit_case(const std::string& name, const pki::Plan& plan, Expected expected) {
  return {name,
          [=] {
            const pki::Identity signer = leaf(kNow - kYear, kNow + kYear, root1(), plan);
            return judged(scene(signer));
          },
          {std::move(expected)}};
}

TEST(Suite, Signature) {
  using crypto::SignatureAlgorithm;
  const auto invalid = [](const char* because) {
    return Expected{
        .failures = {"signingCredential.invalid"}, .successes_none = {"claimSignature.validated"}, .because = because};
  };
  const Expected outside{.failures = {"claimSignature.outsideValidity"},
                         .successes_none = {"claimSignature.validated"}};
  const Expected missing{.failures = {"claimSignature.missing"}, .failures_none = {"claimSignature.validated"}};
  Scene expired = scene(plain_signer()), early = scene(plain_signer());
  expired.at = kNow + kYear + kDay;
  early.at = kNow - kYear - kDay;
  const pki::Identity stranger = leaf(kNow - kYear, kNow + kYear, root1());
  const auto forged = [](Forge plan) { return [plan] { return judged_forgery(plan); }; };
  Forge unnamed = sound();
  unnamed.without_signature = true;
  unnamed.more = {make_superbox("c2cs", "xxxx.signature", {make_box(fourcc("cbor"), Bytes{0xA0})})};
  Forge misnamed = sound();
  misnamed.claim["signature"] = text_item("self#jumbf=/c2pa/" + misnamed.label + "/c2pa.wrong-signature-label");
  Forge other_key = sound();  // our writer refuses a key that is not the certificate's
  other_key.chain = {World::get().signer.certificate.der, World::get().middle.certificate.der};
  other_key.signer = &stranger;
  run_suite(
      {algorithm_case("es256", SignatureAlgorithm::es256, "P-256"),
       algorithm_case("es384", SignatureAlgorithm::es384, "P-384"),
       algorithm_case("es512", SignatureAlgorithm::es512, "P-521"),
       algorithm_case("ps256", SignatureAlgorithm::ps256, "rsa2048"),
       algorithm_case("ps384", SignatureAlgorithm::ps384, "rsa2048"),
       algorithm_case("ps512", SignatureAlgorithm::ps512, "rsa2048"),
       {"signature/missing", forged(unnamed), {missing}},
       {"signature/uri_invalid", forged(misnamed), {missing}},
       {"signature/wrong_signing_key",
        forged(other_key),
        {{.failures = {"claimSignature.mismatch"}, .successes_none = {"claimSignature.validated"}}}},
       unfit_case("signature/claim_signer_ca", pki::with({}, "basicConstraints", "critical,CA:TRUE"),
                  invalid("certificate authority's")),
       unfit_case("signature/claim_signer_key_cert_sign",
                  pki::with({}, "keyUsage", "critical,digitalSignature,keyCertSign"), invalid("may sign certificates")),
       {"signature/claim_signer_cert_expired", looks_at(expired), {outside}},
       {"signature/claim_signer_cert_not_yet_valid", looks_at(early), {outside}}});
}

TEST(Suite, Trust) {
  const auto unfit = [](const char* because) {
    return Expected{.failures_any = kUnbelieved, .successes_none = {"signingCredential.trusted"}, .because = because};
  };
  const Expected unknown{.failures = {"signingCredential.untrusted"}, .successes_none = {"signingCredential.trusted"}};
  Expected too_deep = unknown;
  too_deep.because = "path length constraint exceeded";
  const auto uses = [](const char* value) { return pki::with({}, "extendedKeyUsage", value); };
  // An intermediate with a life of its own, one that may certify no other, and one that may certify one.
  const pki::Identity sub = authority("Sub 1", kNow - 5 * kYear, kNow + 5 * kYear, &root1());
  const pki::Identity brief = authority("Sub brief", kNow - 5 * kYear, kNow - kYear, &root1());
  const pki::Identity narrow =
      authority("Sub narrow", kNow - kYear, kNow + kYear, &root1(), "critical,CA:TRUE,pathlen:0");
  const pki::Identity wide = authority("Sub wide", kNow - kYear, kNow + kYear, &root1(), "critical,CA:TRUE,pathlen:1");
  const pki::Identity under_narrow = authority("Sub 2", kNow - kYear, kNow + kYear, &narrow);
  const pki::Identity under_wide = authority("Sub 3", kNow - kYear, kNow + kYear, &wide);
  const pki::Identity by_sub = leaf(kNow - kYear, kNow + kYear, sub);
  const pki::Identity by_brief = leaf(kNow - 15 * kYear, kNow + 5 * kYear, brief);
  const pki::Identity by_narrow = leaf(kNow - kYear, kNow + kYear, under_narrow);
  const pki::Identity by_wide = leaf(kNow - kYear, kNow + kYear, under_wide);
  Scene stranger = scene(plain_signer()), tsa_only = scene(plain_signer());
  stranger.signers = tsa_only.signers = {&root2()};
  Scene sub_listed = scene(by_sub), both_listed = scene(by_sub, {&sub}), sub_in_both = scene(by_sub, {&sub});
  sub_listed.signers = sub_in_both.signers = {&sub};
  both_listed.signers = {&sub, &root1()};
  const auto at = [&](UnixTime time) {
    Scene made = scene(by_brief, {&brief});
    made.at = time;
    return looks_at(made);
  };
  const Expected outside{.failures = {"claimSignature.outsideValidity"}, .no_successes = true};
  const Expected holds{.successes = {"claimSignature.validated", "signingCredential.trusted"}};
  run_suite({unfit_case("trust/bad_eku_any", uses("anyExtendedKeyUsage"), unfit("it claims every use")),
             unfit_case("trust/bad_eku_c2pa_any", uses("1.3.6.1.4.1.62558.2.1,anyExtendedKeyUsage"),
                        unfit("it claims every use")),
             unfit_case("trust/bad_eku_none", uses(""), unfit("no extended key usage")),
             unfit_case("trust/bad_eku_wrong", uses("emailProtection"), unfit("no trust list speaks for the uses")),
             {"trust/bad_issuing_ca_missing_from_chain", looks_at(scene(by_sub)), {unknown}},
             {"trust/bad_issuing_ca_not_on_trust_list", looks_at(stranger), {unknown}},
             {"trust/bad_issuing_ca_on_tsa_only", looks_at(tsa_only), {unknown}},
             unfit_case("trust/bad_ku_none", pki::with({}, "keyUsage", "critical,nonRepudiation"),
                        unfit("may not make digital signatures")),
             {"trust/bad_pathlen_sub0", looks_at(scene(by_narrow, {&under_narrow, &narrow})), {too_deep}},
             {"trust/bad_sub_ca_expired", at(kNow), {outside}},
             {"trust/bad_sub_ca_not_yet_valid", at(kNow - 10 * kYear), {outside}},
             // The suite's test names a file in the usual order, whatever the case's name says.
             {"trust/cert_chain_reverse_order", looks_at(scene(by_sub, {&sub})), {sound_and_trusted()}},
             unfit_case("trust/eku_multiple", uses("critical,1.3.6.1.4.1.62558.2.1,emailProtection,clientAuth"),
                        sound_and_trusted()),
             {"trust/intermediate_ca_on_trust_list", looks_at(sub_listed), {sound_and_trusted()}},
             {"trust/issuing_ca_and_root_on_trust_list", looks_at(both_listed), {sound_and_trusted()}},
             {"trust/issuing_ca_embedded_and_on_trust_list", looks_at(sub_in_both), {sound_and_trusted()}},
             {"trust/pathlen_sub1_ok", looks_at(scene(by_wide, {&under_wide, &wide})), {sound_and_trusted()}},
             {"trust/root_ca_on_trust_list", looks_at(scene(by_sub, {&sub})), {sound_and_trusted()}},
             {"trust/sub_ca_cert_valid_now", at(kNow - 3 * kYear), {holds}}});
}

TEST(Suite, TimeStamps) {
  // The suite's 2010 to 2014, seen from 2015.
  const UnixTime from = kNow - 5 * kYear, to = kNow - kYear, stamped = kNow - 4 * kYear;
  const pki::Identity signer = leaf(from, to, root1());
  const pki::Identity tsa = leaf(kNow - 10 * kYear, kNow + 4 * kYear, tsa_root(), pki::tsa_plan());
  const pki::Identity brief_tsa = leaf(from, to, tsa_root(), pki::tsa_plan());
  const pki::Identity unfit_tsa = leaf(from, kNow + kYear, tsa_root());
  const pki::Identity wrong_tsa = leaf(from, kNow + kYear, root1(), pki::tsa_plan());
  const pki::Identity brief = authority("ICA", from, kNow - 3 * kYear, &root1());
  const pki::Identity by_brief = leaf(from, kNow + kYear, brief);
  const auto stamped_by = [&](const pki::Identity& authority_of_time, UnixTime time, UnixTime at) {
    Scene made = scene(signer);
    made.tsa = &authority_of_time;
    made.stamp.time = time;
    made.authorities = {&tsa_root()};
    made.at = at;
    return made;
  };
  Scene none = scene(signer), untrusted = stamped_by(tsa, stamped, kNow), still_valid = untrusted;
  untrusted.authorities = still_valid.authorities = {&root2()};
  still_valid.at = kNow - 3 * kYear;
  Scene through_brief = stamped_by(tsa, stamped, kNow - 2 * kYear);
  through_brief.signer = &by_brief;
  through_brief.chain = {&brief};
  const auto outside = [](Codes notes, Codes successes = {}, std::string because = {}) {
    return Expected{.failures = {"claimSignature.outsideValidity"},
                    .successes = std::move(successes),
                    .successes_none = {"claimSignature.validated"},
                    .informationals = std::move(notes),
                    .because = std::move(because)};
  };
  const Expected believed{.successes = {"claimSignature.validated", "signingCredential.trusted", "timeStamp.validated",
                                        "timeStamp.trusted"}};
  run_suite({{"timestamps/bad_expired_late_ts",
              looks_at(stamped_by(tsa, kNow - kYear / 2, kNow)),
              {outside({}, {"timeStamp.trusted"})}},
             {"timestamps/bad_expired_no_ts", looks_at(none), {outside({})}},
             {"timestamps/bad_expired_ts_outside_tsa",
              looks_at(stamped_by(brief_tsa, kNow - kYear / 2, kNow)),
              {outside({"timeStamp.outsideValidity"})}},
             {"timestamps/bad_expired_untrusted_ts", looks_at(untrusted), {outside({"timeStamp.untrusted"})}},
             {"timestamps/bad_tsa_no_eku",
              looks_at(stamped_by(unfit_tsa, stamped, kNow)),
              {outside({"timeStamp.untrusted"}, {}, "not for stamping time")}},
             {"timestamps/bad_tsa_wrong_trust_list",
              looks_at(stamped_by(wrong_tsa, stamped, kNow)),
              {outside({"timeStamp.untrusted"})}},
             {"timestamps/ts_ica_expired_ok", looks_at(through_brief), {believed}},
             {"timestamps/ts_signer_expired_ok", looks_at(stamped_by(tsa, stamped, kNow)), {believed}},
             {"timestamps/ts_untrusted_signer_ok",
              looks_at(still_valid),
              {{.successes = {"claimSignature.validated", "signingCredential.trusted"},
                .informationals = {"timeStamp.untrusted"}}}},
             {"timestamps/tsa_cert_expired_ok", looks_at(stamped_by(brief_tsa, stamped, kNow)), {believed}}});
}

TEST(Suite, Ocsp) {
  const UnixTime stamped = kNow - kYear / 2;
  const pki::Identity sub = authority("Issuer", kNow - 2 * kYear, kNow + 2 * kYear, &root1());
  const pki::Identity signer = leaf(kNow - kYear, kNow + kYear, sub);
  const pki::Identity other = leaf(kNow - kYear, kNow + kYear, sub, [] {
    pki::Plan plan;
    plan.serial = 4711;
    return plan;
  }());
  const pki::Plan answers = pki::with({}, "extendedKeyUsage", "OCSPSigning");
  const pki::Identity responder = leaf(kNow - kYear, kNow + kYear, sub, answers);
  const pki::Identity root_responder = leaf(kNow - kYear, kNow + kYear, root1(), answers);
  const pki::Identity no_use = leaf(kNow - kYear, kNow + kYear, sub);
  const pki::Identity stranger = leaf(kNow - kYear, kNow + kYear, root2(), answers);
  const pki::Identity tsa = leaf(kNow - kYear, kNow + kYear, tsa_root(), pki::tsa_plan());
  const auto plan = [&](char status, UnixTime from, UnixTime to) {
    return pki::OcspPlan{.status = status, .this_update = from, .next_update = to, .revoked_at = stamped - 10 * kDay};
  };
  const pki::OcspPlan good = plan('g', stamped - kDay, stamped + kYear);
  const auto stapled = [&](Bytes der, UnixTime at = kNow) {
    Scene made = scene(signer, {&sub});
    made.tsa = &tsa;
    made.stamp.time = stamped;
    made.authorities = {&tsa_root()};
    made.ocsp = {std::move(der)};
    made.at = at;
    return looks_at(made);
  };
  const auto about = [&](const pki::Identity& by, const pki::OcspPlan& what) {
    return pki::make_ocsp(by, signer.certificate, sub.certificate, what);
  };
  Bytes broken = about(responder, good);  // its signature ends where the list of certificates begins, 8 bytes of heads
  const auto certificate = std::ranges::search(broken, responder.certificate.der);
  ASSERT_FALSE(certificate.empty());
  *(certificate.begin() - 9) ^= 1;
  const auto skipped = [](const char* because) {
    return Expected{.successes_none = {"signingCredential.ocsp.notRevoked"},
                    .informationals = {"signingCredential.ocsp.skipped"},
                    .because = because};
  };
  run_suite(
      {{"ocsp/ocsp_good",
        stapled(about(responder, good)),
        {{.successes = {"claimSignature.validated", "signingCredential.trusted",
                        "signingCredential.ocsp.notRevoked"}}}},
       {"ocsp/bad_ocsp_revoked",
        stapled(about(responder, plan('r', stamped - kDay, stamped + kYear))),
        {{.failures = {"signingCredential.ocsp.revoked"},
          .successes_none = {"signingCredential.ocsp.notRevoked", "signingCredential.trusted"},
          .informationals_none = {"signingCredential.ocsp.skipped"}}}},
       {"ocsp/bad_ocsp_intermediate_revoked",
        stapled(pki::make_ocsp(root_responder, sub.certificate, root1().certificate,
                               plan('r', stamped - kDay, stamped + kYear))),
        {{.failures = {"signingCredential.untrusted"}, .successes_none = {"signingCredential.trusted"}}}},
       {"ocsp/ocsp_skipped_bad_sig", stapled(broken), {skipped("signature is broken")}},
       {"ocsp/ocsp_skipped_expired_next_update",
        stapled(about(responder, plan('g', stamped - 20 * kDay, stamped - 10 * kDay))),
        {skipped("no longer current")}},
       {"ocsp/ocsp_skipped_future",
        stapled(about(responder, plan('g', stamped + 10 * kDay, stamped + kYear))),
        {skipped("")}},
       {"ocsp/ocsp_skipped_no_eku", stapled(about(no_use, good)), {skipped("not for answering about revocation")}},
       {"ocsp/ocsp_skipped_unauthorized",
        stapled(about(stranger, good)),
        {skipped("not authorised by the certificate's issuer")}},
       {"ocsp/ocsp_skipped_wrong_cert",
        stapled(pki::make_ocsp(responder, other.certificate, sub.certificate, good)),
        {skipped("about another certificate")}},
       {"ocsp/ocsp_valid_at_ts_ok",
        stapled(about(responder, plan('g', stamped - kDay, stamped + 5 * kDay))),
        {{.successes = {"signingCredential.ocsp.notRevoked"}}}}});
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
