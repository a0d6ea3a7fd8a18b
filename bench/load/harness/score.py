"""SSIMULACRA2 of the answers that warming up has saved; 100 is the reference itself.

By the ssimulacra2 package of PyPI, or by the program ssimulacra2_rs ($SSIMULACRA2_RS or PATH),
which is a good deal faster. The package treats the upper and lower edge otherwise and scores less:
by 0.3 on most pictures, by 5 on one of 227 rows. So do not compare scores of the two.
"""

import os
import re
import shutil
import statistics
import subprocess
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image

from .reference import fitted, reference, upright_size

# The metric weighs six scales, each half the one before and none under 8 pixels. With fewer scales
# its weights meet the wrong terms, in every implementation, and the score means little.
LEAST_SIDE = 7 * 32 + 1


def rust_program() -> str | None:
    return os.environ.get("SSIMULACRA2_RS") or shutil.which("ssimulacra2_rs")


def ssimulacra2(exact: Path, answer: Path, scorer: str) -> float:
    """`scorer` is "python" or the path of ssimulacra2_rs. Pillow decodes the answer for both."""
    decoded = answer.with_suffix(".scored.png")
    with Image.open(answer) as file:
        file.convert("RGB").save(decoded, icc_profile=None)
    try:
        if scorer == "python":
            from ssimulacra2 import compute_ssimulacra2

            return float(compute_ssimulacra2(str(exact), str(decoded)))
        done = subprocess.run([scorer, "image", str(exact), str(decoded)],
                              capture_output=True, text=True, check=True)
        return float(re.findall(r"-?\d+\.\d+", done.stdout)[-1])
    finally:
        decoded.unlink()


def score_one(photo: Path, answer: Path, box: int, references: Path,
              scorer: str) -> dict[str, Any]:
    """`score` is None for an answer with a side under LEAST_SIDE."""
    with Image.open(answer) as file:
        size = file.size
    value = None
    if min(size) >= LEAST_SIDE:
        value = ssimulacra2(reference(photo, size, references), answer, scorer)
    return {"photo": photo.name, "score": value, "bytes": answer.stat().st_size,
            "odd_size": size != fitted(upright_size(photo), box)}


def score(photos: list[Path], samples: Path, box: int, references: Path, scorer: str,
          pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Mean and least score, mean bytes, and how many answers had another size than the rule's.

    Without the scores when no answer is large enough for one.
    """
    pairs = [(photo, samples / f"{number:05}") for number, photo in enumerate(photos)]
    waiting = [pool.submit(score_one, photo, answer, box, references, scorer)
               for photo, answer in pairs if answer.exists()]
    each = [job.result() for job in waiting]
    found = {"score_bytes": statistics.mean(one["bytes"] for one in each),
             "odd_sizes": sum(one["odd_size"] for one in each), "each": each}
    scores = [one["score"] for one in each if one["score"] is not None]
    if scores:
        found |= {"score": statistics.mean(scores), "score_min": min(scores),
                  "scored": len(scores)}
    return found
