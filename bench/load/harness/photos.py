"""The photos of a run: a folder's JPEGs, or pictures cut from the repository's rendered ones.

Large photos are mirrored 3 x 3 tiles of some of them, so that they have a photo's detail at every
scale; enlarging would make smooth ones. Other formats are every third photo, decoded and coded
anew. All are made once, into the work folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .scenarios import Scenario, named
from .servers import ROOT

if TYPE_CHECKING:  # a run without large photos, made ones and scores needs no Pillow
    from PIL.Image import Image as Picture

CORPUS = ROOT.parent / "shared/corpus/bench"
QUALITY = 90
SUBSAMPLING_420 = 2  # Pillow's number for it
LARGE_COUNT = 6
LARGE_HEIGHT = 5000  # pixels at most: with 2048-pixel photos 17 to 25 megapixels

FEW_STEP, FEW_COUNT = 3, 12

# What Pillow is asked for; the sizes that sites hand to their resizers.
RECODED: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 6},
    "webp": {"quality": 85, "method": 4},
    "avif": {"quality": 75, "speed": 6, "subsampling": "4:2:0"},
}

# Left and top of windows on images/photo.jpg, where there is something to see.
WINDOW = (2048, 1365)
WINDOWS = [(left, top) for top in (0, 700, 1463) for left in (0, 1100, 2194)]
MIRRORED = [(550, 1100), (1600, 350), (1600, 1463)]


def find(folder: Path | None, work: Path) -> list[Path]:
    """The photos, sorted by name: of `folder`, else of the corpus, else made ones."""
    if folder is None:
        corpus = os.environ.get("WHITTLE_CORPUS")
        named = Path(corpus) / "bench" if corpus else CORPUS
        folder = named if named.is_dir() else made(work / "photos")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    if not files:
        raise ValueError(f"no JPEG files in {folder}")
    return files


def made(folder: Path) -> Path:
    """Twelve windows of images/photo.jpg, which images/render computes."""
    from PIL import Image, ImageOps

    folder.mkdir(parents=True, exist_ok=True)
    with Image.open(ROOT / "images/photo.jpg") as whole:
        for number, (left, top) in enumerate(WINDOWS + MIRRORED):
            target = folder / f"{number:02}.jpg"
            if not target.exists():
                window = whole.crop((left, top, left + WINDOW[0], top + WINDOW[1]))
                save(ImageOps.mirror(window) if (left, top) in MIRRORED else window, target)
    return folder


def large(photos: list[Path], work: Path) -> list[Path]:
    """Every seventh photo as a large one, LARGE_COUNT of them at most."""
    from PIL import Image, ImageOps

    chosen = photos[::7][:LARGE_COUNT]
    name = hashlib.sha256("\n".join(map(digest, chosen)).encode()).hexdigest()[:12]
    folder = work / f"large-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    for photo in chosen:
        target = folder / f"{photo.stem}.jpg"
        if target.exists():
            continue
        with Image.open(photo) as file:
            tile = ImageOps.exif_transpose(file).convert("RGB")
        whole = Image.new("RGB", (3 * tile.width, min(3 * tile.height, LARGE_HEIGHT)))
        for row in range(3):
            for column in range(3):
                turned = ImageOps.mirror(tile) if column == 1 else tile
                turned = ImageOps.flip(turned) if row == 1 else turned
                whole.paste(turned, (column * tile.width, row * tile.height))
        save(whole, target)
    return [folder / f"{photo.stem}.jpg" for photo in chosen]


def few(photos: list[Path]) -> list[Path]:
    """Every third photo, FEW_COUNT of them at most."""
    return photos[::FEW_STEP][:FEW_COUNT]


def recoded(photos: list[Path], kind: str, work: Path) -> list[Path]:
    """`photos` in another format, upright, without EXIF and profile.

    Raises ValueError when this Pillow cannot write the format.
    """
    from PIL import Image, ImageOps, features

    if kind in ("webp", "avif") and not features.check(kind):
        raise ValueError(f"this Pillow has no {kind}")
    names = [repr(RECODED[kind]), *map(digest, photos)]
    folder = work / f"{kind}-{hashlib.sha256(chr(10).join(names).encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    for photo in photos:
        target = folder / f"{photo.stem}.{kind}"
        if target.exists():
            continue
        with Image.open(photo) as file:
            upright = ImageOps.exif_transpose(file).convert("RGB")
        upright.info = {}  # Pillow would write the profile that stands here
        save(upright, target, kind, **RECODED[kind])
    return [folder / f"{photo.stem}.{kind}" for photo in photos]


def sources(scenario: Scenario, photos: list[Path], work: Path) -> list[Path]:
    """The files that the scenario asks for; ValueError when they cannot be made here."""
    if scenario.large:
        return large(photos, work)
    chosen = few(photos) if scenario.few else photos
    return chosen if scenario.source == "jpeg" else recoded(chosen, scenario.source, work)


def lay_out(files: list[Path], turns: int, folder: Path) -> None:
    """The folder that is served: each file under `turns` names, which are one file on the disk."""
    folder.mkdir()
    for file in files:
        first = folder / file.name
        shutil.copyfile(file, first)
        for turn in range(1, turns):
            os.link(first, folder / named(file.name, turn))


def save(image: Picture, target: Path, kind: str = "jpeg", **settings: Any) -> None:
    part = target.with_suffix(".part")
    if kind == "jpeg":
        settings = {"quality": QUALITY, "subsampling": SUBSAMPLING_420}
    image.save(part, kind.upper(), **settings)
    part.rename(target)  # whole or not there


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
