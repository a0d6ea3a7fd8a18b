// What a server says to a fork server and to its workers, whatever they work on: plain structs over
// sockets that keep messages apart. Both sides are the same program, so the layout is the same; and
// a worker may be a stranger's by now, so nothing it says is believed.
//
//   server -> fork server: Job, with the socket that is to be the worker's
//   on that socket, fork server -> server: Started, with a pidfd of the worker
//                   server and worker: questions, and to each an answer (svg_messages.h)
//                   fork server -> server: Ended
#pragma once

#include <cstddef>
#include <cstdint>

namespace whittle::sandbox {

/// The fork server's socket; in a worker, the worker's.
inline constexpr int kControlDescriptor = 3;
/// The command of the program that runs one, whose argument is the kind of work; not for people,
/// so --help does not name it.
inline constexpr const char* kForkServerCommand = "fork-server";

/// The first member of all that comes to the server.
enum class Tag : std::uint32_t { kStarted = 1, kEnded, kAnswer };

/// No message to the server is longer.
inline constexpr std::size_t kMostMessageBytes = 256;

struct Job {
  std::uint32_t workers = 1;  ///< to start; a message must have some content
};

struct Started {
  Tag tag = Tag::kStarted;
  std::uint32_t major = 0, minor = 0, micro = 0;  ///< of the library that works
  std::uint32_t own_namespaces = 0;               ///< whether (namespaces.h)
  std::uint32_t reads_files = 0;                  ///< whether (confine.h)
};

/// How a worker came to its end.
struct Ended {
  Tag tag = Tag::kEnded;
  std::int32_t signal = 0;  ///< that killed it, or 0
  std::int32_t exit_code = 0;
};

/// The exit code of a worker that may have no more memory.
inline constexpr int kOutOfMemory = 77;

}  // namespace whittle::sandbox
