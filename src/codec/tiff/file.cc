#include "codec/tiff/file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>

namespace whittle::codec {
namespace {

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

}  // namespace

int TiffFile::OnError(TIFF*, void* self, const char*, const char* format, va_list values) {
  auto& complaint = static_cast<TiffFile*>(self)->complaint_;
  std::vsnprintf(complaint.data(), complaint.size(), format, values);
  return 1;  // nobody else needs to hear of it
}

int TiffFile::OnWarning(TIFF*, void* self, const char*, const char* format, va_list values) {
  std::array<char, 200> text{};
  std::vsnprintf(text.data(), text.size(), format, values);
  // libjpeg's "Premature end of JPEG file" and "premature end of data segment"
  if (std::string_view(text.data()).contains("remature end of")) {
    static_cast<TiffFile*>(self)->ended_early_ = true;
  }
  // Which libtiff goes on to call unspecified, as if the file had said so.
  if (std::string_view(text.data()).starts_with("Sum of Photometric type-related color channels")) {
    static_cast<TiffFile*>(self)->has_untold_samples_ = true;
  }
  return 1;
}

tmsize_t TiffFile::Read(thandle_t self, void* into, tmsize_t count) {
  TiffFile& f = *static_cast<TiffFile*>(self);
  if (count <= 0 || f.at_ >= f.file_.size()) return 0;
  const auto taken =
      std::min<std::uint64_t>(static_cast<std::uint64_t>(count), f.file_.size() - f.at_);
  std::memcpy(into, f.file_.data() + f.at_, taken);
  f.at_ += taken;
  return static_cast<tmsize_t>(taken);
}

toff_t TiffFile::Seek(thandle_t self, toff_t to, int from) {
  TiffFile& f = *static_cast<TiffFile*>(self);
  // Offsets are unsigned; what wraps around lies behind the end, where Read finds nothing.
  f.at_ = to + (from == SEEK_CUR ? f.at_ : from == SEEK_END ? f.file_.size() : 0);
  return f.at_;
}

toff_t TiffFile::Size(thandle_t self) { return static_cast<TiffFile*>(self)->file_.size(); }

// libtiff's interface knows no const, but a file opened for reading is never written to.
int TiffFile::Map(thandle_t self, void** base, toff_t* size) {
  const ByteView file = static_cast<TiffFile*>(self)->file_;
  *base = const_cast<std::uint8_t*>(file.data());
  *size = file.size();
  return 1;
}

Expected<std::unique_ptr<TiffFile>> TiffFile::Open(ByteView file, const Limits& limits) {
  if (file.size() > limits.max_source_bytes) return Fail(ErrorKind::kTooLarge, "source bytes");
  auto opened = std::make_unique<TiffFile>();
  opened->file_ = file;
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) return Fail(ErrorKind::kOverloaded, "libtiff: no memory");
  // Of a tag that finds no memory libtiff says nothing. So that little of it never gives another
  // picture, profiles and packets that are taken always find theirs, in whatever type they stand.
  const std::uint64_t most =
      std::max(limits.max_working_bytes, std::uint64_t{8} * limits.max_icc_bytes);
  TIFFOpenOptionsSetMaxSingleMemAlloc(
      options.get(),
      static_cast<tmsize_t>(std::min<std::uint64_t>(most, std::numeric_limits<tmsize_t>::max())));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnError, opened.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), OnWarning, opened.get());
  opened->tiff_.reset(TIFFClientOpenExt(
      "source", "r", opened.get(), Read, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; },
      Seek, [](thandle_t) { return 0; }, Size, Map, [](thandle_t, void*, toff_t) {},
      options.get()));
  if (opened->get() == nullptr) return opened->Failed();
  return opened;
}

bool TiffFile::HasBlock(std::uint32_t number) const {
  const std::uint64_t at = TIFFGetStrileOffset(get(), number);
  const std::uint64_t size = TIFFGetStrileByteCount(get(), number);
  return size > 0 && at <= file_.size() && size <= file_.size() - at;
}

std::unexpected<Error> TiffFile::Failed() const {
  return Fail(ErrorKind::kUndecodable, complaint_[0] == '\0' ? "libtiff" : complaint_.data());
}

ByteView TiffFile::Blob(std::uint32_t tag) const {
  std::uint32_t count = 0;
  const void* bytes = nullptr;
  if (TIFFGetField(get(), tag, &count, &bytes) != 1 || bytes == nullptr) return {};
  return {static_cast<const std::uint8_t*>(bytes), count};
}

}  // namespace whittle::codec
