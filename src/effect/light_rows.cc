// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "effect/light_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "effect/light_rows.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace whittle::effect::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = HWY_CAPPED(float, LightBlock::kPixels);
using Vec = hn::Vec<Floats>;

struct Colour3 {
  Vec x, y, z;  // or red, green, blue
};

HWY_INLINE Vec Constant(float value) { return hn::Set(Floats(), value); }

// a * x + b * y + c * z
HWY_INLINE Vec Sum(float a, Vec x, float b, Vec y, float c, Vec z) {
  return hn::Add(hn::Add(hn::Mul(Constant(a), x), hn::Mul(Constant(b), y)),
                 hn::Mul(Constant(c), z));
}

// The polynomial of `factors`, that of the highest power first.
template <std::size_t kCount>
HWY_INLINE Vec Polynomial(const float (&factors)[kCount], Vec x) {
  Vec sum = Constant(factors[0]);
  for (std::size_t i = 1; i < kCount; ++i) sum = hn::Add(hn::Mul(sum, x), Constant(factors[i]));
  return sum;
}

HWY_INLINE Vec FourthRoot(Vec x) { return hn::Sqrt(hn::Sqrt(x)); }

constexpr float kKnee = 6.0F / 29;

// CIE's f of a share of white, 0..1: the cube root is t^(4/3) of the fourth root t.
HWY_INLINE Vec RootOf(Vec share) {
  static constexpr float kFactors[] = {-0.0753447334F, 0.410200632F,   -0.982004459F,
                                       1.37956691F,    -1.32154644F,   1.15806361F,
                                       0.439785145F,   -0.00872081135F};
  const Vec line = hn::Add(hn::Mul(share, Constant(841.0F / 108)), Constant(4.0F / 29));
  const auto above = hn::Gt(share, Constant(kKnee * kKnee * kKnee));
  return hn::IfThenElse(above, Polynomial(kFactors, FourthRoot(share)), line);
}

// And back, of any number.
HWY_INLINE Vec CubeOf(Vec root) {
  const Vec line = hn::Mul(hn::Sub(root, Constant(4.0F / 29)), Constant(108.0F / 841));
  return hn::IfThenElse(hn::Gt(root, Constant(kKnee)), hn::Mul(hn::Mul(root, root), root), line);
}

HWY_INLINE Vec Shown(Vec light) { return hn::Min(hn::Max(light, Constant(0)), Constant(1)); }
HWY_INLINE Colour3 Shown(const Colour3& light) {
  return {Shown(light.x), Shown(light.y), Shown(light.z)};
}

HWY_INLINE Vec LuminanceOf(const Colour3& light) {
  return Sum(0.2126390F, light.x, 0.7151687F, light.y, 0.0721923F, light.z);
}

// Of f's of shares of white.
HWY_INLINE Colour3 LightOf(const Colour3& roots) {
  const Vec x = CubeOf(roots.x);
  const Vec y = CubeOf(roots.y);
  const Vec z = CubeOf(roots.z);
  return {Sum(3.0803991F, x, -1.5373832F, y, -0.5430159F, z),
          Sum(-0.9212234F, x, 1.8759675F, y, 0.0452559F, z),
          Sum(0.0528739F, x, -0.2039770F, y, 1.1511030F, z)};
}

HWY_INLINE Colour3 Modulated(const LightChange& change, const Colour3& light) {
  const Vec root_x = RootOf(Sum(0.4338873F, light.x, 0.3762240F, light.y, 0.1898886F, light.z));
  const Vec root_y = RootOf(LuminanceOf(light));
  const Vec root_z = RootOf(Sum(0.0177500F, light.x, 0.1094476F, light.y, 0.8728023F, light.z));
  const Vec red = hn::Sub(root_x, root_y);
  const Vec yellow = hn::Sub(root_y, root_z);
  const auto& turn = change.turn;
  const Vec y = hn::Add(hn::Mul(Constant(change.lift), root_y), Constant(change.offset));
  const Vec x =
      hn::Add(y, hn::Add(hn::Mul(Constant(turn[0]), red), hn::Mul(Constant(turn[1]), yellow)));
  const Vec z =
      hn::Sub(y, hn::Add(hn::Mul(Constant(turn[2]), red), hn::Mul(Constant(turn[3]), yellow)));
  const Colour3 colour = LightOf({x, y, z});
  // Grey has no chroma that rounding could give it.
  const auto grey = hn::And(hn::Eq(light.x, light.y), hn::Eq(light.y, light.z));
  const Vec luminance = CubeOf(y);
  return {hn::IfThenElse(grey, luminance, colour.x), hn::IfThenElse(grey, luminance, colour.y),
          hn::IfThenElse(grey, luminance, colour.z)};
}

// The tint fades towards black and white by 1 - 4 (L / 100 - 1/2)^2.
HWY_INLINE Colour3 Tinted(const LightChange& change, const Colour3& light) {
  const Vec y = RootOf(LuminanceOf(light));
  const Vec from_middle = hn::Sub(hn::Mul(y, Constant(1.16F)), Constant(0.66F));
  const Vec weight = hn::Sub(Constant(1), hn::Mul(Constant(4), hn::Mul(from_middle, from_middle)));
  return LightOf({hn::Add(y, hn::Mul(weight, Constant(change.tint_x))), y,
                  hn::Sub(y, hn::Mul(weight, Constant(change.tint_z)))});
}

// sRGB's codes of light, 0..1; x^(1/2.4) is t^(5/3) of the fourth root t.
HWY_INLINE Vec CodeOf(Vec light) {
  static constexpr float kFactors[] = {0.0682079898F, -0.318416075F, 0.657188483F,  -0.852957657F,
                                       1.36592116F,   0.139604107F,  -0.0595466059F};
  const Vec line = hn::Mul(light, Constant(12.92F));
  return hn::IfThenElse(hn::Gt(light, Constant(0.0031308F)),
                        Polynomial(kFactors, FourthRoot(light)), line);
}

void ChangeBlock(const LightChange& change, std::size_t count, LightBlock& block) {
  const Floats f;
  const hn::Rebind<int, Floats> whole;
  const auto codes = [&](Vec light) {
    const Vec code = hn::Mul(Shown(CodeOf(Shown(light))), Constant(change.most));
    return hn::ConvertTo(whole, hn::Add(code, Constant(0.5F)));
  };
  for (std::size_t i = 0; i < count; i += hn::Lanes(f)) {
    Colour3 light = {hn::Load(f, &block.light[0][i]), hn::Load(f, &block.light[1][i]),
                     hn::Load(f, &block.light[2][i])};
    if (change.modulates) light = Modulated(change, light);
    if (change.greyscale) {
      const Vec luminance = LuminanceOf(Shown(light));
      light = {luminance, luminance, luminance};
    }
    if (change.tints) light = Tinted(change, Shown(light));
    hn::Store(codes(light.x), whole, &block.codes[0][i]);
    hn::Store(codes(light.y), whole, &block.codes[1][i]);
    hn::Store(codes(light.z), whole, &block.codes[2][i]);
  }
}

}  // namespace whittle::effect::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whittle::effect {

HWY_EXPORT(ChangeBlock);

void ChangeLight(const LightChange& change, std::size_t count, LightBlock& block) {
  HWY_DYNAMIC_DISPATCH(ChangeBlock)(change, count, block);
}

}  // namespace whittle::effect
#endif
