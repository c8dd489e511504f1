#include "crypto/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "crypto/handles.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostIntermediates = 32;
constexpr int kMostDepth = 16;
// OpenSSL's level 2: 112 bits (NIST SP 800-57 part 1 table 2): RSA 2048, P-224, and no SHA-1 signatures.
constexpr int kSecurityLevel = 2;
constexpr std::size_t kMostConfigLines = 1000;
constexpr std::size_t kFingerprintBytes = 32;

using StoreHandle = Handle<X509_STORE, X509_STORE_free>;
using ContextHandle = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

struct Candidate {
  const AnchorList* list;
  const TrustAnchor* anchor;
};

bool believed_at(const TrustAnchor& anchor, UnixTime time) {
  return anchor.certificate.valid_at(time) && (!anchor.not_before || *anchor.not_before <= time) &&
         (!anchor.not_after || time <= *anchor.not_after);
}

bool speaks_for(const AnchorList& list, const Certificate& leaf) {
  return std::ranges::any_of(list.key_uses, [&](const std::string& use) { return leaf.has_eku(use); });
}

/// What the path walk met on its way; OpenSSL hands it to note_dates as the context's application data.
struct Walk {
  bool leaf_or_intermediate_out_of_date = false;
};

/// Dates are judged by us, after the path is known: everything else that OpenSSL objects to ends the walk.
int note_dates(int fine, X509_STORE_CTX* context) {
  if (fine == 1) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  if (error != X509_V_ERR_CERT_HAS_EXPIRED && error != X509_V_ERR_CERT_NOT_YET_VALID) return 0;
  static_cast<Walk*>(X509_STORE_CTX_get_app_data(context))->leaf_or_intermediate_out_of_date = true;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

struct Path {
  bool found = false;
  bool inside_validity = false;
  std::string problem;
  std::vector<Certificate> certificates;  ///< leaf first, as far as the walk came
};

/// OpenSSL also takes version 1 roots and others without basicConstraints for authorities; we do not.
bool all_authorities(const std::vector<Certificate>& path) {
  return std::ranges::all_of(path.begin() + 1, path.end(), [](const Certificate& certificate) {
    return certificate.is_ca && certificate.version == 3 && !certificate.broken_extensions &&
           (!certificate.has_key_usage || certificate.key_cert_sign);
  });
}

Path walk(const std::vector<Candidate>& candidates, const Certificate& leaf, std::span<const Certificate> intermediates,
          UnixTime time) {
  const ErrorQueue queue;
  Path path;
  const StoreHandle store(X509_STORE_new());
  const ContextHandle context(X509_STORE_CTX_new());
  const X509StackHandle untrusted(sk_X509_new_null());
  const X509Handle subject = decode_x509(leaf);
  if (!store || !context || !untrusted || !subject) return path;
  for (const Candidate& candidate : candidates) {
    const X509Handle anchor = decode_x509(candidate.anchor->certificate);
    if (anchor) X509_STORE_add_cert(store.get(), anchor.get());
  }
  for (const Certificate& intermediate : intermediates.first(std::min(intermediates.size(), kMostIntermediates))) {
    X509Handle decoded = decode_x509(intermediate);
    if (decoded && sk_X509_push(untrusted.get(), decoded.get()) > 0) static_cast<void>(decoded.release());
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), subject.get(), untrusted.get()) != 1) return path;
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(time));
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(parameters, kMostDepth);
  Walk met;
  X509_STORE_CTX_set_app_data(context.get(), &met);
  X509_STORE_CTX_set_verify_cb(context.get(), note_dates);
  path.found = X509_verify_cert(context.get()) == 1;
  if (!path.found) path.problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  path.inside_validity = !met.leaf_or_intermediate_out_of_date;
  const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    if (auto described = describe_x509(*sk_X509_value(chain, i))) path.certificates.push_back(std::move(*described));
  }
  if (path.found && (path.certificates.size() < 2 || !all_authorities(path.certificates))) {
    path.found = false;
    path.problem = "a certificate on the way is not a certificate authority's";
  }
  return path;
}

ChainCheck answer(const Path& path, const std::vector<Candidate>& candidates) {
  ChainCheck check;
  for (const Certificate& certificate : path.certificates) check.path.push_back(certificate.subject.full);
  const Certificate& last = path.certificates.back();
  const auto candidate = std::ranges::find_if(
      candidates, [&](const Candidate& each) { return each.anchor->certificate.sha256 == last.sha256; });
  check.anchor = last.subject.full;
  if (candidate != candidates.end()) check.list = candidate->list->name;
  check.inside_validity = path.inside_validity;
  check.status = path.inside_validity ? ChainStatus::trusted : ChainStatus::outside_validity;
  check.reason = path.inside_validity
                     ? "vouched for by " + check.anchor + " (" + check.list + ")"
                     : "a certificate between the signer and its anchor was not valid at the time in question";
  return check;
}

ChainCheck untrusted(const Certificate& leaf, UnixTime time, std::string reason) {
  ChainCheck check;
  check.inside_validity = leaf.valid_at(time);
  check.reason = std::move(reason);
  return check;
}

std::string_view trimmed(std::string_view line) {
  const std::size_t from = line.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

/// Calls `use` with every line, trimmed.
template <typename Use>
void each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    use(trimmed(text.substr(0, end)));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

bool looks_like_oid(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.find("..") == std::string_view::npos && text.front() != '.' &&
         text.back() != '.' && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

AnchorList list_of(std::string name, std::vector<Certificate> certificates, std::vector<std::string> key_uses) {
  AnchorList list{std::move(name), std::move(key_uses), {}};
  for (Certificate& certificate : certificates) list.anchors.push_back({std::move(certificate), {}, {}});
  return list;
}

}  // namespace

void TrustStore::add_signer_list(AnchorList list) {
  std::erase_if(list.key_uses, [](const std::string& use) {
    return use == oid::kTimeStamping || use == oid::kOcspSigning || use == oid::kAnyExtendedKeyUsage;
  });
  signer_lists_.push_back(std::move(list));
}

void TrustStore::add_tsa_list(AnchorList list) { tsa_lists_.push_back(std::move(list)); }

Result<void> TrustStore::add_signer_pem(std::string name, std::string_view pem, std::vector<std::string> key_uses) {
  add_signer_list(list_of(std::move(name), TRY(parse_pem_certificates(pem)), std::move(key_uses)));
  return {};
}

Result<void> TrustStore::add_tsa_pem(std::string name, std::string_view pem) {
  add_tsa_list(list_of(std::move(name), TRY(parse_pem_certificates(pem)), {}));
  return {};
}

Result<std::size_t> TrustStore::add_address_book(std::string_view text) {
  const AddressBook book = TRY(parse_address_book(text));
  const std::size_t before = address_book_.size();
  for (const Certificate& certificate : book.certificates) address_book_.insert(certificate.fingerprint());
  address_book_.insert(book.fingerprints.begin(), book.fingerprints.end());
  return address_book_.size() - before;
}

Result<AddressBook> parse_address_book(std::string_view text) {
  AddressBook book;
  auto certificates = parse_pem_certificates(text);
  if (!certificates && certificates.error().code != Code::not_found) return certificates.error();
  if (certificates) book.certificates = std::move(*certificates);
  bool inside_block = false;
  each_line(text, [&](std::string_view line) {
    if (line.starts_with("-----BEGIN")) inside_block = true;
    if (!inside_block && line.size() == 44) {  // base64 of 32 bytes
      if (auto fingerprint = from_base64(line); fingerprint && fingerprint->size() == kFingerprintBytes) {
        book.fingerprints.push_back(to_hex(*fingerprint));
      }
    }
    if (line.starts_with("-----END")) inside_block = false;
  });
  if (book.certificates.empty() && book.fingerprints.empty()) {
    return make_error(Code::not_found, "neither a certificate nor a fingerprint in this text");
  }
  return book;
}

Result<std::vector<std::string>> parse_store_config(std::string_view text) {
  std::vector<std::string> uses;
  std::string wrong;
  each_line(text, [&](std::string_view line) {
    if (line.empty() || line.starts_with("//") || line.starts_with("#") || !wrong.empty()) return;
    if (!looks_like_oid(line)) wrong = "not an object identifier: " + clean_utf8(line.substr(0, 80));
    if (uses.size() == kMostConfigLines) wrong = "more than 1000 key uses";
    uses.emplace_back(line);
  });
  if (!wrong.empty()) return make_error(Code::corrupt, wrong);
  return uses;
}

std::vector<std::string> usual_key_uses() {
  return {std::string(oid::kC2paClaimSigning), std::string(oid::kEmailProtection), std::string(oid::kDocumentSigning),
          std::string(oid::kMicrosoftC2paSigning)};
}

std::vector<std::string> default_key_uses() { return {std::string(oid::kC2paClaimSigning)}; }

ChainCheck check_chain(const TrustStore& store, const Certificate& leaf, std::span<const Certificate> intermediates,
                       UnixTime time, ChainPurpose purpose) {
  const bool signer = purpose == ChainPurpose::claim_signer;
  if (signer && store.in_address_book(leaf)) {
    ChainCheck check = untrusted(leaf, time, "this certificate stands in the user's address book");
    check.status = check.inside_validity ? ChainStatus::trusted : ChainStatus::outside_validity;
    if (!check.inside_validity) check.reason = "the certificate was not valid at the time in question";
    check.list = "address book";
    check.path = {leaf.subject.full};
    check.address_book = true;
    return check;
  }
  std::vector<Candidate> now, other_times;
  bool any_list = false;
  for (const AnchorList& list : signer ? store.signer_lists() : store.tsa_lists()) {
    if (signer && !speaks_for(list, leaf)) continue;
    any_list = true;
    for (const TrustAnchor& anchor : list.anchors) {
      if (!anchor.certificate.is_ca) continue;
      (believed_at(anchor, time) ? now : other_times).push_back({&list, &anchor});
    }
  }
  if (!any_list) {
    ChainCheck check = untrusted(leaf, time,
                                 signer ? "no trust list speaks for the uses of this certificate's key"
                                        : "no list of time-stamp authorities is configured");
    check.no_list_for_key_use = true;
    return check;
  }
  const Path path = walk(now, leaf, intermediates, time);
  if (path.found) return answer(path, now);
  if (!other_times.empty() && walk(other_times, leaf, intermediates, time).found) {
    return untrusted(leaf, time, "its anchor is on a list, but is not believed at the time in question");
  }
  ChainCheck check = untrusted(leaf, time, "no path to an anchor on a list: " + path.problem);
  for (const Certificate& certificate : path.certificates) check.path.push_back(certificate.subject.full);
  return check;
}

}  // namespace bonafide::crypto
