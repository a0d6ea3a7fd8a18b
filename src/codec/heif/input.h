// A HEIF file as libheif reads it: the file itself, and behind it a meta box that takes the place
// of the file's own (boxes.h), which libheif then sees as free space. A file of a grid that is
// cut is continued by zeros, since libheif wants every item to be there before it gives a handle.
//
// For decoder.cc only. Belongs to one file and one job; stays where it is, since libheif
// points to it.
#pragma once

#include <libheif/heif.h>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <utility>

#include "codec/heif/boxes.h"
#include "whittle/bytes.h"

namespace whittle::codec {

class HeifInput {
 public:
  /// `file` must outlive it.
  explicit HeifInput(ByteView file);
  HeifInput(const HeifInput&) = delete;
  HeifInput& operator=(const HeifInput&) = delete;

  /// From a stop request on libheif can read nothing more, until another token takes its place.
  void StopWith(std::stop_token stop) { stop_ = std::move(stop); }
  HeifBoxes& boxes() { return boxes_; }
  /// libheif's functions; their `userdata` is a HeifInput.
  static const heif_reader& Reader();
  /// Of the file, with the zeros.
  std::uint64_t end_of_file() const { return end_of_file_; }
  std::uint64_t size() const { return end_of_file_ + boxes_.meta.size(); }

 private:
  /// `size` bytes from `at` on, and false where there are not as many.
  bool Copy(std::uint64_t at, std::size_t size, std::uint8_t* to) const;
  static std::int64_t Position(void* self);
  static int Read(void* data, std::size_t size, void* self);
  static int Seek(std::int64_t position, void* self);
  static heif_reader_grow_status WaitFor(std::int64_t size, void* self);

  ByteView file_;
  HeifBoxes boxes_;
  std::uint64_t end_of_file_ = 0;
  std::uint64_t position_ = 0;
  std::stop_token stop_;
};

}  // namespace whittle::codec
