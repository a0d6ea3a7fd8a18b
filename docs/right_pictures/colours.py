"""Photos in Display P3, BT.2020, PQ and HLG, as PNG, AVIF, HEIC and JPEG XL: all by formula."""

import shutil
import struct
import subprocess
import zlib
from math import log, sqrt
from pathlib import Path

from PIL import Image

from right_pictures.maker import SIZE, Case, Maker, of_photo

Matrix = list[list[float]]
# Linear light of Display P3 and of sRGB to BT.2020's, from their primaries (SMPTE RP 177).
P3_TO_2020: Matrix = [[0.753833, 0.198597, 0.047570], [0.045744, 0.941777, 0.012479],
                      [-0.001210, 0.017602, 0.983609]]
SRGB_TO_2020: Matrix = [[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362],
                        [0.016391, 0.088013, 0.895595]]


def srgb_light(code: float) -> float:
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


def srgb_code(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def pq_code(light: float) -> float:
    """SMPTE ST 2084; 1 is 10 000 cd/m2."""
    p = light ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * p) / (1 + 2392 / 128 * p)) ** (2523 / 32)


def hlg_code(light: float) -> float:
    """BT.2100's OETF; 1 is the scene's largest light."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return sqrt(3 * light) if light <= 1 / 12 else a * log(12 * light - b) + c


def table(curve, exponent: float) -> list[int]:
    """A curve's 16-bit codes by 4096 steps of light ** exponent: fine where the eye is."""
    return [round(65535 * min(1, curve((i / 4095) ** (1 / exponent)))) for i in range(4096)]


def remade(photo: Image.Image, matrix: Matrix | None, codes: list[int], exponent: float,
           grade=lambda r, g, b: (r, g, b)) -> bytes:
    """The photo's light through a matrix, a grading and a curve: rows of 16-bit RGB."""
    light = [srgb_light(i / 255) for i in range(256)]
    out = []
    for r, g, b in zip(*[iter(photo.tobytes())] * 3):
        rgb = light[r], light[g], light[b]
        if matrix:
            rgb = [row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] for row in matrix]
        for v in grade(*rgb):
            out.append(codes[round(4095 * min(1, max(0, v)) ** exponent)])
    return struct.pack(f">{len(out)}H", *out)


def graded(r: float, g: float, b: float) -> tuple[float, float, float]:
    """A display's light, 1 for 1000 cd/m2: dim parts as on a white of 203, white at 1000."""
    factor = 0.203 + 0.797 * max(r, g, b, 0) ** 3
    return r * factor, g * factor, b * factor


def scene(r: float, g: float, b: float) -> tuple[float, float, float]:
    """What HLG's OOTF of a display of 1000 cd/m2 (BT.2100, gamma 1.2) makes graded() of."""
    r, g, b = graded(r, g, b)
    factor = max(1e-9, 0.2627 * r + 0.678 * g + 0.0593 * b) ** (1 / 1.2 - 1)
    return r * factor, g * factor, b * factor


def png16(rows: bytes, cicp: bytes = b"") -> bytes:
    """A PNG of SIZE, 16-bit RGB."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    stride = SIZE[0] * 6
    lines = b"".join(b"\0" + rows[i:i + stride] for i in range(0, len(rows), stride))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0))
            + (chunk(b"cICP", cicp) if cicp else b"")
            + chunk(b"IDAT", zlib.compress(lines, 1)) + chunk(b"IEND", b""))


def with_nclx(heic: bytes, cicp: tuple[int, int, int]) -> bytes:
    """What heif-enc 1.15 leaves out: a colr box behind the properties of its only picture."""
    out = bytearray(heic)
    colr = struct.pack(">I4s4sHHHB", 19, b"colr", b"nclx", *cicp, 0x80)

    def grow(kind: bytes, by: int) -> tuple[int, int]:
        """Adds to a box's size; where it began and ended."""
        at = out.index(kind) - 4
        size = struct.unpack_from(">I", out, at)[0]
        struct.pack_into(">I", out, at, size + by)
        return at, at + size

    ipma, _ = grow(b"ipma", 1)
    out[ipma + 18] += 1  # properties of the picture
    ipco, end = grow(b"ipco", len(colr))
    number, at = 1, ipco + 8  # of the new one
    while at < end:
        number, at = number + 1, at + struct.unpack_from(">I", out, at)[0]
    added = len(colr) + 1
    grow(b"iprp", added)
    grow(b"meta", added)
    start = out.index(b"iloc") + 16  # of the picture's data
    struct.pack_into(">I", out, start, struct.unpack_from(">I", out, start)[0] + added)
    out.insert(ipma + 18 + out[ipma + 18], number)
    out[end:end] = colr
    return bytes(out)


def make_colours(make: Maker) -> list[Case]:
    """P3 as PNG with cICP, BT.2020 as AVIF; PQ as AVIF and JPEG XL, HLG as HEIC."""
    for tool in ("avifenc", "heif-enc", "cjxl"):
        if not shutil.which(tool):
            print(f"no {tool}: no colours")
            return []
    autumn, photo = of_photo("autumn-p3"), of_photo("photo")
    srgb = table(srgb_code, 1 / 2.4)
    pq_rows = remade(photo, SRGB_TO_2020, table(lambda v: pq_code(v / 10), 1 / 4), 1 / 4, graded)
    hlg_rows = remade(photo, SRGB_TO_2020, table(hlg_code, 1 / 2), 1 / 2, scene)

    def made_by(tool: str, rows: bytes, name: str, *flags: str) -> Path:
        plain = make.folder / "rows.png"
        plain.write_bytes(png16(rows))
        out = make.folder / name
        to = ["-o", out, plain] if tool == "heif-enc" else [plain, out]
        subprocess.run([tool, *flags, *to], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        plain.unlink()
        return out

    def avif(rows: bytes, name: str, cicp: str) -> Path:
        return made_by("avifenc", rows, name, "-s", "8", "-d", "10", "-y", "444", "--min", "0",
                       "--max", "2", "--cicp", cicp)

    p3 = make.source("p3.png",
                     png16(remade(autumn, None, srgb, 1 / 2.4), bytes((12, 13, 0, 1))))
    bt2020 = avif(remade(autumn, P3_TO_2020, srgb, 1 / 2.4), "bt2020.avif", "9/13/9")
    pq = avif(pq_rows, "pq.avif", "9/16/9")
    jxl = made_by("cjxl", pq_rows, "pq-jxl.jxl", "-d", "0.5", "-x",
                  "color_space=RGB_D65_202_Rel_PeQ")
    hlg = avif(hlg_rows, "hlg.avif", "9/18/9")
    heic = made_by("heif-enc", hlg_rows, "hlg.heic", "-q", "98", "-b", "10", "-p", "chroma=444",
                   "--matrix_coefficients=9")
    heic.write_bytes(with_nclx(heic.read_bytes(), (9, 18, 9)))
    best = "q=95&subsampling=444"
    return [make.case("PNG with cICP (Display P3) to JPEG", p3, SIZE[0], ".jpg", best),
            make.case("AVIF in BT.2020 to AVIF", bt2020, SIZE[0], ".avif", best),
            make.case("AVIF in PQ to JPEG", pq, SIZE[0], ".jpg", best),
            make.case("JPEG XL in PQ to JPEG", jxl, SIZE[0], ".jpg", best, pq),
            make.case("HEIC in HLG to JPEG", heic, SIZE[0], ".jpg", best, hlg)]
