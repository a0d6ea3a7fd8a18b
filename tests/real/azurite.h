// Azurite's Blob service as a process: the emulator of Azure that Microsoft makes.
//
// It checks shared keys and SAS; over TLS also tokens, all but their signature. Without it a test
// that asks for it is left out, with a line that says so:
//
//   WHITTLE_AZURITE_OR_SKIP(azurite);
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"
#include "source/azure/shared_key.h"
#include "source/crypto.h"
#include "source/http_client.h"
#include "source/url_text.h"
#include "tests/real/exchange.h"
#include "tests/real/service.h"
#include "tests/support/certificates.h"
#include "tests/support/coroutines.h"
#include "tests/support/corpus.h"
#include "whittle/bytes.h"

namespace whittle::test {

class Azurite {
 public:
  static constexpr const char* kLacking = "LEFT OUT: no Azurite; scripts/services installs it";
  /// Every Azurite has them; Microsoft's documentation of it names the key.
  static constexpr const char* kAccount = "devstoreaccount1";
  static constexpr const char* kKey =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  /// Waits until it serves, over TLS where it is given a certificate; look at `available` first.
  /// Throws when it fails.
  explicit Azurite(const std::optional<TestCertificate>& certificate = {}) {
    const std::string program = ServicePath("azurite") + "/node_modules/.bin/azurite-blob";
    if (!std::filesystem::exists(program)) return;
    std::vector<std::string> words = {program,
                                      "--blobHost",
                                      "127.0.0.1",
                                      "--blobPort",
                                      "0",
                                      "--inMemoryPersistence",
                                      "--disableTelemetry",
                                      "--skipApiVersionCheck"};
    if (certificate) {
      scheme_ = "https://";
      WriteFile(files_.path() / "certificate", AsBytes(certificate->certificate));
      WriteFile(files_.path() / "key", AsBytes(certificate->key));
      words.insert(words.end(), {"--oauth", "basic", "--cert", certificate_file(), "--key",
                                 (files_.path() / "key").string()});
    }
    service_.emplace(std::move(words));
    const std::string port = service_->ReadBehind("listens on " + scheme_ + "127.0.0.1:");
    if (port.empty()) throw std::runtime_error("Azurite did not start");
    port_ = ParseUnsigned<std::uint16_t>(port).value();
  }

  bool available() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  /// With the account in it, which the emulator has in the path.
  std::string endpoint() const {
    return scheme_ + "127.0.0.1:" + std::to_string(port_) + '/' + kAccount;
  }

  std::string certificate_file() const { return (files_.path() / "certificate").string(); }

  void MakeContainer(const std::string& name) const {
    Put('/' + name + "?restype=container", {}, "");
  }
  void PutBlob(const std::string& container, const std::string& name, std::string body) const {
    Put('/' + container + '/' + source::UrlEncode(name, "/"), {{"x-ms-blob-type", "BlockBlob"}},
        std::move(body));
  }

 private:
  void Put(const std::string& path, source::HttpFields fields, std::string body) const {
    fields.emplace_back("Content-Type", "image/jpeg");
    fields.emplace_back("Content-Length", std::to_string(body.size()));
    fields.emplace_back("x-ms-version", std::string(source::azure::kVersion));
    source::HttpRequest request{.method = "PUT",
                                .url = endpoint() + path,
                                .fields = std::move(fields),
                                .body = std::move(body)};
    source::azure::SignSharedKey(request, kAccount, *source::FromBase64(kKey),
                                 std::chrono::system_clock::now());
    const source::HttpResponse answer = Send(request);
    if (answer.status != 201) throw std::runtime_error("Azurite: " + path + answer.body);
  }

  source::HttpResponse Send(const source::HttpRequest& request) const {
    if (scheme_ == "http://") return Exchange(request);
    Loop loop(1);
    source::HttpClient client({.transfer = {.ca_file = certificate_file()}});
    auto answer = loop.Run(client.Call({})(request, {}));
    if (!answer) throw std::runtime_error("Azurite: " + answer.error().detail);
    return *std::move(answer);
  }

  TempDir files_;
  std::string scheme_ = "http://";
  std::optional<RealService> service_;
  std::uint16_t port_ = 0;
};

}  // namespace whittle::test

/// Declares `name`, an Azurite, or leaves the test out.
#define WHITTLE_AZURITE_OR_SKIP(name)    \
  const ::whittle::test::Azurite name{}; \
  if (!name.available()) GTEST_SKIP() << ::whittle::test::Azurite::kLacking
