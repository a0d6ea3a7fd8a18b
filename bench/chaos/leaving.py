"""O4 and D1 to D6: many who want the same, and clients that do not wait for their answer.

Of Whittle its own gauges are asked what is still under way. Others are at rest when they use no
CPU, and are asked for what they can do: no work is as long as Whittle's slowest encoder's.
"""

import contextlib
import socket
import time

from harness.process import Running

from .client import connect, get, head, metric, open_files, percentile, read_answer, reset
from .hung_disk import hung_disk
from .outcome import Check, Outcome, at_least, none
from .world import World, wait_until

# A job of seconds for the encoder, if nobody stops it.
SLOW = "/resize/6500/{}/speck.png?enlarge=1&fit=fill&format=png&effort=10"
# What holds a worker for most of a second at least.
HEAVY = "/resize/{}/1900/progressive.jpg"


def send(port: int, target: str) -> socket.socket:
    connection = connect(port)
    connection.sendall(head(target))
    return connection


def leave_all(connections: list[socket.socket]) -> None:
    for each in connections:
        reset(each)


def heavy(world: World, box: int) -> str:
    return HEAVY.format(box) if world.is_whittle else world.path("progressive.jpg", box)


def at_rest(world: World, up: Running) -> bool:
    """No flight, no worker taken, and 100 ms without work to speak of."""
    if world.is_whittle and (metric(up.port, "flights")
                             or metric(up.port, 'gate_in_use{gate="cpu"}')):
        return False
    before = up.cpu_seconds()
    time.sleep(0.1)
    return bool(up.cpu_seconds() - before < 0.05)


def at_work(world: World, up: Running, jobs: int, seconds: float) -> bool:
    """Waits until so many workers are taken, or a core has worked for 50 ms."""
    before = up.cpu_seconds()

    def busy() -> bool:
        if world.is_whittle:
            return metric(up.port, 'gate_in_use{gate="cpu"}') >= jobs
        return up.cpu_seconds() - before >= 0.05

    return wait_until(busy, seconds, 0.001) is not None


def rest_after(world: World, up: Running, seconds: float) -> float:
    """Milliseconds until the server is at rest; a tenth of a second of looking is taken off."""
    took = wait_until(lambda: at_rest(world, up), seconds)
    return 1000 * (seconds if took is None else max(took - 0.1, 0.0))


def o4(world: World) -> Outcome:
    clients = 500 if world.quick else 2000
    outcome = Outcome()
    with world.serve(world.made()) as up:
        together = [send(up.port, heavy(world, 700)) for _ in range(clients)]
        statuses = [read_answer(each).status for each in together]
        leave_all(together)
        outcome.add(at_least("answers 200", statuses.count(200), clients))
        if world.is_whittle:
            outcome.add(Check("reads", metric(up.port, "reads_total"), 1),
                        Check("decodes", metric(up.port, "decodes_total"), 1))
        together = [send(up.port, heavy(world, 701)) for _ in range(clients)]
        leave_all(together[:-1])
        outcome.add(at_least("status of the last when the others have left",
                             read_answer(together[-1]).status, 200))
        together[-1].close()
        leave_all([send(up.port, heavy(world, 702)) for _ in range(clients)])
        outcome.add(Check("work over when all have left after", rest_after(world, up, 30), 300,
                          " ms"))
    return outcome


def d1(world: World) -> Outcome:
    clients = 500
    outcome = Outcome()
    settings = {"WHITTLE_WORKERS": "2"} if world.is_whittle else {}
    with world.serve(world.made(), **settings) as up:
        if world.is_whittle:
            holders = [send(up.port, SLOW.format(6400 + i)) for i in range(2)]
        else:
            holders = [send(up.port, heavy(world, 600 + i)) for i in range(8)]
        at_work(world, up, 2, 3)
        waiting = [send(up.port, world.path("noise.png", 100 + i, "png")) for i in range(clients)]
        time.sleep(0.05)
        leave_all(waiting)
        if world.is_whittle:
            took = wait_until(lambda: metric(up.port, "flights") <= 2, 5)
            # What was done for them while they were there is another matter: short jobs may go
            # first.
            before = metric(up.port, "decodes_total")
            time.sleep(1)
            decodes = metric(up.port, "decodes_total") - before
            outcome.add(none("decodes for those who left", int(decodes)),
                        Check("queue empty after", 1000 * (5 if took is None else took), 100,
                              " ms"))
        leave_all(holders)
        outcome.add(Check("workers free after", rest_after(world, up, 30), 300, " ms"))
    return outcome


def d2(world: World) -> Outcome:
    """What does not answer is a disk here; F8 has an origin."""
    folder = world.work / "d2"
    outcome = Outcome()
    with hung_disk(folder / "hung"), world.serve(folder) as up:
        gone = [send(up.port, f"/resize/100/100/hung/{i}.jpg") for i in range(2)]
        wait_until(lambda: metric(up.port, "flights") >= 2, 2)
        leave_all(gone)
        took = wait_until(lambda: not metric(up.port, "flights"), 8)
        outcome.add(Check("flights over after", 1000 * (8 if took is None else took), 100, " ms"))
    return outcome


def decodes(world: World) -> dict[str, str]:
    """Pictures of which each takes a worker for a while to decode."""
    files = {"progressive JPEG": "progressive.jpg", "interlaced PNG": "interlaced.png",
             "16-bit interlaced PNG": "deep.png", "lossless WebP": "flat.webp"}
    if world.is_whittle:
        return {name: f"/resize/400/1900/{file}" for name, file in files.items()}
    return {name: world.path(file, 400) for name, file in files.items()}


ENCODES = {"PNG at effort 10": SLOW.format(6400),
           "PNG turned": "/resize/5000/4900/speck.png?enlarge=1&fit=fill&rotate=90&format=png"
                         "&effort=10",
           "TIFF at effort 9": "/resize/5000/4800/speck.png?enlarge=1&fit=fill&format=tiff"
                               "&effort=9",
           "lossless WebP out": "/resize/2800/2700/noise.png?enlarge=1&fit=fill&format=webp"
                                "&lossless=1"}


def d3(world: World) -> Outcome:
    jobs = decodes(world) | (ENCODES if world.is_whittle else {})
    outcome = Outcome()
    unseen = []
    for name, target in jobs.items():
        with world.serve(world.made()) as up:  # anew, so that no job is behind another
            connection = send(up.port, target)
            if not at_work(world, up, 1, 1):
                unseen.append(name)
            time.sleep(0.05 if "JPEG" in name or "WebP" in name else 0.3)
            reset(connection)
            # What one library holds in one call may take 300 ms.
            outcome.add(Check(name, rest_after(world, up, world.seconds(4, 30)), 300, " ms"))
    outcome.add(at_least("jobs seen at work", len(jobs) - len(unseen), len(jobs) - 2))
    if unseen:
        outcome.notes.append(f"not seen at work: {', '.join(unseen)}")
    return outcome


def d4(world: World) -> Outcome:
    times = 500 if world.quick else 10_000
    outcome = Outcome()
    with world.serve(world.made()) as up:
        targets = [world.path("noise.png", 300 + i, "png") for i in range(4)]
        for target in targets:
            get(up.port, target)
        files, before = open_files(up.process.pid), up.idle_mb()
        took = []
        for number in range(times):
            began = time.monotonic()
            with contextlib.suppress(OSError):
                connection = send(up.port, targets[number % 4])
                connection.recv(1024)
                reset(connection)
            took.append(time.monotonic() - began)
        wait_until(lambda: open_files(up.process.pid) <= files, 3)
        outcome.add(Check("descriptors more", open_files(up.process.pid) - files, 2),
                    Check("RSS grown by", up.idle_mb() - before, 64, " MB"),
                    Check("status after it", get(up.port, targets[0]).status, 200))
        outcome.notes.append(f"{times} resets, p99 {1000 * percentile(took, 0.99):.0f} ms each")
    return outcome


def d5(world: World) -> Outcome:
    """Jobs that wait for memory give their place and their sources' bytes back."""
    clients = 100
    outcome = Outcome()
    with world.serve(world.made(), WHITTLE_WORKERS="2", WHITTLE_MEMORY_BUDGET="600MiB",
                     WHITTLE_QUEUE_WAIT="20s") as up:
        # Each takes more than half of it; the second waits for the first's, and all others behind.
        together = [send(up.port, f"/resize/{390 - i}/1900/deep.png") for i in range(clients)]
        held = at_work(world, up, 1, 3)
        time.sleep(0.2)
        waiting = metric(up.port, 'gate_waiting{gate="cpu"}')
        leave_all(together)
        took = rest_after(world, up, 10)  # a job at work keeps its bytes until it has stopped
        kept = sum(metric(up.port, f'memory_bytes{{use="{use}"}}') for use in ("source", "job"))
        outcome.add(at_least("a job at work", held, 1), at_least("jobs that waited", waiting, 1),
                    Check("at rest after", took, 300, " ms"),
                    Check("bytes of the budget still held", kept, 0),
                    Check("status after it",
                          get(up.port, "/resize/100/100/noise.png").status, 200))
    return outcome


def d6(world: World) -> Outcome:
    """Half a head, then a reset, thousands of times."""
    times = 500 if world.quick else 10_000
    outcome = Outcome()
    with world.serve(world.made()) as up:
        target = world.path("noise.png", 300)
        get(up.port, target)
        files, before = open_files(up.process.pid), up.idle_mb()
        whole = head(target)
        for number in range(times):
            with contextlib.suppress(OSError):
                connection = connect(up.port)
                connection.sendall(whole[:1 + number % (len(whole) - 1)])
                reset(connection)
        wait_until(lambda: open_files(up.process.pid) <= files, 3)
        outcome.add(Check("descriptors more", open_files(up.process.pid) - files, 2),
                    Check("RSS grown by", up.idle_mb() - before, 64, " MB"),
                    Check("status after it", get(up.port, target).status, 200))
        outcome.notes.append(f"{times} resets")
    return outcome
