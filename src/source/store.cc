#include "source/store.h"

#include <algorithm>

namespace whittle::source {

#define WHITTLE_STORE(name) extern const StoreKind k##name##Store;
#include "source/stores.def"
#undef WHITTLE_STORE

namespace {

constexpr const StoreKind* kKinds[] = {
#define WHITTLE_STORE(name) &k##name##Store,
#include "source/stores.def"
#undef WHITTLE_STORE
};

const StoreKind* KindOf(std::string_view location) {
  const std::size_t colon = location.find("://");
  if (colon == std::string_view::npos) return nullptr;
  const auto* const* const kind =
      std::ranges::find(kKinds, location.substr(0, colon), [](const auto* k) { return k->scheme; });
  return kind == std::end(kKinds) ? nullptr : *kind;
}

}  // namespace

bool IsStoreLocation(std::string_view location) { return KindOf(location) != nullptr; }

Expected<Store> MakeStore(const StoreOptions& options) {
  const StoreKind* const kind = KindOf(options.location);
  if (kind == nullptr) {
    return FailSaying(ErrorKind::kBadRequest, "'" + options.location + "' names no store");
  }
  return kind->make(options);
}

}  // namespace whittle::source
