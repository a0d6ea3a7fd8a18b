// Expected<T>: a T, or the Error that kept us from having one. Two helpers propagate errors.
//
//   Expected<ImageInfo> info = Probe(bytes, limits);
//   if (!info) return std::unexpected(info.error());      // written out, or:
//   WHITTLE_TRY(ImageInfo info, Probe(bytes, limits));    // the same in one line
//   WHITTLE_CHECK(sink->Write(rows));                     // for Expected<void>
//
// Inside a coroutine use WHITTLE_CO_TRY and WHITTLE_CO_CHECK.
#pragma once

#include <expected>
#include <utility>

#include "whittle/error.h"

namespace whittle {

template <class T>
using Expected = std::expected<T, Error>;

/// Shorthand for returning an error from a function that returns Expected<T>.
inline std::unexpected<Error> Fail(ErrorKind kind, std::string detail = {}) {
  return std::unexpected(Error::Of(kind, std::move(detail)));
}
inline std::unexpected<Error> FailSaying(ErrorKind kind, std::string text,
                                         std::string detail = {}) {
  return std::unexpected(Error::Saying(kind, std::move(text), std::move(detail)));
}

}  // namespace whittle

#define WHITTLE_CONCAT_INNER(a, b) a##b
#define WHITTLE_CONCAT(a, b) WHITTLE_CONCAT_INNER(a, b)

#define WHITTLE_TRY_INNER(tmp, decl, expr, ret)          \
  auto tmp = (expr);                                     \
  if (!tmp) ret std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define WHITTLE_CHECK_INNER(tmp, expr, ret) \
  if (auto tmp = (expr); !tmp) ret std::unexpected(std::move(tmp).error())

#define WHITTLE_TRY(decl, expr) \
  WHITTLE_TRY_INNER(WHITTLE_CONCAT(whittle_try_, __LINE__), decl, expr, return)
#define WHITTLE_CO_TRY(decl, expr) \
  WHITTLE_TRY_INNER(WHITTLE_CONCAT(whittle_try_, __LINE__), decl, expr, co_return)
#define WHITTLE_CHECK(expr) \
  WHITTLE_CHECK_INNER(WHITTLE_CONCAT(whittle_try_, __LINE__), expr, return)
#define WHITTLE_CO_CHECK(expr) \
  WHITTLE_CHECK_INNER(WHITTLE_CONCAT(whittle_try_, __LINE__), expr, co_return)
