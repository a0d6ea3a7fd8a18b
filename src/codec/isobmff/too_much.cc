// What a file of items asks of a library, counted before the library sees it. What is cut counts as
// far as it goes.
#include <cstdint>
#include <set>

#include "codec/isobmff/items.h"

namespace whittle::codec {
namespace {

constexpr std::size_t kVersionAndFlags = 4;

// Of all meta boxes: names and extents in all of them, items in each.
class Count {
 public:
  bool IsTooMuch(const Box& meta) {
    if (meta.content.size() < kVersionAndFlags) return false;
    ids_.clear();
    BoxWalk walk(meta.content.subspan(kVersionAndFlags));
    while (const auto box = walk.Next()) {
      if (box->type == "iinf") TakeInfos(*box);
      if (box->type == "iloc") TakeLocations(*box);
      if (box->type == "iref") TakeReferences(*box);
      if (box->type == "iprp") TakeProperties(*box);
      if (too_much()) return true;
    }
    return false;
  }

 private:
  bool too_much() const {
    return ids_.size() > kMostItems || names_ > kMostNames || extents_ > kMostExtents;
  }

  void Name(std::uint64_t id) {
    ++names_;
    ids_.insert(id);
  }

  static std::uint64_t VersionOf(NumberReader& reader) { return reader.Take32() >> 24; }

  void TakeInfos(const Box& iinf) {
    NumberReader reader(iinf.content);
    reader.Take(VersionOf(reader) == 0 ? 2 : 4);
    BoxWalk walk(reader.rest());
    while (const auto infe = walk.Next()) {
      NumberReader entry(infe->content);
      Name(entry.Take(VersionOf(entry) < 3 ? 2 : 4));
      if (too_much()) return;
    }
  }

  // In a form that is not known there is nothing that anybody reads.
  void TakeLocations(const Box& iloc) {
    NumberReader reader(iloc.content);
    const std::uint64_t version = VersionOf(reader);
    const std::uint32_t sizes = reader.Take16();
    const std::size_t id_bytes = version < 2 ? 2 : 4;
    const std::size_t index_bytes = version > 0 ? sizes & 15 : 0;
    const std::size_t extent_bytes = (sizes >> 12) + (sizes >> 8 & 15) + index_bytes;
    for (auto left = reader.Take(id_bytes); left > 0 && reader.ok() && !too_much(); --left) {
      Name(reader.Take(id_bytes));
      if (version > 0) reader.Take16();
      reader.Take16();
      reader.TakeBytes(sizes >> 4 & 15);
      const std::uint64_t count = reader.Take16();
      extents_ += count;
      reader.TakeBytes(static_cast<std::size_t>(count) * extent_bytes);
    }
  }

  void TakeReferences(const Box& iref) {
    NumberReader reader(iref.content);
    const std::size_t id_bytes = VersionOf(reader) == 0 ? 2 : 4;
    BoxWalk walk(reader.rest());
    while (const auto box = walk.Next()) {
      NumberReader entry(box->content);
      Name(entry.Take(id_bytes));
      for (auto left = entry.Take16(); left > 0 && entry.ok(); --left) Name(entry.Take(id_bytes));
      if (too_much()) return;
    }
  }

  void TakeProperties(const Box& iprp) {
    BoxWalk walk(iprp.content);
    while (const auto box = walk.Next()) {
      if (box->type != "ipma") continue;
      NumberReader reader(box->content);
      const std::uint32_t full = reader.Take32();
      const std::size_t id_bytes = full >> 24 == 0 ? 2 : 4;
      const std::size_t index_bytes = (full & 1) != 0 ? 2 : 1;
      for (auto left = reader.Take32(); left > 0 && reader.ok() && !too_much(); --left) {
        Name(reader.Take(id_bytes));
        const auto count = static_cast<std::size_t>(reader.Take(1));
        reader.TakeBytes(count * index_bytes);
      }
    }
  }

  std::set<std::uint64_t> ids_;  // one more than allowed at most, but for a reference's
  std::size_t names_ = 0;
  std::uint64_t extents_ = 0;
};

}  // namespace

bool SaysTooMuch(ByteView file) {
  Count count;
  BoxWalk walk(file);
  while (const auto box = walk.Next()) {
    if (box->type == "meta" && count.IsTooMuch(*box)) return true;
    if (box->type != "moov") continue;
    BoxWalk tracks(box->content);
    while (const auto trak = tracks.Next()) {
      if (trak->type != "trak") continue;
      const auto meta = FindBox(trak->content, "meta");
      if (meta && count.IsTooMuch(*meta)) return true;
    }
  }
  return false;
}

}  // namespace whittle::codec
