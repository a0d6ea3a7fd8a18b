#include "codec/jxl/decoder.h"

#include <jxl/encode.h>  // JxlColorEncodingSetToSRGB

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "codec/isobmff/boxes.h"
#include "codec/jxl/colour.h"
#include "codec/metadata/icc.h"

namespace whittle::codec {
namespace {

// What libjxl gets at once. Several groups of 256x256 pixels of an ordinary photo fit, so stop
// requests are seen every few milliseconds, and little is decoded in vain when it is not enough.
constexpr std::size_t kSlice = 128 << 10;

// Every channel as 32-bit samples: the frame itself, and its coefficients; with alpha once more,
// for what it is blended with; of layers and animations, two more that are kept for later ones.
// Then the picture as rows. Measured on 2 to 6 megapixels: 6 to 21 bytes a pixel of RGB, 43 of RGBA
// and 56 of its 16 bits, 79 of five layers of those.
std::uint64_t DecodeBytes(const JxlBasicInfo& info, pixel::PixelFormat format, bool layered) {
  constexpr std::uint64_t kContext = 8 << 20;
  const std::uint64_t channels = 3 + std::uint64_t{info.num_extra_channels};
  const std::uint64_t sets = layered ? 5 : info.num_extra_channels > 0 ? 3 : 2;
  const std::uint64_t pixel =
      sets * 4 * channels + static_cast<std::uint64_t>(pixel::PixelBytes(format));
  const auto pixels = SaturatingMultiply<std::uint64_t>(info.xsize, info.ysize);
  return SaturatingAdd(kContext, SaturatingMultiply(pixels, pixel));
}

}  // namespace

Expected<std::unique_ptr<JxlReader>> JxlReader::Open(ByteView file, const Limits& limits,
                                                     std::stop_token stop, int events) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  std::unique_ptr<JxlReader> reader(new JxlReader(file, limits, std::move(stop)));
  // The last box may have no size; of a picture, libjxl would take its missing end for damage.
  reader->closes_ = (events & JXL_DEC_BOX) != 0;
  JxlDecoder* d = reader->get();
  // Rows come as stored, and alpha straight. Single thread: no runner is set.
  if (d == nullptr || JxlDecoderSubscribeEvents(d, events) != JXL_DEC_SUCCESS ||
      JxlDecoderSetKeepOrientation(d, JXL_TRUE) != JXL_DEC_SUCCESS ||
      JxlDecoderSetUnpremultiplyAlpha(d, JXL_TRUE) != JXL_DEC_SUCCESS) {
    return Fail(ErrorKind::kInternal, "no JPEG XL decoder");
  }
  return reader;
}

// False when there is nothing more. What libjxl has not consumed must come again.
bool JxlReader::Feed() {
  if (fed_ == file_.size()) return false;
  const std::size_t from = fed_ - JxlDecoderReleaseInput(get());
  fed_ = std::min(fed_ + kSlice, file_.size());
  if (JxlDecoderSetInput(get(), file_.data() + from, fed_ - from) != JXL_DEC_SUCCESS) return false;
  if (fed_ == file_.size() && closes_) JxlDecoderCloseInput(get());
  return true;
}

Expected<JxlDecoderStatus> JxlReader::Next() {
  while (true) {
    if (stop_.stop_requested()) return Fail(ErrorKind::kCancelled);
    const JxlDecoderStatus status = JxlDecoderProcessInput(get());
    if (status == JXL_DEC_ERROR) return Fail(ErrorKind::kUndecodable, "JPEG XL is damaged");
    if (status != JXL_DEC_NEED_MORE_INPUT) return status;
    if (Feed()) continue;
    ended_ = true;
    return Fail(ErrorKind::kUndecodable, "the file ends too early");
  }
}

Expected<void> JxlReader::NextUntil(JxlDecoderStatus event) {
  while (true) {
    WHITTLE_TRY(const JxlDecoderStatus status, Next());
    if (status == event) return {};
    if (status == JXL_DEC_SUCCESS) return Fail(ErrorKind::kUndecodable, "no picture");
  }
}

Expected<void> JxlReader::CheckInfo(const JxlBasicInfo& info) const {
  if (std::uint64_t{info.xsize} * info.ysize > limits_.max_source_pixels) {
    return Fail(ErrorKind::kTooLarge, "pixels");
  }
  for (std::uint32_t i = 0; i < info.num_extra_channels; ++i) {
    JxlExtraChannelInfo extra;
    if (JxlDecoderGetExtraChannelInfo(get(), i, &extra) == JXL_DEC_SUCCESS &&
        extra.type == JXL_CHANNEL_BLACK) {
      return FailSaying(ErrorKind::kUnsupported, "JPEG XL of CMYK is not supported");
    }
  }
  return {};
}

// Pixels in XYB can be given in any profile that has a name; where the original's has none, libjxl
// would choose linear light, too coarse for 8 bits.
Expected<void> JxlReader::ReadColour(JxlHead& head) {
  JxlColorEncoding colour;
  const bool named =
      JxlDecoderGetColorAsEncodedProfile(get(), nullptr, JXL_COLOR_PROFILE_TARGET_ORIGINAL,
                                         &colour) == JXL_DEC_SUCCESS;
  if (head.info.uses_original_profile == JXL_FALSE && !named) {
    JxlColorEncodingSetToSRGB(&colour, head.info.num_color_channels == 1 ? JXL_TRUE : JXL_FALSE);
    if (JxlDecoderSetPreferredColorProfile(get(), &colour) != JXL_DEC_SUCCESS) {
      return Fail(ErrorKind::kUndecodable, "no sRGB from its colours");
    }
  }
  // Better than libjxl's profiles, which hold no more of PQ and HLG than a curve to 10 000 cd/m2.
  if (JxlDecoderGetColorAsEncodedProfile(get(), nullptr, JXL_COLOR_PROFILE_TARGET_DATA, &colour) ==
      JXL_DEC_SUCCESS) {
    if (const auto cicp = CicpOf(colour)) {
      if (*cicp != pixel::Cicp{}) head.colour.cicp = cicp;
      return {};
    }
  }
  std::size_t size = 0;
  if (JxlDecoderGetICCProfileSize(get(), nullptr, JXL_COLOR_PROFILE_TARGET_DATA, &size) !=
          JXL_DEC_SUCCESS ||
      size == 0 || size > limits_.max_icc_bytes) {
    return {};
  }
  Bytes icc(size);
  if (JxlDecoderGetColorAsICCProfile(get(), nullptr, JXL_COLOR_PROFILE_TARGET_DATA, icc.data(),
                                     size) == JXL_DEC_SUCCESS &&
      IccSuits(icc.view(), pixel::IsGrey(head.format) ? 1 : 3)) {
    head.icc = std::move(icc);
  }
  return {};
}

// libjxl steps over a frame's data.
Expected<bool> JxlReader::IsLayered() const {
  WHITTLE_TRY(const auto reader, Open(file_, limits_, stop_, JXL_DEC_FRAME));
  if (JxlDecoderSetCoalescing(reader->get(), JXL_FALSE) != JXL_DEC_SUCCESS) {
    return Fail(ErrorKind::kInternal, "no layers from libjxl");
  }
  for (int frames = 0; frames < 2; ++frames) {
    const auto status = reader->Next();
    if (!status && status.error().kind == ErrorKind::kCancelled) {
      return std::unexpected(status.error());
    }
    if (!status || *status != JXL_DEC_FRAME) return false;
  }
  return true;
}

Expected<JxlHead> JxlReader::ReadHead() {
  JxlHead head;
  WHITTLE_CHECK(NextUntil(JXL_DEC_BASIC_INFO));
  if (JxlDecoderGetBasicInfo(get(), &head.info) != JXL_DEC_SUCCESS) {
    return Fail(ErrorKind::kUndecodable, "no image header");
  }
  WHITTLE_CHECK(CheckInfo(head.info));
  head.format = pixel::FormatWith(head.info.num_color_channels == 1, head.info.alpha_bits > 0,
                                  head.info.bits_per_sample > 8);
  // What was a JPEG before is kept in its own colours, too, but as lossy pictures are.
  leaves_zeros_ = head.info.uses_original_profile != JXL_FALSE && !FindBox(file_, "jbrd");
  WHITTLE_TRY(const bool layered, IsLayered());
  head.decode_bytes = DecodeBytes(head.info, head.format, layered);
  if (head.decode_bytes > limits_.max_working_bytes) {
    return Fail(ErrorKind::kTooLarge, "decoder needs more than max_working_bytes");
  }
  WHITTLE_CHECK(NextUntil(JXL_DEC_COLOR_ENCODING));
  WHITTLE_CHECK(ReadColour(head));
  return head;
}

JxlPixelFormat JxlFormatOf(pixel::PixelFormat format) {
  return {static_cast<std::uint32_t>(pixel::Channels(format)),
          pixel::IsWide(format) ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
}

}  // namespace whittle::codec
