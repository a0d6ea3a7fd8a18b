// Owners of what libdeflate allocates. For codec/png only.
#pragma once

#include <libdeflate.h>

#include <memory>

namespace whittle::codec {

struct FreeDeflate {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};
using CompressorPtr = std::unique_ptr<libdeflate_compressor, FreeDeflate>;
using DecompressorPtr = std::unique_ptr<libdeflate_decompressor, FreeDeflate>;

}  // namespace whittle::codec
