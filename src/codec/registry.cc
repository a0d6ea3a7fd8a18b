#include "codec/registry.h"

#include <algorithm>

namespace whittle::codec {

#define WHITTLE_CODEC(name) extern const Codec k##name;
#include "codec/codecs.def"
#undef WHITTLE_CODEC

namespace {

constexpr const Codec* kCodecs[] = {
#define WHITTLE_CODEC(name) &k##name,
#include "codec/codecs.def"
#undef WHITTLE_CODEC
};

}  // namespace

std::span<const Codec* const> All() { return kCodecs; }

const Codec* Sniff(ByteView file) {
  const auto found = std::ranges::find_if(kCodecs, [&](const Codec* c) { return c->sniff(file); });
  return found == std::end(kCodecs) ? nullptr : *found;
}

const Codec* ByName(std::string_view name) {
  const auto found = std::ranges::find_if(kCodecs, [&](const Codec* c) {
    return c->name == name || std::ranges::find(c->extensions, name) != c->extensions.end();
  });
  return found == std::end(kCodecs) ? nullptr : *found;
}

}  // namespace whittle::codec
