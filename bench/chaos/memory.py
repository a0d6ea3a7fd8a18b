"""X3 and M1: pictures that need more memory than there is, and what stays of it afterwards."""

import contextlib
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from harness.process import Running

from .client import connect, get, head
from .memory_limit import memory_limit
from .outcome import Check, Outcome, at_least, none
from .slow import BIG
from .world import Report, World, failures, others

LIMITS_MB = (256, 512, 1024)
CLIENTS = 32
SLOW_READERS = 8
# Of every kind of picture; the AVIF is made by the server itself beforehand, if it can.
MIXTURE = ("progressive.jpg", "flat.webp", "plain.png", "interlaced.png", "deep.png", "flat.avif")
SMALL = "noise.png"


def make_avif(world: World) -> bool:
    """Fifty megapixels of one colour as AVIF; False when this server does not write it."""
    target = world.made() / "flat.avif"
    if target.exists():
        return True
    if not world.is_whittle:
        return False
    with world.serve(world.made(), WHITTLE_DECODE_DEADLINE="60s",
                     WHITTLE_MAX_WORKING_BYTES="4GiB") as up:
        answer = get(up.port, "/resize/7000/7000/one.png?enlarge=1&format=avif&effort=1", 90)
    if answer.status != 200:
        return False
    target.write_bytes(answer.body)
    return True


class SlowReaders:
    """Each asks for 126 MB and takes 4 KB a second; anew when it is cut off."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(i,), daemon=True)
                         for i in range(SLOW_READERS)]

    def __enter__(self) -> "SlowReaders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        while not self._stop.wait(0.5):
            with contextlib.suppress(OSError), connect(self.port, 2, 4096) as connection:
                connection.sendall(head(BIG.format(6400 + number)))
                while not self._stop.wait(1):
                    with contextlib.suppress(TimeoutError):
                        if not connection.recv(4096):
                            break


def limited(world: World, megabytes: int, files: list[str]) -> Outcome:
    """The mixture at a server with so much memory."""
    outcome = Outcome()
    label = f"{megabytes} MB"
    with memory_limit(megabytes) as limit, world.serve(world.made(), limit.prefix) as up:
        targets = [world.storm_path(name, 390 - width) for width in range(8) for name in files]
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            if world.is_whittle:
                stack.enter_context(SlowReaders(up.port))
            said = until_death(world, up, targets, world.seconds(10, 600))
        over, died = time.monotonic(), up.process.poll()
        kills = limit.killed()
        peak = up.peak_mb()
        alone = {}
        if died is None:
            time.sleep(3)
            alone = {name: get(up.port, world.path(name, 300), 40).status
                     for name in [*files, SMALL]}
    outcome.add(none(f"{label}: kills", kills + (died is not None and not kills)))
    if died is not None or said is None:
        outcome.notes.append(f"{label}: ended with {died} after {over - began:.1f} s")
        return outcome
    outcome.add(none(f"{label}: answers but 200, 413 and 503", others(said, 200, 413, 503)),
                none(f"{label}: without an answer", failures(said)),
                at_least(f"{label}: pictures", said["statuses"].get("200", 0), 1),
                none(f"{label}: alone other than 200 and 413",
                     sum(status not in (200, 413) for status in alone.values())),
                Check(f"{label}: status of a small one", alone[SMALL], 200))
    served = [name for name, status in alone.items() if status == 200]
    outcome.notes.append(f"{label} ({limit.kind}): {_counts(said)}, peak {peak:.0f} MB, served "
                         f"alone: {', '.join(served)}")
    return outcome


def until_death(world: World, up: Running, targets: list[str], seconds: float) -> Report | None:
    """What the storm says of it; None as soon as the server has ended."""
    with world.storming(up, targets, seconds, f"--clients={CLIENTS}", "--patience=60") as storm:
        while storm.poll() is None:
            if up.process.poll() is not None:
                return None
            time.sleep(0.05)
        return world.reported(storm, 5)


def _counts(said: Report) -> str:
    return " ".join(f"{status}: {many}" for status, many in sorted(said["statuses"].items()))


def x3(world: World) -> Outcome:
    has_avif = make_avif(world)
    files = [name for name in MIXTURE if has_avif or not name.endswith("avif")]
    if not world.server.does("avif", "jpeg"):
        files = [name for name in files if not name.endswith("avif")]
    world.made()  # once, before three want them
    outcome = Outcome()
    if "flat.avif" not in files:
        outcome.notes.append("without AVIF")
    # At the same time, each with a third of the CPUs: what they hold is not less for that.
    with ThreadPoolExecutor(len(LIMITS_MB)) as three:
        found = [three.submit(limited, world, megabytes, files) for megabytes in LIMITS_MB]
        for each in (future.result() for future in found):
            outcome.checks += each.checks
            outcome.notes += each.notes
    return outcome


def m1(world: World) -> Outcome:
    """Large pictures, then half a minute of quiet."""
    outcome = Outcome()
    with world.serve(world.made()) as up:
        get(up.port, world.path(SMALL, 100))
        before = up.idle_mb()
        files = [name for name in MIXTURE if (world.made() / name).exists()]
        targets = [world.storm_path(name, 390) for name in files]
        said = world.storm(up, targets, world.seconds(6, 20), "--clients=8", "--obey", probes=False)
        peak = up.peak_mb()
        time.sleep(30)
        after = up.idle_mb()
    outcome.add(Check("RSS after over before", after / before, 1.5),
                at_least("pictures", said["statuses"].get("200", 0), 1))
    outcome.notes.append(f"{before:.0f} MB before, {peak:.0f} at most, {after:.0f} after 30 s; "
                         f"{dict(Counter(said['statuses']))}")
    return outcome
