// Writes an XMP packet anew from what a parser reads of it, as it holds for another picture.
//
// For xmp_keep.cc, which says what changes. Belongs to one packet. Linear but for names, each of
// which is looked up among the namespaces that are declared around it, 64 at most.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "whittle/bytes.h"

namespace whittle::codec {

class XmpRewriter {
 public:
  /// For a picture of that many pixels, and a text of up to `most` bytes; it grows where it must.
  XmpRewriter(std::uint32_t width, std::uint32_t height, std::size_t most);

  /// An element begins; `pairs` are names and values of its attributes, and a null behind them.
  void Begin(std::string_view name, const char** pairs);
  void End(std::string_view name);
  void Text(std::string_view text);
  /// What marks the packet's begin and end.
  void Instruction(std::string_view target, std::string_view data);

  void Fail() { failed_ = true; }
  /// True once the packet is not to be used: it nests or declares too much, or Fail was called.
  bool failed() const { return failed_; }
  /// The outermost element was there and has ended.
  bool whole() const { return begun_ && depth_ == 0; }
  /// What was written; call once.
  Bytes TakeText() { return std::move(text_); }

 private:
  enum class Fate : std::uint8_t { kUpright, kWidth, kHeight, kDrop };
  struct Property;
  struct Attribute {
    std::string_view name;
    std::string_view value;
  };
  struct Declared {
    std::string prefix;  ///< empty for the default
    std::string space;
    int depth;
  };
  static const Property kProperties[];

  bool dropping() const { return dropped_at_ > 0; }
  void Write(std::string_view text) { text_.Append(AsBytes(text)); }
  void CloseTag();
  void Declare(const Attribute& attribute);
  std::optional<Fate> FateOf(std::string_view qualified, bool is_attribute) const;
  std::string_view ValueOf(Fate fate) const;
  void Put(const Attribute& attribute);
  void Escape(std::string_view text, bool in_attribute);

  std::string width_;
  std::string height_;
  Bytes text_;
  std::vector<Declared> scope_;
  int depth_ = 0;
  int dropped_at_ = 0;  // depth of the element that is left out; 0 outside of such
  bool tag_is_open_ = false;
  bool begun_ = false;
  bool failed_ = false;
};

}  // namespace whittle::codec
