// What we show of a credential against what c2pa-rs shows: crJSON and store JSON of every file in ../shared/data/c2pa
// and of one that we signed. Where the two differ, the difference is named below with its reason, or the test fails.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "oracle/oracle.h"
#include "report/credential/crjson.h"
#include "report/credential/store_json.h"
#include "support/support.h"

namespace bonafide::oracle {
namespace {

constexpr crypto::UnixTime kClock = 1795438800;  // 2026-11-23T13:00Z

struct Difference {
  std::string path;  ///< "assertions.c2pa.actions.actions[].when": without array indices and instance numbers
  std::string what;  ///< "missing", "extra", "length", "value"
  Json theirs, ours;
};

/// c2pa-rs writes some byte strings as lists of numbers.
bool same_bytes(const Json& theirs, const Json& ours) {
  if (!theirs.is_array() || !ours.is_string()) return false;
  Bytes bytes;
  for (const Json& number : theirs) {
    if (!number.is_number_unsigned()) return false;
    bytes.push_back(static_cast<std::uint8_t>(number.get<std::uint64_t>()));
  }
  const std::string base64 = to_base64(bytes);
  return ours == "b64'" + base64 + "'" || ours == base64;
}

void compare(const Json& theirs, const Json& ours, const std::string& path, std::vector<Difference>& found) {
  if (theirs.is_object() && ours.is_object()) {
    for (const auto& [name, value] : theirs.items()) {
      const std::string inside = path + "." + std::regex_replace(name, std::regex("__\\d+$"), "");
      if (ours.contains(name))
        compare(value, ours[name], inside, found);
      else
        found.push_back({inside, "missing", value, {}});
    }
    for (const auto& [name, value] : ours.items()) {
      if (!theirs.contains(name)) found.push_back({path + "." + name, "extra", {}, value});
    }
  } else if (theirs.is_array() && ours.is_array()) {
    if (theirs.size() != ours.size()) return found.push_back({path, "length", theirs, ours});
    for (std::size_t i = 0; i < theirs.size(); ++i) compare(theirs[i], ours[i], path + "[]", found);
  } else if (theirs != ours && !same_bytes(theirs, ours)) {
    found.push_back({path, "value", theirs, ours});
  }
}

bool ends_alike(const Difference& d) {
  if (!d.theirs.is_string() || !d.ours.is_string()) return false;
  const auto last = [](const std::string& url) { return url.substr(url.rfind('/') + 1); };
  const auto step = [&](const std::string& url) { return last(url).substr(last(url).rfind('=') + 1); };
  return step(d.theirs.get<std::string>()) == step(d.ours.get<std::string>());
}

struct Known {
  const char* path;  ///< regex over the whole path
  const char* what;
  bool (*when)(const Difference&);
  const char* why;
};
bool always(const Difference&) { return true; }
bool empty(const Difference& d) { return d.theirs.empty(); }
const Known kKnown[] = {
    {".*\\.pad", "missing", [](const Difference& d) { return d.theirs == "b64''" || d.theirs == ""; },
     "c2pa-rs puts an empty pad into every hashed URI and BMFF hash, where the file has none"},
    {"claim\\.(assertions\\[\\]\\.url|signature)", "value", ends_alike,
     "c2pa-rs makes the references of first-version claims absolute; we show what is signed"},
    {"claim\\.v2\\.(gathered|redacted)_assertions", "missing", empty, "an empty list, where the file has none"},
    {"claim\\.claim_generator_hints", "extra", always, "stands in the claim; c2pa-rs drops it"},
    {"assertions\\.cawg\\.identity\\..*|assertion\\.cawg\\.identity.*", nullptr, always,
     "identity assertions are shown as they are, not decoded and not checked"},
    {"signature\\.certificateInfo\\.(issuer|subject)\\.(E|OU)", nullptr, always,
     "e-mail addresses are shown; of several units we show all, c2pa-rs the last"},
    {"signature\\.timeStampInfo(\\.timestamp)?|m\\.signature_info\\.time", nullptr, always,
     "whole seconds; also of stamps that are not believed, and none of stamps that cannot be read"},
    {"assertion\\.c2pa\\.actions\\.(label|data\\.actions\\[\\]\\.instanceId)", nullptr, always,
     "c2pa-rs shows first-version actions as if they were of the second"},
};

std::string unexplained(const std::vector<Difference>& found) {
  std::string text;
  for (const Difference& d : found) {
    const bool known = std::ranges::any_of(kKnown, [&](const Known& k) {
      return std::regex_match(d.path, std::regex(k.path)) && (k.what == nullptr || d.what == k.what) && k.when(d);
    });
    if (!known) {
      text += fmt::format("  {} {}: theirs {}, ours {}\n", d.path, d.what, dump_json(d.theirs).substr(0, 200),
                          dump_json(d.ours).substr(0, 200));
    }
  }
  return text;
}

Json labels(const Json& manifests) {
  std::set<std::string> found;
  for (const Json& manifest : manifests) found.insert(manifest["label"].get<std::string>());
  return found;
}

/// Every manifest by its label; c2pa-rs orders those of the history in another way.
std::vector<Difference> compare_crjson(const Json& theirs, const Json& ours) {
  std::vector<Difference> found;
  compare(labels(theirs["manifests"]), labels(ours["manifests"]), "labels", found);
  compare(theirs["manifests"][0]["label"], ours["manifests"][0]["label"], "active", found);
  for (const Json& manifest : theirs["manifests"]) {
    for (const Json& other : ours["manifests"]) {
      if (other["label"] != manifest["label"]) continue;
      for (const char* const part : {"assertions", "claim", "claim.v2", "signature"}) {
        if (manifest.contains(part) != other.contains(part))
          found.push_back({part, manifest.contains(part) ? "missing" : "extra", {}, {}});
        else if (manifest.contains(part))
          compare(manifest[part], other[part], part, found);
      }
      const auto flag = [](const Json& json, const char* key) { return json.value(key, false); };
      for (const char* const key : {"isUpdateManifest", "isCompressedManifest"}) {
        if (flag(manifest, key) != flag(other, key)) found.push_back({key, "value", manifest, other});
      }
    }
  }
  return found;
}

/// Assertions by label, actions of either version under one name.
Json by_label(const Json& assertions) {
  Json sorted = Json::object();
  for (const Json& assertion : assertions) {
    std::string label = assertion["label"].get<std::string>();
    if (label == "c2pa.actions.v2") label = "c2pa.actions";
    if (assertion.contains("instance")) label += "#" + std::to_string(assertion["instance"].get<int>());
    sorted[label] = assertion;
  }
  return sorted;
}

std::vector<Difference> compare_store(const Json& theirs, const Json& ours) {
  std::vector<Difference> found;
  compare(theirs["active_manifest"], ours["active_manifest"], "active", found);
  if (theirs["manifests"].size() != ours["manifests"].size()) found.push_back({"manifests", "length", {}, {}});
  for (const auto& [label, manifest] : theirs["manifests"].items()) {
    if (!ours["manifests"].contains(label)) {
      found.push_back({"manifests." + label, "missing", {}, {}});
      continue;
    }
    Json one = manifest, other = ours["manifests"][label];
    compare(by_label(one["assertions"]), by_label(other["assertions"]), "assertion", found);
    one.erase("assertions");
    other.erase("assertions");
    compare(one, other, "m", found);
  }
  return found;
}

std::multiset<std::string> codes(const Json& entries) {
  std::multiset<std::string> found;
  for (const Json& entry : entries) found.insert(entry["code"].get<std::string>());
  return found;
}

struct Shown {
  std::string name, path;
  Json crjson, store;
};

std::optional<Shown> show(const std::string& name, const std::string& path, const crypto::TrustStore& believed) {
  const auto file = FileReader::open(path);
  if (!file) return std::nullopt;
  auto credential = provenance::read_credential(*file, {&believed, kClock, false, {}}, Context());
  if (!credential || !credential->validation || credential->validation->store == nullptr) return std::nullopt;
  return Shown{name, path, report::crjson(*credential->validation, kClock),
               report::store_json(*credential->validation)};
}

TEST(OracleShown, BothJsonFormsAgreeOnWhatEveryFileSays) {
  if (const auto reason = missing()) GTEST_SKIP() << *reason;
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const std::vector<std::string> anchors{*root + "/c2pa-rs/certs/trust/test_cert_root_bundle.pem",
                                         *root + "/generated/root.pem"};
  crypto::TrustStore believed;
  for (const std::string& anchor : anchors) {
    const std::string pem = read_file(anchor, 1 << 20).value();
    ASSERT_TRUE(believed.add_signer_pem("tests", pem, crypto::usual_key_uses()));
    ASSERT_TRUE(believed.add_tsa_pem("tests", pem));
  }
  const Json expected = parse_json(read_file(*root + "/expected.json", 1 << 24).value()).value();
  const std::string differences = read_file(BONAFIDE_SOURCE_DIR "/docs/known_differences_c2pa.md", 1 << 20).value();
  std::vector<Shown> shown;
  std::vector<Json> jobs;
  for (const auto& [name, entry] : expected["files"].items()) {
    if (!entry.contains("state")) continue;  // c2pa-rs shows nothing of it
    auto one = show(name, *root + "/" + name, believed);
    if (!one) continue;
    jobs.push_back({{"file", one->path}, {"anchors", anchors}, {"report", true}});
    shown.push_back(std::move(*one));
  }
  ASSERT_GE(shown.size(), 60U);
  const std::vector<Json> answers = ask("verify.mjs", jobs);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    ASSERT_TRUE(answers[i].contains("crjson")) << shown[i].name << ": " << dump_json(answers[i]).substr(0, 300);
    const std::string cr = unexplained(compare_crjson(answers[i]["crjson"], shown[i].crjson));
    EXPECT_TRUE(cr.empty()) << "crJSON of " << shown[i].name << ":\n" << cr;
    const std::string store = unexplained(compare_store(answers[i]["report"], shown[i].store));
    EXPECT_TRUE(store.empty()) << "store JSON of " << shown[i].name << ":\n" << store;
    if (differences.find("`" + shown[i].name + "`") != std::string::npos) continue;  // we judge it otherwise
    const Json& theirs = answers[i]["crjson"]["manifests"][0]["validationResults"];
    const Json& ours = shown[i].crjson["manifests"][0]["validationResults"];
    EXPECT_EQ(codes(theirs["failure"]), codes(ours["failure"])) << shown[i].name;
    EXPECT_EQ(answers[i]["report"]["validation_state"], shown[i].store["validation_state"]) << shown[i].name;
  }
}

}  // namespace
}  // namespace bonafide::oracle
