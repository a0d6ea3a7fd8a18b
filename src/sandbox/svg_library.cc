#include "sandbox/svg_library.h"

#include <dlfcn.h>

namespace whittle::sandbox {

std::optional<SvgLibrary> LoadSvgLibrary() {
  // A look-up through this handle finds what librsvg is linked to as well.
  void* const handle = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  SvgLibrary library;
  bool all = true;
  const auto load = [handle, &all](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    all = all && function != nullptr;
  };
#define WHITTLE_LOAD(name) load(library.name, #name)
  WHITTLE_LOAD(rsvg_handle_new_from_data);
  WHITTLE_LOAD(rsvg_handle_set_dpi);
  WHITTLE_LOAD(rsvg_handle_get_intrinsic_size_in_pixels);
  WHITTLE_LOAD(rsvg_handle_get_intrinsic_dimensions);
  WHITTLE_LOAD(rsvg_handle_get_geometry_for_layer);
  WHITTLE_LOAD(rsvg_handle_render_document);
  WHITTLE_LOAD(rsvg_major_version);
  WHITTLE_LOAD(rsvg_minor_version);
  WHITTLE_LOAD(rsvg_micro_version);
  WHITTLE_LOAD(g_object_unref);
  WHITTLE_LOAD(g_clear_error);
  WHITTLE_LOAD(cairo_image_surface_create_for_data);
  WHITTLE_LOAD(cairo_surface_status);
  WHITTLE_LOAD(cairo_surface_flush);
  WHITTLE_LOAD(cairo_surface_destroy);
  WHITTLE_LOAD(cairo_create);
  WHITTLE_LOAD(cairo_scale);
  WHITTLE_LOAD(cairo_translate);
  WHITTLE_LOAD(cairo_status);
  WHITTLE_LOAD(cairo_destroy);
#undef WHITTLE_LOAD
  if (!all) return std::nullopt;
  library.handle = handle;
  return library;
}

}  // namespace whittle::sandbox
