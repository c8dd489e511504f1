#include "crypto/cose_writer.h"

#include <optional>
#include <utility>

#include "base/cbor.h"
#include "crypto/signature_forms.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;  // as parse_cose takes
constexpr std::size_t kMostRsaSignature = 2048;           // RSA of 16384 bits

Bytes text_item(std::string_view text) {
  cbor::Writer writer;
  writer.text(text);
  return writer.take();
}

/// {1: alg, 33: x5chain}: one certificate is a byte string, several are a list (RFC 9360 section 2).
Bytes protected_header(const Signer& signer) {
  cbor::Writer writer;
  writer.map(2).integer(1).integer(cose_number(signer.algorithm())).integer(33);
  if (signer.chain().size() > 1) writer.array(signer.chain().size());
  for (const Bytes& certificate : signer.chain()) writer.bytes(certificate);
  return writer.take();
}

struct Parts {
  Bytes protected_bytes;
  Bytes signature;
  std::optional<Bytes> token;
};

Bytes assemble(const Parts& parts, const CosePlan& plan, std::size_t pad, std::optional<std::size_t> pad2) {
  std::vector<std::pair<Bytes, Bytes>> headers;
  const auto padding = [&](std::string_view label, std::size_t count) {
    cbor::Writer writer;
    writer.bytes(Bytes(count));
    headers.emplace_back(text_item(label), writer.take());
  };
  padding("pad", pad);
  if (pad2) padding("pad2", *pad2);
  if (!plan.ocsp.empty()) {
    cbor::Writer writer;
    writer.map(1).text("ocspVals").array(plan.ocsp.size());
    for (const Bytes& response : plan.ocsp) writer.bytes(response);
    headers.emplace_back(text_item("rVals"), writer.take());
  }
  if (parts.token) {
    cbor::Writer writer;
    writer.map(1).text("tstTokens").array(1).map(1).text("val").bytes(*parts.token);
    headers.emplace_back(text_item("sigTst2"), writer.take());
  }
  cbor::Writer writer;
  writer.tag(18).array(4).bytes(parts.protected_bytes).sorted_map(std::move(headers)).null().bytes(parts.signature);
  return writer.take();
}

/// Bytes of the head in front of a byte string of this length.
std::size_t head_of(std::size_t length) { return length < 24 ? 1 : length < 0x100 ? 2 : length < 0x1'0000 ? 3 : 5; }

struct Padding {
  std::size_t pad = 0;
  std::optional<std::size_t> pad2;
};

/// How to fill `room` bytes beyond an empty "pad", whose head of one byte is there already. A head grows at 24, 256 and
/// 65536, so that some sums are out of one padding's reach: an empty "pad2" of six bytes brings them back into it.
Padding padding_of(std::size_t room) {
  const auto one = [](std::size_t sum) -> std::optional<std::size_t> {
    for (const std::size_t head : {1U, 2U, 3U, 5U}) {
      if (sum + 1 >= head && head_of(sum + 1 - head) == head) return sum + 1 - head;
    }
    return std::nullopt;
  };
  if (const auto pad = one(room)) return {*pad, std::nullopt};
  constexpr std::size_t kEmptyPad2 = 6;  // the text "pad2" and an empty byte string
  return {one(room - kEmptyPad2).value_or(0), 0};
}

}  // namespace

std::size_t cose_size(const CosePlan& plan) {
  if (plan.signer == nullptr || plan.signer->chain().empty()) return 0;
  const auto leaf = parse_certificate(plan.signer->chain().front());
  Parts parts;
  parts.protected_bytes = protected_header(*plan.signer);
  parts.signature.resize(leaf ? signature_size(plan.signer->algorithm(), *leaf) : kMostRsaSignature);
  if (plan.stamper != nullptr) parts.token = Bytes(plan.stamper->most_bytes());
  return assemble(parts, plan, 0, std::nullopt).size() + plan.spare;
}

Result<Bytes> write_cose(ByteView claim, const CosePlan& plan, std::size_t size) {
  if (plan.signer == nullptr || plan.signer->chain().empty()) {
    return make_error(Code::invalid_argument, "nobody signs: there is no signer or no certificate of his");
  }
  if (size > kMostBytes) return make_error(Code::limit, "a signature may not take more than 4 MiB");
  Parts parts;
  parts.protected_bytes = protected_header(*plan.signer);
  const Bytes input = signature_input(parts.protected_bytes, claim);
  parts.signature = TRY(plan.signer->sign(input));
  const Certificate leaf = TRY(parse_certificate(plan.signer->chain().front()));
  const bool fits = TRY(verify_signature(plan.signer->algorithm(), leaf, input, parts.signature));
  if (!fits) return make_error(Code::corrupt, "the signer's signature does not fit its own certificate");
  if (plan.stamper != nullptr) {
    CoseSign1 cose;
    cose.protected_bytes = parts.protected_bytes;
    cose.signature = parts.signature;
    parts.token = TRY(plan.stamper->stamp(counter_signature_input(cose)));
  }
  const std::size_t least = assemble(parts, plan, 0, std::nullopt).size();
  if (least > size) {
    return make_error(Code::limit, "the signature needs " + std::to_string(least) + " bytes, and " +
                                       std::to_string(size) + " were kept for it");
  }
  const Padding padding = padding_of(size - least);
  Bytes bytes = assemble(parts, plan, padding.pad, padding.pad2);
  if (bytes.size() != size) return make_error(Code::internal, "the signature was padded to a wrong size");
  return bytes;
}

}  // namespace bonafide::crypto
