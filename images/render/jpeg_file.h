// Writes a picture as a JPEG file with the EXIF orientation and colour profile its shot asks for.
#pragma once

#include <filesystem>

#include "photograph.h"
#include "shot.h"

namespace render {

// Returns the size of the file in bytes. Throws std::runtime_error if it cannot be written.
size_t WriteJpeg(const std::filesystem::path& path, const Picture& picture, const Shot& shot);

}  // namespace render
