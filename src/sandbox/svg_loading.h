// What librsvg would load when a document asks for it, loaded before: a confined process can load
// no code, and a fork of this one has it already.
//
// For the process that forks, once, after librsvg (svg_library.h).
#pragma once

#include <string>
#include <vector>

namespace whittle::sandbox {

/// By the handle of librsvg: the list of fonts, and decoders of pictures within documents (PNG and
/// JPEG are always there). What is missing is left out. Encodings of text are in Debian's libxml2,
/// which takes ICU's where glibc's cannot be loaded.
void LoadForDrawing(void* librsvg);

/// Files and folders that drawing reads: fonts, and what fontconfig and shared-mime-info know.
std::vector<std::string> PathsForDrawing(void* librsvg);

}  // namespace whittle::sandbox
