// What the resizer is compared with: the same maths, written down plainly.
//
// ExactResize is the kernel in linear light in double precision, nothing rounded or clamped before
// the end; HalvedExactResize is the same after averaging 2x2 samples so many times. ExactChroma is
// chroma weighed by luma.
// FixedPointResize is the resizer's own arithmetic, sample by sample. RunResizer drives the code
// under test.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pixel/chroma_resizer.h"
#include "pixel/reducer.h"
#include "pixel/resizer.h"
#include "tests/support/pictures.h"

namespace whittle::pixel::test {

using whittle::test::Picture;

/// sRGB's transfer function (IEC 61966-2-1) on 0..1.
double Decode(double coded);
double Encode(double light);

/// The kernel at distance x from its centre, in its unit, by its textbook definition; nearest is
/// the box from -1/2 to 1/2.
double KernelValue(Kernel kernel, double x);
inline constexpr Kernel kKernels[] = {Kernel::kNearest,  Kernel::kLinear,   Kernel::kCubic,
                                      Kernel::kMitchell, Kernel::kLanczos2, Kernel::kLanczos3,
                                      Kernel::kMks2013,  Kernel::kMks2021};

/// Weights of one output sample; the samples that are left out weigh 0.
struct Tap {
  int at;
  double weight;
};
std::vector<Tap> ExactTaps(const Axis& axis, int i);

Picture ExactResize(const Picture& source, const Geometry& geometry, Light light = Light::kLinear,
                    Kernel kernel = Kernel::kLanczos3);
Picture HalvedExactResize(const Picture& source, const Geometry& geometry, Light light,
                          int halvings, Kernel kernel = Kernel::kLanczos3);

/// Cb and Cr (2 channels) of a picture of luma, Cb and Cr, by the formula of chroma_resizer.h with
/// its halvings; sums end at 0 and at 1.37 of white, as they do in 16 bits. `weights` are the sums
/// of luma + 32.
struct Chroma {
  Picture codes;
  std::vector<double> weights;
};
Chroma ExactChroma(const Picture& source, const Geometry& geometry);

/// What HalvedExactResize rounds: amounts of light, or codes over 255 for Light::kGamma, and alpha,
/// all 0..1. Pictures of 2 or 4 channels have alpha; colour is premultiplied while it is averaged.
/// Sums end at 0 and, with alpha, at 32767 / kOne, as they do in 16 bits; colour is 0 where alpha's
/// code is.
std::vector<double> ExactSamples(const Picture& source, const Geometry& geometry, Light light,
                                 int halvings, Kernel kernel = Kernel::kLanczos3);

/// Pixels of any depth, as codes 0..most.
struct DeepPicture {
  int width = 0, height = 0, channels = 1, most = 65535;
  std::vector<int> samples;
};
/// The same for these; sums with alpha end at `limit`.
std::vector<double> ExactSamples(const DeepPicture& source, const Geometry& geometry, Light light,
                                 int halvings, Kernel kernel, double limit);

/// For axes that need no early rounding (Filter::early_bits() == 0).
Picture FixedPointResize(const Picture& source, const Geometry& geometry,
                         Light light = Light::kLinear, Kernel kernel = Kernel::kLanczos3);

/// Rows are handed over in batches of batch(), 1 or more, from exactly sized buffers.
Picture RunResizer(Resizer& resizer, const Picture& source, const Geometry& geometry,
                   Light light = Light::kLinear, const std::function<int()>& batch = {});
Picture RunResizer(const Picture& source, const Geometry& geometry, Light light = Light::kLinear);
/// The format goes by the picture's channels.
Picture RunResizer(Resizer& resizer, const Picture& source, ResizeSpec spec,
                   const std::function<int()>& batch = {});

/// From luma, Cb and Cr to Cb and Cr, as RunResizer.
Picture RunChromaResizer(ChromaResizer& resizer, const Picture& source, const Geometry& geometry,
                         const std::function<int()>& batch = {},
                         CodeRange output = CodeRange::kFull);
Picture RunChromaResizer(const Picture& source, const Geometry& geometry);

Picture MirroredX(const Picture& picture);
Picture MirroredY(const Picture& picture);

/// Calls body(target) with each SIMD target in force, then goes back to the best.
void OnEveryTarget(const std::function<void(const std::string& target)>& body);

}  // namespace whittle::pixel::test
