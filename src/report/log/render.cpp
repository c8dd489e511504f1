#include "report/log/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/columns.h"
#include "base/time.h"

namespace bonafide::report {
namespace {

using provenance::log::Entry;
using provenance::log::Hash;
using provenance::log::SignedEntry;

constexpr std::string_view kSchema = "bonafide.log/1";

std::string hex(const Hash& hash) { return to_hex(hash); }
std::string shorted(const Hash& hash) { return to_hex(hash).substr(0, 16) + "…"; }

Json headed(std::string_view answer) { return Json{{"schema", kSchema}, {"answer", answer}}; }

std::string_view to_string(LogProofFacts::State state) {
  switch (state) {
    case LogProofFacts::State::proven: return "proven";
    case LogProofFacts::State::broken: return "broken";
    case LogProofFacts::State::untrusted: return "untrusted";
  }
  return "broken";
}

std::string_view to_string(LogProofFacts::Work work) {
  switch (work) {
    case LogProofFacts::Work::fits: return "fits";
    case LogProofFacts::Work::differs: return "differs";
    case LogProofFacts::Work::sealed: return "sealed";
    case LogProofFacts::Work::none: return "none";
    case LogProofFacts::Work::not_looked: return "not_looked";
  }
  return "not_looked";
}

Json content_json(const SignedEntry& read) {
  const Entry& entry = read.entry;
  Json json{{"type", provenance::log::to_string(entry.type)},
            {"issuer_key", hex(read.issuer)},
            {"algorithm", crypto::to_string(read.algorithm)}};
  const auto put = [&](const char* key, const std::optional<Hash>& hash) {
    if (hash) json[key] = hex(*hash);
  };
  put("asset_sha256", entry.asset_hash);
  put("asset_commitment", entry.asset_commitment);
  put("manifest_sha256", entry.manifest_hash);
  if (!entry.mark_id.empty()) json["mark_id"] = to_hex(entry.mark_id);
  put("print_commitment", entry.print_commitment);
  put("record_commitment", entry.record_commitment);
  if (entry.earlier) json["earlier"] = Json{{"number", entry.earlier->number}, {"leaf", hex(entry.earlier->leaf)}};
  put("subject_key", entry.subject_key);
  if (entry.distrust_from) json["distrust_from"] = *entry.distrust_from;
  return json;
}

Json tree_json(const provenance::log::Checkpoint& tree) {
  return Json{{"origin", clean_utf8(tree.origin)}, {"size", tree.size}, {"root", hex(tree.root)}};
}

/// One line: what the entry says, in words.
std::string words_of(const LogEntryFacts& facts) {
  if (!facts.entry) return "not an entry of ours: " + facts.problem;
  const Entry& entry = facts.entry->entry;
  std::string words(provenance::log::to_string(entry.type));
  if (entry.asset_hash) words += " work " + shorted(*entry.asset_hash);
  if (entry.asset_commitment) words += " work under seal " + shorted(*entry.asset_commitment);
  if (entry.record_commitment) words += " record under seal " + shorted(*entry.record_commitment);
  if (entry.subject_key) words += " key " + shorted(*entry.subject_key);
  if (entry.distrust_from) words += fmt::format(" from entry {} on", *entry.distrust_from);
  if (entry.earlier) words += fmt::format(" about entry {}", entry.earlier->number);
  return words + " by key " + shorted(facts.entry->issuer);
}

std::string work_words(LogProofFacts::Work work) {
  switch (work) {
    case LogProofFacts::Work::fits: return "the entry is about this very file";
    case LogProofFacts::Work::differs: return "the entry is about another file, or this one was changed";
    case LogProofFacts::Work::sealed: return "the proof carries no salt: whether it is about this file cannot be told";
    case LogProofFacts::Work::none: return "the entry is about no work";
    case LogProofFacts::Work::not_looked: return "no file was given to compare";
  }
  return {};
}

std::string standing_words(const LogProofFacts::Standing& key) {
  if (!key.revoked_by) return fmt::format("not revoked among the first {} entries of the log", key.looked_at);
  if (key.covers)
    return fmt::format("REVOKED by entry {}: entries from {} on are not to be believed", *key.revoked_by,
                       key.distrust_from);
  return fmt::format("revoked by entry {} for entries from {} on; this one is older", *key.revoked_by,
                     key.distrust_from);
}

std::string witness_words(const LogProofFacts& proof) {
  if (proof.witnesses.empty())
    return proof.witnesses_wanted ? "none of those that the policy asks for"
                                  : "none asked for: this rests on the log's word alone";
  std::string words;
  for (const auto& one : proof.witnesses)
    words += fmt::format("{}{} ({})", words.empty() ? "" : ", ", clean_utf8(one.witness),
                         unix_to_rfc3339(static_cast<std::int64_t>(std::min<std::uint64_t>(one.time, 253402300799))));
  return words;
}

}  // namespace

Json log_json(const LogMonitorFacts& look) {
  Json json = headed("monitor");
  json["place"] = clean_utf8(look.place);
  json["state"] = look.off() ? "off" : "fine";
  if (look.tree) json["tree"] = tree_json(*look.tree);
  if (look.old_size) json["old_size"] = *look.old_size;
  json["new_entries"] = look.new_entries;
  json["witnesses"] = Json::array();
  for (const auto& one : look.witnesses)
    json["witnesses"].push_back(Json{{"name", clean_utf8(one.witness)}, {"time", one.time}});
  json["findings"] = Json::array();
  for (const auto& one : look.findings)
    json["findings"].push_back(Json{{"kind", one.kind}, {"adverse", one.adverse}, {"what", clean_utf8(one.what)}});
  json["followed"] = Json::array();
  for (const LogEntryFacts& one : look.followed) json["followed"].push_back(log_json(one));
  return json;
}

std::string log_text(const LogMonitorFacts& look) {
  std::string text;
  if (look.tree)
    text = fmt::format("{}  {} entries, {} new  root {}  {}\n", clean_utf8(look.tree->origin), look.tree->size,
                       look.new_entries, shorted(look.tree->root), look.off() ? "SOMETHING IS OFF" : "fine");
  for (const auto& one : look.findings)
    text += fmt::format("{}{}: {}\n", one.adverse ? "OFF " : "    ", one.kind, clean_utf8(one.what));
  for (const LogEntryFacts& one : look.followed) text += fmt::format("    entry {}: {}\n", one.number, words_of(one));
  return text;
}

Json log_json(const LogFacts& log) {
  Json json = headed("log");
  json.update(Json{
      {"folder", log.folder}, {"keep", log.keep}, {"origin", log.origin}, {"key", log.key}, {"policy", log.policy}});
  return json;
}

std::string log_text(const LogFacts& log) {
  return fmt::format(
      "Log       {}\nKey       {}\nHand out  {} (any web server will do)\nKeep      {} (key, guard, "
      "registry: for nobody else, best on another disk)\nPolicy    {}\n",
      log.origin, log.key, log.folder, log.keep, log.policy);
}

Json log_json(const LogAdded& added) {
  Json json = headed("added");
  json["size"] = added.size;
  json["entries"] = Json::array();
  for (const auto& one : added.entries) {
    Json row{{"number", one.number}, {"leaf", hex(one.leaf)}};
    if (!one.path.empty()) row["path"] = one.path;
    if (!one.proof.empty()) row["proof"] = one.proof;
    if (one.known) row["known"] = true;
    json["entries"].push_back(std::move(row));
  }
  return json;
}

std::string log_text(const LogAdded& added) {
  std::string text;
  for (const auto& one : added.entries)
    text += fmt::format("entry {}{}{}{}{}{}\n", one.number, one.path.empty() ? "" : "  ", one.path,
                        one.known ? "  (was there already)" : "", one.proof.empty() ? "" : "  proof: ", one.proof);
  return text + fmt::format("The log has {} {} now.\n", added.size, added.size == 1 ? "entry" : "entries");
}

Json log_json(const LogEntryFacts& facts) {
  Json json{{"number", facts.number}, {"leaf", hex(facts.leaf)}, {"bytes", to_base64(facts.bytes)}};
  if (facts.entry) json["entry"] = content_json(*facts.entry);
  if (!facts.entry) json["problem"] = facts.problem;
  return json;
}

Json log_json(const LogTail& tail) {
  Json json = headed("tail");
  json["tree"] = tree_json(tail.tree);
  json["entries"] = Json::array();
  for (const auto& entry : tail.entries) json["entries"].push_back(log_json(entry));
  return json;
}

std::string log_text(const LogTail& tail) {
  std::string text = fmt::format("{}  {} {}  root {}\n", clean_utf8(tail.tree.origin), tail.tree.size,
                                 tail.tree.size == 1 ? "entry" : "entries", shorted(tail.tree.root));
  for (const auto& entry : tail.entries) text += fmt::format("{:>6}  {}\n", entry.number, words_of(entry));
  return text;
}

Json log_json(const LogProofFacts& proof) {
  Json json = headed("proof");
  json["state"] = to_string(proof.state);
  if (!proof.reason.empty()) json["reason"] = proof.reason;
  if (!proof.path.empty()) json["path"] = proof.path;
  json["work"] = to_string(proof.work);
  json["tree"] = tree_json(proof.tree);
  json["entry"] = log_json(proof.entry);
  if (!proof.issuer_name.empty()) json["issuer_name"] = clean_utf8(proof.issuer_name);
  if (proof.key) {
    json["issuer_key"] = Json{{"looked_at", proof.key->looked_at}, {"revoked", proof.key->revoked_by.has_value()}};
    if (proof.key->revoked_by) {
      json["issuer_key"]["revoked_by"] = *proof.key->revoked_by;
      json["issuer_key"]["distrust_from"] = proof.key->distrust_from;
    }
  }
  json["witnesses_wanted"] = proof.witnesses_wanted;
  json["witnesses"] = Json::array();
  for (const auto& one : proof.witnesses)
    json["witnesses"].push_back(Json{{"name", clean_utf8(one.witness)}, {"time", one.time}});
  return json;
}

std::string log_text(const LogProofFacts& proof, const TextStyle& style) {
  std::string text = proof.path.empty() ? std::string() : proof.path + "\n";
  const auto line = [&](std::string_view label, const std::string& words) {
    const auto lines = wrap(words, std::max(20, style.width - 12));
    for (std::size_t i = 0; i < lines.size(); ++i) text += fmt::format("{:<12}{}\n", i == 0 ? label : "", lines[i]);
  };
  switch (proof.state) {
    case LogProofFacts::State::proven: line("Record", "PROVEN: it stands in the log"); break;
    case LogProofFacts::State::broken: line("Record", "BROKEN: " + proof.reason); break;
    case LogProofFacts::State::untrusted: line("Record", "NOT TRUSTED: " + proof.reason); break;
  }
  line("Log", fmt::format("{}, entry {} of {}", clean_utf8(proof.tree.origin), proof.entry.number, proof.tree.size));
  line("Entry", words_of(proof.entry));
  if (!proof.issuer_name.empty())
    line("Issuer", clean_utf8(proof.issuer_name) + " (by the certificate in the proof; who that is, it does not show)");
  if (proof.key) line("Key", standing_words(*proof.key));
  line("Work", work_words(proof.work));
  line("Witnesses", witness_words(proof));
  return text;
}

Json log_json(const LogGrowthFacts& growth) {
  Json json = headed("growth");
  json["state"] = to_string(growth.state);
  if (!growth.reason.empty()) json["reason"] = growth.reason;
  json["origin"] = clean_utf8(growth.origin);
  json["old_size"] = growth.old;
  json["size"] = growth.size;
  return json;
}

std::string log_text(const LogGrowthFacts& growth) {
  const std::string record =
      growth.state == LogProofFacts::State::proven
          ? "PROVEN: the older tree is the beginning of the newer one"
          : (growth.state == LogProofFacts::State::broken ? "BROKEN: " : "NOT TRUSTED: ") + growth.reason;
  return fmt::format("{:<12}{}\n{:<12}{}, from {} to {} entries\n", "Record", record, "Log", clean_utf8(growth.origin),
                     growth.old, growth.size);
}

Json log_json(const LogIndexFacts& index) {
  Json json = headed("index");
  json["origin"] = clean_utf8(index.head.origin);
  json["size"] = index.head.size;
  json["root"] = hex(index.head.root);
  return json;
}

std::string log_text(const LogIndexFacts& index) {
  return fmt::format("{}  index of {} {}  root {}\n", clean_utf8(index.head.origin), index.head.size,
                     index.head.size == 1 ? "entry" : "entries", shorted(index.head.root));
}

Json log_json(const LogIndexProofFacts& proof) {
  Json json = headed("index_proof");
  json["state"] = to_string(proof.state);
  if (!proof.reason.empty()) json["reason"] = proof.reason;
  json["key"] = provenance::log::to_string(proof.key);
  json["present"] = !proof.numbers.empty();
  json["numbers"] = proof.numbers;
  json["origin"] = clean_utf8(proof.head.origin);
  json["size"] = proof.head.size;
  return json;
}

std::string log_text(const LogIndexProofFacts& proof) {
  constexpr std::size_t kMostShown = 20;
  const std::size_t count = proof.numbers.size();
  std::string record = (proof.state == LogProofFacts::State::broken ? "BROKEN: " : "NOT TRUSTED: ") + proof.reason;
  if (proof.state == LogProofFacts::State::proven)
    record = count == 0 ? "PROVEN: there is no entry under this key"
                        : fmt::format("PROVEN: {} under this key, and no others",
                                      count == 1 ? "one entry" : fmt::format("{} entries", count));
  std::string text = fmt::format("{:<12}{}\n{:<12}{}\n", "Index", record, "Key", provenance::log::to_string(proof.key));
  if (count > 0) {
    std::string numbers;
    for (std::size_t i = 0; i < std::min(count, kMostShown); ++i)
      numbers += fmt::format("{}{}", i == 0 ? "" : ", ", proof.numbers[i]);
    if (count > kMostShown) numbers += fmt::format(" and {} more", count - kMostShown);
    text += fmt::format("{:<12}{}\n", "Entries", numbers);
  }
  return text + fmt::format("{:<12}{}, the first {} {}; what came later is not in it\n", "Log",
                            clean_utf8(proof.head.origin), proof.head.size, proof.head.size == 1 ? "entry" : "entries");
}

Json log_json(const LogAnchored& anchored) {
  Json json = headed("anchored");
  json["size"] = anchored.size;
  json["files"] = anchored.files;
  json["waiting"] = anchored.waiting;
  return json;
}

std::string log_text(const LogAnchored& anchored) {
  std::string text;
  if (anchored.size > 0)
    text += fmt::format("Anchored the checkpoint of {} {}.\n", anchored.size, anchored.size == 1 ? "entry" : "entries");
  for (const std::string& file : anchored.files) text += "written  " + file + "\n";
  for (const std::string& file : anchored.waiting) text += "waiting  " + file + " (in no block yet)\n";
  return text.empty() ? "Nothing to complete.\n" : text;
}

Json log_json(const LogAnchorFacts& anchor) {
  Json json = headed("anchor");
  json["state"] = to_string(anchor.state);
  if (!anchor.reason.empty()) json["reason"] = clean_utf8(anchor.reason);
  json["kind"] = anchor.kind;
  json["path"] = anchor.path;
  if (!anchor.origin.empty()) json["tree"] = Json{{"origin", clean_utf8(anchor.origin)}, {"size", anchor.size}};
  if (anchor.time) json["time"] = *anchor.time;
  if (!anchor.authority.empty()) json["authority"] = clean_utf8(anchor.authority);
  if (!anchor.block.empty()) json["block"] = anchor.block;
  return json;
}

std::string log_text(const LogAnchorFacts& anchor) {
  std::string words =
      (anchor.state == LogProofFacts::State::broken ? "BROKEN: " : "NOT TRUSTED: ") + clean_utf8(anchor.reason);
  if (anchor.state == LogProofFacts::State::proven) words = "PROVEN: it existed by the time below";
  std::string text = fmt::format("{:<12}{}\n", "Anchor", words);
  if (anchor.time)
    text += fmt::format("{:<12}{}, by {}\n", "Time", unix_to_rfc3339(*anchor.time), clean_utf8(anchor.authority));
  if (!anchor.block.empty())
    text += fmt::format("{:<12}{} (compare it with your node's, or with any explorer's)\n", "Block", anchor.block);
  if (!anchor.origin.empty())
    text += fmt::format("{:<12}{}, {} {}\n", "Log", clean_utf8(anchor.origin), anchor.size,
                        anchor.size == 1 ? "entry" : "entries");
  return text;
}

Json log_json(const provenance::log::FsckReport& report) {
  Json json = headed("fsck");
  json["whole"] = report.faults.empty();
  if (report.checkpoint) json["tree"] = tree_json(*report.checkpoint);
  json["entries_read"] = report.entries;
  json["files_read"] = report.files;
  json["faults"] = Json::array();
  for (const auto& fault : report.faults)
    json["faults"].push_back(Json{{"path", clean_utf8(fault.path)}, {"what", clean_utf8(fault.what)}});
  json["more_faults"] = report.more_faults;
  return json;
}

std::string log_text(const provenance::log::FsckReport& report) {
  std::string text;
  for (const auto& fault : report.faults)
    text += fmt::format("{}: {}\n", clean_utf8(fault.path), clean_utf8(fault.what));
  if (report.more_faults > 0) text += fmt::format("and {} more\n", report.more_faults);
  const std::uint64_t faults = report.faults.size() + report.more_faults;
  text += faults == 0 ? fmt::format("Whole: {} entries, {} files, root and signature as they must be.\n",
                                    report.entries, report.files)
                      : fmt::format("{} {} in {} files.\n", faults, faults == 1 ? "fault" : "faults", report.files);
  return text;
}

}  // namespace bonafide::report
