#include "jpeg/progressive_scans.h"

#include <array>
#include <span>
#include <utility>

#include "jpeg/markers.h"
#include "jpeg/progressive.h"

namespace whittle::jpeg {
namespace {

HuffmanCodes AppendTable(Bytes& file, TableClass of, std::uint8_t number,
                         const SymbolCounts& counts) {
  const HuffmanSpec table = OptimalCode(counts);
  AppendHuffman(file, of, number, table);
  return *CodesOf(table);  // OptimalCode makes no impossible ones
}

void AppendDcScan(Bytes& file, const KeptBlocks& blocks) {
  const KeptDc dc = blocks.dc();
  std::array<SymbolCounts, 2> counts{};
  std::array<SymbolCounter, 2> counters = {SymbolCounter(counts[0]), SymbolCounter(counts[1])};
  WalkDc(dc, counters);
  std::array<HuffmanCodes, 2> codes{};
  codes[0] = AppendTable(file, TableClass::kDc, 0, counts[0]);
  if (blocks.components() > 1) codes[1] = AppendTable(file, TableClass::kDc, 1, counts[1]);
  AppendScan(file, 0, blocks.components(), {});
  BitWriter writer(file);
  std::array<SymbolCoder, 2> coders = {SymbolCoder(writer, codes[0]),
                                       SymbolCoder(writer, codes[1])};
  WalkDc(dc, coders);
  writer.Flush();
}

void AppendBandScan(Bytes& file, const KeptBlocks& blocks, std::size_t c, const Band& band) {
  const KeptAc ac = blocks.ac(c);
  const auto walk = [&](auto sink) {
    if (band.high == 0) {
      WalkBand(ac, band, sink);
    } else {
      WalkRefinement(ac, band, sink);
    }
  };
  SymbolCounts counts{};
  walk(SymbolCounter(counts));
  const HuffmanCodes codes = AppendTable(file, TableClass::kAc, c == 0 ? 0 : 1, counts);
  AppendScan(file, c, 1, band);
  BitWriter writer(file);
  walk(SymbolCoder(writer, codes));
  writer.Flush();
}

// Ways to cut a component's AC into scans; the first is the best one for most photos. Sending the
// lowest bit late pays for luma's many small coefficients, but for the lowest frequencies, which
// are seldom small.
using Script = std::span<const Band>;
constexpr Band kLumaHalves[] = {{1, 2, 0, 0}, {3, 63, 0, 1}, {3, 63, 1, 0}};
constexpr Band kLumaThirds[] = {{1, 2, 0, 0}, {3, 9, 0, 1}, {10, 63, 0, 1}, {3, 63, 1, 0}};
constexpr Band kLumaWhole[] = {{1, 2, 0, 0}, {3, 63, 0, 0}};
constexpr Band kChromaWhole[] = {{1, 63, 0, 0}};
constexpr Band kChromaLate[] = {{1, 63, 0, 1}, {1, 63, 1, 0}};
constexpr Band kChromaCut[] = {{1, 2, 0, 0}, {3, 63, 0, 0}};
constexpr std::array<Script, 3> kLumaScripts = {kLumaHalves, kLumaThirds, kLumaWhole};
constexpr std::array<Script, 3> kChromaScripts = {kChromaWhole, kChromaLate, kChromaCut};

void AppendScript(Bytes& file, const KeptBlocks& blocks, std::size_t c, Script script,
                  const std::stop_token& stop) {
  for (const Band& band : script) {
    if (stop.stop_requested()) return;
    AppendBandScan(file, blocks, c, band);
  }
}

// Tries each script in full: what is measured is what is written.
void AppendSmallest(Bytes& file, const KeptBlocks& blocks, std::size_t c,
                    std::span<const Script> scripts, const std::stop_token& stop) {
  Bytes best, other;
  for (const Script& script : scripts) {
    other.Resize(0);
    AppendScript(other, blocks, c, script, stop);
    if (best.empty() || other.size() < best.size()) std::swap(best, other);
  }
  file.Append(best.view());
}

}  // namespace

void AppendProgressiveScans(Bytes& file, const KeptBlocks& blocks, bool smallest,
                            const std::stop_token& stop) {
  AppendDcScan(file, blocks);
  for (std::size_t c = 0; c < blocks.components(); ++c) {
    const auto& scripts = c == 0 ? kLumaScripts : kChromaScripts;
    if (smallest) {
      AppendSmallest(file, blocks, c, scripts, stop);
    } else {
      AppendScript(file, blocks, c, scripts[0], stop);
    }
  }
}

}  // namespace whittle::jpeg
