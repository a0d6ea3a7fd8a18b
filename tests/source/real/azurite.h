// Azurite's Blob service as a process: the emulator of Azure that Microsoft makes.
//
// Needs azurite-blob (npm's package azurite); WHITTLE_AZURITE names it where it is not in PATH.
// Without it a test that asks for it is left out, with a line that says so:
//
//   WHITTLE_AZURITE_OR_SKIP(azurite);
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/text.h"
#include "tests/source/real/service.h"

namespace whittle::test {

class Azurite {
 public:
  /// Waits until it serves; look at `available` first. Throws when it fails.
  Azurite()
      : service_({std::getenv("WHITTLE_AZURITE") == nullptr ? "azurite-blob"
                                                            : std::getenv("WHITTLE_AZURITE"),
                  "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence",
                  "--disableTelemetry", "--skipApiVersionCheck"}) {
    constexpr std::string_view kSays = "listens on http://127.0.0.1:";
    std::string line = service_.ReadLine();
    while (!line.empty() && !line.contains(kSays)) line = service_.ReadLine();
    if (line.empty()) {
      if (service_.Wait() != RealService::kNotThere) throw std::runtime_error("no Azurite");
      return;
    }
    port_ = ParseUnsigned<std::uint16_t>(line.substr(line.find(kSays) + kSays.size())).value();
  }

  bool available() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  /// With the account in it, which the emulator has in the path.
  std::string endpoint() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/devstoreaccount1";
  }

 private:
  RealService service_;
  std::uint16_t port_ = 0;
};

}  // namespace whittle::test

/// Declares `name`, an Azurite, or leaves the test out.
#define WHITTLE_AZURITE_OR_SKIP(name)    \
  const ::whittle::test::Azurite name{}; \
  if (!name.available()) GTEST_SKIP() << "LEFT OUT: no azurite-blob (npm install azurite)"
