#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <utility>

#include "crypto/handles.h"
#include "crypto/private_key.h"
#include "crypto/signing_chain.h"
#include "crypto/stamper.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kVaries = 64;  // how far one authority's tokens differ in size: DER of ECDSA numbers, serial
const char* const kPolicy = "2.5.29.32.0";  // anyPolicy: an authority of one's own has published none

using TimeHandle = Handle<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>;

Error failed() { return make_error(Code::internal, "the time stamp cannot be put together"); }

Result<Bytes> random_bytes(std::size_t count) {
  Bytes bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) {
    return make_error(Code::unavailable, "there are no random numbers to be had");
  }
  return bytes;
}

/// A positive number of 63 random bits.
Result<Handle<ASN1_INTEGER, ASN1_INTEGER_free>> random_serial() {
  Bytes bytes = TRY(random_bytes(8));
  bytes[0] &= 0x7F;
  const Handle<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  Handle<ASN1_INTEGER, ASN1_INTEGER_free> serial(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  if (!serial) return failed();
  return serial;
}

/// RFC 3161 section 2.4.2: a TSTInfo without accuracy, ordering, nonce and name.
Result<Bytes> stamp_info(ByteView message, UnixTime time) {
  const Handle<TS_TST_INFO, TS_TST_INFO_free> info(TS_TST_INFO_new());
  const Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Handle<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> policy(OBJ_txt2obj(kPolicy, 1));
  const TimeHandle when(ASN1_GENERALIZEDTIME_set(nullptr, time));
  if (!info || !imprint || !algorithm || !policy || !when) return failed();
  const auto serial = TRY(random_serial());
  Bytes hash = digest(HashAlgorithm::sha256, message);
  const bool fine =
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(imprint.get(), hash.data(), static_cast<int>(hash.size())) == 1 &&
      TS_TST_INFO_set_version(info.get(), 1) == 1 && TS_TST_INFO_set_msg_imprint(info.get(), imprint.get()) == 1 &&
      TS_TST_INFO_set_policy_id(info.get(), policy.get()) == 1 &&
      TS_TST_INFO_set_serial(info.get(), serial.get()) == 1 && TS_TST_INFO_set_time(info.get(), when.get()) == 1;
  if (!fine) return failed();
  return der_of(*info, i2d_TS_TST_INFO);
}

const EVP_MD* digest_for(const Certificate& leaf) {
  if (leaf.curve == "P-384") return EVP_sha384();
  return leaf.curve == "P-521" ? EVP_sha512() : EVP_sha256();
}

class LocalStamper : public Stamper {
 public:
  LocalStamper(KeyHandle key, std::vector<Certificate> chain, std::optional<UnixTime> at)
      : key_(std::move(key)), chain_(std::move(chain)), at_(at) {}

  Result<Bytes> stamp(ByteView message) const override {
    const ErrorQueue queue;
    const UnixTime time = at_ ? *at_ : static_cast<UnixTime>(std::time(nullptr));
    const Bytes info = TRY(stamp_info(message, time));
    const Handle<BIO, BIO_free_all> content(BIO_new_mem_buf(info.data(), static_cast<int>(info.size())));
    const X509Handle leaf = decode_x509(chain_.front());
    constexpr unsigned kFlags = CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL;
    const Handle<CMS_ContentInfo, CMS_ContentInfo_free> cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
    if (!content || !leaf || !cms || CMS_set1_eContentType(cms.get(), OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) != 1) {
      return failed();
    }
    // CMS_CADES: the certificate is named by its hash (RFC 5035), as RFC 3161 demands.
    CMS_SignerInfo* const signer =
        CMS_add1_signer(cms.get(), leaf.get(), key_.get(), digest_for(chain_.front()), kFlags | CMS_CADES);
    if (signer == nullptr) return failed();
    for (std::size_t i = 1; i < chain_.size(); ++i) {
      const X509Handle issuer = decode_x509(chain_[i]);
      if (!issuer || CMS_add1_cert(cms.get(), issuer.get()) != 1) return failed();
    }
    // else OpenSSL writes the system's clock here, which need not be the one asked for
    const Handle<ASN1_TIME, ASN1_TIME_free> when(ASN1_TIME_set(nullptr, time));
    if (!when || CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, when->type, when.get(), -1) != 1 ||
        CMS_final(cms.get(), content.get(), nullptr, kFlags) != 1) {
      return make_error(Code::unavailable, "the authority's key does not sign");
    }
    return der_of(*cms, i2d_CMS_ContentInfo);
  }
  std::size_t most_bytes() const override { return most_bytes_; }
  void keep_room(std::size_t bytes) { most_bytes_ = bytes; }

 private:
  KeyHandle key_;
  std::vector<Certificate> chain_;
  std::optional<UnixTime> at_;
  std::size_t most_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<Stamper>> local_stamper(std::string_view key_pem, std::string_view chain_pem,
                                               std::optional<UnixTime> at, const Passphrase& passphrase) {
  std::vector<Certificate> chain = TRY(ordered_chain(chain_pem));
  if (const auto wrong = check_tsa_profile(chain.front()); !wrong.empty()) {
    return make_error(Code::invalid_argument, "the certificate may not stamp time: " + joined(wrong));
  }
  if (chain.front().key_type == KeyType::ed25519) {  // OpenSSL 3.0 has no CMS with it
    return make_error(Code::unsupported, "an Ed25519 key cannot stamp time here, RSA and ECDSA keys can");
  }
  KeyHandle key = TRY(read_private_key(key_pem, passphrase));
  if (!belongs(*key, chain.front())) {
    return make_error(Code::invalid_argument, "the authority's private key does not belong to its certificate");
  }
  auto stamper = std::make_unique<LocalStamper>(std::move(key), std::move(chain), at);
  const Bytes trial = TRY(stamper->stamp({}));  // also shows early that the key can stamp
  stamper->keep_room(trial.size() + kVaries);
  return std::unique_ptr<Stamper>(std::move(stamper));
}

}  // namespace bonafide::crypto
