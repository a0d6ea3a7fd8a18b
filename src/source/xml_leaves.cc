#include "source/xml_leaves.h"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <new>

namespace whittle::source {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

struct Reading {
  XML_Parser parser;
  std::vector<std::pair<std::string, std::string>>& leaves;
  std::string text;      // of the innermost element
  bool is_leaf = false;  // whether that has had no child so far
  int depth = 0;

  void Stop() { XML_StopParser(parser, XML_FALSE); }
};

// No exception may cross expat; what these allocate is bounded by the document's size.
void OnStart(void* user, const XML_Char*, const XML_Char**) noexcept {
  Reading& reading = *static_cast<Reading*>(user);
  reading.text.clear();
  reading.is_leaf = true;
  if (++reading.depth > XmlLeaves::kMostDepth) reading.Stop();
}

void OnEnd(void* user, const XML_Char* name) noexcept {
  Reading& reading = *static_cast<Reading*>(user);
  --reading.depth;
  if (!std::exchange(reading.is_leaf, false)) return;
  reading.leaves.emplace_back(name, std::exchange(reading.text, {}));
  if (reading.leaves.size() == XmlLeaves::kMostLeaves) reading.Stop();
}

void OnText(void* user, const XML_Char* text, int size) noexcept {
  Reading& reading = *static_cast<Reading*>(user);
  if (reading.is_leaf) reading.text.append(text, static_cast<std::size_t>(size));
}

void OnDocumentType(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) noexcept {
  static_cast<Reading*>(user)->Stop();
}

}  // namespace

XmlLeaves::XmlLeaves(std::string_view document) {
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate(nullptr));
  if (parser == nullptr) throw std::bad_alloc();
  Reading reading{.parser = parser.get(), .leaves = leaves_, .text = {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), OnStart, OnEnd);
  XML_SetCharacterDataHandler(parser.get(), OnText);
  XML_SetStartDoctypeDeclHandler(parser.get(), OnDocumentType);
  document = document.substr(0, kMostBytes);
  // An error is the end of what can be read.
  static_cast<void>(
      XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_FALSE));
}

std::string_view XmlLeaves::operator[](std::string_view name) const {
  const auto found = std::ranges::find(leaves_, name, [](const auto& leaf) { return leaf.first; });
  return found == leaves_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace whittle::source
