// Certificates made for a test, and the authorities that sign them.
//
// Values; any thread. Cost: well under a millisecond each.
#pragma once

#include <string>

#include "tests/support/openssl.h"

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
  Key key_;
  Certificate certificate_;
};

}  // namespace whittle::test
