// Certificates made for a test, and the authorities that sign them.
//
// Values; any thread. Cost: well under a millisecond each.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace whittle::test {

/// In PEM.
struct TestCertificate {
  /// For localhost and 127.0.0.1, signed by itself: its own authority.
  static TestCertificate Make();
  std::string certificate;
  std::string key;
};

/// What a certificate says of a server.
struct CertificateSubject {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< as OpenSSL writes alternative names
  long begins = -3600;                               ///< seconds from now
  long ends = 3600;
};

/// Signs the certificates of others.
class TestAuthority {
 public:
  explicit TestAuthority(const char* name = "authority of a test");
  /// Its own, in PEM: what clients trust.
  std::string certificate() const;
  TestCertificate Issue(const CertificateSubject& subject = {}) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::unique_ptr<X509, FreeCertificate> certificate_;
};

}  // namespace whittle::test
