#include "crypto/cose.h"

#include <algorithm>
#include <array>

#include "base/cbor.h"

namespace bonafide::crypto {
namespace {

using cbor::Type;
using cbor::Value;

constexpr std::size_t kMostBytes = std::size_t{4} << 20;  // C2PA reserves about 25 kB
constexpr std::size_t kMostCertificates = 32;
constexpr std::size_t kMostTokens = 16;
constexpr cbor::Bounds kBounds{.depth = 16, .items = 10'000};

// Header labels: RFC 9052 section 3.1, RFC 9360 (x5chain), RFC 9597 (CWT claims, of which 6 is iat).
constexpr std::int64_t kAlgorithm = 1;
constexpr std::int64_t kCritical = 2;
constexpr std::int64_t kCwtClaims = 15;
constexpr std::int64_t kCwtIssuedAt = 6;
constexpr std::int64_t kX5chain = 33;

std::string label_of(const Value& key) {
  if (const auto text = key.text()) return clean_utf8(text->substr(0, 64));
  if (const auto number = key.integer()) return std::to_string(*number);
  return "?";
}

Bytes copy(ByteView view) { return {view.begin(), view.end()}; }

/// Content of a one- or two-byte-string item, whose offset in the input is known when the input holds it in one piece.
std::size_t offset_in(ByteView input, ByteView part) {
  if (part.data() < input.data() || part.data() > input.data() + input.size()) return 0;
  return static_cast<std::size_t>(part.data() - input.data());
}

/// Header entries of both buckets under one roof.
struct Headers {
  const Value* protected_map = nullptr;
  const Value* unprotected_map = nullptr;
};

void read_credential(const Headers& headers, CoseSign1& cose) {
  struct Place {
    const Value* value;
    bool is_protected, text;
  };
  const std::array places = {Place{headers.protected_map->find(kX5chain), true, false},
                             Place{headers.protected_map->find("x5chain"), true, true},
                             Place{headers.unprotected_map->find(kX5chain), false, false},
                             Place{headers.unprotected_map->find("x5chain"), false, true}};
  const Place* found = nullptr;
  for (const Place& place : places) {
    if (place.value == nullptr) continue;
    // C2PA 2.5 §13.2: the same chain under both labels is one credential.
    const auto same = [&] { return std::ranges::equal(found->value->encoded, place.value->encoded); };
    if (found != nullptr && found->text != place.text && same()) continue;
    if (found != nullptr) {
      cose.credential_problem = "the signature names its certificates more than once";
      return;
    }
    found = &place;
  }
  if (found == nullptr) {
    cose.credential_problem = "the signature carries no certificate";
    return;
  }
  cose.x5chain_protected = found->is_protected;
  cose.x5chain_text_label = found->text;
  std::vector<Bytes> chain;
  if (const auto one = found->value->bytes()) {
    chain.push_back(copy(*one));
  } else if (found->value->is(Type::array)) {
    for (const Value& child : found->value->children) {
      const auto der = child.bytes();
      if (!der || chain.size() == kMostCertificates) {
        cose.credential_problem =
            der ? "the signature carries more than 32 certificates" : "a certificate is not bytes";
        return;
      }
      chain.push_back(copy(*der));
    }
  }
  if (chain.empty()) {
    cose.credential_problem = "the certificates are not a byte string or a list of them";
    return;
  }
  cose.x5chain = std::move(chain);
}

/// {"tstTokens": [{"val": bstr}, …]}; false when it has another shape.
bool read_tokens(const Value& header, std::vector<Bytes>& tokens) {
  const Value* const list = header.find("tstTokens");
  if (list == nullptr || !list->is(Type::array) || list->children.empty() || list->children.size() > kMostTokens) {
    return false;
  }
  for (const Value& entry : list->children) {
    const Value* const value = entry.find("val");
    const auto der = value != nullptr ? value->bytes() : std::nullopt;
    if (!der) return false;
    tokens.push_back(copy(*der));
  }
  return true;
}

bool read_ocsp(const Value& header, std::vector<Bytes>& responses) {
  const Value* const list = header.find("ocspVals");
  if (list == nullptr || !list->is(Type::array) || list->children.size() > kMostTokens) return false;
  for (const Value& entry : list->children) {
    const auto der = entry.bytes();
    if (!der) return false;
    responses.push_back(copy(*der));
  }
  return true;
}

void read_unprotected(ByteView input, const Value& map, CoseSign1& cose) {
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    const Value& value = map.children[i + 1];
    const std::string label = label_of(map.children[i]);
    const bool text = map.children[i].is(Type::text);
    if (text && (label == "sigTst" || label == "sigTst2")) {
      if (!read_tokens(value, label == "sigTst" ? cose.sig_tst : cose.sig_tst2)) {
        (label == "sigTst" ? cose.sig_tst : cose.sig_tst2).clear();
        cose.time_stamp_problem = "the header " + label + " does not hold time-stamp tokens";
      }
    } else if (text && label == "rVals") {
      if (!read_ocsp(value, cose.ocsp_values)) {
        cose.ocsp_values.clear();
        cose.revocation_problem = "the header rVals does not hold OCSP responses";
      }
    } else if (text && (label == "pad" || label == "pad2") && value.is(Type::bytes)) {
      const bool zero = std::ranges::all_of(value.content, [](std::uint8_t byte) { return byte == 0; });
      const bool whole = value.joined.empty();  // one piece in the input
      const ByteView where = whole ? value.content : value.encoded;
      cose.padding.push_back({label, offset_in(input, where), where.size(), zero});
    } else if (label != "33" && !(text && label == "x5chain")) {
      cose.other_unprotected.push_back({label, offset_in(input, value.encoded), value.encoded.size()});
    }
  }
}

/// RFC 9052 section 3.1: a header marked critical must be understood, and none may stand in both buckets. The
/// credential is left to read_credential, since C2PA has a word of its own for two of them.
Result<void> check_headers(const Headers& headers) {
  if (!headers.unprotected_map->is(Type::map)) return make_error(Code::corrupt, "COSE: unprotected headers are no map");
  if (!headers.protected_map->is(Type::map)) return make_error(Code::corrupt, "COSE: protected headers are no map");
  const auto& entries = headers.protected_map->children;
  for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
    const auto number = entries[i].integer();
    const auto text = entries[i].text();
    if (!number && !text) return make_error(Code::corrupt, "COSE: header label is neither number nor text");
    if (number == kX5chain || text == "x5chain") continue;
    const bool both =
        number ? headers.unprotected_map->find(*number) != nullptr : headers.unprotected_map->find(*text) != nullptr;
    if (both) return make_error(Code::corrupt, "COSE: header " + label_of(entries[i]) + " stands in both buckets");
  }
  if (headers.unprotected_map->find(kCritical) != nullptr) {
    return make_error(Code::corrupt, "COSE: list of critical headers is not protected");
  }
  const Value* const critical = headers.protected_map->find(kCritical);
  if (critical == nullptr) return {};
  if (!critical->is(Type::array) || critical->children.empty()) {
    return make_error(Code::corrupt, "COSE: list of critical headers is empty or no list");
  }
  for (const Value& label : critical->children) {
    const auto number = label.integer();
    const auto text = label.text();
    const bool known =
        number == kAlgorithm || number == kX5chain || number == kCwtClaims || text == "x5chain" || text == "iat";
    if (!known) return make_error(Code::corrupt, "COSE: unknown critical header " + label_of(label));
  }
  return {};
}

std::optional<std::int64_t> read_claimed_time(const Value& protected_map) {
  const Value* time = protected_map.find("iat");
  if (time == nullptr) {
    const Value* const claims = protected_map.find(kCwtClaims);
    if (claims != nullptr) time = claims->find(kCwtIssuedAt);
  }
  if (time != nullptr && time->is(Type::tag) && time->argument == 1 && time->children.size() == 1) {
    time = &time->children.front();  // RFC 8949 section 3.4.2
  }
  return time == nullptr ? std::nullopt : time->integer();
}

void read_algorithm(const Value& protected_map, CoseSign1& cose) {
  const Value* const number = protected_map.find(kAlgorithm);
  if (number == nullptr) return;
  cose.algorithm_number = number->integer();
  if (!cose.algorithm_number) return;
  if (auto algorithm = signature_algorithm(*cose.algorithm_number)) cose.algorithm = *algorithm;
}

Bytes structure(std::string_view context, ByteView protected_bytes, ByteView payload) {
  cbor::Writer writer;
  writer.array(4).text(context).bytes(protected_bytes).bytes({}).bytes(payload);
  return writer.take();
}

}  // namespace

Result<CoseSign1> parse_cose(ByteView bytes) {
  if (bytes.size() > kMostBytes) return make_error(Code::limit, "COSE signature of more than 4 MiB");
  const Value root = TRY(cbor::parse(bytes, kBounds));
  CoseSign1 cose;
  const Value* sign1 = &root;
  if (root.is(Type::tag)) {
    if (root.argument != 18 || root.children.size() != 1) {
      return make_error(Code::corrupt, "COSE: tagged " + std::to_string(root.argument) + " instead of 18");
    }
    cose.tagged = true;
    sign1 = &root.children.front();
  }
  if (!sign1->is(Type::array) || sign1->children.size() != 4) {
    return make_error(Code::corrupt, "COSE: not an array of protected, unprotected, payload, signature");
  }
  const auto& parts = sign1->children;
  const auto protected_bytes = parts[0].bytes();
  const auto signature = parts[3].bytes();
  if (!protected_bytes || !signature) {
    return make_error(Code::corrupt, "COSE: protected headers and signature must be byte strings");
  }
  if (!parts[2].is(Type::null) && !parts[2].is(Type::bytes)) {
    return make_error(Code::corrupt, "COSE: payload is neither bytes nor nil");
  }
  if (parts[2].is(Type::bytes)) cose.payload = copy(parts[2].content);
  cose.protected_bytes = copy(*protected_bytes);
  cose.signature = copy(*signature);

  Value protected_map;
  protected_map.type = Type::map;
  if (!cose.protected_bytes.empty()) protected_map = TRY(cbor::parse(cose.protected_bytes, kBounds));
  const Headers headers{&protected_map, &parts[1]};
  TRY(check_headers(headers));
  read_algorithm(protected_map, cose);
  read_credential(headers, cose);
  cose.claimed_time = read_claimed_time(protected_map);
  read_unprotected(bytes, parts[1], cose);
  return cose;
}

SignatureCheck verify_cose(const CoseSign1& cose, ByteView detached_payload) {
  if (!cose.algorithm) {
    return {SignatureStatus::unsupported_algorithm,
            cose.algorithm_number
                ? "signature algorithm " + cose_algorithm_name(*cose.algorithm_number) + " is not supported"
                : "the signature does not say, under its protection, which algorithm made it"};
  }
  if (cose.x5chain.empty()) return {SignatureStatus::invalid_credential, cose.credential_problem};
  if (cose.payload && !std::ranges::equal(*cose.payload, detached_payload)) {
    return {SignatureStatus::mismatch, "the signature carries a payload of its own that is not the claim"};
  }
  const auto certificate = parse_certificate(cose.x5chain.front());
  if (!certificate) return {SignatureStatus::invalid_credential, certificate.error().message};
  const Bytes input = signature_input(cose.protected_bytes, detached_payload);
  const auto valid = verify_signature(*cose.algorithm, *certificate, input, cose.signature);
  if (!valid) return {SignatureStatus::invalid_credential, valid.error().message};
  if (!*valid) return {SignatureStatus::mismatch, "the signature does not fit the claim and the certificate's key"};
  return {SignatureStatus::valid, {}};
}

Bytes signature_input(ByteView protected_bytes, ByteView payload) {
  return structure("Signature1", protected_bytes, payload);
}

Bytes counter_signature_input(const CoseSign1& cose) {
  cbor::Writer signature;
  signature.bytes(cose.signature);
  return structure("CounterSignature", cose.protected_bytes, signature.data());
}

Bytes counter_signature_input_v1(const CoseSign1& cose, ByteView claim) {
  return structure("CounterSignature", cose.protected_bytes, claim);
}

}  // namespace bonafide::crypto
