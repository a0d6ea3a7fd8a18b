// One photograph to take: where the camera stands, the light, the season, and how it is filed.
#pragma once

#include <cstdint>
#include <string_view>

namespace render {

// Metres, degrees. Bearing 0 looks up the valley (+z), 90 to the right (+x).
struct Shot {
  std::string_view file;
  int width = 0, height = 0;  // as seen, before `turned`
  uint32_t seed = 1;          // another seed is another valley

  float eye_x = 0, eye_z = 0, eye_height = 3;  // height above ground or lake
  float bearing = 0, pitch = 0;
  float lens = 30;  // focal length for a 36 mm wide frame, mm

  float sun_bearing = -60, sun_height = 16;
  float clouds = 0.5f;  // 0 clear .. 1 overcast
  float mist = 0.5f;    // over the lake, 0..1
  float haze = 1.0f;    // of the far mountains, 1 is a clear day
  float autumn = 0;     // share of yellow and red trees
  float snow_line = 900;
  float exposure = 1.0f;
  float warmth = 0;  // white balance, -1 blue .. 1 yellow

  int samples = 4;  // rays per pixel
  int quality = 78;
  bool grey = false;
  bool progressive = false;
  bool display_p3 = false;
  bool turned = false;  // stored lying on its side with EXIF orientation 6
};

}  // namespace render
