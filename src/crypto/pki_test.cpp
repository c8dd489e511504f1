#include "crypto/pki_test.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <initializer_list>
#include <map>

#include "crypto/handles.h"

namespace bonafide::crypto::testing {
namespace {

EVP_PKEY* pkey(const Key& key) { return static_cast<EVP_PKEY*>(key.get()); }

/// Test set-up that cannot fail; ends the run when it does.
void must(bool fine, const char* what) {
  if (fine) return;
  ADD_FAILURE() << "test authority: " << what;
  std::abort();
}

const EVP_MD* method(const std::string& name) { return EVP_get_digestbyname(name.c_str()); }

const EVP_MD* digest_for(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::es256:
    case SignatureAlgorithm::ps256: return EVP_sha256();
    case SignatureAlgorithm::es384:
    case SignatureAlgorithm::ps384: return EVP_sha384();
    case SignatureAlgorithm::es512:
    case SignatureAlgorithm::ps512: return EVP_sha512();
    case SignatureAlgorithm::ed25519: break;
  }
  return nullptr;
}

template <typename T, typename Encode>
Bytes encoded(const T* object, Encode encode) {
  Bytes bytes = der_of(*object, encode);
  must(!bytes.empty(), "encoding");
  return bytes;
}

std::string text_of(BIO& out) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(&out, &text);
  return {text, static_cast<std::size_t>(size)};
}

Bytes joined(std::initializer_list<ByteView> parts) {
  std::string all;  // a string: g++ 12 warns wrongly about growing a short vector
  for (const ByteView part : parts) all += as_text(part);
  const ByteView view = as_bytes(all);
  return {view.begin(), view.end()};
}

/// A TimeStampResp around a token.
Bytes as_response(const Bytes& token, int status) {
  const Bytes info = {0x30, 0x03, 0x02, 0x01, static_cast<std::uint8_t>(status)};
  const std::size_t size = info.size() + token.size();
  const Bytes head = {0x30, 0x83, static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 8),
                      static_cast<std::uint8_t>(size)};
  return joined({head, info, token});
}

void add_extension(X509& certificate, X509& issuer, const char* name, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf(nullptr, &context, name, value.c_str());
  must(extension != nullptr, name);
  X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Bytes stamp_info(ByteView stamped, const StampPlan& plan) {
  const Handle<TS_TST_INFO, TS_TST_INFO_free> info(TS_TST_INFO_new());
  const Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Handle<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  const int nid = plan.imprint == HashAlgorithm::sha256   ? NID_sha256
                  : plan.imprint == HashAlgorithm::sha384 ? NID_sha384
                                                          : NID_sha512;
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(nid), V_ASN1_NULL, nullptr);
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  Bytes hash = digest(plan.imprint, stamped);
  TS_MSG_IMPRINT_set_msg(imprint.get(), hash.data(), static_cast<int>(hash.size()));
  TS_TST_INFO_set_version(info.get(), 1);
  TS_TST_INFO_set_msg_imprint(info.get(), imprint.get());
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> policy(OBJ_txt2obj("1.2.3.4.1", 1));
  TS_TST_INFO_set_policy_id(info.get(), policy.get());
  const Handle<ASN1_INTEGER, ASN1_INTEGER_free> serial(ASN1_INTEGER_new());
  ASN1_INTEGER_set(serial.get(), 99);
  TS_TST_INFO_set_serial(info.get(), serial.get());
  const Handle<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free> time(ASN1_GENERALIZEDTIME_set(nullptr, plan.time));
  TS_TST_INFO_set_time(info.get(), time.get());
  return encoded(info.get(), i2d_TS_TST_INFO);
}

}  // namespace

Key make_key(const std::string& kind) {
  static std::map<std::string, Key> rsa_keys;  // they take long to find: one of each size for all tests
  if (const auto found = rsa_keys.find(kind); found != rsa_keys.end()) return found->second;
  EVP_PKEY* const key = kind.starts_with("rsa") ? EVP_RSA_gen(static_cast<unsigned>(std::stoi(kind.substr(3))))
                        : kind == "ed25519"     ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                : EVP_EC_gen(kind.c_str());
  must(key != nullptr, "key");
  const Key owned(key, [](void* each) { EVP_PKEY_free(static_cast<EVP_PKEY*>(each)); });
  if (kind.starts_with("rsa")) rsa_keys[kind] = owned;
  return owned;
}

Bytes sign(const Key& key, SignatureAlgorithm algorithm, ByteView message, std::optional<int> salt) {
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  must(EVP_DigestSignInit(context.get(), &options, digest_for(algorithm), nullptr, pkey(key)) == 1, "sign");
  if (EVP_PKEY_get_base_id(pkey(key)) == EVP_PKEY_RSA) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt.value_or(RSA_PSS_SALTLEN_DIGEST));
  }
  std::size_t size = 0;
  must(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1, "sign");
  Bytes signature(size);
  must(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1, "sign");
  signature.resize(size);
  if (EVP_PKEY_get_base_id(pkey(key)) != EVP_PKEY_EC) return signature;
  const unsigned char* at = signature.data();
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
  const int half = (EVP_PKEY_get_bits(pkey(key)) + 7) / 8;
  Bytes raw(static_cast<std::size_t>(2 * half));
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + half, half);
  return raw;
}

std::string key_pem(const Key& key, KeyForm form, const std::string& passphrase) {
  const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  const auto* const secret = reinterpret_cast<const unsigned char*>(passphrase.data());
  const int size = static_cast<int>(passphrase.size());
  const int written =
      form == KeyForm::traditional
          ? PEM_write_bio_PrivateKey_traditional(out.get(), pkey(key), cipher, secret, size, nullptr, nullptr)
          : PEM_write_bio_PrivateKey(out.get(), pkey(key), cipher, secret, size, nullptr, nullptr);
  must(written == 1, "key as PEM");
  return text_of(*out);
}

std::string certificate_pem(const Certificate& certificate) {
  const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(out.get(), decode_x509(certificate).get()) == 1, "certificate as PEM");
  return text_of(*out);
}

Plan authority_plan(std::string name, std::string basic_constraints) {
  Plan plan;
  plan.name = std::move(name);
  plan.extensions = {{"basicConstraints", std::move(basic_constraints)}, {"keyUsage", "critical,keyCertSign,cRLSign"}};
  return plan;
}

Plan tsa_plan() {
  Plan plan = with({}, "extendedKeyUsage", "critical,timeStamping");
  plan.name = "Stamper";
  return plan;
}

Plan with(Plan plan, const std::string& extension, const std::string& value) {
  std::erase_if(plan.extensions, [&](const auto& each) { return each.first == extension; });
  if (!value.empty()) plan.extensions.emplace_back(extension, value);
  return plan;
}

Identity make_identity(const Plan& plan, const std::string& key_kind, const Identity* issuer) {
  Identity identity{make_key(key_kind), {}};
  const X509Handle certificate(X509_new());
  X509* const raw = certificate.get();
  X509_set_version(raw, plan.version - 1);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), plan.serial);
  ASN1_TIME_set(X509_getm_notBefore(raw), plan.from);
  ASN1_TIME_set(X509_getm_notAfter(raw), plan.to);
  X509_set_pubkey(raw, pkey(identity.key));
  X509_NAME* const name = X509_get_subject_name(raw);
  for (const auto& [field, text] : {std::pair{"O", std::string("Bonafide tests")}, std::pair{"CN", plan.name}}) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                               0);
  }
  const X509Handle parent = issuer != nullptr ? decode_x509(issuer->certificate) : nullptr;
  X509* const signer = parent ? parent.get() : raw;
  X509_set_issuer_name(raw, X509_get_subject_name(signer));
  if (plan.version == 3) {
    for (const auto& [extension, value] : plan.extensions) add_extension(*raw, *signer, extension.c_str(), value);
    if (!plan.bare) {
      add_extension(*raw, *signer, "subjectKeyIdentifier", "hash");
      if (issuer != nullptr && issuer->certificate.has_subject_key_id) {
        add_extension(*raw, *signer, "authorityKeyIdentifier", "keyid:always");
      }
    }
  }
  EVP_PKEY* const key = pkey(issuer != nullptr ? issuer->key : identity.key);
  const bool fixed = EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
  must(X509_sign(raw, key, fixed ? nullptr : method(plan.digest)) > 0, "certificate");
  auto parsed = parse_certificate(encoded(raw, i2d_X509));
  must(parsed.has_value(), "reading its certificate back");
  identity.certificate = std::move(*parsed);
  return identity;
}

Bytes make_stamp(const Identity& authority, ByteView stamped, const StampPlan& plan) {
  const X509Handle certificate = decode_x509(authority.certificate);
  const Bytes info = stamp_info(stamped, plan);
  const Handle<BIO, BIO_free_all> content(BIO_new_mem_buf(info.data(), static_cast<int>(info.size())));
  unsigned flags = CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL;
  if (!plan.includes_certificate) flags |= CMS_NOCERTS;
  const Handle<CMS_ContentInfo, CMS_ContentInfo_free> cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
  must(cms != nullptr, "CMS");
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> type(OBJ_txt2obj(plan.content_type.c_str(), 0));
  CMS_set1_eContentType(cms.get(), type.get());
  must(CMS_add1_signer(cms.get(), certificate.get(), pkey(authority.key), method(plan.digest),
                       flags | (plan.names_certificate ? CMS_CADES : 0U)) != nullptr,
       "CMS signer");
  for (const Certificate& each : plan.more) CMS_add1_cert(cms.get(), decode_x509(each).get());
  must(CMS_final(cms.get(), content.get(), nullptr, flags) == 1, "CMS content");
  const Bytes token = encoded(cms.get(), i2d_CMS_ContentInfo);
  return plan.as_response ? as_response(token, plan.response_status) : token;
}

Bytes make_ocsp(const Identity& responder, const Certificate& about, const Certificate& issuer, const OcspPlan& plan) {
  const Handle<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_BASICRESP_new());
  const X509Handle subject = decode_x509(about);
  const X509Handle parent = decode_x509(issuer);
  const X509Handle signer = decode_x509(responder.certificate);
  const Handle<OCSP_CERTID, OCSP_CERTID_free> id(OCSP_cert_to_id(EVP_sha1(), subject.get(), parent.get()));
  using Time = Handle<ASN1_TIME, ASN1_TIME_free>;
  const auto general = [](UnixTime time) { return Time(ASN1_GENERALIZEDTIME_set(nullptr, time)); };
  const Time this_update = general(plan.this_update);
  const Time next_update = plan.next_update ? general(*plan.next_update) : Time();
  const Time revoked_at = general(plan.revoked_at);
  const int status = plan.status == 'g'   ? V_OCSP_CERTSTATUS_GOOD
                     : plan.status == 'r' ? V_OCSP_CERTSTATUS_REVOKED
                                          : V_OCSP_CERTSTATUS_UNKNOWN;
  must(OCSP_basic_add1_status(basic.get(), id.get(), status, OCSP_REVOKED_STATUS_NOSTATUS, revoked_at.get(),
                              this_update.get(), next_update.get()) != nullptr,
       "OCSP status");
  must(OCSP_basic_sign(basic.get(), signer.get(), pkey(responder.key), EVP_sha256(), nullptr, 0) == 1, "OCSP");
  const Handle<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  return encoded(response.get(), i2d_OCSP_RESPONSE);
}

}  // namespace bonafide::crypto::testing
