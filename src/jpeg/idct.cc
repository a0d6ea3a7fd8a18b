// Compiled once per instruction set by foreach_target.h, which includes this file again and again.
#include "jpeg/idct.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "jpeg/idct.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "jpeg/idct-inl.h"

#if HWY_ONCE
namespace whittle::jpeg {

HWY_EXPORT(TargetIdct);

const IdctKernel& IdctForThisCpu() { return *HWY_DYNAMIC_DISPATCH(TargetIdct)(); }

}  // namespace whittle::jpeg
#endif
