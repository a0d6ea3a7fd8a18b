#include "sandbox/svg_loading.h"

#include <dlfcn.h>
#include <glib-object.h>

namespace whittle::sandbox {
namespace {

// gdk-pixbuf's names. SVG in SVG goes this way, too.
constexpr const char* kDecoders[] = {"gif", "bmp", "ico", "svg"};

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
