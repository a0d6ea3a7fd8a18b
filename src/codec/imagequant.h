// libimagequant's objects behind owners, and how its work is stopped: what PNG's and GIF's palettes
// have in common. For those files only.
#pragma once

#include <libimagequant.h>

#include <memory>
#include <stop_token>

namespace whittle::codec {

struct DestroyLiq {
  void operator()(liq_attr* p) const { liq_attr_destroy(p); }
  void operator()(liq_image* p) const { liq_image_destroy(p); }
  void operator()(liq_histogram* p) const { liq_histogram_destroy(p); }
  void operator()(liq_result* p) const { liq_result_destroy(p); }
};
template <class T>
using LiqPtr = std::unique_ptr<T, DestroyLiq>;

/// Progress callback whose user info is a const std::stop_token: zero ends the work.
inline int LiqMayGoOn(float, void* stop) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 0 : 1;
}

}  // namespace whittle::codec
