#include "provenance/log/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "provenance/log/decimal.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostOfAKind = 1024;  // the specification asks for 32
constexpr std::string_view kNone = "none";

using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    const auto begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, at - begin));
  }
  return words;
}

class Reader {
 public:
  Result<void> line(std::string_view text) {
    const Words words = words_of(text);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return log(words);
    if (words[0] == "witness") return witness(words);
    if (words[0] == "group") return group(words);
    if (words[0] == "quorum") return quorum(words);
    return wrong("it begins with none of log, witness, group and quorum");
  }
  Result<Policy> finish() {
    if (!has_quorum_) return wrong("there is no quorum line");
    return std::move(policy_);
  }

 private:
  static Error wrong(std::string why) { return make_error(Code::corrupt, std::move(why)); }

  /// The same key under two names is one party: it must not count twice.
  Result<void> new_key(std::string_view kind, const NoteKey& key) {
    if (!keys_.insert(std::string(kind) + to_hex(key.key)).second)
      return wrong("this key stands in the policy already");
    return {};
  }
  Result<void> new_name(std::string_view name) {
    if (name == kNone) return wrong("\"none\" cannot be the name of a witness or group");
    if (!names_.insert(std::string(name)).second) return wrong("this name is taken already");
    return {};
  }

  Result<void> log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return wrong("a log line is: log KEY [URL]");
    if (policy_.logs.size() == kMostOfAKind) return make_error(Code::limit, "more than 1024 logs");
    const NoteKey key = TRY(parse_note_key(words[1]));
    TRY(new_key("log", key));
    if (!key.is(KeyKind::note)) return wrong("a log's key must be an Ed25519 key (kind 01)");
    policy_.logs.push_back({key, words.size() == 3 ? std::string(words[2]) : std::string()});
    return {};
  }

  Result<void> witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return wrong("a witness line is: witness NAME KEY [URL]");
    if (policy_.witnesses.size() == kMostOfAKind) return make_error(Code::limit, "more than 1024 witnesses");
    TRY(new_name(words[1]));
    const NoteKey key = TRY(parse_note_key(words[2]));
    TRY(new_key("witness", key));
    if (!key.is(KeyKind::cosignature) && !key.is(KeyKind::ml_dsa_44))
      return wrong("a witness's key must be one for cosignatures (kind 04 or 06)");
    policy_.witnesses.push_back(
        {std::string(words[1]), key, words.size() == 4 ? std::string(words[3]) : std::string()});
    return {};
  }

  Result<void> group(const Words& words) {
    if (words.size() < 4) return wrong("a group line is: group NAME all|any|NUMBER MEMBER…");
    if (policy_.groups.size() == kMostOfAKind) return make_error(Code::limit, "more than 1024 groups");
    PolicyGroup group;
    group.name = words[1];
    for (auto word = words.begin() + 3; word != words.end(); ++word) {
      if (!names_.contains(std::string(*word))) return wrong("a group's members must be defined on lines before it");
      if (!members_.insert(std::string(*word)).second) return wrong("a name may be a member once only");
      group.members.emplace_back(*word);
    }
    TRY(new_name(words[1]));
    const auto number = parse_decimal(words[2]);
    if (words[2] != "all" && words[2] != "any" && !number)
      return wrong("how many of a group are needed is said by all, any or a number");
    group.needed = words[2] == "all" ? group.members.size() : words[2] == "any" ? 1 : static_cast<std::size_t>(*number);
    if (group.needed < 1 || group.needed > group.members.size())
      return wrong("a group needs at least one and at most all of its members");
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> quorum(const Words& words) {
    if (words.size() != 2) return wrong("a quorum line is: quorum NAME");
    if (has_quorum_) return wrong("there are two quorum lines");
    if (words[1] != kNone && !names_.contains(std::string(words[1])))
      return wrong("the quorum must be none, or a witness or group defined before");
    policy_.quorum = words[1];
    has_quorum_ = true;
    return {};
  }

  Policy policy_;
  std::set<std::string> names_, members_, keys_;
  bool has_quorum_ = false;
};

/// Whether the name, a witness or a group, has witnessed. Groups name only what stands before them, so this ends.
bool witnessed(const Policy& policy, const std::set<std::string>& cosigned) {
  std::set<std::string> met = cosigned;
  for (const PolicyGroup& group : policy.groups) {
    const auto count = std::ranges::count_if(group.members, [&](const auto& name) { return met.contains(name); });
    if (static_cast<std::size_t>(count) >= group.needed) met.insert(group.name);
  }
  return policy.quorum == kNone || met.contains(policy.quorum);
}

}  // namespace

const PolicyLog* Policy::log_of(std::string_view origin) const {
  const auto found = std::ranges::find_if(logs, [&](const PolicyLog& log) { return log.key.name == origin; });
  return found == logs.end() ? nullptr : &*found;
}

Result<Policy> parse_policy(std::string_view text) {
  if (text.size() > kMostBytes) return make_error(Code::limit, "a policy of more than 1 MiB");
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const auto control = [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f; };
    auto read = std::ranges::any_of(line, control)
                    ? Result<void>(make_error(Code::corrupt, "it holds control characters"))
                    : reader.line(line);
    if (!read) {
      read.error().message = fmt::format("line {} of the policy: {}", number, read.error().message);
      return read.error();
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

Policy policy_of(const NoteKey& log) {
  Policy policy;
  policy.logs.push_back({log, {}});
  return policy;
}

CheckpointCheck check_checkpoint(const SignedCheckpoint& checkpoint, const Policy& policy) {
  CheckpointCheck check;
  const std::string& origin = checkpoint.checkpoint.origin;
  std::vector<NoteKey> keys;
  for (const PolicyLog& log : policy.logs)
    if (log.key.name == origin) keys.push_back(log.key);
  const std::size_t logs = keys.size();
  if (logs == 0) {
    check.reason = "the policy does not know the log " + origin;
    return check;
  }
  for (const PolicyWitness& witness : policy.witnesses) keys.push_back(witness.key);
  const auto vouched = check_note(checkpoint.note, keys);
  if (!vouched) {
    check.trust = CheckpointTrust::broken;
    check.reason = vouched.error().message;
    return check;
  }
  std::set<std::string> cosigned;
  bool by_log = false;
  for (const Vouched& one : *vouched) {
    if (one.key < logs) {
      by_log = true;
      continue;
    }
    const PolicyWitness& witness = policy.witnesses[one.key - logs];
    cosigned.insert(witness.name);
    check.witnesses.push_back({witness.name, one.time.value_or(0)});
  }
  if (!by_log) {
    check.trust = CheckpointTrust::wrong_key;
    check.reason = "the checkpoint is not signed by the key that the policy has for " + origin;
  } else if (!witnessed(policy, cosigned)) {
    check.trust = CheckpointTrust::few_witnesses;
    check.reason = fmt::format("{} of the policy's {} witnesses cosigned, which is not the quorum \"{}\"",
                               cosigned.size(), policy.witnesses.size(), policy.quorum);
  } else {
    check.trust = CheckpointTrust::trusted;
  }
  return check;
}

}  // namespace bonafide::provenance::log
