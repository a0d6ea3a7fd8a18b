"""Pictures in rows with what is to be said of them: each sheet is one PNG beside this file."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

FOLDER = Path(__file__).resolve().parent
MARGIN = 8
LINE = 15


@dataclass
class Cell:
    """One picture with the lines above it; 422 where there is no picture."""

    lines: list[str]
    picture: Image.Image | None


@dataclass
class Row:
    """Cells side by side, and what they are of."""

    title: str
    cells: list[Cell]


def sheet(name: str, rows: list[Row], cell: tuple[int, int]) -> None:
    """Lays rows out as docs/right_pictures/NAME.png."""
    font, bold = ImageFont.load_default(13), ImageFont.load_default(14)
    head = LINE * 3 + 6
    step = cell[0] + MARGIN, cell[1] + head + MARGIN
    width = step[0] * max(len(row.cells) for row in rows) + MARGIN
    whole = Image.new("RGB", (width, step[1] * len(rows) + MARGIN), "#ffffff")
    draw = ImageDraw.Draw(whole)
    for y, row in enumerate(rows):
        top = MARGIN + y * step[1]
        draw.text((MARGIN, top), row.title, fill="#104080", font=bold)
        for x, c in enumerate(row.cells):
            left, below = MARGIN + x * step[0], top + head
            for i, text in enumerate(c.lines):
                draw.text((left, top + 2 + LINE * (i + 1)), text, fill="#222222", font=font)
            if c.picture is not None:
                whole.paste(c.picture, (left, below))
                continue
            draw.rectangle((left, below, left + cell[0] - 1, below + cell[1] - 1), fill="#f4f4f4",
                           outline="#bbbbbb")
            draw.text((left + cell[0] / 2, below + cell[1] / 2), "422", fill="#a02020", font=bold,
                      anchor="mm")
    path = FOLDER / f"{name}.png"
    whole.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size} bytes")
    for row in rows:
        print(f"    {row.title}: " + " | ".join(", ".join(c.lines) for c in row.cells))


def error(a: Image.Image, b: Image.Image) -> tuple[float, int]:
    """Mean difference of samples, and the largest of any sample, in codes."""
    apart = ImageChops.difference(a.convert("RGB"), b.convert("RGB"))
    return sum(ImageStat.Stat(apart).mean) / 3, max(top for _, top in apart.getextrema())


def against(seen: Image.Image | None, right: Image.Image | None) -> str:
    """What to say of a picture beside the right one."""
    if seen is None or right is None:
        return ""
    if seen.size != right.size:
        return f"{seen.width} x {seen.height}"
    there = right.getchannel("A").getbbox()  # Chromium leaves transparent what it does not have
    pair = [image.crop(there).convert("RGB") for image in (seen, right)]
    mean, _ = error(*pair)
    regions = tuple(side // 20 for side in pair[0].size)  # means of about 20 x 20 pixels
    boxes = [image.resize(regions, Image.Resampling.BOX) for image in pair]
    return f"off by {mean:.1f}; regions by {error(*boxes)[1]}"


def scaled(image: Image.Image | None, by: float) -> Image.Image | None:
    """At BY of its size, on squares where it is transparent."""
    if image is None:
        return None
    size = round(image.width * by), round(image.height * by)
    whole = Image.new("RGBA", size, "#ffffff")
    draw = ImageDraw.Draw(whole)
    for y in range(0, size[1], 8):
        for x in range(y // 8 % 2 * 8, size[0], 16):
            draw.rectangle((x, y, x + 7, y + 7), fill="#d8d8d8")
    whole.alpha_composite(image.convert("RGBA").resize(size, Image.Resampling.LANCZOS))
    return whole.convert("RGB")
