// The keys of mounts: whether they can be guessed, and whether another mount goes around them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/doctor/check.h"

namespace whittle::app::doctor {
namespace {

// Of 16 random bytes fewer than 10 are different once in ten billion times.
constexpr std::size_t kFewBytes = 10;

bool IsGuessable(const http::SigningKey& key) {
  const std::set<std::uint8_t> bytes(key.begin(), key.end());
  if (bytes.size() < kFewBytes) return true;
  const auto step = static_cast<std::uint8_t>(key[1] - key[0]);  // 00 01 02 ..., 00 11 22 ...
  return std::ranges::adjacent_find(key, [step](std::uint8_t a, std::uint8_t b) {
           return static_cast<std::uint8_t>(b - a) != step;
         }) == key.end();
}

std::string NameOf(const MountTable& mount) {
  return mount.host + (mount.prefix.empty() ? "/" : mount.prefix);
}

Findings Examine(const Bench& bench) {
  const auto& mounts = bench.settings.mounts;
  std::size_t with_keys = 0;
  for (const MountTable& mount : mounts) {
    if (mount.secrets.empty()) continue;
    ++with_keys;
    if (std::ranges::any_of(mount.secrets, IsGuessable)) {
      return {Warning(fmt::format("mount {}: a key of it can be guessed", NameOf(mount)),
                      "take a random one: openssl rand -hex 32")};
    }
    const auto around = std::ranges::find_if(mounts, [&](const MountTable& other) {
      return other.secrets.empty() && other.source == mount.source;
    });
    if (around != mounts.end()) {
      return {Warning(fmt::format("mount {} wants signatures, and mount {} gives the same pictures "
                                  "without",
                                  NameOf(mount), NameOf(*around)),
                      "give that one keys or another source")};
    }
  }
  if (with_keys == 0) return {Ok("no mount wants signatures: any size may be asked for")};
  return {Ok(fmt::format("{} of {} mounts want signatures", with_keys, mounts.size()))};
}

}  // namespace

extern const Check kSignaturesCheck;
constexpr Check kSignaturesCheck = {
    .name = "signatures",
    .about = "keys of mounts that can be guessed, and mounts that go around those of others",
    .of_server = Examine};

}  // namespace whittle::app::doctor
