#include "crypto/ocsp_request.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "crypto/handles.h"
#include "crypto/ocsp.h"

namespace bonafide::crypto {

Result<Bytes> ocsp_request(const Certificate& leaf, const Certificate& issuer) {
  const ErrorQueue queue;
  const X509Handle subject = decode_x509(leaf);
  const X509Handle parent = decode_x509(issuer);
  const Handle<OCSP_REQUEST, OCSP_REQUEST_free> request(OCSP_REQUEST_new());
  if (!subject || !parent || !request) return make_error(Code::corrupt, "the certificates cannot be read");
  // SHA-1 only names the issuer here; RFC 5019 section 2.1.1 demands it, and not all responders know another.
  Handle<OCSP_CERTID, OCSP_CERTID_free> id(OCSP_cert_to_id(EVP_sha1(), subject.get(), parent.get()));
  if (!id || OCSP_request_add0_id(request.get(), id.get()) == nullptr) {
    return make_error(Code::internal, "the question about revocation cannot be put together");
  }
  static_cast<void>(id.release());  // the request owns it now
  return der_of(*request, i2d_OCSP_REQUEST);
}

Result<Bytes> fetch_ocsp(const Certificate& leaf, const Certificate& issuer, const Fetch& fetch, UnixTime now) {
  if (leaf.ocsp_url.empty()) {
    return make_error(Code::not_found, "the certificate does not say where to ask about its revocation");
  }
  if (!fetch) return make_error(Code::unavailable, "asking about revocation needs the network, which is off");
  HttpRequest post;
  post.url = leaf.ocsp_url;
  post.content_type = "application/ocsp-request";
  post.accept = "application/ocsp-response";
  post.body = TRY(ocsp_request(leaf, issuer));
  post.most = std::uint64_t{1} << 20;
  Bytes answer = TRY(fetch(post));
  const OcspCheck check = check_ocsp(answer, leaf, issuer, now);
  switch (check.status) {
    case OcspStatus::not_revoked: return answer;
    case OcspStatus::revoked: return make_error(Code::denied, "the signer's certificate is revoked");
    case OcspStatus::unknown:
      return make_error(Code::unavailable, "the responder does not know the signer's certificate");
    case OcspStatus::skipped: break;
  }
  return make_error(Code::corrupt, "the answer about revocation is no good: " + check.reason);
}

}  // namespace bonafide::crypto
