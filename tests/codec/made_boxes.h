// For the AVIF and HEIF tests: boxes and whole files of items, put together in code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::codec {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

/// `number` in so many bytes, the highest first.
inline std::string BigEndian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> 8 * i);
  return text;
}

inline std::string MadeBox(std::string_view type, std::string_view content) {
  return BigEndian(content.size() + 8, 4) + std::string(type) + std::string(content);
}
inline std::string FullBox(std::string_view type, std::string_view content, int version = 0,
                           unsigned flags = 0) {
  return MadeBox(type,
                 BigEndian(static_cast<unsigned>(version) << 24 | flags, 4) + std::string(content));
}

struct MadeItem {
  unsigned id = 0;
  std::string type = "hvc1";
  std::string data;
  std::vector<unsigned> properties;  ///< positions, counted from 1
  bool hidden = false;
};
struct MadeReference {
  std::string type;
  unsigned from = 0;
  std::vector<unsigned> to;
};

/// A file of items, whose data lie behind the meta box in their order.
struct MadeHeif {
  std::string brand = "heic";
  unsigned primary = 1;
  std::vector<std::string> properties;  ///< whole boxes
  std::vector<MadeItem> items;
  std::vector<MadeReference> references;

  std::string Make() const {
    const std::string ftyp = MadeBox("ftyp", brand + BigEndian(0, 4) + "mif1" + brand);
    const std::size_t before = ftyp.size() + Meta(0).size() + 8;
    std::string data;
    for (const MadeItem& item : items) data += item.data;
    return ftyp + Meta(before) + MadeBox("mdat", data);
  }

 private:
  std::string Meta(std::size_t data_at) const {
    std::string iloc = BigEndian(0x4400, 2) + BigEndian(items.size(), 2);
    std::string iinf = BigEndian(items.size(), 2), ipma = BigEndian(items.size(), 4), iref, ipco;
    for (const MadeItem& item : items) {
      iloc += BigEndian(item.id, 2) + BigEndian(0, 2) + BigEndian(1, 2) + BigEndian(data_at, 4) +
              BigEndian(item.data.size(), 4);
      data_at += item.data.size();
      iinf += FullBox("infe", BigEndian(item.id, 2) + BigEndian(0, 2) + item.type + '\0', 2,
                      item.hidden ? 1 : 0);
      ipma += BigEndian(item.id, 2) + BigEndian(item.properties.size(), 1);
      for (const unsigned property : item.properties) ipma += BigEndian(property, 1);
    }
    for (const MadeReference& reference : references) {
      std::string content = BigEndian(reference.from, 2) + BigEndian(reference.to.size(), 2);
      for (const unsigned to : reference.to) content += BigEndian(to, 2);
      iref += MadeBox(reference.type, content);
    }
    for (const std::string& property : properties) ipco += property;
    const std::string hdlr = FullBox("hdlr", BigEndian(0, 4) + "pict" + std::string(13, '\0'));
    return FullBox("meta", hdlr + FullBox("pitm", BigEndian(primary, 2)) + FullBox("iloc", iloc) +
                               FullBox("iinf", iinf) + FullBox("iref", iref) +
                               MadeBox("iprp", MadeBox("ipco", ipco) + FullBox("ipma", ipma)));
  }
};

inline std::string Ispe(unsigned width, unsigned height) {
  return FullBox("ispe", BigEndian(width, 4) + BigEndian(height, 4));
}
inline std::string GridPayload(unsigned rows, unsigned columns, unsigned width, unsigned height) {
  return BigEndian(0, 2) + BigEndian(rows - 1, 1) + BigEndian(columns - 1, 1) +
         BigEndian(width, 2) + BigEndian(height, 2);
}

}  // namespace whittle::codec
