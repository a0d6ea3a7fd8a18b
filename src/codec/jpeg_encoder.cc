#include "codec/jpeg_encoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace whittle::codec {
namespace {

constexpr std::size_t kLargestProfile = std::size_t{255} * (0xFFFF - 2 - 14);  // chunks of APP2

Encoder& EncoderOf(j_compress_ptr c) { return *static_cast<Encoder*>(c->client_data); }

// No exception may pass through libjpeg.
bool TryResize(Bytes& bytes, std::size_t size) noexcept {
  try {
    bytes.Resize(size);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void GrowTo(Encoder& encoder, std::size_t size) {
  const std::size_t used = encoder.bytes.size();
  if (!TryResize(encoder.bytes, size)) {
    Escape(encoder.trap, ErrorKind::kInternal, nullptr, "no memory for the encoded picture");
  }
  encoder.output.next_output_byte = encoder.bytes.data() + used;
  encoder.output.free_in_buffer = size - used;
}

// Two bits a pixel is what quality 80 takes; growing is a realloc, so a bad guess costs little.
void StartOutput(j_compress_ptr c) {
  const std::size_t pixels = std::size_t{c->image_width} * c->image_height;
  GrowTo(EncoderOf(c), 4096 + pixels / 4);
}

// libjpeg calls this when all is full, whatever free_in_buffer says.
boolean GrowOutput(j_compress_ptr c) {
  Encoder& encoder = EncoderOf(c);
  GrowTo(encoder, encoder.bytes.size() * 2);
  return TRUE;
}

void EndOutput(j_compress_ptr c) {
  Encoder& encoder = EncoderOf(c);
  encoder.bytes.Resize(encoder.bytes.size() - encoder.output.free_in_buffer);  // only ever shrinks
}

// Percent by which libjpeg scales the standard's tables: its own jpeg_quality_scaling, kept exact
// for qualities between whole numbers.
int TableScale(double quality) {
  const double percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return static_cast<int>(std::lround(percent));
}

// Inside Guarded().
void Configure(jpeg_compress_struct& c, const EncodeSpec& spec, bool planes) {
  const bool gray = spec.format == pixel::PixelFormat::kGray8;
  c.image_width = static_cast<JDIMENSION>(spec.width);
  c.image_height = static_cast<JDIMENSION>(spec.height);
  c.input_components = pixel::Channels(spec.format);
  c.in_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&c);  // JFIF header, YCbCr 4:2:0 for colour
  c.dct_method = JDCT_ISLOW;
  const double quality = std::clamp(spec.quality, 1.0, 100.0);
  jpeg_set_linear_quality(&c, TableScale(quality), TRUE);
  if (!gray && spec.subsampling == Subsampling::k444) {
    c.comp_info[0].h_samp_factor = 1;
    c.comp_info[0].v_samp_factor = 1;
  }
  if (planes) c.raw_data_in = TRUE;
  switch (spec.preset) {
    case Preset::kFast:
      break;
    case Preset::kDefault:
      c.optimize_coding = TRUE;
      break;
    case Preset::kSmall:
      jpeg_simple_progression(&c);  // implies optimised coding
      break;
  }
}

}  // namespace

void DestroyEncoder::operator()(Encoder* encoder) const {
  jpeg_destroy_compress(&encoder->c);  // harmless when creation failed
  delete encoder;
}

Expected<EncoderPtr> OpenEncoder(const EncodeSpec& spec, bool planes) {
  if (spec.width < 1 || spec.height < 1 || spec.width > JPEG_MAX_DIMENSION ||
      spec.height > JPEG_MAX_DIMENSION || spec.format == pixel::PixelFormat::kCmyk8 ||
      spec.icc.size() > kLargestProfile) {
    return Fail(ErrorKind::kInternal, "JPEG cannot hold what EncodeSpec asks for");
  }
  EncoderPtr encoder(new Encoder);
  Encoder& e = *encoder;
  e.c.err = Arm(e.trap, ErrorKind::kInternal);
  e.c.client_data = &e;
  e.output.init_destination = StartOutput;
  e.output.empty_output_buffer = GrowOutput;
  e.output.term_destination = EndOutput;
  const bool opened = Guarded(e.trap, [&e, &spec, planes] {
    jpeg_create_compress(&e.c);
    e.c.dest = &e.output;
    Configure(e.c, spec, planes);
    jpeg_start_compress(&e.c, TRUE);
    if (!spec.icc.empty()) {
      jpeg_write_icc_profile(&e.c, spec.icc.data(), static_cast<unsigned>(spec.icc.size()));
    }
  });
  if (!opened) return std::unexpected(ErrorOf(e.trap));
  return encoder;
}

Expected<Bytes> FinishFile(Encoder& encoder) {
  jpeg_compress_struct& c = encoder.c;
  if (!Guarded(encoder.trap, [&c] { jpeg_finish_compress(&c); })) {
    return std::unexpected(ErrorOf(encoder.trap));
  }
  return std::move(encoder.bytes);
}

}  // namespace whittle::codec
