// Whole files in and out for the commands: bounded reads, atomic writes. "-" is stdin or stdout.
//
// Blocking; for the command line only, the server reads through source/. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "whittle/bytes.h"
#include "whittle/expected.h"

namespace whittle::app {

/// A file's bytes, at most `max_bytes`. Errors: kNotFound, kTooLarge, kUnreadable; the public text
/// names the system's reason.
Expected<Bytes> ReadWhole(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Writes beside `path` and renames, so that a reader sees the old file or the whole new one and a
/// failure leaves nothing behind. An existing file keeps its permissions. Errors: kInternal.
Expected<void> WriteWhole(const std::filesystem::path& path, ByteView bytes);

}  // namespace whittle::app
