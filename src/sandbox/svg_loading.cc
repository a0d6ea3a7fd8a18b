#include "sandbox/svg_loading.h"

#include <dlfcn.h>
#include <glib-object.h>
#include <iconv.h>

namespace whittle::sandbox {
namespace {

// gdk-pixbuf's names. SVG in SVG goes this way, too.
constexpr const char* kDecoders[] = {"gif", "bmp", "ico", "svg"};

// https://encoding.spec.whatwg.org/#names-and-labels, by glibc's names, without those that libxml2
// has itself (UTF-8, UTF-16, ISO-8859-1, ASCII).
constexpr const char* kEncodings[] = {
    "IBM866",      "ISO-8859-2",  "ISO-8859-3",  "ISO-8859-4",  "ISO-8859-5",  "ISO-8859-6",
    "ISO-8859-7",  "ISO-8859-8",  "ISO-8859-9",  "ISO-8859-10", "ISO-8859-11", "ISO-8859-13",
    "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "KOI8-R",      "KOI8-U",      "MACINTOSH",
    "MAC-UK",      "WINDOWS-874", "CP1250",      "CP1251",      "CP1252",      "CP1253",
    "CP1254",      "CP1255",      "CP1256",      "CP1257",      "CP1258",      "GBK",
    "GB18030",     "BIG5",        "BIG5-HKSCS",  "EUC-JP",      "ISO-2022-JP", "SHIFT_JIS",
    "CP932",       "EUC-KR",      "UHC"};

// The headers of fontconfig and gdk-pixbuf would be more for the build than these declarations.
struct Fontconfig {
  int (*FcInit)() = nullptr;
  void* (*FcConfigGetFontDirs)(void*) = nullptr;
  void* (*FcConfigGetCacheDirs)(void*) = nullptr;
  void* (*FcConfigGetConfigFiles)(void*) = nullptr;
  const unsigned char* (*FcStrListNext)(void*) = nullptr;
  void (*FcStrListDone)(void*) = nullptr;
};
struct Pixbuf {
  void* (*gdk_pixbuf_loader_new_with_type)(const char*, GError**) = nullptr;
  gboolean (*gdk_pixbuf_loader_close)(void*, GError**) = nullptr;
  decltype(&::g_object_unref) g_object_unref = nullptr;
  decltype(&::g_clear_error) g_clear_error = nullptr;
};

template <class Function>
bool Find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

void LoadDecoders(void* handle) {
  Pixbuf pixbuf;
  if (!Find(handle, "gdk_pixbuf_loader_new_with_type", pixbuf.gdk_pixbuf_loader_new_with_type) ||
      !Find(handle, "gdk_pixbuf_loader_close", pixbuf.gdk_pixbuf_loader_close) ||
      !Find(handle, "g_object_unref", pixbuf.g_object_unref) ||
      !Find(handle, "g_clear_error", pixbuf.g_clear_error)) {
    return;
  }
  for (const char* name : kDecoders) {
    GError* error = nullptr;
    void* const loader = pixbuf.gdk_pixbuf_loader_new_with_type(name, &error);
    pixbuf.g_clear_error(&error);
    if (loader == nullptr) continue;
    pixbuf.gdk_pixbuf_loader_close(loader, &error);
    pixbuf.g_clear_error(&error);
    pixbuf.g_object_unref(loader);
  }
}

// glibc unloads what nobody has open, so this stays open for as long as the process lives.
void LoadEncodings() {
  for (const char* name : kEncodings) {
    static_cast<void>(iconv_open("UTF-8", name));
    static_cast<void>(iconv_open(name, "UTF-8"));
  }
}

bool FindFontconfig(void* handle, Fontconfig& fonts) {
  return Find(handle, "FcInit", fonts.FcInit) &&
         Find(handle, "FcConfigGetFontDirs", fonts.FcConfigGetFontDirs) &&
         Find(handle, "FcConfigGetCacheDirs", fonts.FcConfigGetCacheDirs) &&
         Find(handle, "FcConfigGetConfigFiles", fonts.FcConfigGetConfigFiles) &&
         Find(handle, "FcStrListNext", fonts.FcStrListNext) &&
         Find(handle, "FcStrListDone", fonts.FcStrListDone);
}

}  // namespace

void LoadForDrawing(void* librsvg) {
  Fontconfig fonts;
  if (FindFontconfig(librsvg, fonts)) fonts.FcInit();
  LoadDecoders(librsvg);
  LoadEncodings();
}

std::vector<std::string> PathsForDrawing(void* librsvg) {
  std::vector<std::string> paths = {"/usr/share/mime"};
  Fontconfig fonts;
  if (!FindFontconfig(librsvg, fonts)) return paths;
  for (const auto list :
       {fonts.FcConfigGetFontDirs, fonts.FcConfigGetCacheDirs, fonts.FcConfigGetConfigFiles}) {
    void* const names = list(nullptr);  // of the configuration in use
    if (names == nullptr) continue;
    while (const unsigned char* name = fonts.FcStrListNext(names)) {
      paths.emplace_back(reinterpret_cast<const char*>(name));
    }
    fonts.FcStrListDone(names);
  }
  return paths;
}

}  // namespace whittle::sandbox
