#include "provenance/c2pa/suite_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "base/time.h"
#include "provenance/c2pa/signing_test.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa::testing {

namespace {

/// A signer that is any identity, fit or not.
class AnySigner final : public crypto::Signer {
 public:
  explicit AnySigner(const Scene& scene) : scene_(scene) {
    chain_.push_back(scene.signer->certificate.der);
    for (const pki::Identity* const authority : scene.chain) chain_.push_back(authority->certificate.der);
  }
  crypto::SignatureAlgorithm algorithm() const override { return scene_.algorithm; }
  const std::vector<Bytes>& chain() const override { return chain_; }
  Result<Bytes> sign(ByteView message) const override {
    return pki::sign(scene_.signer->key, scene_.algorithm, message);
  }

 private:
  const Scene& scene_;
  std::vector<Bytes> chain_;
};

class AnyStamper final : public crypto::Stamper {
 public:
  explicit AnyStamper(const Scene& scene) : scene_(scene) {}
  Result<Bytes> stamp(ByteView message) const override { return pki::make_stamp(*scene_.tsa, message, scene_.stamp); }

 private:
  const Scene& scene_;
};

/// The last question that was asked, and our answer, for whoever wants to ask it again.
class Asked {
 public:
  static Asked& get() {
    static Asked asked;
    return asked;
  }
  void note(const Bytes& file, const Bytes& sidecar, const std::vector<const pki::Identity*>& signers,
            const std::vector<const pki::Identity*>& authorities, UnixTime at,
            const std::optional<Validation>& validation) {
    if (folder_ == nullptr) return;
    files_ = {
        {"file", text_of(file)}, {"sidecar", text_of(sidecar)}, {"signers", pem(signers)}, {"tsa", pem(authorities)}};
    answer_ = {{"at", unix_to_rfc3339(at)}, {"state", validation ? to_string(validation->state) : "none"}};
    answer_["manifests"] = Json::array();
    if (!validation) return;
    for (const ManifestReport& manifest : validation->manifests) {
      Json codes = Json::array();
      for (const Status& status : manifest.statuses) codes.push_back(status.code);
      answer_["manifests"].push_back(std::move(codes));
    }
  }
  /// Once a case was looked at.
  void leave(const std::string& name) {
    if (folder_ == nullptr) return;
    const std::string path = fmt::format("{}/{}.", folder_, number_++);
    answer_["name"] = name;
    for (const auto& [what, content] : files_) {
      if (content.empty()) continue;
      answer_[what] = path + what;
      EXPECT_TRUE(write_file(path + what, content, true));
    }
    EXPECT_TRUE(write_file(path + "json", dump_json(answer_), true));
  }

 private:
  static std::string text_of(const Bytes& bytes) { return std::string(as_text(bytes)); }
  static std::string pem(const std::vector<const pki::Identity*>& identities) {
    std::string text;
    for (const pki::Identity* const identity : identities) text += pki::certificate_pem(identity->certificate);
    return text;
  }

  const char* folder_ = std::getenv("BONAFIDE_SUITE_OUT");
  std::vector<std::pair<std::string, std::string>> files_;
  Json answer_;
  int number_ = 100;
};

using Set = std::set<std::string>;

struct Told {
  Set failures, successes, informationals;
  std::string reasons;
};

/// What is told of one manifest: its own statuses, what its ingredients' references gave, and what was recorded of it.
Told told_of(const Validation& validation, std::size_t index) {
  const ManifestReport& report = validation.manifests[index];
  Told told;
  for (const Status& status : report.statuses) {
    (status.kind == Kind::failure   ? told.failures
     : status.kind == Kind::success ? told.successes
                                    : told.informationals)
        .insert(status.code);
    told.reasons += status.reason + "\n";
  }
  for (const Delta& delta : validation.deltas) {
    if (delta.manifest == report.label) {
      for (const Status& status : delta.recorded) told.failures.insert(status.code);
    }
    if (!delta.url.starts_with("self#jumbf=/c2pa/" + report.label + "/")) continue;
    for (const Status& status : delta.failures) {
      if (status.code.starts_with("ingredient.")) told.failures.insert(status.code);
    }
  }
  return told;
}

/// What does not fit, in words; empty: all does.
std::string misfit(const Expected& wanted, const Told& told) {
  std::string words;
  const auto all = [&](const Codes& codes, const Set& in, const char* what) {
    for (const std::string& code : codes)
      if (!in.contains(code)) words += fmt::format(" {} lacks {};", what, code);
  };
  const auto none = [&](const Codes& codes, const Set& in, const char* what) {
    for (const std::string& code : codes)
      if (in.contains(code)) words += fmt::format(" {} has {};", what, code);
  };
  if (wanted.no_failures && !told.failures.empty())
    words += fmt::format(" failures: {};", fmt::join(told.failures, " "));
  if (wanted.no_successes && !told.successes.empty())
    words += fmt::format(" successes: {};", fmt::join(told.successes, " "));
  if (told.reasons.find(wanted.because) == std::string::npos)
    words += fmt::format(" for another reason than '{}';", wanted.because);
  all(wanted.failures, told.failures, "failures");
  all(wanted.successes, told.successes, "successes");
  all(wanted.informationals, told.informationals, "informationals");
  none(wanted.failures_none, told.failures, "failures");
  none(wanted.successes_none, told.successes, "successes");
  none(wanted.informationals_none, told.informationals, "informationals");
  if (!wanted.failures_any.empty() && std::ranges::none_of(wanted.failures_any, [&](const std::string& code) {
        return told.failures.contains(code);
      })) {
    words += fmt::format(" failures lack any of {};", fmt::join(wanted.failures_any, " "));
  }
  if (!wanted.successes_exactly.empty() &&
      Set(wanted.successes_exactly.begin(), wanted.successes_exactly.end()) != told.successes) {
    words += fmt::format(" successes are {};", fmt::join(told.successes, " "));
  }
  return words;
}

std::string outcome(const SuiteCase& suite_case) {
  const auto validation = suite_case.look();
  if (suite_case.manifests.empty()) return validation ? " a manifest was found" : "";
  if (!validation) return " no manifest was found";
  std::string words;
  for (std::size_t i = 0; i < suite_case.manifests.size(); ++i) {
    if (i >= validation->manifests.size()) return words + " a manifest of the history is missing";
    words += misfit(suite_case.manifests[i], told_of(*validation, i));
  }
  return words;
}

std::string in_words(const Expected& wanted) {
  std::vector<std::string> parts;
  const auto say = [&](const char* what, const Codes& codes) {
    if (!codes.empty()) parts.push_back(fmt::format("{} {}", what, fmt::join(codes, ", ")));
  };
  if (wanted.no_failures) parts.emplace_back("no failure");
  say("failure", wanted.failures);
  say("one of the failures", wanted.failures_any);
  say("no failure", wanted.failures_none);
  if (wanted.no_successes) parts.emplace_back("no success");
  say("success", wanted.successes);
  say("these successes alone:", wanted.successes_exactly);
  say("no success", wanted.successes_none);
  say("note", wanted.informationals);
  say("no note", wanted.informationals_none);
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string in_words(const std::vector<Expected>& manifests) {
  if (manifests.empty()) return "no manifest";
  std::string words = in_words(manifests[0]);
  for (std::size_t i = 1; i < manifests.size(); ++i) words += ". Ingredient: " + in_words(manifests[i]);
  return words;
}

const std::string& page() {
  static const std::string text = read_file(BONAFIDE_SOURCE_DIR "/docs/c2pa_suite.md", 1 << 20).value_or("");
  return text;
}

std::size_t count(std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = page().find(what, at)) != std::string::npos; at += what.size()) ++found;
  return found;
}

}  // namespace

Expected sound_and_trusted() {
  return {.no_failures = true, .successes = {"claimSignature.validated", "signingCredential.trusted"}};
}

void run_suite(const std::vector<SuiteCase>& cases) {
  for (const SuiteCase& each : cases) {
    std::string result = "not had";
    if (each.not_had.empty()) {
      const std::string words = outcome(each);
      Asked::get().leave(each.name);
      result = words.empty() ? "passes" : "differs:" + words;
      if (result.ends_with(';')) result.pop_back();
    }
    const std::string row =
        fmt::format("| `{}` | {} | {} | {}", each.name, in_words(each.manifests), result, each.not_had);
    fmt::print("{}\n", row);
    EXPECT_EQ(count(row), 1U) << each.name << ": docs/c2pa_suite.md lacks the row above, or has it twice";
  }
}

// That each case has its row is checked where it is looked at; here, that there are no other rows, and the sums.
TEST(Suite, TheTableAddsUp) {
  const std::size_t passes = count(" | passes | "), differs = count(" | differs: "), none = count(" | not had | ");
  EXPECT_EQ(count("\n| `"), 107U);
  EXPECT_EQ(passes + differs + none, 107U);
  const std::string sums = fmt::format("{} pass, {} differ, {} are not had", passes, differs, none);
  EXPECT_EQ(count(sums), 1U) << sums;
}

std::unique_ptr<crypto::Signer> signer_of(const Scene& scene) { return std::make_unique<AnySigner>(scene); }

Bytes signed_by(const Scene& scene, const Bytes& work, ManifestPlan plan) {
  const AnySigner signer(scene);
  const AnyStamper stamper(scene);
  SignPlan sign;
  sign.cose = {.signer = &signer, .stamper = scene.tsa != nullptr ? &stamper : nullptr, .ocsp = scene.ocsp};
  const media::MemorySource source(work);
  auto located = locate(source, {});
  auto builder = Builder::create(std::move(plan));
  if (!located || !builder) {
    ADD_FAILURE() << (located ? builder.error().to_string() : located.error().to_string());
    return {};
  }
  auto file = sign_source(source, *located, *builder, sign, {});
  if (!file) {
    ADD_FAILURE() << file.error().to_string();
    return {};
  }
  SplicedSource view(source, file->splice);
  view.fill(file->framed);
  return read_exactly(view, 0, view.size()).value();
}

namespace {

std::optional<Validation> answer_to(const Scene& scene, const Bytes& file) {
  crypto::TrustStore trust;
  for (const pki::Identity* const anchor : scene.signers)
    trust.add_signer_list({"signers", crypto::default_key_uses(), {{anchor->certificate, {}, {}}}});
  for (const pki::Identity* const anchor : scene.authorities)
    trust.add_tsa_list({"authorities", {}, {{anchor->certificate, {}, {}}}});
  const media::MemorySource source(file);
  auto located = locate(source, {});
  if (!located) {
    ADD_FAILURE() << located.error().to_string();
    return std::nullopt;
  }
  EXPECT_TRUE(located->readable) << "a file that was not read tells nothing of what is in it";
  if (!located->found() && located->problem.empty()) return std::nullopt;
  auto validation = validate(source, std::move(*located), {&trust, scene.at, false, false}, {});
  if (!validation) {
    ADD_FAILURE() << validation.error().to_string();
    return std::nullopt;
  }
  return std::move(*validation);
}

}  // namespace

std::optional<Validation> judged_file(const Scene& scene, const Bytes& file) {
  auto validation = answer_to(scene, file);
  Asked::get().note(file, {}, scene.signers, scene.authorities, scene.at, validation);
  return validation;
}

std::optional<Validation> judged_forgery(const Forge& plan) {
  const Bytes store = store_of({forge(plan)});
  std::optional<Validation> validation = testing::judged(store);
  const World& world = World::get();
  Asked::get().note(work(), store, {&world.root}, {&world.tsa_root}, pki::kNow, validation);
  return validation;
}

std::optional<Validation> judged(const Scene& scene) {
  return judged_file(scene, signed_by(scene, small_jpeg(), created_plan()));
}

pki::Identity authority(const std::string& name, UnixTime from, UnixTime to, const pki::Identity* issuer,
                        const std::string& constraints) {
  pki::Plan plan = pki::authority_plan(name, constraints);
  plan.from = from;
  plan.to = to;
  return pki::make_identity(plan, "P-256", issuer);
}

pki::Identity leaf(UnixTime from, UnixTime to, const pki::Identity& issuer, const pki::Plan& like,
                   const std::string& kind) {
  pki::Plan plan = like;
  plan.from = from;
  plan.to = to;
  return pki::make_identity(plan, kind, &issuer);
}

const pki::Identity& root1() {
  static const pki::Identity root = authority("Root 1", pki::kNow - 20 * kYear, pki::kNow + 20 * kYear);
  return root;
}
const pki::Identity& root2() {
  static const pki::Identity root = authority("Root 2", pki::kNow - 20 * kYear, pki::kNow + 20 * kYear);
  return root;
}
const pki::Identity& tsa_root() {
  static const pki::Identity root = authority("TSA root", pki::kNow - 15 * kYear, pki::kNow + 5 * kYear);
  return root;
}
const pki::Identity& plain_signer() {
  static const pki::Identity signer = leaf(pki::kNow - kYear, pki::kNow + kYear, root1());
  return signer;
}

}  // namespace bonafide::provenance::c2pa::testing
