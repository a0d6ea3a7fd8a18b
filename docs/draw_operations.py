#!/usr/bin/env python3
"""Draws docs/operations.png: what parameters do, from the golden pictures of the tests.

Needs Pillow. Run it after the goldens have changed (tests/pipeline/goldens_test.cc says how).
"""

import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
SHOWN = """
    fit_inside fit_cover fit_contain_background fit_fill fit_outside dpr
    position_left position_right focal position_attention contain_bottom enlarge
    crop trim trim_pad pad pad_transparent rotate_90
    flip flop kernel_nearest kernel_lanczos3 alpha background
    blur_1_5 sharpen_strongly greyscale brightness_0_6 brightness_1_4 contrast_1_6
    saturation_0_4 saturation_1_8 hue_90 hue_180 gamma_0_5 gamma_2
    tint hue_alpha colours_4 gif_alpha jpeg_quality_20 cover_rotate
""".split()
COLUMNS = 6
ZOOM = 3
CELL = (190, 182)
TEXT_LINES = 3


def queries() -> dict[str, str]:
    """The query of each golden, by name."""
    table = (ROOT / "tests/pipeline/goldens.def").read_text()
    lines = re.findall(r'WHITTLE_GOLDEN\((\w+),\s*\w+,\s*((?:"[^"]*"\s*)+)\)', table)
    return {name: "".join(re.findall(r'"([^"]*)"', text)) for name, text in lines}


def label(query: str) -> list[str]:
    """The query in lines that fit a cell, broken before '&'."""
    lines = [""]
    for pair in re.split(r"(?=&)", query):
        if len(lines[-1]) + len(pair) > 27 and lines[-1]:
            lines.append("")
        lines[-1] += pair
    return lines


def picture(name: str) -> Image.Image:
    """The golden, enlarged, on squares where it is transparent."""
    golden = Image.open(ROOT / f"tests/goldens/{name}.png").convert("RGBA")
    golden = golden.resize((golden.width * ZOOM, golden.height * ZOOM), Image.Resampling.NEAREST)
    squares = Image.new("RGBA", golden.size, "#ffffff")
    draw = ImageDraw.Draw(squares)
    for y in range(0, golden.height, 8):
        for x in range(y // 8 % 2 * 8, golden.width, 16):
            draw.rectangle((x, y, x + 7, y + 7), fill="#d8d8d8")
    squares.alpha_composite(golden)
    return squares.convert("RGB")


def main() -> None:
    rows = -(-len(SHOWN) // COLUMNS)
    sheet = Image.new("RGB", (CELL[0] * COLUMNS, CELL[1] * rows), "#ffffff")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    query_of = queries()
    for i, name in enumerate(SHOWN):
        left = i % COLUMNS * CELL[0] + 8
        top = i // COLUMNS * CELL[1] + 8
        for line, text in enumerate(label(query_of[name])[:TEXT_LINES]):
            draw.text((left, top + 14 * line), text, fill="#222222", font=font)
        sheet.paste(picture(name), (left, top + 14 * TEXT_LINES + 4))
    sheet.save(ROOT / "docs/operations.png", optimize=True)


if __name__ == "__main__":
    main()
