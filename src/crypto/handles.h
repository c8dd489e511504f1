// How this room's .cpp files own OpenSSL objects. Names OpenSSL's types without its headers.
#pragma once
#include <memory>

#include "base/bytes.h"
#include "crypto/certificate.h"

struct asn1_string_st;  // OpenSSL's ASN1_INTEGER among others
struct stack_st_X509;   // OpenSSL's STACK_OF(X509)

namespace bonafide::crypto {

template <auto Free>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Release<Free>>;

struct X509Release {
  void operator()(x509_st* certificate) const;
};
using X509Handle = std::unique_ptr<x509_st, X509Release>;

/// A stack that owns its certificates.
struct X509StackRelease {
  void operator()(stack_st_X509* stack) const;
};
using X509StackHandle = std::unique_ptr<stack_st_X509, X509StackRelease>;

/// OpenSSL leaves failures in a queue of the thread; this empties it on the way out.
struct ErrorQueue {
  ErrorQueue() = default;
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;
  ~ErrorQueue();
};

/// Copies what an i2d function of OpenSSL allocated and frees it; empty when `size` says that it failed.
Bytes taken(unsigned char* der, int size);
/// The DER that an i2d function makes of an object; empty when it cannot.
template <typename T, typename Encode>
Bytes der_of(const T& object, Encode encode) {
  unsigned char* der = nullptr;
  const int size = encode(&object, &der);
  return taken(der, size);
}

/// An ASN.1 INTEGER in lower case hex, "-" in front when negative; empty for none.
std::string hex_of(const asn1_string_st* integer);

/// Empty when `der` is not exactly one certificate.
X509Handle decode_x509(ByteView der);
/// The certificate's own decoded form, kept alive by the handle too.
X509Handle decode_x509(const Certificate& certificate);
Result<Certificate> describe_x509(x509_st& certificate);

}  // namespace bonafide::crypto
