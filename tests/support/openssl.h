// Owners of OpenSSL's objects for tests, and keys and certificates as PEM.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace whittle::test {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* it) const {
    free(it);
  }
};
using Bio = std::unique_ptr<BIO, FreeWith<&BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<&X509_free>>;

inline std::string TextOf(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
inline std::string Pem(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return TextOf(bio);
}
inline std::string Pem(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio);
}
/// Made anew, in PEM.
inline std::string NewRsaKey() { return Pem(Key(EVP_RSA_gen(2048))); }

}  // namespace whittle::test
