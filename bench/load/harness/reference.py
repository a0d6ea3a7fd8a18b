"""The exact picture that an answer is held against: full decode, linear light, Lanczos3, doubles.

Slow and plain. All sources are taken as sRGB.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from .photos import digest

LOBES = 3
Image.MAX_IMAGE_PIXELS = None  # the large photos are ours


def to_linear(codes: np.ndarray) -> np.ndarray:
    """sRGB codes 0..255 to light 0..1, by IEC 61966-2-1."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return light[codes]


def to_codes(light: np.ndarray) -> np.ndarray:
    light = np.clip(light, 0, 1)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(value * 255).astype(np.uint8)


def lanczos(n_in: int, n_out: int) -> np.ndarray:
    """The n_out x n_in matrix that resamples a line of n_in samples to n_out.

    Row i weighs the samples by sinc(x) sinc(x / 3) of their distance x from the centre of output
    sample i, in units of the coarser of the two grids. Weights outside the line are dropped and
    the rest is made to sum to 1.
    """
    scale = n_in / n_out
    centres = (np.arange(n_out) + 0.5) * scale
    x = (np.arange(n_in)[None, :] + 0.5 - centres[:, None]) / max(scale, 1)
    weights = np.where(np.abs(x) < LOBES, np.sinc(x) * np.sinc(x / LOBES), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def resize(codes: np.ndarray, width: int, height: int) -> np.ndarray:
    """height0 x width0 x 3 codes to height x width x 3."""
    rows = lanczos(codes.shape[0], height)
    columns = lanczos(codes.shape[1], width).T
    planes = [rows @ to_linear(codes[:, :, channel]) @ columns for channel in range(3)]
    return to_codes(np.stack(planes, axis=2))


def reference(photo: Path, size: tuple[int, int], folder: Path) -> Path:
    """A PNG of `photo`, upright, at exactly `size` (width, height); made once into `folder`."""
    target = folder / f"{digest(photo)[:16]}-{size[0]}x{size[1]}.png"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(photo) as file:
            codes = np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
        part = target.with_suffix(".part")
        Image.fromarray(resize(codes, *size)).save(part, "PNG")
        part.rename(target)
    return target


def fitted(size: tuple[int, int], box: int) -> tuple[int, int]:
    """The size that Whittle's rule gives a picture: fit inside the box, never enlarge."""
    scale = min(box / size[0], box / size[1], 1)
    return max(1, int(size[0] * scale + 0.5)), max(1, int(size[1] * scale + 0.5))


def upright_size(photo: Path) -> tuple[int, int]:
    with Image.open(photo) as file:
        turned = file.getexif().get(0x0112, 1) >= 5  # EXIF Orientation: 5 to 8 lie on their side
        return (file.height, file.width) if turned else file.size
