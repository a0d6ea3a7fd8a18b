// Moto's S3 as a process: real answers, and signatures checked by somebody else's code.
//
// Needs python3 with moto[server] and boto3; WHITTLE_PYTHON names another python3, as that of a
// virtual environment. Without them a test that asks for it is left out, with a line that says so:
//
//   WHITTLE_MOTO_OR_SKIP(moto, {{"a b.jpg", "content"}});
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/source/real/service.h"

namespace whittle::test {

class Moto {
 public:
  using Objects = std::vector<std::pair<std::string, std::string>>;  ///< names and contents

  /// Waits until it serves; look at `available` first. Throws when it fails.
  explicit Moto(const Objects& objects) {
    const char* const python = std::getenv("WHITTLE_PYTHON");
    std::vector<std::string> words = {python == nullptr ? "python3" : python,
                                      WHITTLE_SOURCE_DIR "/tests/source/real/moto_s3.py"};
    for (const auto& [name, content] : objects) {
      words.push_back(name);
      words.push_back(HexOf(content));
    }
    service_.emplace(std::move(words));
    const std::string line = service_->ReadLine();
    if (line.empty()) {
      const int code = service_->Wait();
      if (code == kNoMoto || code == RealService::kNotThere) return;
      throw std::runtime_error("moto's server did not start");
    }
    const auto told = nlohmann::json::parse(line);
    port_ = told.at("port");
    id_ = told.at("id");
    secret_ = told.at("secret");
    bucket_ = told.at("bucket");
    role_ = told.at("role");
    checks_encoded_names_ = told.at("checks_encoded_names");
  }

  bool available() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& id() const { return id_; }
  const std::string& secret() const { return secret_; }
  const std::string& bucket() const { return bucket_; }
  const std::string& role() const { return role_; }  ///< its ARN; the user may assume it
  /// Moto 5.2.1 takes signatures of decoded names alone, which S3 does not; 5.2.5 is right.
  bool checks_encoded_names() const { return checks_encoded_names_; }

 private:
  static constexpr int kNoMoto = 77;

  static std::string HexOf(const std::string& bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
      text += kDigits[static_cast<unsigned char>(c) >> 4];
      text += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return text;
  }

  std::optional<RealService> service_;
  std::uint16_t port_ = 0;
  std::string id_;
  std::string secret_;
  std::string bucket_;
  std::string role_;
  bool checks_encoded_names_ = false;
};

}  // namespace whittle::test

/// Declares `name`, a Moto with these objects, or leaves the test out.
#define WHITTLE_MOTO_OR_SKIP(name, ...)          \
  const ::whittle::test::Moto name(__VA_ARGS__); \
  if (!name.available()) GTEST_SKIP() << "LEFT OUT: no python3 with moto[server] and boto3"
