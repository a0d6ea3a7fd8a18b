"""What resizing costs in quality, for each subsampling of the source and each scale.

    PYTHONPATH=bench/load build/bench/venv/bin/python -m harness.quality --photos FOLDER

Photos are coded anew with each subsampling by libjpeg-turbo's cjpeg, resized by Whittle, and scored
against the exact picture (reference.py) of the very file that Whittle read. Beside it stands the
score of the exact picture when Whittle only encodes it: what is lost between the two is lost by the
resize and by the way the colours take.
"""

import argparse
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from .photos import digest
from .progress import Progress
from .reference import fitted, reference, upright_size
from .score import LEAST_SIDE, rust_program, ssimulacra2
from .servers import ROOT

# cjpeg's -sample: luma samples to one of chroma, across x down.
SAMPLINGS = {"4:4:4": "1x1", "4:2:2": "2x1", "4:4:0": "1x2", "4:2:0": "2x2", "4:1:1": "4x1",
             "grey": None}
SCALES = (1.0, 1.3, 1.9, 2.5, 4.0, 5.5, 8.0)


def recoded(photo: Path, sampling: str, folder: Path) -> Path:
    """`photo` at quality 90 with another subsampling; made once."""
    target = folder / f"{digest(photo)[:16]}-{sampling.replace(':', '')}.jpg"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        flags = ["-grayscale"] if SAMPLINGS[sampling] is None else ["-sample", SAMPLINGS[sampling]]
        bitmap = subprocess.run(["djpeg", "-pnm", str(photo)], capture_output=True, check=True)
        subprocess.run(["cjpeg", "-quality", "90", *flags, "-outfile", str(target)],
                       input=bitmap.stdout, check=True)
    return target


def resized(program: Path, source: Path, box: int, quality: float, target: Path) -> Path:
    subprocess.run([program, "resize", source, target, "--width", str(box), "--height", str(box)],
                   env={**os.environ, "QUALITY": str(quality)}, capture_output=True, check=True)
    return target


def losses(photo: Path, sampling: str, scale: float, quality: float, program: Path,
           work: Path) -> tuple[float, float] | None:
    """Scores of Whittle's answer and of the exact picture, merely encoded."""
    source = recoded(photo, sampling, work / "recoded")
    box = round(max(upright_size(source)) / scale)
    size = fitted(upright_size(source), box)
    if min(size) < LEAST_SIDE:
        return None
    scorer = rust_program() or "python"
    exact = reference(source, size, work / "references")
    stem = work / f"{source.stem}-{box}"
    lossless = stem.with_suffix(".exact.jpg")
    with Image.open(exact) as file:
        file.convert("L" if sampling == "grey" else "RGB").save(lossless, quality=100,
                                                                subsampling=0)
    answer = resized(program, source, box, quality, stem.with_suffix(".answer.jpg"))
    encoded = resized(program, lossless, box, quality, stem.with_suffix(".encoded.jpg"))
    scores = ssimulacra2(exact, answer, scorer), ssimulacra2(exact, encoded, scorer)
    for made in (lossless, answer, encoded):
        made.unlink()
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(prog="harness.quality")
    parser.add_argument("--photos", type=Path, required=True, help="folder of JPEG files")
    parser.add_argument("--quality", type=float, default=80)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/whittle")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench/quality")
    given = parser.parse_args()
    photos = sorted(given.photos.glob("*.jpg"))
    print(f"{len(photos)} photos, quality {given.quality:g}: score of the answer "
          "(loss against encoding the exact picture; worst photo)\n")
    print("| source | " + " | ".join(f"1/{scale:g}" for scale in SCALES) + " |")
    print("|---|" + "---|" * len(SCALES))
    progress = Progress(len(SAMPLINGS) * len(SCALES))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for sampling in SAMPLINGS:
            cells = []
            for scale in SCALES:
                progress.step(f"{sampling} at 1/{scale:g}")
                work = [pool.submit(losses, photo, sampling, scale, given.quality, given.program,
                                    given.work) for photo in photos]
                pairs = [pair for each in work if (pair := each.result())]
                if not pairs:
                    cells.append("-")
                    continue
                lost = [encoded - answer for answer, encoded in pairs]
                cells.append(f"{statistics.mean(answer for answer, _ in pairs):.1f} "
                             f"({statistics.mean(lost):+.2f}; {max(lost):+.2f})")
            print(f"| {sampling} | " + " | ".join(cells) + " |", flush=True)
    progress.end()


if __name__ == "__main__":
    main()
