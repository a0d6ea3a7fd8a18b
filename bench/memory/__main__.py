"""What stays resident after large pictures.

    build/bench/venv/bin/python bench/memory [--server build/release/whittle --server ...]

For each batch a server of its own: RSS in MB when it has started, after one small picture of each
format (the libraries' own pages are there then), at the peak, when the batch is done, and after a
time of quiet; that over the two first; and how much of it is anonymous, which is what we allocate.
Needs Pillow: ./scripts/bench makes the venv. Three to five minutes a server.
"""

import argparse
import http.client
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "load"))
from harness.process import Running, free_port, memory_mb  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 64
REQUESTS = 32  # a batch
HEADS = 8000
HEAD_BYTES = 16_000  # of 16 KiB that a head may have
ANSWER_SECONDS = 60
SMALL = ("small.jpg", "small.png", "small.webp", "small.avif")


@dataclass
class Batch:
    """So many requests at once, or what `run` does instead."""

    name: str
    targets: list[str] = field(default_factory=list)
    run: Callable[[int], str] | None = None


def noise(width: int, height: int) -> Image.Image:
    """A picture with detail that costs nothing to make: 512 pixels of noise, enlarged."""
    small = Image.effect_noise((512, 512), 90)
    return Image.merge("RGB", (small, small.rotate(90), small.rotate(180))).resize((width, height))


def make_pictures(folder: Path) -> None:
    # One colour: some dozen bytes, and 256 MB when libwebp has decoded it.
    Image.new("RGB", (8000, 8000), (10, 120, 200)).save(folder / "w8000.webp", lossless=True)
    noise(9300, 6200).save(folder / "58mp.jpg", quality=80, progressive=True)
    noise(6000, 4000).save(folder / "24mp.png", compress_level=1)
    noise(4000, 3000).save(folder / "12mp.avif", quality=60, speed=10)
    noise(1200, 800).save(folder / "photo.jpg", quality=85)
    for name in SMALL:
        noise(60, 40).save(folder / name)


def send_heads(port: int) -> str:
    """Connections with nearly a whole head each, open at once, then closed."""
    clients = []
    try:
        head = b"GET /health HTTP/1.1\r\nHost: x\r\n"
        line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
        while len(head) + len(line) < HEAD_BYTES:
            head += line
        for _ in range(HEADS):
            client = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
            client.sendall(head)
            clients.append(client)
        # Done when the last is answered: what came before it has been read, too.
        clients[-1].sendall(b"\r\n")
        clients[-1].recv(1)
        return f"{len(clients)} open"
    finally:
        for client in clients:
            client.close()


def ask(port: int, targets: list[str]) -> str:
    """All targets, CLIENTS at a time; which statuses came how often."""
    def get(target: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            response.read()
            return response.status
        except OSError:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = list(pool.map(get, targets))
    return " ".join(f"{status}: {statuses.count(status)}" for status in sorted(set(statuses)))


def batches(requests: int) -> list[Batch]:
    def of(file: str, tail: str = "") -> list[str]:
        return [f"/resize/{300 + number}/0/{file}{tail}" for number in range(requests)]

    mixed = [target for row in zip(of("w8000.webp"), of("58mp.jpg"), of("24mp.png"),
                                   of("12mp.avif", "?format=webp")) for target in row]
    return [
        Batch("photos, 1 MP", of("photo.jpg")),
        Batch("lossless WebP, 64 MP", of("w8000.webp")),
        Batch("progressive JPEG, 58 MP", of("58mp.jpg")),
        Batch("PNG, 24 MP", of("24mp.png")),
        Batch("AVIF to AVIF, 12 MP", of("12mp.avif", "?format=avif")),
        Batch("all of them", mixed[:2 * requests]),
        Batch(f"{HEADS} heads of 16 KB", run=send_heads),
    ]


@dataclass
class Measured:
    batch: Batch
    server: Running
    started: float
    warm: float
    end: float
    answers: str
    done: float  # seconds of the monotonic clock

    def row(self) -> str:
        quiet = self.server.idle_mb()
        anonymous = memory_mb(self.server.process.pid, "RssAnon")
        return (f"| {self.batch.name} | {self.started:.1f} | {self.warm:.1f} "
                f"| {self.server.peak_mb():.0f} | {self.end:.0f} | {quiet:.1f} "
                f"| {quiet / self.started:.2f} | {quiet / self.warm:.2f} | {anonymous:.1f} "
                f"| {self.answers} |")


def run(batch: Batch, program: Path, folder: Path) -> Measured:
    port = free_port()
    env = {"WHITTLE_PORT": str(port), "WHITTLE_ADDRESS": "127.0.0.1",
           "WHITTLE_IMAGES_DIR": str(folder), "WHITTLE_LOG_LEVEL": "error",
           "WHITTLE_QUEUE_WAIT": "60s", "WHITTLE_DECODE_DEADLINE": "60s", "WHITTLE_WORKERS": "2"}
    cpus = os.sched_getaffinity(0)
    server = Running("whittle", [str(program), "serve"], env, port, "/health", min(cpus),
                     folder / f"{port}.log")
    try:
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), cpus)
        started = server.idle_mb()
        for name in SMALL:
            ask(port, [f"/resize/30/0/{name}", f"/resize/30/0/{name}?format=avif"])
        warm = server.idle_mb()
        answers = batch.run(port) if batch.run else ask(port, batch.targets)
        return Measured(batch, server, started, warm, server.idle_mb(), answers, time.monotonic())
    except BaseException:
        server.stop()
        raise


def measure(program: Path, folder: Path, requests: int, quiet: float, only: str) -> None:
    print(f"\n{program}\n\n| batch | started | warm | peak | end | quiet | of started | of warm "
          "| anonymous | answers |\n|---|---|---|---|---|---|---|---|---|---|", flush=True)
    measured: list[Measured] = []
    try:
        for batch in batches(requests):
            if only in batch.name:
                measured.append(run(batch, program, folder))
        for each in measured:
            time.sleep(max(0.0, each.done + quiet - time.monotonic()))
            print(each.row(), flush=True)
    finally:
        for each in measured:
            each.server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, action="append",
                        help="program to measure, may be repeated; build/release/whittle")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="pictures of a batch")
    parser.add_argument("--quiet", type=float, default=30.0, help="seconds to wait")
    parser.add_argument("--only", default="", help="part of the name of the batches to run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(Path(folder))
        for server in options.server or [ROOT / "build/release/whittle"]:
            measure(server.resolve(), Path(folder), options.requests, options.quiet, options.only)


if __name__ == "__main__":
    main()
