// Entries for tests, and a tier of a map whose every call a test can make fail, wait or lie.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cache/tier.h"

namespace whittle::test {

inline cache::Entry MakeEntry(std::string key, std::string_view bytes = "picture") {
  return {.key = std::move(key),
          .etag = "\"0123\"",
          .type = "image/jpeg",
          .validator = "5-7",
          .width = 800,
          .height = 600,
          .made = cache::WallTime(std::chrono::seconds(1000)),
          .fresh_until = cache::WallTime(std::chrono::seconds(1001)),
          .bytes = std::make_shared<const Bytes>(Bytes::CopyOf(AsBytes(bytes)))};
}
inline cache::EntryPtr ShareEntry(std::string key, std::string_view bytes = "picture") {
  return std::make_shared<const cache::Entry>(MakeEntry(std::move(key), bytes));
}

/// Keeps serial forms, as a tier that is elsewhere does. What the test holds of it is shared with
/// it; `before` runs at the start of each call, and its error is the call's.
class MapTier final : public cache::Tier {
 public:
  struct State {
    std::mutex mutex;
    std::map<std::string, std::string> serials;
    std::string calls;                ///< "f", "p" and "d", in their order
    async::Budget* budget = nullptr;  ///< for what is found; null: it holds no ticket
    std::function<async::Awaitable<Expected<void>>(char call, cache::Wait wait)> before;

    std::string Calls() {
      const std::lock_guard lock(mutex);
      return calls;
    }
    std::string Get(const std::string& key) {
      const std::lock_guard lock(mutex);
      const auto found = serials.find(key);
      return found == serials.end() ? std::string() : found->second;
    }
    void Set(const std::string& key, std::string serial) {
      const std::lock_guard lock(mutex);
      serials[key] = std::move(serial);
    }
  };

  explicit MapTier(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::string_view name() const override { return "map"; }

  async::Awaitable<Expected<std::optional<cache::Found>>> Find(std::string key,
                                                               cache::Wait wait) override {
    WHITTLE_CO_CHECK(co_await Begin('f', std::move(wait)));
    const std::string serial = state_->Get(key);
    if (serial.empty()) co_return std::nullopt;
    WHITTLE_CO_TRY(cache::Entry entry, cache::Parse(AsBytes(serial), key));
    async::Budget::Ticket memory;
    if (state_->budget != nullptr) {
      memory = *state_->budget->Try(async::Budget::Use::kResult, entry.bytes->size());
    }
    co_return cache::Found{std::make_shared<const cache::Entry>(std::move(entry)),
                           std::move(memory)};
  }
  async::Awaitable<Expected<void>> Put(cache::EntryPtr entry, cache::Wait wait) override {
    WHITTLE_CO_CHECK(co_await Begin('p', std::move(wait)));
    WHITTLE_CO_TRY(const Bytes serial, cache::Serialize(*entry));
    state_->Set(entry->key, std::string(AsText(serial.view())));
    co_return Expected<void>();
  }
  async::Awaitable<Expected<void>> Drop(std::string key, cache::Wait wait) override {
    WHITTLE_CO_CHECK(co_await Begin('d', std::move(wait)));
    const std::lock_guard lock(state_->mutex);
    state_->serials.erase(key);
    co_return Expected<void>();
  }

 private:
  async::Awaitable<Expected<void>> Begin(char call, cache::Wait wait) {
    {
      const std::lock_guard lock(state_->mutex);
      state_->calls += call;
    }
    if (!state_->before) co_return Expected<void>();
    co_return co_await state_->before(call, std::move(wait));
  }

  const std::shared_ptr<State> state_;
};

/// For MapTier's `before`: as a tier that hangs, and knows stop tokens.
inline async::Awaitable<Expected<void>> HangUntilStopped(cache::Wait wait) {
  const auto never = std::make_shared<async::Event>(co_await boost::asio::this_coro::executor);
  co_await never->Wait(wait.until, wait.stop);
  co_return Fail(ErrorKind::kCancelled);
}

}  // namespace whittle::test
