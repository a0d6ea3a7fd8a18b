"""What q=auto makes of photos, beside what each fixed quality does.

    PYTHONPATH=bench/load build/bench/venv/bin/python -m harness.auto_quality --photos FOLDER

Whittle answers for every photo with q=auto and with some fixed qualities. All are scored against the
exact picture (reference.py). Printed for each format and size: the spread of the scores, bytes and
CPU time of q=auto; the same of the fixed quality whose answers have as many bytes together; how many
bytes a fixed quality takes for the same mean and for the same tenth-lowest score; and the mean score
of each fixed quality, from which the scales of codecs (codec/quality_scale.h) are made.
"""

import argparse
import http.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import numpy as np

from .process import Running, cpu_seconds, free_port
from .reference import fitted, reference, upright_size
from .score import LEAST_SIDE, rust_program, ssimulacra2
from .servers import ROOT, Place, whittle

QUALITIES: dict[str, tuple[int, ...]] = {
    "jpeg": (40, 55, 68, 78, 86, 89), "webp": (40, 50, 65, 78, 86, 95),
    "avif": (35, 46, 55, 66, 78, 86), "jxl": (50, 60, 70, 80, 88, 95)}
ANSWER_SECONDS = 60.0


class Asker:
    """Answers of a running server, kept in a folder, with their scores."""

    def __init__(self, server: Running, work: Path) -> None:
        self.server = server
        self.work = work

    def get(self, target: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port,
                                                timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"{target}: {response.status} {body[:100]!r}")
        return body

    def score(self, photo: Path, box: int, output: str, quality: str) -> tuple[int, float]:
        """Bytes and score of one answer."""
        size = fitted(upright_size(photo), box)
        body = self.get(f"/resize/{box}/{box}/{quote(photo.name)}@{output}?q={quality}")
        answer = self.work / f"{photo.stem}-{box}-{quality}.{output}"
        answer.write_bytes(body)
        exact = reference(photo, size, self.work / "references")
        if output == "jxl":  # which Pillow does not read; AVIF and WebP it does
            answer = self.decoded(answer, size)
        return len(body), ssimulacra2(exact, answer, rust_program() or "python")

    def decoded(self, answer: Path, size: tuple[int, int]) -> Path:
        images = self.work / "images" / answer.name
        images.write_bytes(answer.read_bytes())
        target = answer.with_suffix(".jxl.png")
        target.write_bytes(self.get(f"/resize/{size[0]}/{size[1]}/{quote(images.name)}@png"))
        images.unlink()
        return target


def spread(scores: np.ndarray) -> str:
    return (f"mean {scores.mean():.2f}, sd {scores.std():.2f}, {scores.min():.1f} to "
            f"{scores.max():.1f}, tenth {np.percentile(scores, 10):.1f}")


def level(values: np.ndarray, of: np.ndarray, wanted: float) -> np.ndarray:
    """Row by row, what `values` are where the ascending `of` reaches `wanted`."""
    return np.array([np.interp(wanted, of, row) for row in values])


def report(output: str, box: int, table: np.ndarray, milliseconds: list[float]) -> None:
    """`table` has bytes and score of each photo (rows) by each quality, the last of them auto."""
    qualities = np.array(QUALITIES[output], dtype=float)
    size, score = table[:, :, 0], table[:, :, 1]
    fixed_size, fixed_score = size[:, :-1], score[:, :-1]
    total = size[:, -1].mean()
    # Finely interpolated: qualities between those that were asked for.
    fine = np.linspace(qualities[0], qualities[-1], 400)
    fine_size = np.array([np.exp(np.interp(fine, qualities, np.log(row))) for row in fixed_size])
    fine_score = np.array([np.interp(fine, qualities, row) for row in fixed_score])
    means = fine_size.mean(axis=0)
    same = level(fine_score, means, total)
    auto = score[:, -1]
    print(f"{output} to fit {box}, {len(table)} photos: CPU ms a request plain {milliseconds[0]:.1f},"
          f" auto {milliseconds[1]:.1f}")
    print(f"  auto            {total:8.0f} bytes: {spread(auto)}")
    print(f"  fixed {np.interp(total, means, fine):5.1f}     {total:8.0f} bytes: {spread(same)}")
    at_mean = np.interp(auto.mean(), fine_score.mean(axis=0), means)
    tenths = np.percentile(fine_score, 10, axis=0)
    at_tenth = np.interp(np.percentile(auto, 10), tenths, means)
    print(f"  fixed, same mean score {at_mean:.0f} bytes, same tenth {at_tenth:.0f} bytes")
    print("  usual scores: " + ", ".join(f"{{{q:.0f}, {s:.1f}}}" for q, s in
                                         zip(qualities, fixed_score.mean(axis=0), strict=True)))


def cpu_per_request(asker: Asker, photos: list[Path], box: int, output: str, query: str) -> float:
    """Milliseconds of the server's CPU time."""
    pid = asker.server.process.pid
    for photo in photos[:3]:
        asker.get(f"/resize/{box}/{box}/{quote(photo.name)}@{output}{query}")
    before = cpu_seconds(pid)
    for photo in photos:
        asker.get(f"/resize/{box}/{box}/{quote(photo.name)}@{output}{query}")
    return 1000 * (cpu_seconds(pid) - before) / len(photos)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos")
    parser.add_argument("--every", type=int, default=1, help="take each n-th photo")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first n")
    parser.add_argument("--boxes", default="300,500,1000")
    parser.add_argument("--formats", default="jpeg,webp,avif,jxl")
    parser.add_argument("--whittle", type=Path, default=ROOT / "build/release/whittle")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench/auto")
    parser.add_argument("--cpu", type=int, default=0)
    options = parser.parse_args()

    images = options.work / "images"
    images.mkdir(parents=True, exist_ok=True)
    photos = []
    for photo in sorted(options.photos.iterdir())[options.skip::options.every]:
        copy = images / photo.name
        copy.write_bytes(photo.read_bytes())
        photos.append(copy)
    place = Place(free_port(), images, options.work)
    command = whittle(WHITTLE_CACHE_BYTES="0")(str(options.whittle), place)
    with Running("whittle", command.argv, command.env, place.port, "/health",
                 options.cpu, options.work / "whittle.log") as server:
        asker = Asker(server, options.work)
        for output in options.formats.split(","):
            for box in map(int, options.boxes.split(",")):
                large = [p for p in photos if min(fitted(upright_size(p), box)) >= LEAST_SIDE]
                asked = [*map(str, QUALITIES[output]), "auto"]

                def score_all(photo: Path) -> list[tuple[int, float]]:
                    return [asker.score(photo, box, output, quality)  # noqa: B023
                            for quality in asked]  # noqa: B023

                milliseconds = [cpu_per_request(asker, large, box, output, query)
                                for query in ("", "?q=auto")]
                with ThreadPoolExecutor() as pool:
                    table = np.array(list(pool.map(score_all, large)), dtype=float)
                report(output, box, table, milliseconds)


if __name__ == "__main__":
    main()
