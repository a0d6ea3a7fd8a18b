// Moto's S3 and STS as a process: real answers, and signatures checked by somebody else's code.
//
// Without it a test that asks for it is left out, with a line that says so:
//
//   WHITTLE_MOTO_OR_SKIP(moto, {{"a b.jpg", "content"}});
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "source/aws/sigv4.h"
#include "tests/real/service.h"
#include "tests/support/corpus.h"
#include "whittle/bytes.h"

namespace whittle::test {

class Moto {
 public:
  static constexpr const char* kLacking = "LEFT OUT: no moto; scripts/services installs it";
  using Objects = std::vector<std::pair<std::string, std::string>>;  ///< names and contents

  /// Waits until it serves; look at `available` first. Throws when it fails.
  explicit Moto(const Objects& objects) {
    const std::string python = ServicePath("moto") + "/bin/python3";
    if (!std::filesystem::exists(python)) return;
    const TempDir files;
    std::vector<std::string> words = {python, WHITTLE_SOURCE_DIR "/tests/real/moto_s3.py"};
    for (const auto& [name, content] : objects) {
      const auto file = files.path() / std::to_string(words.size());
      WriteFile(file, AsBytes(content));
      words.push_back(name);
      words.push_back(file.string());
    }
    service_.emplace(std::move(words));
    const std::string line = service_->ReadLine();
    if (line.empty()) throw std::runtime_error("moto's server did not start");
    const auto told = nlohmann::json::parse(line);
    port_ = told.at("port");
    id_ = told.at("id");
    secret_ = told.at("secret");
    bucket_ = told.at("bucket");
    role_ = told.at("role");
    const auto& session = told.at("session");
    session_ = {.id = session.at("id"),
                .secret = session.at("secret"),
                .session_token = session.at("token")};
  }

  bool available() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& id() const { return id_; }
  const std::string& secret() const { return secret_; }
  const std::string& bucket() const { return bucket_; }
  const std::string& role() const { return role_; }  ///< its ARN; the user may assume it
  const source::aws::Keys& session() const { return session_; }  ///< of that role

 private:
  std::optional<RealService> service_;
  std::uint16_t port_ = 0;
  std::string id_;
  std::string secret_;
  std::string bucket_;
  std::string role_;
  source::aws::Keys session_;
};

}  // namespace whittle::test

/// Declares `name`, a Moto with these objects, or leaves the test out.
#define WHITTLE_MOTO_OR_SKIP(name, ...)          \
  const ::whittle::test::Moto name(__VA_ARGS__); \
  if (!name.available()) GTEST_SKIP() << ::whittle::test::Moto::kLacking
