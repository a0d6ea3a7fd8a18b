#include "codec/isobmff/strip_items.h"

#include <utility>

#include "codec/isobmff/isobmff.h"

namespace whittle::codec {
namespace {

// Large grids have some hundred tiles, each with up to ten properties.
constexpr std::size_t kMostItems = 4096;
constexpr std::size_t kMostProperties = 4096;
constexpr std::size_t kMostAssociations = 65536;
constexpr std::size_t kMostReferences = 65536;
constexpr std::size_t kMostPieces = 65536;

Expected<void> Damaged(const char* what) { return Fail(ErrorKind::kUndecodable, what); }
Expected<void> TooMany(const char* what) { return Fail(ErrorKind::kTooLarge, what); }

class ItemReader {
 public:
  explicit ItemReader(ByteView file) : file_(file) {}

  Expected<HeifItems> Run() {
    IsoBoxes top(file_);
    ByteView meta;
    while (const auto box = top.Next()) {
      if (box->type == "moov") return Fail(ErrorKind::kUnsupported, "a sequence");
      if (box->type == "meta" && meta.empty()) meta = box->body;
    }
    IsoReader reader(meta);
    reader.Take(4);  // version and flags
    const ByteView boxes = reader.Rest();
    // What items there are comes first, where their data lie last: both may stand anywhere.
    WHITTLE_CHECK(Each(boxes, [this](const IsoBox& box) { return TakeNames(box); }));
    WHITTLE_CHECK(Each(boxes, [this](const IsoBox& box) { return TakeRest(box); }));
    if (!found_.items.contains(found_.primary)) {
      return Fail(ErrorKind::kUndecodable, "no primary item");
    }
    return std::move(found_);
  }

 private:
  template <class Take>
  static Expected<void> Each(ByteView bytes, Take take) {
    IsoBoxes boxes(bytes);
    while (const auto box = boxes.Next()) WHITTLE_CHECK(take(*box));
    return boxes.broken() ? Damaged("a box that is cut") : Expected<void>{};
  }

  Expected<void> TakeNames(const IsoBox& box) {
    IsoReader reader(box.body);
    const std::uint32_t version = reader.Number32(1);
    reader.Take(3);
    if (box.type == "idat") {
      idat_ = box.body;
    } else if (box.type == "pitm") {
      found_.primary = reader.Number32(version == 0 ? 2 : 4);
    } else if (box.type == "iinf") {
      reader.Number(version == 0 ? 2 : 4);  // how many entries; they tell themselves
      return Each(reader.Rest(), [this](const IsoBox& entry) { return TakeEntry(entry); });
    }
    return {};
  }

  Expected<void> TakeEntry(const IsoBox& box) {
    if (box.type != "infe") return {};
    IsoReader reader(box.body);
    const std::uint32_t version = reader.Number32(1);
    if (version < 2) return Damaged("an entry without a type");
    const std::uint32_t flags = reader.Number32(3);
    const std::uint32_t id = reader.Number32(version == 2 ? 2 : 4);
    const std::uint32_t protection = reader.Number32(2);
    const std::string_view type = AsText(reader.Take(4));
    if (!reader.ok()) return Damaged("an entry that is cut");
    if (protection != 0) return Fail(ErrorKind::kUnsupported, "an encrypted item");
    if (found_.items.size() >= kMostItems) return TooMany("items");
    found_.items.try_emplace(id, HeifItem{.type = type, .hidden = (flags & 1) != 0});
    return {};
  }

  Expected<void> TakeRest(const IsoBox& box) {
    if (box.type == "iloc") return TakeLocations(box.body);
    if (box.type == "iref") return TakeReferences(box.body);
    if (box.type != "iprp") return {};
    return Each(box.body, [this](const IsoBox& inner) {
      if (inner.type == "ipma") return TakeAssociations(inner.body);
      if (inner.type != "ipco") return Expected<void>{};
      return Each(inner.body, [this](const IsoBox& property) {
        if (found_.properties.size() >= kMostProperties) return TooMany("properties");
        found_.properties.push_back(property.whole);
        return Expected<void>{};
      });
    });
  }

  Expected<void> TakeAssociations(ByteView body) {
    IsoReader reader(body);
    const std::uint32_t version = reader.Number32(1);
    const bool wide = (reader.Number(3) & 1) != 0;
    const std::uint32_t entries = reader.Number32(4);
    for (std::uint32_t i = 0; i < entries && reader.ok(); ++i) {
      const auto item = found_.items.find(reader.Number32(version == 0 ? 2 : 4));
      for (std::uint32_t count = reader.Number32(1); count > 0 && reader.ok(); --count) {
        const std::uint32_t bits = reader.Number32(wide ? 2 : 1);
        const std::uint32_t essential = wide ? 0x8000 : 0x80;
        const std::size_t number = bits & (essential - 1);  // from 1; 0 for none
        if (number == 0 || item == found_.items.end()) continue;
        if (++associations_ > kMostAssociations) return TooMany("associations");
        item->second.properties.push_back({number - 1, (bits & essential) != 0});
      }
    }
    return reader.ok() ? Expected<void>{} : Damaged("associations that are cut");
  }

  Expected<void> TakeReferences(ByteView body) {
    IsoReader reader(body);
    const std::size_t id_size = reader.Number(1) == 0 ? 2 : 4;
    reader.Take(3);
    return Each(reader.Rest(), [this, id_size](const IsoBox& box) {
      IsoReader inner(box.body);
      HeifReference reference{.type = box.type, .from = inner.Number32(id_size)};
      if (++references_ > kMostReferences) return TooMany("references");
      for (std::uint32_t count = inner.Number32(2); count > 0 && inner.ok(); --count) {
        if (++references_ > kMostReferences) return TooMany("references");
        reference.to.push_back(inner.Number32(id_size));
      }
      if (!inner.ok()) return Damaged("a reference that is cut");
      found_.references.push_back(std::move(reference));
      return Expected<void>{};
    });
  }

  Expected<void> TakeLocations(ByteView body) {
    IsoReader reader(body);
    const std::uint32_t version = reader.Number32(1);
    reader.Take(3);
    const std::uint32_t sizes = reader.Number32(2);
    const std::size_t offset_size = sizes >> 12 & 15, length_size = sizes >> 8 & 15;
    const std::size_t base_size = sizes >> 4 & 15, index_size = version == 0 ? 0 : sizes & 15;
    if (offset_size > 8 || length_size > 8 || base_size > 8 || index_size > 8 || version > 2) {
      return Damaged("locations of an unknown kind");
    }
    for (std::uint32_t n = reader.Number32(version < 2 ? 2 : 4); n > 0 && reader.ok(); --n) {
      const auto item = found_.items.find(reader.Number32(version < 2 ? 2 : 4));
      const std::uint32_t method = version == 0 ? 0 : reader.Number32(2) & 15;
      const std::uint32_t other_file = reader.Number32(2);
      const std::uint64_t base = reader.Number(base_size);
      for (std::uint32_t pieces = reader.Number32(2); pieces > 0 && reader.ok(); --pieces) {
        reader.Take(index_size);
        const std::uint64_t offset = base + reader.Number(offset_size);
        const std::uint64_t length = reader.Number(length_size);
        if (++pieces_ > kMostPieces) return TooMany("pieces of items");
        if (!reader.ok() || item == found_.items.end()) continue;
        if (method > 1 || other_file != 0) {
          return Fail(ErrorKind::kUnsupported, "data that lie elsewhere");
        }
        WHITTLE_CHECK(TakePiece(item->second, method == 0 ? file_ : idat_, offset, length));
      }
    }
    return reader.ok() ? Expected<void>{} : Damaged("locations that are cut");
  }

  // A length of 0 means all that there is. Wrapped sums are beyond any file.
  static Expected<void> TakePiece(HeifItem& item, ByteView from, std::uint64_t offset,
                                  std::uint64_t length) {
    if (offset > from.size() || length > from.size() - offset) return Damaged("data that are cut");
    from = from.subspan(static_cast<std::size_t>(offset));
    item.content.push_back(length == 0 ? from : from.first(static_cast<std::size_t>(length)));
    return {};
  }

  ByteView file_;
  ByteView idat_;
  HeifItems found_;
  std::size_t associations_ = 0;
  std::size_t references_ = 0;
  std::size_t pieces_ = 0;
};

}  // namespace

Expected<HeifItems> ReadHeifItems(ByteView file) { return ItemReader(file).Run(); }

}  // namespace whittle::codec
