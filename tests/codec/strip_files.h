// For the tests of stripping: what every format's has to show, whatever its parts are called.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "codec/strip.h"
#include "tests/codec/decode.h"

namespace whittle::codec {

/// What nothing of may be left. Every part that goes has it in a test's file.
inline const std::string kSecret = "52.5200N 13.4050E";

inline std::string Stripped(ByteView file, const StripSpec& spec = {}) {
  const Codec* codec = Sniff(file);
  if (codec == nullptr || codec->strip == nullptr) return "no codec";
  const auto stripped = codec->strip(file, spec, {});
  return stripped ? std::string(AsText(stripped->view()))
                  : "failed: " + std::string(Name(stripped.error().kind));
}
inline std::string Stripped(std::string_view file, const StripSpec& spec = {}) {
  return Stripped(AsBytes(file), spec);
}

/// Holds what strip makes of `file` against what it promises.
inline void ExpectStripped(std::string_view file, const StripSpec& spec = {}) {
  ASSERT_NE(file.find(kSecret), std::string_view::npos) << "nothing to strip";
  const std::string stripped = Stripped(file, spec);
  EXPECT_EQ(stripped.find(kSecret), std::string::npos);
  EXPECT_EQ(stripped.find("52.52"), std::string::npos);
  const auto before = DecodeRows(AsBytes(file));
  const auto after = DecodeRows(AsBytes(stripped));
  ASSERT_TRUE(before) << before.error().detail;
  ASSERT_TRUE(after) << after.error().detail;
  EXPECT_TRUE(*before == *after) << "pixels differ";
  EXPECT_EQ(Stripped(stripped, spec), stripped) << "not the same when it is done twice";
}

/// A cut file is an error or, where its end does not matter, a picture; never more than it was, but
/// for an end.
inline void ExpectCutFilesDoNoHarm(std::string_view file) {
  const Codec& codec = *Sniff(AsBytes(file));
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto stripped = codec.strip(AsBytes(file.substr(0, size)), {}, {});
    if (stripped) EXPECT_LE(stripped->size(), size + 2) << size;
  }
}

}  // namespace whittle::codec
