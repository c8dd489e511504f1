#include "oracle/oracle.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>

#include "base/files.h"
#include "support/support.h"

namespace bonafide::oracle {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMost = std::uint64_t{64} << 20;

std::string source(const std::string& name) { return std::string(BONAFIDE_SOURCE_DIR) + "/tests/oracle/" + name; }
std::string installed() { return std::string(BONAFIDE_SOURCE_DIR) + "/build/oracle"; }

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

std::string text_of(const std::string& path) {
  auto text = read_file(path, kMost);
  if (!text) give_up(path + ": " + text.error().message);
  return std::move(*text);
}

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::optional<std::string> missing() {
  if (fs::exists(installed() + "/installed")) return std::nullopt;
  return "skipped: no other C2PA implementation in build/oracle (scripts/oracle.sh installs it; it needs Node 18, npm "
         "and once the network)";
}

std::vector<Json> ask(const std::string& script, const std::vector<Json>& jobs) {
  const testing::TemporaryFolder folder;
  std::string lines;
  for (const Json& job : jobs) lines += dump_json(job) + "\n";
  if (!write_file(folder.file("jobs"), lines, true)) give_up("cannot write the oracle's jobs");
  const std::string command =
      fmt::format("BONAFIDE_ORACLE={} node {} <{} >{} 2>{}", quoted(installed()), quoted(source(script)),
                  folder.file("jobs"), folder.file("answers"), folder.file("errors"));
  if (std::system(command.c_str()) != 0) give_up(script + " failed: " + text_of(folder.file("errors")));
  std::vector<Json> answers;
  std::istringstream stream(text_of(folder.file("answers")));
  for (std::string line; std::getline(stream, line);) {
    auto answer = parse_json(line);
    if (!answer) give_up(script + " answers no JSON: " + line);
    answers.push_back(std::move(*answer));
  }
  if (answers.size() != jobs.size()) give_up(script + " did not answer every job");
  return answers;
}

std::string pki(const std::string& name) {
  static const std::string folder = [] {
    // a folder cannot be made(): its stamp is, and the script's text is part of the stamp's name
    const std::string command =
        fmt::format("true {} && bash {} \"$OUT.d\" && echo \"$OUT.d\" >\"$OUT\"",
                    std::hash<std::string>{}(text_of(source("pki.sh"))), quoted(source("pki.sh")));
    std::string path = text_of(testing::made("pki", command));
    path.pop_back();
    return path;
  }();
  return folder + "/" + name;
}

const crypto::TrustStore& trust() {
  static const crypto::TrustStore store = [] {
    crypto::TrustStore made;
    const std::vector<std::string> uses{std::string(crypto::oid::kC2paClaimSigning)};
    if (!made.add_signer_pem("tests", text_of(pki("root.pem")), uses) ||
        !made.add_tsa_pem("tests", text_of(pki("tsa_root.pem")))) {
      give_up("the roots made by pki.sh are not taken");
    }
    return made;
  }();
  return store;
}

Json definition(const std::string& title) {
  return Json{
      {"title", title},
      {"claim_generator_info", Json::array({Json{{"name", "oracle tests"}, {"version", "1"}}})},
      {"assertions", Json::array({Json{
                         {"label", "c2pa.actions.v2"},
                         {"created", true},
                         {"data", Json{{"actions", Json::array({Json{{"action", "c2pa.created"},
                                                                     {"digitalSourceType",
                                                                      "http://cv.iptc.org/newscodes/digitalsourcetype/"
                                                                      "digitalCreation"}}})},
                                       {"allActionsIncluded", true}}},
                     }})}};
}

Json signing_job(const std::string& input, const std::string& output, const std::string& algorithm) {
  return Json{{"input", input},
              {"output", output},
              {"algorithm", algorithm},
              {"key", pki(algorithm + ".key")},
              {"chain", pki(algorithm + ".pem")},
              {"definition", definition(fs::path(input).filename().string())}};
}

app::SignRequest signing(const std::string& input, const std::string& output, const std::string& algorithm) {
  app::SignRequest request;
  request.input = input;
  request.output = output;
  request.definition = dump_json(definition(fs::path(input).filename().string()));
  request.key.key = pki(algorithm + ".key");
  request.key.certificate = pki(algorithm + ".pem");
  request.key.algorithm = algorithm;
  request.trust = trust();
  return request;
}

Json verifying_job(const std::string& file) {
  return Json{{"file", file}, {"anchors", Json::array({pki("root.pem"), pki("tsa_root.pem")})}};
}

Ours ours(const std::string& file, const std::string& sidecar) {
  const auto reader = FileReader::open(file);
  if (!reader) return {"error", reader.error().message, false, false};
  const auto credential = provenance::read_credential(*reader, {&trust(), now(), false, sidecar}, Context());
  if (!credential) return {"error", credential.error().message, false, false};
  if (!credential->validation) {
    return {credential->source.state == provenance::State::none ? "none" : "not read", credential->source.sentence,
            false, false};
  }
  const provenance::c2pa::Validation& validation = *credential->validation;
  Ours answer{std::string(provenance::c2pa::to_string(validation.state)), validation.unsupported, false, false};
  answer.stamped = validation.manifests.front().has("timeStamp.trusted");
  answer.not_revoked = validation.manifests.front().has("signingCredential.ocsp.notRevoked");
  for (const auto& status : validation.manifests.front().statuses) {
    if (status.kind != provenance::c2pa::Kind::success) answer.notes += " " + status.code + " (" + status.reason + ")";
  }
  for (const auto& delta : validation.deltas) {
    for (const auto& status : delta.failures) answer.notes += " ingredient: " + status.code;
  }
  return answer;
}

}  // namespace bonafide::oracle
