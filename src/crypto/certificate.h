// X.509 certificates as plain facts, and C2PA's rules for a claim signer's (C2PA 2.5 section 13.5, RFC 5280).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct x509_st;  // OpenSSL's X509

namespace bonafide::crypto {

/// Seconds since 1970-01-01T00:00:00Z. Every clock in this room is an argument; nothing asks the system.
using UnixTime = std::int64_t;

namespace oid {
inline constexpr std::string_view kAnyExtendedKeyUsage = "2.5.29.37.0";
inline constexpr std::string_view kEmailProtection = "1.3.6.1.5.5.7.3.4";
inline constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
inline constexpr std::string_view kDocumentSigning = "1.3.6.1.5.5.7.3.36";
inline constexpr std::string_view kMicrosoftC2paSigning = "1.3.6.1.4.1.311.76.59.1.9";
inline constexpr std::string_view kC2paClaimSigning = "1.3.6.1.4.1.62558.2.1";
}  // namespace oid

/// The whole name in RFC 2253 form and the parts people look for; control characters are taken out.
struct DistinguishedName {
  std::string full;          ///< "CN=…,O=…,C=…"
  std::string common_name;   ///< empty when absent
  std::string organization;  ///< empty when absent
  /// All parts in the name's order, by OpenSSL's short names ("CN", "emailAddress") or dotted; the first 64.
  std::vector<std::pair<std::string, std::string>> parts;
};

enum class KeyType { rsa, rsa_pss, ec, ed25519, other };

struct Certificate {
  Bytes der;
  DistinguishedName subject, issuer;
  std::string serial;  ///< hex, lower case, "-" in front when negative
  int version = 0;     ///< 3 for X.509 v3
  UnixTime not_before = 0, not_after = 0;
  KeyType key_type = KeyType::other;
  int key_bits = 0;                 ///< RSA modulus or curve size
  std::string curve;                ///< "P-256", "P-384", "P-521", else OpenSSL's name, for EC keys
  std::string key_algorithm;        ///< name of the public key's algorithm
  std::string signature_algorithm;  ///< name, "ecdsa-with-SHA256", "sha256WithRSAEncryption", "rsassaPss", …
  std::string signature_oid;
  std::string signature_digest;  ///< "SHA256", …; empty where the algorithm fixes it (Ed25519)
  bool has_unique_ids = false;
  bool is_ca = false;  ///< basicConstraints cA
  std::optional<int> path_length;
  bool self_issued = false;
  bool has_key_usage = false;
  bool digital_signature = false, content_commitment = false, key_cert_sign = false;
  bool only_signature_uses = false;  ///< key usage names nothing but digitalSignature and contentCommitment
  std::optional<std::vector<std::string>> extended_key_usage;  ///< dotted OIDs; nothing when the extension is absent
  bool extended_key_usage_critical = false;
  bool broken_extensions = false;           ///< an extension contradicts itself, comes twice or cannot be read
  bool unknown_critical_extension = false;  ///< one that must be understood and is not
  bool has_subject_key_id = false, has_authority_key_id = false;
  std::string ocsp_url;  ///< where to ask about its revocation: the first http or https URL it names, or empty
  Bytes sha256;          ///< fingerprint of `der`
  std::shared_ptr<x509_st> decoded;  ///< what OpenSSL made of `der`: decoding a key takes it 0.3 ms each time

  bool has_eku(std::string_view wanted) const;
  bool valid_at(UnixTime time) const { return not_before <= time && time <= not_after; }
  std::string fingerprint() const { return to_hex(sha256); }
};

/// Exactly one DER certificate, at most 64 KiB, with nothing after it.
Result<Certificate> parse_certificate(ByteView der);
/// Every CERTIFICATE block of a PEM text, in order; text between blocks is skipped. `corrupt` when a block is broken,
/// `not_found` when there is none, `limit` above 10 000.
Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem);

/// Its public key alone (SubjectPublicKeyInfo, DER): the same in every certificate for the key.
Result<Bytes> public_key_der(const Certificate& certificate);

/// What breaks C2PA's certificate profile for a claim signer (C2PA 2.5 section 13.5), one plain sentence each; any of
/// them means signingCredential.invalid. Empty: it conforms. Says nothing about trust or time.
std::vector<std::string> check_claim_signer_profile(const Certificate& certificate);
/// The same for a time-stamp authority (RFC 3161 section 2.3: EKU timeStamping, critical, alone).
std::vector<std::string> check_tsa_profile(const Certificate& certificate);

}  // namespace bonafide::crypto
