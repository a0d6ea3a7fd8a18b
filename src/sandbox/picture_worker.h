// Decoding as work for processes of its own (fork_server.h): one picture, by any codec.
#pragma once

#include <optional>

#include "sandbox/fork_server.h"

namespace whittle::sandbox {

std::optional<Work> PreparePictures();

}  // namespace whittle::sandbox
