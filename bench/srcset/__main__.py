"""Five widths of one photo asked at once, against the same asked one after the other.

    build/bench/venv/bin/python bench/srcset [--server build/release/whittle] [--photos FOLDER]

For each kind of source, photos of 12 megapixels: CPU time of the server for the widths of a srcset
asked one after the other, and at once on a connection each; the ratio; what of the former is
decoding, resizing and encoding, by the server's own stages; how long it takes until the first, the
middle and the last answer is there; and how often was read and decoded. Nothing is kept, every round asks for other
widths, photos take turns, and so do the two ways. Answers have to be the same to the byte. Exit
code 1 when they are not. Needs Pillow: ./scripts/bench makes the venv. A minute for each kind.
"""

import argparse
import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "load"))
from harness import photos as bench_photos  # noqa: E402
from harness.process import Running, free_port  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (320, 640, 960, 1280, 1920)
PIXELS = 12_000_000
ANSWER_SECONDS = 120
STAGES = ("decode", "resize", "encode")
TARGET = 0.6


@dataclass
class Kind:
    """A format of sources, how Pillow makes them, and what is asked for."""

    name: str
    suffix: str
    settings: dict[str, object]
    tail: str = ""


# Cameras and phones write photos of this size at a quality of 92 or more.
CAMERA: dict[str, object] = {"quality": 92, "subsampling": "4:2:0"}

KINDS = [
    Kind("JPEG", "jpg", CAMERA),
    Kind("JPEG, quality 80", "jpg", CAMERA | {"quality": 80}),
    Kind("JPEG progressive", "jpg", CAMERA | {"progressive": True}),
    Kind("JPEG 4:4:4", "jpg", CAMERA | {"subsampling": "4:4:4"}),
    Kind("JPEG to WebP", "jpg", CAMERA, "?format=webp"),
    Kind("JPEG to AVIF", "jpg", CAMERA, "?format=avif"),
    Kind("PNG", "png", {"compress_level": 6}),
    Kind("PNG to JPEG", "png", {"compress_level": 6}, "?format=jpeg"),
    Kind("WebP", "webp", {"quality": 85, "method": 2}),
    Kind("WebP to JPEG", "webp", {"quality": 85, "method": 2}, "?format=jpeg"),
    Kind("AVIF to JPEG", "avif", {"quality": 75, "speed": 9}, "?format=jpeg"),
]


def enlarged(photo: Path) -> Image.Image:
    """Four mirrored copies of a photo, as one of PIXELS."""
    with Image.open(photo) as file:
        tile = ImageOps.exif_transpose(file).convert("RGB")
    whole = Image.new("RGB", (2 * tile.width, 2 * tile.height))
    for row in range(2):
        for column in range(2):
            turned = ImageOps.mirror(tile) if column == 1 else tile
            turned = ImageOps.flip(turned) if row == 1 else turned
            whole.paste(turned, (column * tile.width, row * tile.height))
    scale = (PIXELS / (whole.width * whole.height)) ** 0.5
    return whole.resize((round(whole.width * scale), round(whole.height * scale)), Image.LANCZOS)


@dataclass
class Server:
    """One under measurement."""

    up: Running

    def get(self, target: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{target}: {response.status}")
            return body
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        lines = self.get("/metrics").decode().splitlines()
        return {name: float(value) for name, _, value in
                (line.rpartition(" ") for line in lines if not line.startswith("#"))}


@dataclass
class Way:
    """What a way of asking has cost, round by round."""

    cpu: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    reads: float = 0
    decodes: float = 0


def one_after_the_other(server: Server, targets: list[str]) -> tuple[list[bytes], list[float]]:
    times = []
    bodies = []
    for target in targets:
        bodies.append(server.get(target))
        times.append(time.monotonic())
    return bodies, times


def at_once(server: Server, targets: list[str]) -> tuple[list[bytes], list[float]]:
    """All requests go out one right behind the other, on connections that stand already."""
    bodies = [b""] * len(targets)
    times = [0.0] * len(targets)
    connections = [http.client.HTTPConnection("127.0.0.1", server.up.port, timeout=ANSWER_SECONDS)
                   for _ in targets]

    def read(number: int) -> None:
        response = connections[number].getresponse()
        bodies[number] = response.read()
        times[number] = time.monotonic()
        if response.status != 200:
            raise RuntimeError(f"{targets[number]}: {response.status}")

    for connection in connections:
        connection.connect()
    for connection, target in zip(connections, targets, strict=True):
        connection.request("GET", target)
    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(targets))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.close()
    return bodies, times


Asking = Callable[[Server, list[str]], tuple[list[bytes], list[float]]]


def measured(server: Server, asking: Asking, targets: list[str], way: Way) -> list[bytes]:
    before = server.metrics()
    cpu = server.up.cpu_seconds()
    began = time.monotonic()
    bodies, times = asking(server, targets)
    # Later than the last byte: results are put away, and sessions end.
    server.get("/health")
    way.cpu.append(server.up.cpu_seconds() - cpu)
    times.sort()
    way.first.append(times[0] - began)
    way.middle.append(times[len(times) // 2] - began)
    way.last.append(times[-1] - began)
    after = server.metrics()
    for stage in STAGES:
        name = f'whittle_stage_duration_seconds_sum{{stage="{stage}"}}'
        way.stages[stage] += after[name] - before[name]
    way.reads += after["whittle_reads_total"] - before["whittle_reads_total"]
    way.decodes += after["whittle_decodes_total"] - before["whittle_decodes_total"]
    return bodies


def compare(kind: Kind, program: Path, folder: Path, rounds: int, workers: int) -> str:
    names = sorted(path.name for path in folder.iterdir())
    port = free_port()
    env = {"WHITTLE_PORT": str(port), "WHITTLE_ADDRESS": "127.0.0.1",
           "WHITTLE_IMAGES_DIR": str(folder), "WHITTLE_LOG_LEVEL": "error",
           "WHITTLE_CACHE_BYTES": "0", "WHITTLE_QUEUE_WAIT": "60s",
           "WHITTLE_DECODE_DEADLINE": "60s", "WHITTLE_WORKERS": str(workers)}
    cpus = os.sched_getaffinity(0)
    alone, together = Way(), Way()
    with tempfile.TemporaryDirectory() as logs, Running(
            "whittle", [str(program), "serve"], env, port, "/health", None,
            Path(logs) / "log") as up:
        os.sched_setaffinity(0, cpus)
        server = Server(up)
        for name in names:  # warm: buffers, tables, the page cache
            server.get(f"/resize/300/0/{name}{kind.tail}")
        for number in range(rounds):
            name = names[number % len(names)]
            targets = [f"/resize/{width - number % 50}/0/{name}{kind.tail}" for width in WIDTHS]
            ways: list[tuple[Asking, Way]] = [(one_after_the_other, alone), (at_once, together)]
            bodies = [measured(server, asking, targets, way)
                      for asking, way in (ways if number % 2 == 0 else reversed(ways))]
            if bodies[0] != bodies[1]:
                raise RuntimeError(f"{kind.name}: other bytes at once than one after the other")
    ratio = statistics.median(b / a for a, b in zip(alone.cpu, together.cpu, strict=True))
    all_stages = sum(alone.stages.values())
    shares = " ".join(f"{alone.stages[stage] / all_stages:.0%}" for stage in STAGES)

    def ms(values: list[float]) -> str:
        return f"{statistics.median(values) * 1000:.0f}"

    return (f"| {kind.name} | {shares.replace(' ', ' | ')} | {ms(alone.cpu)} | {ms(together.cpu)} "
            f"| {ratio:.2f}{'' if ratio <= TARGET else ' (above)'} "
            f"| {ms(alone.last)} | {ms(together.first)} | {ms(together.middle)} "
            f"| {ms(together.last)} | {together.reads / rounds:.1f} "
            f"| {together.decodes / rounds:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, default=ROOT / "build/release/whittle")
    parser.add_argument("--photos", type=Path, help="a folder of JPEG files; as scripts/bench")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="part of the name of the kinds to run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        chosen = bench_photos.find(options.photos, Path(work))[::11][:4]
        print("| source | decode | resize | encode | one after the other, CPU ms | at once | ratio "
              "| last answer, ms | at once: first | middle | last | reads | decodes |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
        for number, kind in enumerate(KINDS):
            if options.only not in kind.name:
                continue
            folder = Path(work) / str(number)
            folder.mkdir()
            for photo in chosen:
                enlarged(photo).save(folder / f"{photo.stem}.{kind.suffix}", **kind.settings)
            print(compare(kind, options.server.resolve(), folder, options.rounds, options.workers),
                  flush=True)


if __name__ == "__main__":
    main()
