#include "pipeline/geometry.h"

#include <algorithm>
#include <cmath>

namespace whittle::pipeline {
namespace {

using Params = Transform::Params;

// round(side * to / from), halves up, at least 1. Sides are below 2^32 and boxes below 2^17, so
// nothing overflows.
std::uint32_t Scale(std::uint32_t side, std::uint64_t to, std::uint64_t from) {
  const std::uint64_t rounded = (std::uint64_t{2} * side * to + from) / (2 * from);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
}

// A scale of to / from.
struct Ratio {
  std::uint64_t to = 1;
  std::uint64_t from = 1;
  bool operator<(const Ratio& other) const { return to * other.from < other.to * from; }
  Size Of(Size size) const { return {Scale(size.width, to, from), Scale(size.height, to, from)}; }
};

std::uint32_t Pixels(std::uint32_t side, double dpr) {
  return side == 0 ? 0 : std::max(1U, static_cast<std::uint32_t>(std::lround(side * dpr)));
}

// The scale at which `size` lies inside `box`, or covers it; a side of 0 does not count.
Ratio Meet(Size size, Size box, bool cover) {
  const Ratio across{box.width, size.width};
  const Ratio down{box.height, size.height};
  if (box.width == 0) return down;
  if (box.height == 0) return across;
  return cover == (across < down) ? down : across;
}

Ratio NoMoreThan(Ratio scale, Ratio most) { return most < scale ? most : scale; }

// Shrinks with aspect kept until no side is longer.
Size Clamped(Size size, std::uint32_t max_side) {
  const std::uint32_t longest = std::max(size.width, size.height);
  return longest <= max_side ? size : Ratio{max_side, longest}.Of(size);
}

// Where of the space that is left over something lies: 0 at the left or top, 1 at the other end.
struct Anchor {
  double x = 0.5;
  double y = 0.5;
};
Anchor AnchorOf(Position position) {
  switch (position) {
    case Position::kTop:
      return {0.5, 0};
    case Position::kRightTop:
      return {1, 0};
    case Position::kRight:
      return {1, 0.5};
    case Position::kRightBottom:
      return {1, 1};
    case Position::kBottom:
      return {0.5, 1};
    case Position::kLeftBottom:
      return {0, 1};
    case Position::kLeft:
      return {0, 0.5};
    case Position::kLeftTop:
      return {0, 0};
    case Position::kCentre:
    case Position::kEntropy:
    case Position::kAttention:
    case Position::kFocal:
      return {};
  }
  return {};
}

// `width` x `height` of `area`, where the position says.
Area CutTo(const Area& area, double width, double height, const Params& params) {
  const Anchor anchor = AnchorOf(params.position);
  double left = (area.width() - width) * anchor.x;
  double top = (area.height() - height) * anchor.y;
  if (params.position == Position::kFocal) {
    const auto around = [](double at, double side, double cut) {
      return std::clamp(at * side - cut / 2, 0.0, side - cut);
    };
    left = around(params.focal[0], area.width(), width);
    top = around(params.focal[1], area.height(), height);
  }
  left += area.left;
  top += area.top;
  return {left, top, left + width, top + height};
}

bool LooksAtPixels(Position position) {
  return position == Position::kEntropy || position == Position::kAttention;
}

Size SizeOf(const Area& area) {
  return {static_cast<std::uint32_t>(std::lround(area.width())),
          static_cast<std::uint32_t>(std::lround(area.height()))};
}

// Fills the box; both its sides are set.
void Cover(const Params& params, Size box, std::uint32_t max_side, Layout& layout) {
  const Size source = SizeOf(layout.shown);
  Ratio fit;  // of the box, to lie inside the source
  if (!params.enlarge) fit = NoMoreThan(Meet(box, source, false), fit);
  const Size target = Clamped(fit.Of(box), max_side);
  if (LooksAtPixels(params.position)) {
    layout.picture = Meet(source, target, true).Of(source);
    // Rounding may leave a side short of the window by less than half a pixel.
    layout.picture = {std::max(layout.picture.width, target.width),
                      std::max(layout.picture.height, target.height)};
    if (layout.picture != target) layout.window = target;
    return;
  }
  const double aspect = static_cast<double>(target.width) / target.height;
  const double width = std::min(layout.shown.width(), layout.shown.height() * aspect);
  const double height = std::min(layout.shown.height(), layout.shown.width() / aspect);
  layout.shown = CutTo(layout.shown, width, height, params);
  layout.picture = target;
}

// Stretches to the box.
void Fill(const Params& params, Size box, std::uint32_t max_side, Layout& layout) {
  const Size source = SizeOf(layout.shown);
  if (!params.enlarge) {
    box = {std::min(box.width, source.width), std::min(box.height, source.height)};
  }
  layout.picture = {std::min(box.width, max_side), std::min(box.height, max_side)};
}

void Whole(const Params& params, Size box, std::uint32_t max_side, Layout& layout) {
  const Size source = SizeOf(layout.shown);
  Ratio scale = Meet(source, box, params.fit == Fit::kOutside);
  if (!params.enlarge) scale = NoMoreThan(scale, {});
  scale = NoMoreThan(scale, Meet(source, {max_side, max_side}, false));
  layout.picture = scale.Of(source);
}

// The canvas around what was laid out: the box of contain, then the padding asked for.
Expected<void> Pad(const Params& params, Size box, std::uint32_t max_side, Layout& layout) {
  const Size inner = layout.window.value_or(layout.picture);
  layout.canvas = inner;
  if (params.fit == Fit::kContain) {
    layout.canvas = {std::max(inner.width, std::min(box.width, max_side)),
                     std::max(inner.height, std::min(box.height, max_side))};
    const Anchor anchor = AnchorOf(params.position);
    layout.left = static_cast<std::uint32_t>((layout.canvas.width - inner.width) * anchor.x);
    layout.top = static_cast<std::uint32_t>((layout.canvas.height - inner.height) * anchor.y);
  }
  if (!params.pad.any()) return {};
  const auto side = [&params](std::uint32_t pad) { return Pixels(pad, params.dpr); };
  layout.left += side(params.pad.left);
  layout.top += side(params.pad.top);
  layout.canvas.width += side(params.pad.left) + side(params.pad.right);
  layout.canvas.height += side(params.pad.top) + side(params.pad.bottom);
  if (std::max(layout.canvas.width, layout.canvas.height) > max_side) {
    return FailSaying(ErrorKind::kBadRequest, "invalid pad");
  }
  return {};
}

Expected<Area> Cropped(const Area& part, const Rectangle& crop) {
  const double left = part.left + crop.left;
  const double top = part.top + crop.top;
  const Area area = {left, top, std::min(part.right, left + crop.width),
                     std::min(part.bottom, top + crop.height)};
  if (area.width() < 1 || area.height() < 1) {
    return FailSaying(ErrorKind::kBadRequest, "invalid crop");
  }
  return area;
}

}  // namespace

Expected<Layout> LayOut(const Area& part, const Transform& transform, std::uint32_t max_side,
                        bool vector) {
  Params params = transform.params();
  params.enlarge = params.enlarge || vector;
  Layout layout;
  layout.shown = part;
  if (params.crop) {
    WHITTLE_TRY(layout.shown, Cropped(part, *params.crop));
  }
  const Size box = {Pixels(params.width, params.dpr), Pixels(params.height, params.dpr)};
  const bool both = box.width != 0 && box.height != 0;
  if (params.fit == Fit::kCover && both) {
    Cover(params, box, max_side, layout);
  } else if (params.fit == Fit::kFill && both) {
    Fill(params, box, max_side, layout);
  } else {
    Whole(params, box, max_side, layout);
  }
  WHITTLE_CHECK(Pad(params, box, max_side, layout));
  return layout;
}

}  // namespace whittle::pipeline
