// A wall: what is thrown behind it, as by a library or for want of memory, is an error.
//
// Any thread.
#pragma once

#include <exception>
#include <new>

#include "whittle/expected.h"

namespace whittle {

/// What `f` gives, which is an Expected.
template <class F>
auto Guarded(const F& f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return Fail(ErrorKind::kOverloaded, "out of memory");
  } catch (const std::exception& e) {
    return Fail(ErrorKind::kInternal, e.what());
  }
}

}  // namespace whittle
