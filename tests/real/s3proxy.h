// S3Proxy as a process: a second S3 that checks signatures, with code of its own, in Java.
//
// Without it a test that asks for it is left out, with a line that says so:
//
//   WHITTLE_S3PROXY_OR_SKIP(s3);
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "source/aws/sigv4.h"
#include "source/url_text.h"
#include "tests/real/exchange.h"
#include "tests/real/service.h"
#include "tests/support/corpus.h"
#include "whittle/bytes.h"

namespace whittle::test {

class S3Proxy {
 public:
  static constexpr const char* kLacking = "LEFT OUT: no S3Proxy; scripts/services installs it";
  static constexpr const char* kId = "whittle";
  static constexpr const char* kSecret = "a/secret+of-forty-characters-as-AWS-has-";
  static constexpr const char* kBucket = "photos";

  /// Waits until it serves an empty bucket to who has this key; look at `available` first. Throws
  /// when it fails.
  explicit S3Proxy(std::string id = kId, std::string secret = kSecret)
      : id_(std::move(id)), secret_(std::move(secret)) {
    const std::string jars = ServicePath("s3proxy");
    if (!std::filesystem::exists(jars)) return;
    const std::string settings =
        "s3proxy.endpoint=http://127.0.0.1:0\ns3proxy.authorization=aws-v4\n"
        "jclouds.provider=transient\njclouds.identity=x\njclouds.credential=x\ns3proxy.identity=" +
        id_ + "\ns3proxy.credential=" + secret_ + '\n';
    // Of its log only the line that tells the port.
    constexpr std::string_view kLog =
        "<configuration><appender name='out' class='ch.qos.logback.core.ConsoleAppender'><encoder>"
        "<pattern>%msg%n</pattern></encoder></appender><root level='off'/>"
        "<logger name='org.gaul.shaded.org.eclipse.jetty.server.AbstractConnector' level='info'>"
        "<appender-ref ref='out'/></logger></configuration>";
    WriteFile(files_.path() / "settings", AsBytes(settings));
    WriteFile(files_.path() / "log.xml", AsBytes(kLog));
    service_.emplace(std::vector<std::string>{
        "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
        "-Dlogback.configurationFile=" + (files_.path() / "log.xml").string(), "-cp", jars + "/*",
        "org.gaul.s3proxy.Main", "--properties", (files_.path() / "settings").string()});
    const std::string port = service_->ReadBehind("{127.0.0.1:");
    if (port.empty()) throw std::runtime_error("S3Proxy did not start");
    port_ = ParseUnsigned<std::uint16_t>(port.substr(0, port.find('}'))).value();
    Put("", "");
  }

  bool available() const { return port_ != 0; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// An object of the bucket.
  void Put(const std::string& name, std::string content) const {
    source::HttpRequest request{.method = "PUT",
                                .url = endpoint() + '/' + kBucket + (name.empty() ? "" : "/") +
                                       source::UrlEncode(name, "/"),
                                .fields = {{"Content-Length", std::to_string(content.size())}},
                                .body = std::move(content)};
    source::aws::Sign(request, {.id = id_, .secret = secret_, .session_token = ""},
                      {.region = "us-east-1", .service = "s3"}, std::chrono::system_clock::now());
    const source::HttpResponse answer = Exchange(request);
    if (answer.status != 200) throw std::runtime_error("S3Proxy: " + name + answer.body);
  }

 private:
  const std::string id_;
  const std::string secret_;
  TempDir files_;
  std::optional<RealService> service_;
  std::uint16_t port_ = 0;
};

}  // namespace whittle::test

/// Declares `name`, an S3Proxy, or leaves the test out.
#define WHITTLE_S3PROXY_OR_SKIP(name)    \
  const ::whittle::test::S3Proxy name{}; \
  if (!name.available()) GTEST_SKIP() << ::whittle::test::S3Proxy::kLacking
