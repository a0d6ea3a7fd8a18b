"""What all tests share: which server there is, how it is started, and the storm that goes at it."""

import contextlib
import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.process import Running, free_port
from harness.servers import Place, Server

from . import pictures

STORM_GRACE = 90.0  # seconds beyond its own time before a generator is ended
Report = dict[str, Any]  # the line of whittle_storm

BOXES = tuple(range(400, 380, -1))


@dataclass
class World:
    server: Server  # under test now
    program: str  # its path
    quick: bool
    programs: Path  # the folder with whittle_storm
    work: Path
    photos: list[Path]  # of about two megapixels, JPEG
    corpus: Path | None  # with hostile/ in it
    found: dict[str, Any] = field(default_factory=dict)  # by tests that share a measurement
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def is_whittle(self) -> bool:
        return self.server.program.endswith("whittle")

    def seconds(self, quick: float, full: float) -> float:
        return quick if self.quick else full

    def path(self, file: str, box: int, output: str = "jpeg") -> str:
        return self.server.path(file, box, output)

    def made(self) -> Path:
        """The folder of the pictures made in code."""
        return pictures.make(self.work / "made")

    def images(self) -> Path:
        """The photos' folder."""
        return self.photos[0].parent.resolve()

    @contextlib.contextmanager
    def serve(self, images: Path, prefix: Sequence[str] = (), origin: str = "",
              **settings: str) -> Iterator[Running]:
        """The server with its defaults, on a free port and on all CPUs; ended on the way out.

        `origin`: the URL that has the pictures instead of the folder.
        """
        work = self.work / "runs" / f"{self.server.name}-{next(self.numbers)}"
        work.mkdir(parents=True)
        place = Place(free_port(), images.resolve(), work.resolve(), origin)
        command = self.server.command(self.program, place)
        env = dict(command.env)
        if self.is_whittle:  # the harness sets these so that nothing is refused; here it is to be
            for name in ("WHITTLE_QUEUE_WAIT", "WHITTLE_MAX_REQUESTS_PER_CONNECTION"):
                env.pop(name, None)
            env |= settings
        with Running(self.server.name, [*prefix, *command.argv], env, place.port,
                     self.server.health, None, work / "log") as running:
            yield running

    def targets(self, output: str = "jpeg") -> list[str]:
        """Of each photo in twenty sizes; with a number that changes, for a storm."""
        return [self.storm_path(photo.name, box, output) for box in BOXES for photo in self.photos]

    def storm_path(self, file: str, width: int, output: str = "jpeg") -> str:
        """A box as wide as that and of a changing height, which is more than the picture's."""
        marked = self.path(file, 98765, output)
        return marked.replace("98765", str(width), 1).replace("98765", "{n}", 1)

    def storm(self, up: Running, targets: Sequence[str], seconds: float, *options: object,
              warm_up: float = 0.0, probes: bool = True) -> Report:
        """Runs whittle_storm to its end; its line."""
        with self.storming(up, targets, seconds, *options, warm_up=warm_up,
                           probes=probes) as process:
            return self.reported(process, seconds + warm_up + STORM_GRACE)

    @contextlib.contextmanager
    def storming(self, up: Running, targets: Sequence[str], seconds: float, *options: object,
                 warm_up: float = 0.0, probes: bool = False) -> Iterator[subprocess.Popen[str]]:
        """whittle_storm under way; it is ended on the way out if it has not ended itself."""
        listed = self.work / f"targets-{next(self.numbers)}.txt"
        listed.write_text("\n".join(targets) + "\n", encoding="utf-8")
        asked = [f"--probe=kept={self.server.health}", f"--fresh-probe=new={self.server.health}"]
        process = subprocess.Popen(
            [str(self.programs / "whittle_storm"), f"--port={up.port}", f"--seconds={seconds}",
             f"--warm-up={warm_up}", *(asked if probes else []), *map(str, options), str(listed)],
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            listed.unlink()

    def reported(self, process: subprocess.Popen[str], seconds: float) -> Report:
        line, _ = process.communicate(timeout=seconds)
        if process.returncode != 0:
            raise RuntimeError("whittle_storm failed")
        said: Report = json.loads(line)
        return said


def count(said: Report, *statuses: int) -> int:
    return sum(said["statuses"].get(str(status), 0) for status in statuses)


def others(said: Report, *statuses: int) -> int:
    """Answers with another status than these."""
    return sum(said["statuses"].values()) - count(said, *statuses)


def failures(said: Report) -> int:
    """Requests without an answer."""
    return sum(said["failures"].values())


def generator_percent(said: Report) -> float:
    """Of one CPU, the probes included."""
    return float(100 * said["cpu_s"] / said["whole_s"])


def wait_until(true: Callable[[], object], seconds: float, every: float = 0.01) -> float | None:
    """Seconds until `true()` was; None when it was not in time."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            return None
        time.sleep(every)
    return time.monotonic() - began
