#include "pipeline/turns.h"

#include <array>
#include <cstddef>
#include <utility>

#include "pixel/orient.h"

namespace whittle::pipeline {
namespace {

// The stored place of what is displayed at (x, y): the two change places when `transposes`, and
// then each counts from the other end when it is mirrored. EXIF 2.3, tag 0x0112.
struct Turn {
  bool transposes, mirrors_x, mirrors_y;
  friend bool operator==(const Turn&, const Turn&) = default;
};
constexpr std::array<Turn, 9> kTurns = {{{false, false, false},  // 0 is none
                                         {false, false, false},
                                         {false, true, false},
                                         {false, true, true},
                                         {false, false, true},
                                         {true, false, false},
                                         {true, false, true},
                                         {true, true, true},
                                         {true, true, false}}};

Turn TurnOf(int orientation) { return kTurns[static_cast<std::size_t>(orientation)]; }

}  // namespace

int Composed(int first, int then) {
  const Turn a = TurnOf(first);
  const Turn b = TurnOf(then);
  // What `then` mirrors is an axis of the picture that `first` shows.
  const Turn both = {a.transposes != b.transposes,
                     a.mirrors_x != (a.transposes ? b.mirrors_y : b.mirrors_x),
                     a.mirrors_y != (a.transposes ? b.mirrors_x : b.mirrors_y)};
  int orientation = 1;
  while (TurnOf(orientation) != both) ++orientation;
  return orientation;
}

int AskedTurn(const Transform::Params& params) {
  constexpr std::array<int, 4> kQuarters = {1, 6, 3, 8};
  int turn = kQuarters[static_cast<std::size_t>(params.rotate / 90 % 4)];
  if (params.flip) turn = Composed(turn, 4);
  if (params.flop) turn = Composed(turn, 2);
  return turn;
}

Area AsStored(const Area& displayed, int orientation, Size stored) {
  const Turn turn = TurnOf(orientation);
  Area area = displayed;
  if (turn.transposes) area = {area.top, area.left, area.bottom, area.right};
  if (turn.mirrors_x) {
    area = {stored.width - area.right, area.top, stored.width - area.left, area.bottom};
  }
  if (turn.mirrors_y) {
    area = {area.left, stored.height - area.bottom, area.right, stored.height - area.top};
  }
  return area;
}

Area AsDisplayed(const Area& area, int orientation, Size stored) {
  const Turn turn = TurnOf(orientation);
  Area shown = area;
  if (turn.mirrors_x) {
    shown = {stored.width - shown.right, shown.top, stored.width - shown.left, shown.bottom};
  }
  if (turn.mirrors_y) {
    shown = {shown.left, stored.height - shown.bottom, shown.right, stored.height - shown.top};
  }
  if (turn.transposes) shown = {shown.top, shown.left, shown.bottom, shown.right};
  return shown;
}

}  // namespace whittle::pipeline
