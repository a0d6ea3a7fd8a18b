"""SSIMULACRA2 of the answers that warming up has saved; 100 is the reference itself.

By the ssimulacra2 package of PyPI, or by the program ssimulacra2_rs ($SSIMULACRA2_RS or PATH),
which is a good deal faster. The package gives all servers alike about 0.3 less.
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


def rust_program() -> str | None:
    return os.environ.get("SSIMULACRA2_RS") or shutil.which("ssimulacra2_rs")


def ssimulacra2(exact: Path, answer: Path, scorer: str) -> float:
    """`scorer` is "python" or the path of ssimulacra2_rs."""
    if scorer == "python":
        from ssimulacra2 import compute_ssimulacra2

        return float(compute_ssimulacra2(str(exact), str(answer)))
    # It does not read a JPEG without its file name's ending.
    decoded = answer.with_suffix(".png")
    with Image.open(answer) as file:
        file.convert("RGB").save(decoded)
    done = subprocess.run([scorer, "image", str(exact), str(decoded)],
                          capture_output=True, text=True, check=True)
    decoded.unlink()
    return float(re.findall(r"-?\d+\.\d+", done.stdout)[-1])


def score_one(photo: Path, answer: Path, box: int, references: Path,
              scorer: str) -> dict[str, Any]:
    with Image.open(answer) as file:
        size = file.size
    exact = reference(photo, size, references)
    return {"photo": photo.name, "score": ssimulacra2(exact, answer, scorer),
            "bytes": answer.stat().st_size, "odd_size": size != fitted(upright_size(photo), box)}


def score(photos: list[Path], samples: Path, box: int, references: Path, scorer: str,
          pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Mean and least score, mean bytes, and how many answers had another size than the rule's."""
    pairs = [(photo, samples / f"{number:05}") for number, photo in enumerate(photos)]
    waiting = [pool.submit(score_one, photo, answer, box, references, scorer)
               for photo, answer in pairs if answer.exists()]
    each = [job.result() for job in waiting]
    scores = [one["score"] for one in each]
    return {"score": statistics.mean(scores), "score_min": min(scores),
            "score_bytes": statistics.mean(one["bytes"] for one in each),
            "odd_sizes": sum(one["odd_size"] for one in each), "each": each}
