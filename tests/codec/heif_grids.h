// For the HEIF tests: grids and single pictures put together from pictures of 64x64 in HEVC, which
// are here as bytes, so that no encoder is needed. The pictures were made by x265 from planes of
// constant chroma, and of luma that is 32 codes brighter in its lower half.
#pragma once

#include <libheif/heif.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/codec/made_boxes.h"
#include "tests/codec/sample_rows.h"

namespace whittle::codec {

inline constexpr std::string_view kHevcConfig8 =
    "0103700000000000000000001ef000fcfdf8f800000f03200001001840010c01ffff0370000003009000"
    "0003000003001eba0240210001002842010103700000030090000003000003001ea020810596ea4929ae"
    "6c08000003000800000300084022000100074401c172b02240";
inline constexpr std::string_view kHevcConfig10 =
    "0104080000000000000000001ef000fcfdfafa00000f03200001001740010c01ffff0408000003009db8"
    "00000300001eba024021000100274201010408000003009db800000300001ea0208104d96ea4929ae6c0"
    "800000030080000003008422000100074401c172b02240";
inline constexpr std::string_view kHevcTile0 =
    "000000512801af09e0e15739755ffffe4e67ffff03abc87b86c9d437edc7f079c2cbb8888b38c770d933"
    "aca8118f4875482ff5a0a8732c61356390a6400aa819e8c5a42cd05ca3a64eee092b2eab050162386015"
    "f8";
inline constexpr std::string_view kHevcTile1 =
    "000000512801af09e0e15739755ffffbd29fbdfaabbfffcafc2750dfb71fc1e70b2ee2222ce31dc364ce"
    "b2a0463d21d520bfd682a1ccb184d58e4299002aa067a31690b341728e993bb824acbaac140588e18057"
    "e0";
inline constexpr std::string_view kHevcTile2 =
    "0000004d2801af09e0e1577408d7bc7c4df191fb51c4ea1bf6e3f83ce1639c44459c63b86c99d65408c7"
    "a43aa417fad0543996309ab1c8532005540cf462d216682e51d32777049597558280b11c300afc";
inline constexpr std::string_view kHevcTile3 =
    "0000004e2801af09e0e157631a57bc7f196b3fffac844ea1bf6e3f83ce1639c44459c63b86c99d65408c"
    "7a43aa417fad0543996309ab1c8532005540cf462d216682e51d32777049597558280b11c300afc0";
inline constexpr std::string_view kHevcWideTile0 =
    "0000001e2801af09e02336addffffdf13fdfffa782e87e9934414fbf9e7ddc1fc5bf";
inline constexpr std::string_view kHevcWideTile1 =
    "0000001e2801af09e02336addffffa7ffd91f96f7fffed1c0414fbf9e7ddc1fc5bf0";

/// A grid of `columns` by `rows` cells, with width and height of the whole as given. Item 1 is the
/// grid, cells are hidden and numbered from 2 on; property 1 is their size and 2 their
/// configuration, 3 the whole's size.
inline MadeHeif MadeGrid(unsigned columns, unsigned rows, unsigned width, unsigned height,
                         bool wide = false) {
  MadeHeif file;
  const std::string_view config = wide ? kHevcConfig10 : kHevcConfig8;
  file.properties = {Ispe(64, 64), MadeBox("hvcC", FromHex(config)), Ispe(width, height)};
  file.items.push_back({.id = 1,
                        .type = "grid",
                        .data = GridPayload(rows, columns, width, height),
                        .properties = {3}});
  MadeReference cells{.type = "dimg", .from = 1, .to = {}};
  const std::vector<std::string_view> tiles =
      wide ? std::vector<std::string_view>{kHevcWideTile0, kHevcWideTile1}
           : std::vector<std::string_view>{kHevcTile0, kHevcTile1, kHevcTile2, kHevcTile3};
  for (unsigned i = 0; i < columns * rows; ++i) {
    file.items.push_back({.id = 2 + i,
                          .data = FromHex(tiles[i % tiles.size()]),
                          .properties = {1, 2},
                          .hidden = true});
    cells.to.push_back(2 + i);
  }
  file.references.push_back(cells);
  return file;
}

/// A picture of one piece. Property 1 is its size and 2 its configuration.
inline MadeHeif MadeSingle(std::string_view tile = kHevcTile0,
                           std::string_view config = kHevcConfig8) {
  MadeHeif file;
  file.properties = {Ispe(64, 64), MadeBox("hvcC", FromHex(config))};
  file.items = {{.id = 1, .data = FromHex(tile), .properties = {1, 2}}};
  return file;
}
inline MadeHeif MadeWideSingle() { return MadeSingle(kHevcWideTile0, kHevcConfig10); }

/// What libheif makes of the whole file at once, as shown, in 8 bits.
inline test::Picture PlainHeif(ByteView file) {
  const auto check = [](const heif_error& error) {
    if (error.code != heif_error_Ok) throw std::runtime_error(error.message);
  };
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(),
                                                                       heif_context_free);
  check(
      heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr));
  heif_image_handle* found = nullptr;
  check(heif_context_get_primary_image_handle(context.get(), &found));
  const std::unique_ptr<heif_image_handle, void (*)(const heif_image_handle*)> handle(
      found, heif_image_handle_release);
  const std::unique_ptr<heif_decoding_options, void (*)(heif_decoding_options*)> options(
      heif_decoding_options_alloc(), heif_decoding_options_free);
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  check(heif_decode_image(handle.get(), &decoded, heif_colorspace_RGB, heif_chroma_interleaved_RGB,
                          options.get()));
  const std::unique_ptr<heif_image, void (*)(const heif_image*)> image(decoded, heif_image_release);
  int stride = 0;
  const std::uint8_t* rows =
      heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
  test::Picture picture =
      test::Blank(heif_image_get_width(image.get(), heif_channel_interleaved),
                  heif_image_get_height(image.get(), heif_channel_interleaved), 3);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (int c = 0; c < 3; ++c) picture.at(x, y, c) = rows[y * stride + 3 * x + c];
    }
  }
  return picture;
}

}  // namespace whittle::codec
