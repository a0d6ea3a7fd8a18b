// The words of parameters that are one of a few. The first word of a value is how it is written;
// those after it are aliases.
//
// Constants; only params.def's rows and the settings use them.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "transform/format_words.h"
#include "whittle/transform.h"

namespace whittle::transform {

template <class T>
using Word = std::pair<std::string_view, T>;

inline constexpr Word<Fit> kFitWords[] = {
    {"inside", Fit::kInside}, {"cover", Fit::kCover},     {"contain", Fit::kContain},
    {"fill", Fit::kFill},     {"outside", Fit::kOutside},
};

inline constexpr Word<Position> kPositionWords[] = {
    {"centre", Position::kCentre},
    {"center", Position::kCentre},
    {"top", Position::kTop},
    {"north", Position::kTop},
    {"right-top", Position::kRightTop},
    {"right top", Position::kRightTop},
    {"rt", Position::kRightTop},
    {"northeast", Position::kRightTop},
    {"right", Position::kRight},
    {"east", Position::kRight},
    {"right-bottom", Position::kRightBottom},
    {"right bottom", Position::kRightBottom},
    {"rb", Position::kRightBottom},
    {"southeast", Position::kRightBottom},
    {"bottom", Position::kBottom},
    {"south", Position::kBottom},
    {"left-bottom", Position::kLeftBottom},
    {"left bottom", Position::kLeftBottom},
    {"lb", Position::kLeftBottom},
    {"southwest", Position::kLeftBottom},
    {"left", Position::kLeft},
    {"west", Position::kLeft},
    {"left-top", Position::kLeftTop},
    {"left top", Position::kLeftTop},
    {"lt", Position::kLeftTop},
    {"northwest", Position::kLeftTop},
    {"entropy", Position::kEntropy},
    {"attention", Position::kAttention},
};

inline constexpr Word<Kernel> kKernelWords[] = {
    {"nearest", Kernel::kNearest},   {"linear", Kernel::kLinear},
    {"cubic", Kernel::kCubic},       {"mitchell", Kernel::kMitchell},
    {"lanczos2", Kernel::kLanczos2}, {"lanczos3", Kernel::kLanczos3},
    {"mks2013", Kernel::kMks2013},   {"mks2021", Kernel::kMks2021},
};

inline constexpr Word<int> kRotateWords[] = {{"0", 0}, {"90", 90}, {"180", 180}, {"270", 270}};

/// The words of kFormatNames, and "auto".
inline constexpr auto kFormatChoices = [] {
  std::array<Word<std::optional<Format>>, std::size(kFormatNames) + 1> words;
  for (std::size_t i = 0; i < std::size(kFormatNames); ++i) {
    words[i] = {kFormatNames[i].first, kFormatNames[i].second};
  }
  words.back() = {"auto", std::nullopt};
  return words;
}();

inline constexpr Word<ChromaSubsampling> kSubsamplingWords[] = {
    {"auto", ChromaSubsampling::kAuto}, {"420", ChromaSubsampling::k420},
    {"4:2:0", ChromaSubsampling::k420}, {"444", ChromaSubsampling::k444},
    {"4:4:4", ChromaSubsampling::k444},
};

inline constexpr Word<Preset> kPresetWords[] = {
    {"default", Preset::kDefault}, {"quality", Preset::kQuality}, {"small", Preset::kSmall},
    {"size", Preset::kSmall},      {"fast", Preset::kFast},
};

inline constexpr Word<Keep> kKeepWords[] = {
    {"none", Keep::kNone}, {"copyright", Keep::kCopyright}, {"all", Keep::kAll}};

inline constexpr Word<Profile> kProfileWords[] = {{"auto", Profile::kAuto},
                                                  {"srgb", Profile::kSrgb}};

inline constexpr Word<bool> kIfLargerWords[] = {{"source", true}, {"result", false}};

inline constexpr Word<bool> kTruncatedWords[] = {{"show", true}, {"fail", false}};

}  // namespace whittle::transform
