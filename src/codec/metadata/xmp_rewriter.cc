#include "codec/metadata/xmp_rewriter.h"

namespace whittle::codec {
namespace {

// Real packets nest some ten deep and declare some twenty namespaces.
constexpr int kDeepest = 256;
constexpr std::size_t kMostDeclared = 64;

// XMP specification part 2, tables 4 to 12, and part 3, 1.1.3.1.
constexpr std::string_view kTiff = "http://ns.adobe.com/tiff/1.0/";
constexpr std::string_view kExif = "http://ns.adobe.com/exif/1.0/";
constexpr std::string_view kXmp = "http://ns.adobe.com/xap/1.0/";
constexpr std::string_view kThumbnail = "http://ns.adobe.com/xap/1.0/g/img/";
constexpr std::string_view kNote = "http://ns.adobe.com/xmp/note/";

bool Declares(std::string_view attribute) {
  return attribute == "xmlns" || attribute.starts_with("xmlns:");
}

}  // namespace

struct XmpRewriter::Property {
  std::string_view space;   ///< namespace
  std::string_view prefix;  ///< what it usually is
  std::string_view name;
  Fate fate;
};

constexpr XmpRewriter::Property XmpRewriter::kProperties[] = {
    {kTiff, "tiff", "Orientation", Fate::kUpright},
    {kTiff, "tiff", "ImageWidth", Fate::kWidth},
    {kTiff, "tiff", "ImageLength", Fate::kHeight},
    {kExif, "exif", "PixelXDimension", Fate::kWidth},
    {kExif, "exif", "PixelYDimension", Fate::kHeight},
    {kExif, "exif", "SubjectArea", Fate::kDrop},
    {kExif, "exif", "SubjectLocation", Fate::kDrop},
    {kXmp, "xmp", "Thumbnails", Fate::kDrop},
    {kXmp, "xap", "Thumbnails", Fate::kDrop},
    {kThumbnail, "xmpGImg", "image", Fate::kDrop},
    {kThumbnail, "xapGImg", "image", Fate::kDrop},
    {kNote, "xmpNote", "HasExtendedXMP", Fate::kDrop},
};

XmpRewriter::XmpRewriter(std::uint32_t width, std::uint32_t height, std::size_t most)
    : width_(std::to_string(width)), height_(std::to_string(height)) {
  text_.Reserve(most);
}

void XmpRewriter::Begin(std::string_view name, const char** pairs) {
  begun_ = true;
  if (++depth_ > kDeepest) return Fail();
  if (dropping()) return;
  std::vector<Attribute> attributes;
  for (; *pairs != nullptr; pairs += 2) attributes.push_back({pairs[0], pairs[1]});
  for (const Attribute& each : attributes) {
    Declare(each);
    if (scope_.size() > kMostDeclared) return Fail();
  }
  const std::optional<Fate> fate = FateOf(name, /*is_attribute=*/false);
  if (fate) dropped_at_ = depth_;
  if (fate == Fate::kDrop) return;
  CloseTag();
  Write("<");
  Write(name);
  for (const Attribute& each : attributes) {
    if (!fate || Declares(each.name)) Put(each);
  }
  if (!fate) {
    tag_is_open_ = true;
    return;
  }
  Write(">");
  Write(ValueOf(*fate));
  Write("</");
  Write(name);
  Write(">");
}

void XmpRewriter::End(std::string_view name) {
  const bool dropped = dropping();
  if (dropped_at_ == depth_) dropped_at_ = 0;
  while (!scope_.empty() && scope_.back().depth == depth_) scope_.pop_back();
  --depth_;
  if (dropped) return;
  if (tag_is_open_) {
    Write("/>");
    tag_is_open_ = false;
    return;
  }
  Write("</");
  Write(name);
  Write(">");
}

void XmpRewriter::Text(std::string_view text) {
  if (dropping()) return;
  CloseTag();
  Escape(text, /*in_attribute=*/false);
}

void XmpRewriter::Instruction(std::string_view target, std::string_view data) {
  if (dropping()) return;
  CloseTag();
  Write("<?");
  Write(target);
  Write(" ");
  Write(data);
  Write("?>");
}

void XmpRewriter::CloseTag() {
  if (tag_is_open_) Write(">");
  tag_is_open_ = false;
}

void XmpRewriter::Declare(const Attribute& attribute) {
  if (!Declares(attribute.name)) return;
  const std::size_t colon = attribute.name.find(':');
  const std::string_view prefix =
      colon == std::string_view::npos ? std::string_view{} : attribute.name.substr(colon + 1);
  scope_.push_back({std::string(prefix), std::string(attribute.value), depth_});
}

// An attribute without a prefix has no namespace (Namespaces in XML 1.0, 6.2).
auto XmpRewriter::FateOf(std::string_view qualified, bool is_attribute) const
    -> std::optional<Fate> {
  const std::size_t colon = qualified.find(':');
  const bool prefixed = colon != std::string_view::npos;
  if (!prefixed && is_attribute) return std::nullopt;
  const std::string_view prefix = prefixed ? qualified.substr(0, colon) : std::string_view{};
  const std::string_view name = prefixed ? qualified.substr(colon + 1) : qualified;
  const std::string* space = nullptr;
  for (const Declared& each : scope_) {
    if (each.prefix == prefix) space = &each.space;
  }
  for (const Property& property : kProperties) {
    if (property.name != name) continue;
    if (space != nullptr ? *space == property.space : property.prefix == prefix) {
      return property.fate;
    }
  }
  return std::nullopt;
}

std::string_view XmpRewriter::ValueOf(Fate fate) const {
  if (fate == Fate::kWidth) return width_;
  if (fate == Fate::kHeight) return height_;
  return "1";  // upright
}

void XmpRewriter::Put(const Attribute& attribute) {
  const auto fate = Declares(attribute.name) ? std::optional<Fate>{}
                                             : FateOf(attribute.name, /*is_attribute=*/true);
  if (fate == Fate::kDrop) return;
  Write(" ");
  Write(attribute.name);
  Write("=\"");
  Escape(fate ? ValueOf(*fate) : attribute.value, /*in_attribute=*/true);
  Write("\"");
}

// White space is escaped where a reader would change it (XML 1.0, 2.11 and 3.3.3).
void XmpRewriter::Escape(std::string_view text, bool in_attribute) {
  for (const char c : text) {
    if (c == '&') {
      Write("&amp;");
    } else if (c == '<') {
      Write("&lt;");
    } else if (c == '>') {
      Write("&gt;");
    } else if (c == '"') {
      Write("&quot;");
    } else if (c == '\r') {
      Write("&#xD;");
    } else if (in_attribute && (c == '\n' || c == '\t')) {
      Write(c == '\n' ? "&#xA;" : "&#x9;");
    } else {
      Write({&c, 1});
    }
  }
}

}  // namespace whittle::codec
