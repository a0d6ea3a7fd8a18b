#include "jpeg/encoder.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "base/checked.h"
#include "jpeg/progressive_scans.h"
#include "jpeg/thrift.h"
#include "jpeg/trained_tables.h"

namespace whittle::jpeg {
namespace {

constexpr std::size_t kAlign = pixel::kAlignment;

// From here on the picture is to be near the original, whatever it costs.
constexpr double kHonestQuality = 97;

std::size_t Ceil(std::size_t value, std::size_t step) { return (value + step - 1) / step; }

// Fills `rows` rows of `padded` samples with those of `from`; the last sample and the last row are
// repeated, which costs least.
void FillRows(std::uint8_t* to, std::size_t stride, std::size_t padded, int rows,
              const pixel::ConstRowSpan& from) {
  const auto width = static_cast<std::size_t>(from.width);
  for (int y = 0; y < rows; ++y, to += stride) {
    std::memcpy(to, from.row(std::min(y, from.rows - 1)), width);
    std::memset(to + width, to[width - 1], padded - width);
  }
}

// A block that shows nothing: it repeats the DC of the one before.
void MakeEmpty(const BlockRow& row, std::size_t x, std::int16_t dc) {
  std::int16_t* block = row.coefficients + x * kBlockSize;
  std::fill_n(block, kBlockSize, std::int16_t{0});
  block[0] = dc;
  row.nonzero[x] = 0;
  row.large[x] = 0;
}

// The blocks that complete the last MCU of each row, and the last row of MCUs.
void PadRow(const Component& component, const BlockRow& row) {
  for (std::size_t x = component.width; x < component.stride; ++x) {
    MakeEmpty(row, x, row.coefficients[(x - 1) * kBlockSize]);
  }
}
void PadWholeRow(const Component& component, const BlockRow& above, const BlockRow& row) {
  for (std::size_t x = 0; x < component.stride; ++x) {
    const std::size_t last_of_mcu = x - x % component.across + component.across - 1;
    MakeEmpty(row, x, above.coefficients[last_of_mcu * kBlockSize]);
  }
}

}  // namespace

Encoder::Encoder(const Picture& picture)
    : picture_(picture),
      kernels_(FdctForThisCpu()),
      thrifty_(picture.quality < kHonestQuality),
      writer_(file_) {
  LayOut();
  Allocate();
  const Component& luma = components_[0];
  if (!streams()) kept_.Prepare(components(), Ceil(luma.height, luma.down));
  AppendHeadOfFile();
  writer_.Attach();
}

void Encoder::LayOut() {
  count_ = picture_.layout == Layout::kGrey ? 1 : 3;
  const std::size_t factor = picture_.layout == Layout::k420 ? 2 : 1;
  const auto width = static_cast<std::size_t>(picture_.width);
  const auto height = static_cast<std::size_t>(picture_.height);
  for (std::size_t c = 0; c < count_; ++c) {
    const std::size_t blocks = c == 0 ? factor : 1;
    const std::size_t shrink = factor / blocks;
    components_[c].across = components_[c].down = blocks;
    components_[c].width = Ceil(Ceil(width, shrink), kBlockSide);
    components_[c].height = Ceil(Ceil(height, shrink), kBlockSide);
    components_[c].stride = Ceil(width, kBlockSide * factor) * blocks;
  }
}

// Everything in one piece: for each component the samples of a band, then masks and coefficients of
// a row of MCUs.
void Encoder::Allocate() {
  constexpr std::size_t kSlack = kBlockGroup - 1;
  std::size_t size = 0;
  const auto take = [&size](std::size_t bytes) {
    const std::size_t at = size;
    size += RoundUp(bytes, kAlign);
    return at;
  };
  struct Places {
    std::size_t samples, nonzero, large, coefficients;
  };
  std::array<Places, 3> places{};
  const std::size_t factor = components_[0].down;
  for (std::size_t c = 0; c < count_; ++c) {
    const Component& component = components_[c];
    samples_[c].width = RoundUp(component.stride, kBlockGroup) * kBlockSide;
    samples_[c].stride = pixel::RowStride(samples_[c].width);
    const std::size_t blocks = component.stride * component.down + kSlack;
    places[c] = {take(samples_[c].stride * kBandRows * component.down / factor),
                 take(blocks * sizeof(std::uint64_t)), take(blocks * sizeof(std::uint64_t)),
                 take(blocks * kBlockSize * sizeof(std::int16_t))};
  }
  const std::size_t widest = components_[0].stride + kSlack;
  const std::size_t parts = take(widest * kBlockSize * sizeof(std::int16_t));
  const std::size_t weak = take(widest * sizeof(std::uint64_t));
  storage_.Resize(size);
  rest_ = {reinterpret_cast<std::int16_t*>(storage_.data() + parts),
           reinterpret_cast<std::uint64_t*>(storage_.data() + weak)};
  for (std::size_t c = 0; c < count_; ++c) {
    std::uint8_t* base = storage_.data();
    samples_[c].first = base + places[c].samples;
    components_[c].blocks = {
        reinterpret_cast<std::int16_t*>(base + places[c].coefficients),
        reinterpret_cast<std::uint64_t*>(base + places[c].nonzero),
        reinterpret_cast<std::uint64_t*>(base + places[c].large),
    };
  }
}

void Encoder::AppendHeadOfFile() {
  const QuantTables tables = TablesFor(picture_.quality);
  for (std::size_t c = 0; c < count_; ++c) quantisers_[c] = QuantiserOf(tables[c]);
  // Two bits a pixel is what quality 80 takes at most; growing is a realloc.
  const auto pixels =
      static_cast<std::size_t>(picture_.width) * static_cast<std::size_t>(picture_.height);
  file_.Reserve(4096 + picture_.embedded.icc.size() + pixels / 4);
  AppendHead(file_, picture_.embedded);
  AppendQuantTables(file_, std::span(tables).first(count_));
  AppendFrame(file_, streams() ? Frame::kBaseline : Frame::kProgressive, picture_.width,
              picture_.height, components(), count_);
  if (!streams()) return;
  for (std::size_t i = 0; i < (count_ == 1 ? 2 : kTrained.size()); ++i) {
    AppendHuffman(file_, i % 2 == 0 ? TableClass::kDc : TableClass::kAc,
                  static_cast<std::uint8_t>(i / 2), kTrained[i]);
  }
  AppendScan(file_, 0, count_, {.first = 0, .last = kBlockSize - 1});
}

void Encoder::Write(const PlaneRows& rows) {
  const std::size_t factor = components_[0].down;
  for (std::size_t c = 0; c < count_; ++c) {
    FillRows(samples_[c].first, samples_[c].stride, samples_[c].width,
             kBandRows * static_cast<int>(components_[c].down) / static_cast<int>(factor), rows[c]);
  }
  const std::size_t mcu_rows = Ceil(static_cast<std::size_t>(rows[0].rows), kBlockSide * factor);
  for (std::size_t i = 0; i < mcu_rows; ++i, ++mcu_rows_done_) {
    TransformMcuRow(i);
    if (streams()) {
      CodeMcuRow();
    } else {
      kept_.Keep(components());
    }
  }
}

void Encoder::TransformMcuRow(std::size_t in_band) {
  for (std::size_t c = 0; c < count_; ++c) {
    const Component& component = components_[c];
    for (std::size_t i = 0; i < component.down; ++i) {
      const BlockRow to = component.Row(i);
      if (mcu_rows_done_ * component.down + i >= component.height) {
        PadWholeRow(component, component.Row(i - 1), to);
        continue;
      }
      const std::uint8_t* samples =
          samples_[c].first + (in_band * component.down + i) * kBlockSide * samples_[c].stride;
      kernels_.transform(samples, samples_[c].stride, component.width, quantisers_[c], to, rest_);
      if (thrifty_) SpareBits(to, rest_, component.width);
      PadRow(component, to);
    }
  }
}

void Encoder::CodeMcuRow() {
  const auto& codes = TrainedCodes();
  std::array<SymbolCoder, 4> coders = {
      SymbolCoder(writer_, codes[0]), SymbolCoder(writer_, codes[1]),
      SymbolCoder(writer_, codes[2]), SymbolCoder(writer_, codes[3])};
  WalkMcuRow(components(), before_, coders);
}

Bytes Encoder::Finish(const std::stop_token& stop) {
  writer_.Flush();
  if (!streams()) {
    AppendProgressiveScans(file_, kept_, picture_.preset == Preset::kSmall, stop);
  }
  AppendEnd(file_);
  return std::move(file_);
}

}  // namespace whittle::jpeg
