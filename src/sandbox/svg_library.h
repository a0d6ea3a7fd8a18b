// librsvg and cairo, loaded when asked for: the program is not linked to them, so that a server
// without SVG pays nothing for them and what they bring along.
//
// For the processes that draw. Immutable once loaded.
#pragma once

#include <cairo.h>
#include <librsvg/rsvg.h>

#include <optional>

namespace whittle::sandbox {

struct SvgLibrary {
  void* handle = nullptr;  ///< of dlopen
#define WHITTLE_LOADED(name) decltype(&::name) name = nullptr
  WHITTLE_LOADED(rsvg_handle_new_from_data);
  WHITTLE_LOADED(rsvg_handle_set_dpi);
  WHITTLE_LOADED(rsvg_handle_get_intrinsic_size_in_pixels);
  WHITTLE_LOADED(rsvg_handle_get_intrinsic_dimensions);
  WHITTLE_LOADED(rsvg_handle_get_geometry_for_layer);
  WHITTLE_LOADED(rsvg_handle_render_document);
  WHITTLE_LOADED(rsvg_major_version);
  WHITTLE_LOADED(rsvg_minor_version);
  WHITTLE_LOADED(rsvg_micro_version);
  WHITTLE_LOADED(g_object_unref);
  WHITTLE_LOADED(g_clear_error);
  WHITTLE_LOADED(cairo_image_surface_create_for_data);
  WHITTLE_LOADED(cairo_surface_status);
  WHITTLE_LOADED(cairo_surface_flush);
  WHITTLE_LOADED(cairo_surface_destroy);
  WHITTLE_LOADED(cairo_create);
  WHITTLE_LOADED(cairo_scale);
  WHITTLE_LOADED(cairo_translate);
  WHITTLE_LOADED(cairo_status);
  WHITTLE_LOADED(cairo_destroy);
#undef WHITTLE_LOADED
};

/// Nothing where the libraries are missing or are others.
std::optional<SvgLibrary> LoadSvgLibrary();

}  // namespace whittle::sandbox
