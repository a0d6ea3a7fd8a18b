#include "base/kept_segment.h"

namespace whittle {

KeptSegment::KeptSegment() : block_(std::make_unique<char>()) {}

}  // namespace whittle
