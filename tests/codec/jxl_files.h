// For the JPEG XL tests: files that our encoder does not write, by libjxl.
#pragma once

#include <gtest/gtest.h>
#include <jxl/encode.h>

#include <cstdint>
#include <memory>
#include <span>

#include "whittle/bytes.h"

namespace whittle::codec {

/// A file that is being written: what is set before the first frame, then frames.
class JxlFile {
 public:
  JxlFile() : encoder_(JxlEncoderCreate(nullptr)) { JxlEncoderInitBasicInfo(&info); }

  JxlEncoder* get() const { return encoder_.get(); }
  /// `info`, and colours that are sRGB.
  void TakeInfo() const {
    JxlColorEncoding srgb;
    JxlColorEncodingSetToSRGB(&srgb, info.num_color_channels == 1 ? JXL_TRUE : JXL_FALSE);
    EXPECT_EQ(JxlEncoderSetBasicInfo(get(), &info), JXL_ENC_SUCCESS);
    EXPECT_EQ(JxlEncoderSetColorEncoding(get(), &srgb), JXL_ENC_SUCCESS);
  }
  JxlEncoderFrameSettings* NewFrame() const {
    return JxlEncoderFrameSettingsCreate(get(), nullptr);
  }
  /// Samples of 8 bits, `channels` to a pixel.
  void Add(JxlEncoderFrameSettings* frame, std::uint32_t channels,
           std::span<const std::uint8_t> samples) const {
    const JxlPixelFormat format{channels, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    EXPECT_EQ(JxlEncoderAddImageFrame(frame, &format, samples.data(), samples.size()),
              JXL_ENC_SUCCESS);
  }
  Bytes Finish() const {
    JxlEncoderCloseInput(get());
    Bytes file(2'000'000);
    std::uint8_t* next = file.data();
    std::size_t room = file.size();
    EXPECT_EQ(JxlEncoderProcessOutput(get(), &next, &room), JXL_ENC_SUCCESS);
    file.Resize(file.size() - room);
    return file;
  }

  JxlBasicInfo info{};

 private:
  struct Destroy {
    void operator()(JxlEncoder* encoder) const { JxlEncoderDestroy(encoder); }
  };
  std::unique_ptr<JxlEncoder, Destroy> encoder_;
};

}  // namespace whittle::codec
