// For the tests of files that end too early: what is shown of them.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/codec/sample_rows.h"

namespace whittle::codec {

inline std::string_view KindOf(const auto& result) {
  return result ? "ok" : Name(result.error().kind);
}

struct Shown {
  Expected<SampleRows> rows;
  bool truncated = false;
};

/// All rows, read in batches of so many.
inline Shown ReadAll(const Codec& codec, ByteView file, int batch = 16) {
  const auto source = codec.open(file, {}, {});
  if (!source) return {std::unexpected(source.error())};
  SampleRows rows((*source)->width(), (*source)->height(), (*source)->format());
  for (int y = 0; y < rows.height;) {
    const auto got = (*source)->Read(rows.Rows(y, std::min(batch, rows.height - y)));
    if (!got) return {std::unexpected(got.error())};
    y += *got;
  }
  return {std::move(rows), (*source)->truncated()};
}

}  // namespace whittle::codec
