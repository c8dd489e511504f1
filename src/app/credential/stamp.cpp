#include "app/credential/stamp.h"

#include <algorithm>
#include <chrono>

#include "base/time.h"
#include "crypto/time_stamp.h"
#include "provenance/c2pa/store.h"

namespace bonafide::app {

namespace {

namespace c2pa = provenance::c2pa;

struct Found {
  std::string label;  ///< of the active manifest
  Bytes message;      ///< what a time stamp of its signature stamps
  bool stamped = false;
};

Result<Found> look(const StampRequest& request, std::int64_t now, const Context& context) {
  const media::FileSource source(TRY(FileReader::open(request.input)));
  c2pa::Located located = TRY(c2pa::locate(source, context));
  if (!located.found()) return make_error(Code::not_found, "carries no credential that could be stamped");
  const c2pa::Store store = TRY(c2pa::Store::parse(located.stores));
  const c2pa::Manifest& active = store.manifests().back();
  if (active.signature == nullptr) return make_error(Code::invalid_argument, "its credential has no signature");
  const c2pa::JumbfBox* const content = active.signature->content(c2pa::fourcc("cbor"));
  if (content == nullptr) return make_error(Code::invalid_argument, "its credential has no signature");
  const crypto::CoseSign1 cose = TRY(crypto::parse_cose(content->payload));
  const crypto::TrustStore nobody;
  const c2pa::Validation validation = TRY(c2pa::validate(source, std::move(located), {&nobody, now, false}, context));
  if (validation.broken) {
    return make_error(Code::invalid_argument, "its credential does not hold, so it is not stamped");
  }
  Found found;
  found.label = active.label;
  found.message = crypto::counter_signature_input(cose);
  found.stamped = std::ranges::any_of(
      validation.manifests, [](const c2pa::ManifestReport& report) { return report.has("timeStamp.validated"); });
  return found;
}

Result<c2pa::Assertion> revocation_assertion(const std::vector<std::string>& files) {
  std::vector<Bytes> answers;
  for (const std::string& path : files) {
    const std::string der = TRY(read_file(path, std::uint64_t{1} << 20));
    cbor::Writer writer;
    writer.bytes(as_bytes(der));
    answers.push_back(writer.take());
  }
  c2pa::Assertion assertion;
  assertion.label = "c2pa.certificate-status";
  assertion.content = c2pa::CborMap().raw("ocspVals", c2pa::cbor_array(answers)).take();
  return assertion;
}

}  // namespace

Result<StampAnswer> stamp(const StampRequest& request, const Context& context) {
  const std::int64_t now = request.at.value_or(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  const auto stamper = TRY(open_stamper(request.stamp));
  if (stamper == nullptr) return make_error(Code::invalid_argument, "no time-stamp authority was named: give --tsa");
  auto found = look(request, now, context);
  if (!found) {
    if (found.error().file.empty()) found.error().file = request.input;
    return std::move(found.error());
  }
  StampAnswer answer;
  if (found->stamped && !request.again) return answer;
  const Bytes token = TRY(stamper->stamp(found->message));
  answer.time = to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(TRY(crypto::parse_time_stamp(token)).time)));
  SignRequest update;
  update.input = request.input;
  update.output = request.output;
  update.overwrite = request.overwrite;
  update.in_place = request.in_place;
  update.update = true;
  update.key = request.key;
  update.stamp = request.stamp;
  update.at = request.at;
  c2pa::Assertion assertion;
  assertion.label = "c2pa.time-stamp";
  assertion.content = c2pa::CborMap().bytes(found->label, token).take();
  update.more.push_back(std::move(assertion));
  if (!request.ocsp.empty()) update.more.push_back(TRY(revocation_assertion(request.ocsp)));
  answer.written = TRY(sign(update, context)).written;
  answer.stamped = found->label;
  return answer;
}

}  // namespace bonafide::app
