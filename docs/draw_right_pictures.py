#!/usr/bin/env python3
"""Draws docs/right_pictures/*.png: what came out wrong, what comes out now, and what is right.

    python3 docs/draw_right_pictures.py BEFORE AFTER

BEFORE and AFTER are whittle binaries. Needs Pillow; avifenc, heif-enc and cjxl (apt: libavif-bin,
libheif-examples, libjxl-tools) for the colours, and chromium for the third column: what needs one
that is not there is left out, with a message. All sources are made here, of images/*.jpg or of
nothing. Takes some twenty seconds; the figures go to stdout, too.
"""

import struct
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from right_pictures.colours import make_colours
from right_pictures.maker import SIZE, Case, Maker, of_photo, saved
from right_pictures.sheet import Cell, Row, against, error, scaled, sheet


def compared(make: Maker, case: Case, by: float, part: tuple[int, ...] | None = None) -> Row:
    """Before, after, and Chromium's own rendition, or a part of them, each at BY of its size."""
    def cell(text: list[str], image: Image.Image | None) -> Cell:
        return Cell(text, scaled(image.crop(part) if image and part else image, by))

    right = make.shown.get(case.right.name)
    images = [make.seen(path) for path in case.made]
    cells = [cell([when, against(image, right)], image)
             for when, image in zip(make.binaries, images)]
    if right:
        cells.append(cell(["Chromium", f"{right.width} x {right.height}"], right))
    return Row(case.title, cells)


# 1: ink

def without_segment(jpeg: bytes, marker: int) -> bytes:
    """The JPEG without its segments of one marker."""
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        if jpeg[at + 1] != marker:
            out += jpeg[at:end]
        at = end
    return out + jpeg[at:]


def make_ink(make: Maker) -> list[Case]:
    jpeg = saved(of_photo("photo").convert("CMYK"), "JPEG", quality=92)
    source = make.source("cmyk.jpg", without_segment(jpeg, 0xEE))
    return [make.case("JPEG of CMYK, without an Adobe marker, to PNG", source, SIZE[0], ".png")]


# 2: files that end too early

def make_cut(make: Maker) -> list[Case]:
    photo = of_photo("small")
    baseline = saved(photo, "JPEG", quality=90)
    progressive = saved(photo, "JPEG", quality=90, progressive=True)
    png = saved(photo, "PNG")
    files = [("JPEG, whole but for its end marker", "no-eoi.jpg", baseline[:-2]),
             ("half a JPEG", "baseline.jpg", baseline[:len(baseline) // 2]),
             ("half a progressive JPEG", "progressive.jpg", progressive[:len(progressive) // 2]),
             ("half a PNG", "half.png", png[:len(png) // 2])]
    return [make.case(title, make.source(name, data), SIZE[0], "-made.png")
            for title, name, data in files]


# 6: GIF

def drawing(size: tuple[int, int]) -> Image.Image:
    """Text, lines and rings in eight colours, without antialiasing."""
    image = Image.new("P", size, 0)
    colours = "ffffff 202020 b02820 2040a0 708040 e0a020 60a8b8 904890"
    image.putpalette(bytes.fromhex(colours.replace(" ", "")))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    width, height = size
    for i in range(7):
        box = [width * (0.12 + 0.12 * i) - height * 0.2, height * (0.3 + 0.06 * i)]
        draw.ellipse((*box, box[0] + height * 0.4, box[1] + height * 0.4), outline=i + 1,
                     width=max(2, height // 90))
        draw.line((0, height * i // 7, width, height * (6 - i) // 7), fill=i + 1)
    font = ImageFont.load_default(height // 11)
    for i in range(4):
        draw.text((width // 30, height * (0.04 + 0.25 * i)), "reduced, and still of few colours",
                  fill=i + 1, font=font)
    draw.rectangle((0, 0, width - 1, height - 1), outline=2, width=max(2, height // 60))
    return image


def make_gif(make: Maker) -> list[Case]:
    """A screen smaller than its first frame, and a frame that begins beyond it."""
    gif = bytearray(saved(drawing((300, 200)), "GIF"))
    at = 13 + 3 * (2 << (gif[10] & 7))  # behind the colours of the screen
    while gif[at] == 0x21:  # extensions
        at += 2
        while gif[at]:
            at += 1 + gif[at]
        at += 1
    gif[6:10] = struct.pack("<HH", 200, 120)
    small = make.source("small-screen.gif", bytes(gif))
    gif[6:10] = struct.pack("<HH", 60, 40)
    gif[at + 1:at + 5] = struct.pack("<HH", 80, 60)
    outside = make.source("outside.gif", bytes(gif))
    return [make.case("GIF: a screen of 200 x 120, a frame of 300 x 200", small, 8192, ".png"),
            make.case("GIF: a screen of 60 x 40, the frame at 80, 60", outside, 8192, ".png")]


# 9: palettes

def draw_palette(make: Maker) -> None:
    """A drawing and a photo as PNG with palettes, at half their size."""
    rows = []
    photo = of_photo("photo").quantize(256)
    for kind, image, part in (("a drawing of 8 colours", drawing((826, 517)), (0, 0, 125, 85)),
                              ("a photo of 256 colours", photo, (50, 0, 175, 85))):
        source = make.source(f"palette{len(rows)}.png", saved(image, "PNG", optimize=True))
        title = f"PNG, {kind}, {source.stat().st_size} bytes, at half its size"
        made = [Image.open(path)
                for path in make.case(title, source, image.width // 2, "-made.png").made]
        lines = [[f"{when}: {Path(image.filename).stat().st_size} bytes",
                  "a palette" if image.mode == "P" else "full colour"]
                 for when, image in zip(make.binaries, made)]
        exact, sent = (image.convert("RGB") for image in made)
        mean, most = error(exact, sent)
        lines.append(["difference, 16 times", f"mean {mean:.2f}, largest {most}"])
        apart = ImageChops.difference(exact, sent).point(lambda v: min(255, 16 * v))
        rows.append(Row(title, [
            Cell(line, image.crop(part).resize((250, 170), Image.Resampling.NEAREST))
            for line, image in zip(lines, (exact, sent, apart))]))
    sheet("palette", rows, (250, 170))


# 11: edges under transparency

def draw_edges(make: Maker) -> None:
    """A disc as AVIF and WebP on black and white: pictures and errors, enlarged."""
    alpha = Image.new("L", (1600, 1600), 0)
    ImageDraw.Draw(alpha).ellipse((160, 160, 1439, 1439), fill=255)
    disc = Image.new("RGBA", (200, 200), (255, 221, 0, 255))
    disc.putalpha(alpha.resize((200, 200), Image.Resampling.BOX))
    source = make.source("disc.png", saved(disc, "PNG"))

    def over(path: Path, ground: str) -> Image.Image:
        image = Image.open(path).convert("RGBA")
        whole = Image.new("RGBA", image.size, ground)
        whole.alpha_composite(image)
        return whole.convert("RGB")

    def enlarged(image: Image.Image) -> Image.Image:
        return image.crop((10, 10, 42, 42)).resize((160, 160), Image.Resampling.NEAREST)

    exact = make.result("after", source, 100, "-exact.png")
    rows = []
    for kind in ("AVIF", "WebP"):
        made = make.case(kind, source, 100, f".{kind.lower()}").made
        for ground in ("white", "black"):
            right = over(exact, ground)
            shown, errors = [], []
            for when, path in zip(make.binaries, made):
                image = over(path, ground)
                mean, most = error(image, right)
                apart = ImageChops.difference(image, right).point(lambda v: min(255, 4 * v))
                shown.append(Cell([when, f"{path.stat().st_size} bytes"], enlarged(image)))
                errors.append(Cell([f"{when}: error, 4 times", f"largest {most}, mean {mean:.2f}"],
                                   enlarged(apart)))
            rows.append(Row(f"{kind}, on {ground}",
                            [*shown, Cell(["exact", "as PNG"], enlarged(right)), *errors]))
    sheet("edges", rows, (160, 160))


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        make = Maker(sys.argv[1], sys.argv[2], Path(folder))
        ink, cut, colours, gif = make_ink(make), make_cut(make), make_colours(make), make_gif(make)
        make.show()
        sheet("ink", [compared(make, case, 0.4) for case in ink], (240, 160))
        sheet("cut", [compared(make, case, 0.35) for case in cut], (210, 140))
        if colours:
            forest = (260, 100, 560, 300)
            sheet("gamuts", [compared(make, case, 0.5, forest) for case in colours[:2]], (150, 100))
            sheet("pq", [compared(make, case, 0.3) for case in colours[2:4]], (180, 120))
            sheet("hlg", [compared(make, case, 0.3) for case in colours[4:]], (180, 120))
        sheet("gif", [compared(make, case, 0.6) for case in gif], (228, 156))
        draw_palette(make)
        draw_edges(make)


if __name__ == "__main__":
    main()
