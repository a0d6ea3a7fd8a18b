// From the settings to the options of each room, by settings.def's own rows.
//
// A row says with To(type, field) where its value goes, so no value is copied by hand, and a new
// setting reaches its room by the line that defines it. Called at start, and for each mount.
#pragma once

#include <chrono>
#include <concepts>

#include "app/settings.h"
#include "async/blocking_pool.h"
#include "async/work_queue.h"
#include "http/listener.h"
#include "http/output_floor.h"
#include "http/reply.h"
#include "http/routes.h"
#include "http/server.h"
#include "http/session_context.h"
#include "observe/log.h"
#include "service/service.h"
#include "service/watchdog.h"
#include "source/cache_policy.h"
#include "source/guarded.h"
#include "source/http_fetcher.h"
#include "source/source.h"
#include "transform/dialect.h"
#include "whittle/limits.h"

namespace whittle::app {

/// One value into its field, which may count in another unit or type of number.
template <class Field, class Value>
void Put(Field& field, const Value& value) {
  if constexpr (std::integral<Field> && std::integral<Value>) {
    field = static_cast<Field>(value);  // rows allow no more than their fields hold
  } else if constexpr (std::same_as<Field, std::chrono::seconds>) {
    field = std::chrono::floor<std::chrono::seconds>(value);
  } else {
    field = value;
  }
}

/// Fills the fields of `options` that rows name; the others stay.
template <class Options>
void Fill(const Settings& settings, Options& options) {
// NOLINTBEGIN(readability-identifier-naming): rows read as sentences
#define To(Type, field) \
  if constexpr (std::same_as<Options, Type>) Put(options.field, value);
#define ByApp()
// NOLINTEND(readability-identifier-naming)
#define WHITTLE_ROOM(room)
#define WHITTLE_ROOM_END(room)
#define WHITTLE_SETTING(room, name, kind, initial, also, to, help) \
  {                                                                \
    [[maybe_unused]] const auto& value = settings.room.name;       \
    to                                                             \
  }
#include "app/settings.def"
#undef To
#undef ByApp
#undef WHITTLE_ROOM
#undef WHITTLE_ROOM_END
#undef WHITTLE_SETTING
}

/// Options with what the settings say.
template <class Options>
Options Filled(const Settings& settings) {
  Options options;
  Fill(settings, options);
  return options;
}

}  // namespace whittle::app
