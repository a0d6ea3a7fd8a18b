// What an image format is to the rest of Whittle: one constant row of functions, and the two
// streams they make.
//
// The pipeline is the only caller on the hot path. Codec values are immutable and may be used from
// any thread; a RowSource or RowSink belongs to one job. After an error a stream stays in error,
// and it may be destroyed at any point. To add a format: write codec/<name>/<name>.cc that
// defines `extern const Codec k<Name>`, and add one line to codecs.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "pixel/colour_space.h"
#include "pixel/view.h"
#include "whittle/bytes.h"
#include "whittle/choices.h"
#include "whittle/expected.h"
#include "whittle/image_info.h"
#include "whittle/limits.h"

namespace whittle::codec {

/// A decoder in progress. Rows come top to bottom in stored order, before orientation.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual int width() const = 0;
  virtual int height() const = 0;
  /// Format of the rows that Read fills.
  virtual pixel::PixelFormat format() const = 0;
  /// Fills rows from the top of `batch`, whose width and format are this source's; returns how
  /// many, 0 only at the end. Errors: kUndecodable, kTooLarge, kCancelled.
  virtual Expected<int> Read(pixel::RowSpan batch) = 0;
  /// True once something that was given is not in the file, because the file ends too early or a
  /// part of it is missing: such rows have the mean of the last row that is there. The same file
  /// gives the same rows every time. A picture of which nothing is there is kUndecodable instead.
  virtual bool truncated() const { return false; }
};

/// What of a vector picture is drawn, in its pixels, which need not be whole, and how large.
struct Drawing {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  int width = 0;
  int height = 0;
};

/// A picture without a resolution of its own. Belongs to one job.
class VectorPicture {
 public:
  virtual ~VectorPicture() = default;
  /// Draws it, once: kRgba8, 4 bytes a pixel held at once. Errors: kUndecodable, kTooLarge,
  /// kTooSlow, kCancelled.
  virtual Expected<std::unique_ptr<RowSource>> Draw(const Drawing& drawing,
                                                    std::stop_token stop) = 0;
};

/// Luma and two chroma planes, each of its own size: how most JPEG files keep their colours. A grey
/// picture is luma alone.
inline constexpr std::size_t kPlanes = 3;

/// One plane of a picture. Its sample (x, y) covers the luma samples from (x * across, y * down)
/// on.
struct PlaneShape {
  int width = 0;  ///< samples
  int height = 0;
  int across = 1;  ///< luma samples to one of this plane's, side by side
  int down = 1;    ///< and one above the other
  friend bool operator==(const PlaneShape&, const PlaneShape&) = default;
};
/// Codes of luma and chroma (ITU-R BT.601). Full: 0..255 and 128 -+ 127.5, as in JPEG. Studio:
/// 16..235 and 128 -+ 112, as in WebP and most video.
enum class Range : std::uint8_t { kFull, kStudio };

struct PlaneShapes {
  std::size_t count = 0;  ///< 1 for grey, else 3
  Range range = Range::kFull;
  std::array<PlaneShape, kPlanes> planes;
  const PlaneShape& operator[](std::size_t plane) const { return planes[plane]; }
  friend bool operator==(const PlaneShapes&, const PlaneShapes&) = default;
};
/// Rows of all planes, each kGrey8; those that a picture does not have are empty.
using PlaneBands = std::array<pixel::ConstRowSpan, kPlanes>;

/// A decoder in progress that gives luma and chroma as they are stored, neither enlarged nor turned
/// into RGB.
class PlaneSource {
 public:
  virtual ~PlaneSource() = default;
  /// The next rows of every plane, valid until the next call; luma has none only at the end. Errors
  /// as RowSource::Read.
  virtual Expected<PlaneBands> Read() = 0;
  /// As RowSource::truncated, each plane for itself.
  virtual bool truncated() const { return false; }
  /// Who decodes at the moment, for tests and logs: "whittle" or a library's name.
  virtual std::string_view decoder() const = 0;
};

/// Chroma's resolution in a new picture: that of luma, or half in both directions.
enum class Subsampling : std::uint8_t { k420, k444 };

/// Colour keeps its full resolution from quality 90 on: there, halving it would be the largest
/// loss.
constexpr Subsampling SubsamplingFor(double quality) {
  return quality < 90 ? Subsampling::k420 : Subsampling::k444;
}

/// An encoder in progress that takes luma and chroma as the file will keep them.
class PlaneSink {
 public:
  /// Luma rows of a band; chroma has as many, or half with k420.
  static constexpr int kBandRows = 16;

  virtual ~PlaneSink() = default;
  /// Appends a band: kBandRows rows of luma, or what is left, and the chroma that belongs to them.
  /// With k420 chroma's width and rows are half of luma's, rounded up.
  virtual Expected<void> Write(const PlaneBands& rows) = 0;
  /// As RowSink::Finish.
  virtual Expected<Bytes> Finish() = 0;
};

/// What a new encoded picture is to be. What a format does not know it ignores.
struct EncodeSpec {
  int width = 0;
  int height = 0;
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< one of Codec::writes
  double quality = 80;                                    ///< 1..100
  Subsampling subsampling = Subsampling::k420;            ///< of colour
  Preset preset = Preset::kDefault;
  std::optional<int> effort;        ///< 0 (least CPU) .. 10 (fewest bytes); nothing: the preset's
  bool lossless = false;            ///< where the format has both
  std::optional<bool> progressive;  ///< or interlaced; nothing: the format's own choice
  std::optional<int> colours;       ///< 2..256: a palette of at most so many, where there are such
  bool indexed = false;  ///< the source has a palette: so may the result, where nobody sees it
  int loops = 0;         ///< of an animation, 0 for ever
  // What to embed, empty for none; all must outlive the sink.
  ByteView icc;
  std::optional<pixel::Cicp> cicp;  ///< what the colours are, where Codec::carries_cicp
  ByteView exif;                    ///< a TIFF structure, without "Exif\0\0" before it
  ByteView xmp;
  /// Ends a long encode with kCancelled, as soon as the format's library can: at least between rows
  /// and frames.
  std::stop_token stop = {};
};

/// An encoder in progress.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Appends rows, top to bottom; exactly EncodeSpec::height in all.
  virtual Expected<void> Write(pixel::ConstRowSpan rows) = 0;
  /// Completes the file and gives it away. Call once, after the last row.
  virtual Expected<Bytes> Finish() = 0;
};

/// One picture of an animation, whole: composed with what was shown before it.
struct Frame {
  pixel::ConstRowSpan canvas;  ///< of the whole size, 8 bits; from decoders kRgb8 or kRgba8
  int duration = 0;            ///< milliseconds
};

/// A decoder of animations in progress.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// The next frame, valid until the next call; nothing after the last. All have the same format.
  /// Errors as RowSource::Read.
  virtual Expected<std::optional<Frame>> Next() = 0;
  /// True once a frame is known to be missing or incomplete.
  virtual bool truncated() const { return false; }
};

/// An encoder of animations in progress.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Appends a frame of EncodeSpec's size and format.
  virtual Expected<void> Write(const Frame& frame) = 0;
  /// As RowSink::Finish, after at least one frame.
  virtual Expected<Bytes> Finish() = 0;
};

/// What else a file carries, as it stands there.
struct Metadata {
  Bytes exif;  ///< a TIFF structure, without "Exif\0\0" before it
  Bytes xmp;
};

/// What stripping leaves in a file beside its picture.
struct StripSpec {
  bool icc = true;  ///< the colour profile, where it can be told from the picture
  ByteView exif;    ///< a TIFF structure to put in, empty for none
  /// More bytes are of no use: where that shows before the work is done, it is kTooLarge.
  std::size_t most = SIZE_MAX;
  std::stop_token stop{};
};

/// A picture that probe has opened and that is read from there on. Belongs to one job.
class OpenedPicture {
 public:
  virtual ~OpenedPicture() = default;
  /// As Codec::metadata, and empty where `stop` asks for an end before it. Call before Rows.
  virtual Metadata FindMetadata(const std::stop_token& stop) = 0;
  /// As Codec::open. Call once; the source may outlive this.
  virtual Expected<std::unique_ptr<RowSource>> Rows(std::stop_token stop) = 0;
};

/// A header's content: the public ImageInfo plus what the pipeline needs beside it.
struct Header {
  ImageInfo info;
  pixel::PixelFormat format = pixel::PixelFormat::kRgb8;  ///< of the rows that open gives
  Bytes icc;                       ///< whole profile; empty when absent, broken or above the limit
  pixel::ColourSpace colour;       ///< set only where it counts: icc is empty then
  std::uint64_t decode_bytes = 0;  ///< upper estimate of the decoder's own memory
  std::uint64_t frames_bytes = 0;  ///< that of open_frames, where it is more
  /// Set where the picture is luma and chroma that open_planes can give as they are.
  std::optional<PlaneShapes> planes;
  /// Set where the picture can be drawn in any size; decode_bytes is then without what is drawn.
  std::unique_ptr<VectorPicture> vector;
  /// Set where the picture has been opened already: it then takes the place of open and metadata,
  /// which would begin anew.
  std::unique_ptr<OpenedPicture> opened;
  /// Of an animation (info.frames > 1), 0 for ever.
  int loops = 0;
};

struct EncoderMemory;  // codec/encoder_memory.h
struct QualityScale;   // codec/quality_scale.h

/// One format. Functions that a format has not are null; decoding or encoding may be missing, not
/// both.
struct Codec {
  std::string_view name;                         ///< "jpeg"
  std::string_view mime;                         ///< "image/jpeg"
  std::span<const std::string_view> extensions;  ///< without the dot, first is preferred
  /// Formats of rows that create takes; kRgb8 or kRgba8 are always among them.
  std::span<const pixel::PixelFormat> writes;
  int max_side = 65535;     ///< longest side of a picture that create takes
  bool full_chroma = true;  ///< a lossy picture can keep colour at full resolution
  bool carries_icc = true;  ///< create embeds EncodeSpec::icc
  /// create labels the file with EncodeSpec::cicp: primaries 1, 9 and 12 with the transfer
  /// functions 8, 13, 16 and 18; none other is asked for.
  bool carries_cicp = false;
  /// EXIF's orientation says how pictures are turned; elsewhere they say it themselves, and EXIF's
  /// word for it does not count.
  bool turns_by_exif = false;
  /// What is in a picture depends on limits.max_working_bytes.
  bool memory_chooses = false;

  /// CPU time of a pixel, decoded and encoded at the default effort, in nanoseconds: about what a
  /// server's core of 2023 takes. Only the order of jobs depends on it, which learns what is true.
  double decode_ns = 0;
  double encode_ns = 0;

  /// Judges by the first bytes only (at least 16 where the file has them).
  bool (*sniff)(ByteView head);
  /// Parses the header; checks Limits' source limits. Errors: kUnsupported (a variant we refuse),
  /// kUndecodable, kTooLarge.
  Expected<Header> (*probe)(ByteView file, const Limits& limits);
  /// As probe, for formats where that may take over 20 ms: soon after a stop request it fails with
  /// kCancelled. Null for all others.
  Expected<Header> (*probe_until)(ByteView file, const Limits& limits, const std::stop_token& stop);
  /// Starts decoding. `file` must outlive the source. A stop request makes Read fail with
  /// kCancelled within one batch, also inside long calls of the C library.
  Expected<std::unique_ptr<RowSource>> (*open)(ByteView file, const Limits& limits,
                                               std::stop_token stop);
  /// As open, for pictures whose header has `planes`. Null for formats without such.
  Expected<std::unique_ptr<PlaneSource>> (*open_planes)(ByteView file, const Limits& limits,
                                                        std::stop_token stop);
  /// As open_planes, quicker, for pictures that are to be shrunk to half their size or less: what
  /// smooths the seams between blocks may be left out. Null where nothing would be won.
  Expected<std::unique_ptr<PlaneSource>> (*open_planes_to_shrink)(ByteView file,
                                                                  const Limits& limits,
                                                                  std::stop_token stop);
  /// As open, for all frames of an animation (info.frames > 1); open gives the first. Null for
  /// formats without animation.
  Expected<std::unique_ptr<FrameSource>> (*open_frames)(ByteView file, const Limits& limits,
                                                        std::stop_token stop);
  /// EXIF and XMP, each empty where it is missing, broken or above limits.max_icc_bytes. Null for
  /// formats that carry none.
  Metadata (*metadata)(ByteView file, const Limits& limits);
  /// The file without anything that is neither the picture nor says how it is shown: the coded
  /// pixels stay what they are, and EXIF, XMP, comments, texts, times, thumbnails, other pictures,
  /// unknown parts and what lies behind the end are gone. For a file that probe takes; linear in
  /// it. The bytes differ from the file's only by what is left out or in. Errors: kUndecodable,
  /// kUnsupported for what cannot be told apart or put in, kTooLarge, kCancelled. Null for formats
  /// that cannot at all.
  Expected<Bytes> (*strip)(ByteView file, const StripSpec& spec, const Limits& limits);
  /// Starts encoding. Errors: kBadRequest for a picture that the format cannot hold.
  Expected<std::unique_ptr<RowSink>> (*create)(const EncodeSpec& spec);
  /// What the encoder of such a picture, or of an animation of such frames, holds at most. Of an
  /// animation one coded frame is in it: the file of all is not, which limits.max_animation_pixels
  /// bounds. Not null where create is not.
  EncoderMemory (*encoder_memory)(const EncodeSpec& spec);
  /// How quality is chosen by look (q=auto); null for formats without such.
  const QualityScale* quality_scale = nullptr;
  /// As create, for planes. Null for formats without such.
  Expected<std::unique_ptr<PlaneSink>> (*create_planes)(const EncodeSpec& spec);
  /// Range of the planes that create_planes takes.
  Range plane_range = Range::kFull;
  /// As create, for an animation. Null for formats without such.
  Expected<std::unique_ptr<FrameSink>> (*create_frames)(const EncodeSpec& spec);
  /// Version of the linked library, e.g. "libjpeg-turbo 2.1.5".
  std::string_view (*library_version)();
};

}  // namespace whittle::codec
