#include "color/lcms.h"

#include <lcms2_plugin.h>

#include <cstdlib>

namespace whittle::color {
namespace {

void* Allocate(cmsContext, cmsUInt32Number size) {
  return size <= kMostLcmsTakes ? std::malloc(size) : nullptr;
}
void* Reallocate(cmsContext, void* block, cmsUInt32Number size) {
  return size <= kMostLcmsTakes ? std::realloc(block, size) : nullptr;
}
void Free(cmsContext, void* block) { std::free(block); }

}  // namespace

LcmsContext NewLcmsContext() {
  cmsPluginMemHandler memory{};
  memory.base = {cmsPluginMagicNumber, 2000, cmsPluginMemHandlerSig, nullptr};
  memory.MallocPtr = Allocate;
  memory.FreePtr = Free;
  memory.ReallocPtr = Reallocate;
  return LcmsContext(cmsCreateContext(&memory, nullptr));
}

}  // namespace whittle::color
