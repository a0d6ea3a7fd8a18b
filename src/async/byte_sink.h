// A place for bytes that come in pieces, whose room is paid for before they come.
//
// Who reads from a network fills one without knowing what holds the bytes. One writer, on a strand.
#pragma once

#include <cstdint>

#include "async/wait.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::async {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Makes room for `bytes` in all; keeps what is there. Errors: kTooLarge, kOverloaded,
  /// kCancelled.
  virtual Awaitable<Expected<void>> Reserve(std::uint64_t bytes, Wait wait) = 0;
  /// Adds `more`, for which there is room.
  virtual void Append(ByteView more) = 0;
};

}  // namespace whittle::async
