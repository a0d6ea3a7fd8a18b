// What a thrown thing says of itself, for the log.
//
// Any thread.
#pragma once

#include <exception>
#include <string>

namespace whittle {

inline std::string What(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace whittle
