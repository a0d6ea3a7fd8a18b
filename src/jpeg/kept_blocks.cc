#include "jpeg/kept_blocks.h"

#include <bit>

#include "base/checked.h"

namespace whittle::jpeg {

void KeptBlocks::Prepare(Components components, std::size_t mcu_rows) {
  std::size_t size = 0;
  const auto take = [&size](std::size_t bytes) {
    const std::size_t at = size;
    size += RoundUp(bytes, pixel::kAlignment);
    return at;
  };
  struct Places {
    std::size_t nonzero, large, values;
  };
  std::array<Places, 3> places{};
  std::size_t all = 0;
  for (std::size_t c = 0; c < components.size(); ++c) {
    const Component& component = components[c];
    const std::size_t blocks = component.width * component.height;
    places[c] = {take(blocks * sizeof(std::uint64_t)), take(blocks * sizeof(std::uint64_t)),
                 take(blocks * (kBlockSize - 1) * sizeof(std::int16_t))};
    all += component.stride * component.down * mcu_rows;
  }
  const std::size_t steps = take(all * sizeof(std::int16_t));
  storage_.Resize(size);
  std::uint8_t* const base = storage_.data();
  for (std::size_t c = 0; c < components.size(); ++c) {
    parts_[c] = {.nonzero = reinterpret_cast<std::uint64_t*>(base + places[c].nonzero),
                 .large = reinterpret_cast<std::uint64_t*>(base + places[c].large),
                 .values = reinterpret_cast<std::int16_t*>(base + places[c].values)};
  }
  steps_ = reinterpret_cast<std::int16_t*>(base + steps);
  step_count_ = row_ = 0;
  count_ = components.size();
  luma_ = components[0].across * components[0].down;
  chroma_ = count_ - 1;
}

void KeptBlocks::Keep(Components components) {
  for (std::size_t c = 0; c < components.size(); ++c) {
    const Component& component = components[c];
    for (std::size_t y = 0; y < component.down; ++y) {
      if (row_ * component.down + y == component.height) break;
      KeepRow(component.Row(y), component.width, parts_[c]);
    }
  }
  KeepDc(components);
  ++row_;
}

void KeptBlocks::KeepRow(const BlockRow& row, std::size_t blocks, Part& part) {
  std::uint64_t* const nonzero = part.nonzero + part.blocks;
  std::uint64_t* const large = part.large + part.blocks;
  std::int16_t* const values = part.values;
  std::size_t count = part.value_count;
  for (std::size_t x = 0; x < blocks; ++x) {
    nonzero[x] = row.nonzero[x] & ~std::uint64_t{1};
    large[x] = row.large[x];
    const std::int16_t* const block = row.coefficients + x * kBlockSize;
    for (std::uint64_t left = nonzero[x]; left != 0; left &= left - 1) {
      values[count++] = block[std::countr_zero(left)];
    }
  }
  part.blocks += blocks;
  part.value_count = count;
}

void KeptBlocks::KeepDc(Components components) {
  const std::size_t mcus = components[0].stride / components[0].across;
  std::int16_t* step = steps_ + step_count_;
  for (std::size_t mcu = 0; mcu < mcus; ++mcu) {
    for (std::size_t c = 0; c < components.size(); ++c) {
      const Component& component = components[c];
      for (std::size_t y = 0; y < component.down; ++y) {
        for (std::size_t x = 0; x < component.across; ++x) {
          const int dc = component.At(mcu * component.across + x, y).coefficients[0];
          *step++ = static_cast<std::int16_t>(dc - parts_[c].before);
          parts_[c].before = dc;
        }
      }
    }
  }
  step_count_ = static_cast<std::size_t>(step - steps_);
}

KeptAc KeptBlocks::ac(std::size_t component) const {
  const Part& part = parts_[component];
  return {part.blocks, part.nonzero, part.large, part.values};
}

KeptDc KeptBlocks::dc() const { return {{steps_, step_count_}, luma_, chroma_}; }

}  // namespace whittle::jpeg
