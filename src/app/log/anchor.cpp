#include "provenance/log/anchor.h"

#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/time_stamp.h"
#include "provenance/log/open_timestamps.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogProofFacts;

namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr std::string_view kOtsType = "application/vnd.opentimestamps.v1";
constexpr int kMostStamps = 9;

Result<tlog::AskCalendar> calendar_asker(const LogAnchorRequest& request) {
  if (!request.network) return make_error(Code::unavailable, "this program has no network for a calendar");
  const Fetch fetch = request.network(request.calendars);
  return tlog::AskCalendar([fetch](const std::string& url, ByteView body) -> Result<Bytes> {
    HttpRequest ask{.url = url,
                    .content_type = "application/octet-stream",
                    .body = Bytes(body.begin(), body.end()),
                    .accept = std::string(kOtsType)};
    ask.most = tlog::kMostOtsBytes;
    return fetch(ask);
  });
}

Result<void> stamp_with_authority(const LogAnchorRequest& request, const std::string& note, const std::string& place,
                                  tlog::DurableWriter& folder, report::LogAnchored& anchored) {
  const auto stamper = TRY(open_stamper(request.stamp));
  const Bytes token = TRY(stamper->stamp(as_bytes(note)));
  int number = 1;
  while (number <= kMostStamps &&
         std::filesystem::exists(request.place.folder + "/" + place + tlog::anchor_tsr(number)))
    ++number;
  if (number > kMostStamps) return make_error(Code::limit, "this checkpoint has nine time stamps already");
  TRY(folder.put(place + tlog::anchor_tsr(number), token));
  anchored.files.push_back(place + tlog::anchor_tsr(number));
  return {};
}

Result<void> stamp_with_calendars(const LogAnchorRequest& request, const std::string& note, const std::string& place,
                                  tlog::DurableWriter& folder, report::LogAnchored& anchored) {
  const std::string path = place + std::string(tlog::kAnchorOts);
  if (std::filesystem::exists(request.place.folder + "/" + path))
    return make_error(Code::invalid_argument, path + " is there already; --upgrade completes it");
  const auto ask = TRY(calendar_asker(request));
  const Bytes nonce = TRY(crypto::Random().bytes(kNonceBytes));
  const tlog::Hash digest = TRY(tlog::to_hash(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(note))));
  const tlog::OpenTimestamp stamp = TRY(tlog::make_open_timestamp(digest, nonce, request.calendars, ask));
  TRY(folder.put(path, tlog::write_open_timestamp(stamp)));
  anchored.files.push_back(path);
  return {};
}

bool in_a_block(const tlog::OpenTimestamp& stamp) {
  for (const tlog::OtsClaim& claim : tlog::claims_of(stamp))
    if (claim.attestation.kind == tlog::OtsAttestation::Kind::bitcoin) return true;
  return false;
}

/// Asks the calendars for what they promised; those that are not that far yet leave the file as it is.
Result<report::LogAnchored> complete(const LogAnchorRequest& request) {
  const auto ask = TRY(calendar_asker(request));
  report::LogAnchored anchored;
  tlog::DurableWriter folder(request.place.folder);
  for (const std::uint64_t size : TRY(tlog::anchored_sizes(request.place.folder))) {
    const std::string path = tlog::anchor_folder(size) + "/" + std::string(tlog::kAnchorOts);
    const auto text = read_file(request.place.folder + "/" + path, tlog::kMostOtsBytes);
    if (!text && text.error().code == Code::not_found) continue;
    if (!text) return text.error();
    tlog::OpenTimestamp stamp = TRY(tlog::parse_open_timestamp(as_bytes(*text)));
    if (in_a_block(stamp)) continue;
    const auto came = tlog::complete_open_timestamp(stamp, request.calendars, ask);
    if (came && *came) {
      TRY(folder.put(path, tlog::write_open_timestamp(stamp)));
      anchored.files.push_back(path);
    }
    if (!in_a_block(stamp)) anchored.waiting.push_back(path);
  }
  TRY(folder.finish());
  return anchored;
}

std::string words_of_claims(const std::vector<tlog::OtsClaim>& claims) {
  std::string blocks, calendars;
  for (const tlog::OtsClaim& claim : claims) {
    if (claim.attestation.kind == tlog::OtsAttestation::Kind::bitcoin)
      blocks += (blocks.empty() ? "" : ", ") + std::to_string(claim.attestation.height);
    if (claim.attestation.kind == tlog::OtsAttestation::Kind::pending)
      calendars += (calendars.empty() ? "" : ", ") + claim.attestation.uri;
  }
  if (!blocks.empty()) return "it says Bitcoin block " + blocks + ": give that block's header (--header)";
  if (!calendars.empty()) return "no block yet, only the promise of " + calendars + ": `log anchor --upgrade` asks";
  return "it names no chain that can be checked";
}

Result<tlog::BlockHeader> header_of(const std::string& text) {
  if (const auto bytes = from_hex(text); bytes && bytes->size() == 80) return tlog::parse_block_header(*bytes);
  std::string content = TRY(read_file(text, 4096));
  if (content.size() != 80) {
    while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
    const Bytes bytes = TRY(from_hex(content));
    return tlog::parse_block_header(bytes);
  }
  return tlog::parse_block_header(as_bytes(content));
}

Result<void> judge_ots(report::LogAnchorFacts& facts, const LogVerifyRequest& request, ByteView proof,
                       ByteView stamped) {
  facts.kind = "opentimestamps";
  const tlog::OpenTimestamp stamp = TRY(tlog::parse_open_timestamp(proof));
  if (stamp.hash != tlog::OtsStep::sha256)
    return make_error(Code::unsupported, "a stamp over another hash than SHA-256");
  if (stamp.digest != crypto::digest(crypto::HashAlgorithm::sha256, stamped)) {
    facts.reason = "it stamps something else than this file";
    return {};
  }
  facts.state = LogProofFacts::State::untrusted;
  const auto claims = tlog::claims_of(stamp);
  facts.reason = words_of_claims(claims);
  for (const std::string& text : request.headers) {
    const tlog::BlockHeader header = TRY(header_of(text));
    for (const tlog::OtsClaim& claim : claims) {
      const bool fits = claim.attestation.kind == tlog::OtsAttestation::Kind::bitcoin && claim.message &&
                        *claim.message == Bytes(header.root.begin(), header.root.end());
      if (!fits || !header.work_holds) continue;
      facts.state = LogProofFacts::State::proven;
      facts.reason.clear();
      facts.time = header.time;
      facts.authority = "Bitcoin block " + std::to_string(claim.attestation.height);
      facts.block = header.name;
    }
  }
  if (facts.state != LogProofFacts::State::proven && !request.headers.empty())
    facts.reason = "no header given is of a block that it leads to; " + facts.reason;
  return {};
}

void judge_tsr(report::LogAnchorFacts& facts, const LogVerifyRequest& request, ByteView proof, ByteView stamped) {
  facts.kind = "rfc3161";
  const crypto::TimeStampCheck check = crypto::check_time_stamp(proof, stamped, request.trust);
  if (check.stamp && check.validated) {
    facts.time = check.stamp->time;
    if (!check.stamp->certificates.empty()) facts.authority = check.stamp->certificates.front().subject.full;
  }
  facts.reason = check.reason;
  if (check.status == crypto::TimeStampStatus::trusted) {
    facts.state = LogProofFacts::State::proven;
    facts.reason.clear();
  } else if (check.validated) {
    facts.state = LogProofFacts::State::untrusted;
  }
}

}  // namespace

Result<report::LogAnchored> log_anchor(const LogAnchorRequest& request) {
  if (request.upgrade && request.calendars.empty())
    return make_error(Code::invalid_argument, "--upgrade asks calendars: name them (--calendar)");
  if (request.upgrade) return complete(request);
  if (!request.stamp.wanted() && request.calendars.empty())
    return make_error(Code::invalid_argument,
                      "an anchor needs a time-stamp authority (--tsa) or a calendar (--calendar)");
  const tlog::NoteKey key = TRY(log_key(request.place, {}));
  const std::string published = TRY(log_checkpoint(request.place, key));
  report::LogAnchored anchored;
  anchored.size = TRY(tlog::parse_signed_checkpoint(published)).checkpoint.size;
  const std::string place = tlog::anchor_folder(anchored.size) + "/";
  tlog::DurableWriter folder(request.place.folder);
  const std::string copy = place + std::string(tlog::kAnchoredCheckpoint);
  // what was stamped before stays as it is, or its stamps would be of nothing
  const auto before = read_file(request.place.folder + "/" + copy, tlog::kMostNoteBytes);
  const std::string note = before ? *before : published;
  if (!before) TRY(folder.put(copy, as_bytes(note)));
  if (request.stamp.wanted()) TRY(stamp_with_authority(request, note, place, folder, anchored));
  if (!request.calendars.empty()) TRY(stamp_with_calendars(request, note, place, folder, anchored));
  TRY(folder.finish());
  return anchored;
}

Result<report::LogAnchorFacts> log_verify_anchor(const LogVerifyRequest& request) {
  if (request.file.empty())
    return make_error(Code::invalid_argument, "a stamp is checked against the checkpoint that it stamps: name it");
  const std::string proof = TRY(read_file(request.proof, tlog::kMostOtsBytes));
  const std::string stamped = TRY(read_file(request.file, tlog::kMostNoteBytes));
  report::LogAnchorFacts facts;
  facts.path = request.file;
  if (const auto checkpoint = tlog::parse_signed_checkpoint(stamped)) {
    facts.origin = checkpoint->checkpoint.origin;
    facts.size = checkpoint->checkpoint.size;
  }
  if (TRY(proof_kind(request.proof)) == ProofKind::open_timestamp)
    TRY(judge_ots(facts, request, as_bytes(proof), as_bytes(stamped)));
  else
    judge_tsr(facts, request, as_bytes(proof), as_bytes(stamped));
  return facts;
}

}  // namespace bonafide::app
