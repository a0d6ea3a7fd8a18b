"""Runs one scenario: all its servers up, one under load at a time, rounds in rotated order."""

import contextlib
import http.client
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .photos import lay_out
from .process import Running, free_port, pinned
from .progress import Progress
from .scenarios import Kind, Scenario
from .servers import ORIGIN, Place, Server

Round = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """What all scenarios of a run share."""

    programs: Path  # the folder with whittle_load and whittle_floor
    files: dict[str, list[Path]]  # that are asked for, by scenario
    work: Path
    rounds: int
    boxes: int | None  # instead of the scenario's own
    wrk_seconds: float
    server_cpu: int
    load_cpu: int
    progress: Progress


@dataclass
class Result:
    """What one server, or the decode, did in one scenario."""

    rounds: list[Round]
    peak_mb: float | None = None
    idle_mb: float | None = None
    ready_ms: float | None = None
    samples: Path | None = None  # folder of its answers at the scenario's own box, in photo order


def takes_part(server: Server, scenario: Scenario) -> bool:
    if server.variant and scenario.kind is not Kind.RESIZE:
        return False
    gets_files = (server.remote or server.beside_remote if scenario.remote
                  else not server.beside_remote)
    return gets_files and server.does(scenario.source, scenario.output)


class Run:
    """One scenario under way."""

    def __init__(self, bench: Bench, scenario: Scenario) -> None:
        self.bench = bench
        self.scenario = scenario
        self.photos = bench.files[scenario.name]
        self.files = [photo.name for photo in self.photos]
        self.boxes = bench.boxes or scenario.boxes
        self.folder = bench.work / "runs" / scenario.name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        renamed = scenario.distinct and scenario.kind is Kind.RESIZE
        turns = 1 + bench.rounds * self.boxes if renamed else 1
        lay_out(self.photos, turns, self.folder / "images")
        self.origin = ""  # its URL, while there is one

    def __call__(self, servers: list[Server]) -> dict[str, Result]:
        results: dict[str, Result] = {}
        turns: list[tuple[str, Callable[[int], Round]]] = []
        with contextlib.ExitStack() as stack:
            running: dict[str, Running] = {}
            if self.scenario.remote:
                origin = stack.enter_context(self._start(ORIGIN))
                self.origin = f"http://127.0.0.1:{origin.port}/"
            for server in servers:
                if not takes_part(server, self.scenario):
                    continue
                self._step(server.name, "starts")
                try:
                    up = stack.enter_context(self._start(server))
                    turn = self._prepare(server, up, results)
                except (RuntimeError, OSError, http.client.HTTPException) as error:
                    self.bench.progress.note(f"{self.scenario.name}: without {error}")
                    results.pop(server.name, None)
                    continue
                running[server.name] = up
                turns.append((server.name, turn))
            if turns and self.scenario.kind is Kind.RESIZE:
                results["decode"] = Result([])
                turns.append(("decode", lambda _: self._decode()))
            for number in range(self.bench.rounds):
                first = number % len(turns) if turns else 0
                for name, turn in turns[first:] + turns[:first]:
                    self._step(name, f"round {number + 1}")
                    results[name].rounds.append(turn(number))
            for name, up in running.items():
                results[name].peak_mb = up.peak_mb()
        return results

    def _step(self, name: str, doing: str) -> None:
        self.bench.progress.step(f"{self.scenario.name}: {name}, {doing}")

    def _start(self, server: Server) -> Running:
        program = server.find()
        if program is None:
            raise RuntimeError(f"{server.name}: not on this machine")
        work = self.folder / server.name
        work.mkdir()
        place = Place(free_port(), (self.folder / "images").resolve(), work.resolve(), self.origin)
        command = server.command(program, place)
        cpu = self.bench.load_cpu if server is ORIGIN else self.bench.server_cpu
        return Running(server.name, command.argv, command.env, place.port, server.health, cpu,
                       work / "log")

    def _prepare(self, server: Server, up: Running,
                 results: dict[str, Result]) -> Callable[[int], Round]:
        """Warms the server up and returns what it does in a round."""
        result = Result([], idle_mb=up.idle_mb(), ready_ms=up.ready_ms)
        results[server.name] = result
        if self.scenario.kind is Kind.HEALTH:
            self._wrk(up, 0.5)
            return lambda _: self._wrk(up, self.bench.wrk_seconds)
        if self.scenario.kind is Kind.REVALIDATE:
            lines = self._conditional_requests(server, up)
            self._load(up, lines, 1, 304)
            return lambda _: self._load(up, lines, self.boxes, 304)
        result.samples = self.folder / server.name / "samples"
        result.samples.mkdir()
        output = self.scenario.output
        warm = [server.path(file, self.scenario.box, output) for file in self.files]
        if self._load(up, warm, 1, 200, save=result.samples)["failed"] == len(warm):
            raise RuntimeError(f"{server.name}: it answers no request")
        kinds = {format_of(answer.read_bytes()) for answer in result.samples.iterdir()}
        if kinds != {output}:
            raise RuntimeError(f"{server.name}: it answers with {', '.join(sorted(kinds))}")

        def turn(number: int) -> Round:
            wanted = self.scenario.requests(self.files, self.boxes, 1 + number * self.boxes)
            return self._load(up, [server.path(file, box, output) for file, box in wanted], 1,
                              200)
        return turn

    def _conditional_requests(self, server: Server, up: Running) -> list[str]:
        lines = []
        connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=60)
        for file in self.files:
            path = server.path(file, self.scenario.box, self.scenario.output)
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            tag = response.getheader("ETag")
            if tag is None:
                raise RuntimeError(f"{server.name}: it gives no ETag")
            lines.append(f"{path}\tIf-None-Match: {tag}")
        connection.close()
        return lines

    def _load(self, up: Running, lines: list[str], passes: int, expected: int,
              save: Path | None = None) -> Round:
        with tempfile.NamedTemporaryFile("w", dir=self.folder, encoding="utf-8") as requests:
            requests.write("".join(line + "\n" for line in lines))
            requests.flush()
            argv = [str(self.bench.programs / "whittle_load"), "--port", str(up.port),
                    "--connections", str(self.scenario.connections), "--passes", str(passes)]
            argv += ["--save", str(save)] if save else []
            before = up.cpu_seconds()
            line = json.loads(self._run([*argv, requests.name], self.bench.load_cpu))
            cpu = up.cpu_seconds() - before
        count = line["requests"]
        right = line["statuses"].get(str(expected), 0)
        return {"cpu_ms": 1000 * cpu / count, "requests": count, "failed": count - right,
                "rps": line["rps"], "p50_ms": line["p50_ms"], "p99_ms": line["p99_ms"],
                "bytes": line["body_bytes"] / count,
                "generator_share": line["cpu_s"] / line["wall_s"]}

    def _wrk(self, up: Running, seconds: float) -> Round:
        before = up.cpu_seconds()
        text = self._run(["wrk", "-t1", f"-c{self.scenario.connections}",
                          f"-d{max(1, round(seconds))}s", "--latency",
                          f"http://127.0.0.1:{up.port}{up.health}"], self.bench.load_cpu)
        cpu = up.cpu_seconds() - before
        count = int(told(r"(\d+) requests in", text))
        return {"cpu_ms": 1000 * cpu / count, "requests": count,
                "failed": int(told(r"Non-2xx or 3xx responses: (\d+)", text, "0")),
                "rps": float(told(r"Requests/sec:\s+([\d.]+)", text)),
                "p50_ms": milliseconds(told(r"\n +50% +(\S+)", text)),
                "p99_ms": milliseconds(told(r"\n +99% +(\S+)", text))}

    def _decode(self) -> Round:
        """The floor: the format's library decodes the scenario's files, on the servers' CPU."""
        passes = min(self.boxes, 2)
        line = json.loads(self._run([str(self.bench.programs / "whittle_floor"), str(passes),
                                     *map(str, self.photos)], self.bench.server_cpu))
        inflate = {"inflate_ms": line["inflate_ms"]} if "inflate_ms" in line else {}
        return {"cpu_ms": line["cpu_ms"], "requests": line["files"] * passes,
                "failed": 0} | inflate

    def _run(self, argv: list[str], cpu: int) -> str:
        with pinned(cpu):
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{self.scenario.name}: {Path(argv[0]).name}: {done.stderr.strip()}")
        return done.stdout


def format_of(file: bytes) -> str:
    """By the first bytes; servers' own words and file names are not asked."""
    for start, kind in ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png")):
        if file.startswith(start):
            return kind
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "webp"
    return "avif" if file[4:12] in (b"ftypavif", b"ftypavis") else "something else"


def told(pattern: str, text: str, otherwise: str | None = None) -> str:
    """What wrk says at the pattern's group."""
    found = re.search(pattern, text)
    if found:
        return found[1]
    if otherwise is None:
        raise RuntimeError(f"wrk does not say {pattern}: {text}")
    return otherwise


def milliseconds(text: str) -> float:
    """wrk's latencies: "850.00us", "1.31ms", "2.02s"."""
    for unit, scale in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * scale
    raise ValueError(f"not a latency: {text}")
