// SVG and svgz, read only, by whoever UseSvgRenderer named (renderer.h); off until then.
//
// The size: width and height, where the root element gives both in absolute units or in those of
// fonts; else the viewBox, in the proportion of what is given; else the box around what is drawn.
// The picture is always RGBA. It has no resolution, so the header offers it as a VectorPicture;
// open draws it in its own size.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "codec/codec.h"
#include "codec/svg/gzip.h"
#include "codec/svg/renderer.h"
#include "codec/svg/sniff.h"

namespace whittle::codec {
namespace {

const SvgRenderer* used = nullptr;  // set before any thread is started

constexpr std::string_view kExtensions[] = {"svg", "svgz"};

// What parsing and drawing may take: the document's tree, layers and filters. Less where a job may
// have less.
constexpr std::uint64_t kMemoryBytes = 192ULL << 20;
constexpr std::uint64_t kPixelBytes = 4;

bool SniffSvg(ByteView head) {
  if (used == nullptr) return false;
  if (!IsGzip(head)) return IsSvgText(head);
  return IsSvgText(InflatedHead(head, kSvgSniffBytes).view());
}

std::uint32_t WholePixels(double side) {
  return static_cast<std::uint32_t>(std::max(std::lround(side), 1L));
}

Expected<Header> ProbeSvg(ByteView file, const Limits& limits) {
  if (used == nullptr) return Fail(ErrorKind::kUnsupported, "SVG is off");
  if (file.size() > limits.max_source_bytes) {
    return Fail(ErrorKind::kTooLarge, "too many source bytes");
  }
  if (IsGzip(file) && AnnouncedSize(file) > limits.max_source_bytes) {
    return Fail(ErrorKind::kTooLarge, "too many bytes once inflated");
  }
  const std::uint64_t memory = std::min(kMemoryBytes, limits.max_working_bytes / 2);
  WHITTLE_TRY(SvgDocument document, used->Load(file, {.text_bytes = limits.max_source_bytes,
                                                      .memory_bytes = memory,
                                                      .drawn_bytes = limits.max_working_bytes}));
  if (!std::isfinite(document.width) || !std::isfinite(document.height) || document.width <= 0 ||
      document.height <= 0) {
    return Fail(ErrorKind::kUndecodable, "no size");
  }
  if (document.width > kSvgMaxSide || document.height > kSvgMaxSide) {
    return Fail(ErrorKind::kTooLarge, "a side is too long");
  }
  Header header;
  header.info.format = "svg";
  header.info.width = WholePixels(document.width);
  header.info.height = WholePixels(document.height);
  if (std::uint64_t{header.info.width} * header.info.height > limits.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "too many pixels");
  }
  header.info.channels = 3;
  header.info.alpha = true;
  header.format = pixel::PixelFormat::kRgba8;
  header.decode_bytes = memory;
  header.vector = std::move(document.picture);
  return header;
}

Expected<std::unique_ptr<RowSource>> OpenSvg(ByteView file, const Limits& limits,
                                             std::stop_token stop) {
  WHITTLE_TRY(const Header header, ProbeSvg(file, limits));
  const ImageInfo& info = header.info;
  const std::uint64_t drawn = std::uint64_t{info.width} * info.height * kPixelBytes;
  if (header.decode_bytes + drawn > limits.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "drawing takes too much memory");
  }
  return header.vector->Draw({.right = static_cast<double>(info.width),
                              .bottom = static_cast<double>(info.height),
                              .width = static_cast<int>(info.width),
                              .height = static_cast<int>(info.height)},
                             std::move(stop));
}

std::string_view SvgVersionText() { return used != nullptr ? used->version() : "librsvg off"; }

}  // namespace

void UseSvgRenderer(const SvgRenderer* renderer) { used = renderer; }

extern const Codec kSvg;
const Codec kSvg = {
    .name = "svg",
    .mime = "image/svg+xml",
    .extensions = kExtensions,
    .memory_chooses = true,  // pictures within it that find no memory are left out
    .decode_ns = 100,
    .sniff = SniffSvg,
    .probe = ProbeSvg,
    .open = OpenSvg,
    .library_version = SvgVersionText,
};

}  // namespace whittle::codec
