#include "jpeg/scan_bytes.h"

#include <algorithm>
#include <cstring>

namespace whittle::jpeg {
namespace {

// Half of a first-level cache, and many times what a unit can take.
constexpr std::size_t kWindow = 16 << 10;

}  // namespace

ScanBytes::ScanBytes(ByteView scan) : next_(scan.data()), last_(scan.data() + scan.size()) {
  window_.Resize(kWindow + kPadding);
  Fill();
}

const std::uint8_t* ScanBytes::More(const std::uint8_t* at) {
  size_ -= static_cast<std::size_t>(at - begin());
  std::memmove(window_.data(), at, size_);
  Fill();
  return begin();
}

int ScanBytes::marker() const { return last_ - next_ < 2 ? 0 : next_[1]; }

void ScanBytes::NextSegment() {
  next_ += 2;
  size_ = 0;
  complete_ = false;
  Fill();
}

void ScanBytes::Fill() {
  while (!complete_ && size_ < kWindow) {
    std::uint8_t* to = window_.data() + size_;
    const std::size_t most = std::min(kWindow - size_, static_cast<std::size_t>(last_ - next_));
    const void* found = most == 0 ? nullptr : std::memchr(next_, 0xFF, most);
    const std::size_t plain =
        found == nullptr
            ? most
            : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - next_);
    if (plain != 0) std::memcpy(to, next_, plain);
    size_ += plain;
    next_ += plain;
    if (found != nullptr && last_ - next_ >= 2 && next_[1] == 0) {
      to[plain] = 0xFF;
      ++size_;
      next_ += 2;
    } else if (found != nullptr || next_ == last_) {
      complete_ = true;
    }
  }
  if (complete_) std::memset(window_.data() + size_, 0, kPadding);
}

}  // namespace whittle::jpeg
