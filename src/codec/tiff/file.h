// A TIFF handle that reads from memory and tells its errors to nobody but its owner.
//
// For the tiff_*.cc files only; nothing above the codec room sees libtiff's types. A TiffFile
// belongs to one job and stays where it was made, since libtiff points into it.
#pragma once

#include <tiffio.h>

#include <array>
#include <cstdint>
#include <memory>

#include "whittle/bytes.h"
#include "whittle/expected.h"
#include "whittle/limits.h"

namespace whittle::codec {

class TiffFile {
 public:
  /// Reads the first directory of `file`, which must outlive the result. Errors: kUndecodable,
  /// kTooLarge.
  static Expected<std::unique_ptr<TiffFile>> Open(ByteView file, const Limits& limits);

  TIFF* get() const { return tiff_.get(); }
  /// kUndecodable, with what libtiff last complained of.
  std::unexpected<Error> Failed() const;
  /// Whether the file has all bytes of a strip or tile; false also of one that it says is empty.
  bool HasBlock(std::uint32_t number) const;
  /// True once libjpeg has made up pixels for data that end too early, which libtiff lets pass.
  bool ended_early() const { return ended_early_; }
  /// True when the file has samples beside colour and does not say what for.
  bool has_untold_samples() const { return has_untold_samples_; }

  /// A tag's value, or what TIFF 6.0 says it is when the file is silent.
  template <class T>
  T Get(std::uint32_t tag) const {
    T value{};
    TIFFGetFieldDefaulted(get(), tag, &value);
    return value;
  }
  /// A tag of any bytes; empty when there is none. Valid as long as this is.
  ByteView Blob(std::uint32_t tag) const;

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };
  static int OnError(TIFF*, void* self, const char* module, const char* format, va_list values);
  static int OnWarning(TIFF*, void* self, const char* module, const char* format, va_list values);
  static tmsize_t Read(thandle_t self, void* into, tmsize_t count);
  static toff_t Seek(thandle_t self, toff_t to, int from);
  static toff_t Size(thandle_t self);
  static int Map(thandle_t self, void** base, toff_t* size);

  ByteView file_;
  std::uint64_t at_ = 0;
  std::array<char, 200> complaint_{};
  bool ended_early_ = false;
  bool has_untold_samples_ = false;
  std::unique_ptr<TIFF, Close> tiff_;  // last: it is closed while the rest is still there
};

}  // namespace whittle::codec
