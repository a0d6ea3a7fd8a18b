#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace whittle::test {
namespace {

void Check(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string("certificate: ") + what);
}

void AddExtension(X509* certificate, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, FreeWith<&X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, what, value));
  Check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

void SetName(X509_NAME* name, const char* common) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common), -1, -1, 0);
}

// Not signed, and without extensions.
Certificate Draft(EVP_PKEY* key, const char* name, long serial, long begins, long ends) {
  Certificate made(X509_new());
  Check(key != nullptr && made, "key");
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), begins);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), ends);
  X509_set_pubkey(made.get(), key);
  SetName(X509_get_subject_name(made.get()), name);
  return made;
}

void SignBy(X509* certificate, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  Check(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
}

}  // namespace

TestCertificate TestCertificate::Make() {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made = Draft(key.get(), "test", 1, -3600, 3600);
  AddExtension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(made.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  SignBy(made.get(), made.get(), key.get());
  return {Pem(made), Pem(key)};
}

TestAuthority::TestAuthority(const char* name) : key_(EVP_EC_gen("P-256")) {
  Certificate made = Draft(key_.get(), name, 1, -7200, 7200);
  AddExtension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(made.get(), NID_key_usage, "critical,keyCertSign");
  SignBy(made.get(), made.get(), key_.get());
  certificate_ = std::move(made);
}

std::string TestAuthority::certificate() const { return Pem(certificate_); }

TestCertificate TestAuthority::Issue(const CertificateSubject& subject) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made = Draft(key.get(), "server of a test", 2, subject.begins, subject.ends);
  AddExtension(made.get(), NID_subject_alt_name, subject.names.c_str());
  SignBy(made.get(), certificate_.get(), key_.get());
  return {Pem(made), Pem(key)};
}

}  // namespace whittle::test
