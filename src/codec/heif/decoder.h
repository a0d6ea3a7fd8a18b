// A parsed HEIF file within Limits: libheif's context, and the handle of its primary picture.
//
// For the heif_*.cc files only; nothing above the codec room sees libheif's types. A file belongs
// to one job.
//
// libheif 1.15 has no way to end a decoding and none to limit its memory: what a picture needs is
// judged by its boxes before, and a stop request is seen before and after, of grids between their
// cells. libde265 works on one thread of its own, which libheif does not let us do without.
#pragma once

#include <libheif/heif.h>

#include <memory>
#include <optional>
#include <stop_token>

#include "codec/codec.h"
#include "codec/heif/boxes.h"
#include "codec/heif/input.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

struct DestroyHeif {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(heif_image* image) const { heif_image_release(image); }
  void operator()(heif_decoding_options* options) const { heif_decoding_options_free(options); }
};

struct HeifFile {
  std::unique_ptr<HeifInput> input;
  std::unique_ptr<heif_context, DestroyHeif> context;
  std::unique_ptr<heif_image_handle, DestroyHeif> handle;
  /// Set where the picture is to be decoded cell by cell.
  std::optional<HeifGrid> grid;
  /// Of a grid that goes by cells and of one piece without alpha and clean aperture. Of others
  /// libheif applies cropping, rotation and mirror, and what is given is as shown.
  bool as_stored = false;
  int width = 0;
  int height = 0;
  int orientation = 1;
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< of rows, always colour
  std::uint64_t decode_bytes = 0;                         ///< upper estimate
};

/// Parses the boxes of `bytes`, which must outlive the result; decodes nothing. Errors:
/// kUnsupported, kUndecodable, kTooLarge, kCancelled.
Expected<HeifFile> OpenHeifFile(ByteView bytes, const Limits& limits, const std::stop_token& stop);

/// The error for one of libheif's, whose code is not heif_error_Ok.
Error HeifErrorOf(const heif_error& error);

}  // namespace whittle::codec
