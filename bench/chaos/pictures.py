"""Pictures that cost much more than they weigh, made in code byte by byte.

Flat ones: what makes them dear is their size and how they are coded, not what is on them.
"""

import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path


class Bits:
    """Bits into bytes; `high_first` as in JPEG (with its stuffing), else as in WebP."""

    def __init__(self, high_first: bool) -> None:
        self.high_first = high_first
        self.out = bytearray()
        self.held, self.count = 0, 0

    def put(self, value: int, width: int) -> None:
        if self.high_first:
            self.held = self.held << width | value
        else:
            self.held |= value << self.count
        self.count += width
        while self.count >= 8:
            if self.high_first:
                byte = self.held >> (self.count - 8) & 0xFF
                self.held &= (1 << (self.count - 8)) - 1
            else:
                byte = self.held & 0xFF
                self.held >>= 8
            self.count -= 8
            self.out.append(byte)
            if self.high_first and byte == 0xFF:
                self.out.append(0)

    def done(self) -> bytes:
        if self.count:
            fill = 8 - self.count
            self.put((1 << fill) - 1 if self.high_first else 0, fill)
        return bytes(self.out)


def webp(width: int, height: int) -> bytes:
    """Lossless, one colour: about 40 bytes for any size, which libwebp decodes to 4 a pixel."""
    bits = Bits(high_first=False)
    bits.put(0x2F, 8)
    bits.put(width - 1, 14)
    bits.put(height - 1, 14)
    bits.put(0, 1 + 3)  # no alpha, version 0
    bits.put(0, 3)  # no transform, no colour cache, no codes by region
    for value in (90, 150, 40, 255):  # green, red, blue, alpha: codes of one symbol, no bits each
        bits.put(0b101, 3)  # simple, one symbol, of eight bits
        bits.put(value, 8)
    bits.put(0b001, 3)  # distances: simple, one symbol, of one bit
    bits.put(0, 1)
    data = bits.done()
    data += bytes(len(data) % 2)
    return (b"RIFF" + struct.pack("<I", 12 + len(data)) + b"WEBPVP8L"
            + struct.pack("<I", len(data)) + data)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(width: int, height: int, extra_scans: int = 0) -> bytes:
    """Progressive, 4:4:4, grey: a decoder keeps two bytes for each of three samples a pixel.

    Each extra scan is one more pass over all coefficients of a component.
    """
    parts = [b"\xFF\xD8", _segment(0xDB, b"\0" + bytes([1] * 64)),
             _segment(0xC2, struct.pack(">BHHB", 8, height, width, 3)
                      + b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))),
             _segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\0"),  # DC: '0' is no difference
             # AC: fifteen codes of four bits, the ends of bands 2^0 to 2^14 blocks long.
             _segment(0xC4, b"\x10" + bytes([0, 0, 0, 15] + [0] * 12)
                      + bytes(run << 4 for run in range(15)))]
    blocks = -(-width // 8) * -(-height // 8)
    parts.append(_segment(0xDA, b"\x03\x01\0\x02\0\x03\0" + b"\0\0\0"))
    parts.append(bytes(3 * blocks // 8) + (bytes([0xFF >> 3 * blocks % 8]) if blocks % 8 else b""))
    ends = Bits(high_first=True)
    left = blocks
    while left:
        run = min(left, 0x7FFF)
        power = run.bit_length() - 1
        ends.put(power, 4)
        ends.put(run - (1 << power), power)
        left -= run
    band = ends.done()
    for scan in range(3 + extra_scans):
        parts += [_segment(0xDA, bytes((1, scan % 3 + 1, 0, 1, 63, 0))), band]
    parts.append(b"\xFF\xD9")
    return b"".join(parts)


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png_rows(width: int, height: int, bits: int, interlaced: bool) -> Iterator[tuple[int, int]]:
    """(rows, bytes in one) of the picture or of its seven passes."""
    passes = ([(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
               (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)])
    for left, top, right, down in passes:
        columns, rows = -(-(width - left) // right), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            yield rows, 1 + (columns * bits + 7) // 8


def png(width: int, height: int, depth: int = 8, colour: int = 2,
        interlaced: bool = False) -> bytes:
    """Black; colour 0 is grey, 2 RGB, 6 RGBA."""
    bits = depth * {0: 1, 2: 3, 6: 4}[colour]
    packer = zlib.compressobj(1)
    data = bytearray()
    for rows, stride in _png_rows(width, height, bits, interlaced):
        for at in range(0, rows, 256):
            data += packer.compress(bytes(stride * min(256, rows - at)))
    data += packer.flush()
    return (b"\x89PNG\r\n\x1a\n"
            + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0,
                                              int(interlaced)))
            + _png_chunk(b"IDAT", bytes(data)) + _png_chunk(b"IEND", b""))


def noise_png(width: int, height: int) -> bytes:
    """RGB noise, the same each time: nothing compresses it, and encoders work hardest on it."""
    generator = random.Random(1)
    rows = b"".join(b"\0" + generator.randbytes(3 * width) for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n"
            + _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + _png_chunk(b"IDAT", zlib.compress(rows, 1)) + _png_chunk(b"IEND", b""))


# Each just within what servers take by default (64 megapixels), except the bombs of Z1.
MADE = {
    "progressive.jpg": lambda: jpeg(8000, 7250),
    "flat.webp": lambda: webp(8000, 8000),
    "plain.png": lambda: png(8000, 7250),
    "interlaced.png": lambda: png(8000, 7250, interlaced=True),
    "deep.png": lambda: png(7000, 7000, depth=16, colour=6, interlaced=True),
    "noise.png": lambda: noise_png(1000, 1000),
    "speck.png": lambda: noise_png(16, 16),
    "one.png": lambda: png(1, 1),
}


def make(folder: Path, names: dict[str, object] | None = None) -> Path:
    """Those of MADE that are not there yet; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, recipe in MADE.items():
        if names is not None and name not in names:
            continue
        target = folder / name
        if not target.exists():
            part = folder / (name + ".part")
            part.write_bytes(recipe())
            part.rename(target)
    return folder
