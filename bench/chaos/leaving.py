"""O4 and D1 to D4: many who want the same, and clients that do not wait for their answer."""

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


def at_rest(up: Running) -> bool:
    """No flight, no worker taken, and 100 ms without work to speak of."""
    if metric(up.port, "flights") or metric(up.port, 'gate_in_use{gate="cpu"}'):
        return False
    before = up.cpu_seconds()
    time.sleep(0.1)
    return bool(up.cpu_seconds() - before < 0.05)


def rest_after(up: Running, seconds: float) -> float:
    """Milliseconds until the server is at rest; a tenth of a second of looking is taken off."""
    took = wait_until(lambda: at_rest(up), seconds)
    return 1000 * (seconds if took is None else max(took - 0.1, 0.0))


def o4(world: World) -> Outcome:
    clients = 500 if world.quick else 2000
    outcome = Outcome()
    with world.serve(world.made()) as up:
        together = [send(up.port, HEAVY.format(700)) for _ in range(clients)]
        statuses = [read_answer(each).status for each in together]
        leave_all(together)
        outcome.add(at_least("answers 200", statuses.count(200), clients),
                    Check("reads", metric(up.port, "reads_total"), 1),
                    Check("decodes", metric(up.port, "decodes_total"), 1))
        together = [send(up.port, HEAVY.format(701)) for _ in range(clients)]
        leave_all(together[:-1])
        outcome.add(at_least("status of the last when the others have left",
                             read_answer(together[-1]).status, 200))
        together[-1].close()
        leave_all([send(up.port, HEAVY.format(702)) for _ in range(clients)])
        outcome.add(Check("work over when all have left after", rest_after(up, 5), 300, " ms"))
    return outcome


def d1(world: World) -> Outcome:
    clients = 500
    outcome = Outcome()
    with world.serve(world.made(), WHITTLE_WORKERS="2") as up:
        holders = [send(up.port, SLOW.format(6400 + i)) for i in range(2)]
        wait_until(lambda: metric(up.port, 'gate_in_use{gate="cpu"}') >= 2, 3)
        waiting = [send(up.port, f"/resize/{100 + i}/100/noise.png") for i in range(clients)]
        time.sleep(0.05)
        leave_all(waiting)
        took = wait_until(lambda: metric(up.port, "flights") <= 2, 5)
        # What was done for them while they were there is another matter: short jobs may go first.
        before = metric(up.port, "decodes_total")
        time.sleep(1)
        decodes = metric(up.port, "decodes_total") - before
        leave_all(holders)
        outcome.add(none("decodes for those who left", int(decodes)),
                    Check("queue empty after", 1000 * (5 if took is None else took), 100, " ms"),
                    Check("workers free after", rest_after(up, 30), 300, " ms"))
    return outcome


def d2(world: World) -> Outcome:
    """The only sources are files, so the origin that drips is a disk that does not answer."""
    folder = world.work / "d2"
    outcome = Outcome()
    with hung_disk(folder / "hung"), world.serve(folder) as up:
        gone = [send(up.port, f"/resize/100/100/hung/{i}.jpg") for i in range(2)]
        wait_until(lambda: metric(up.port, "flights") >= 2, 2)
        leave_all(gone)
        took = wait_until(lambda: not metric(up.port, "flights"), 8)
        outcome.add(Check("flights over after", 1000 * (8 if took is None else took), 100, " ms"))
    return outcome


def d3(world: World) -> Outcome:
    jobs = {"progressive JPEG": "/resize/400/1900/progressive.jpg",
            "interlaced PNG": "/resize/400/1900/interlaced.png",
            "16-bit interlaced PNG": "/resize/400/1900/deep.png",
            "lossless WebP": "/resize/400/1900/flat.webp",
            "PNG at effort 10": SLOW.format(6400),
            "PNG turned": "/resize/5000/4900/speck.png?enlarge=1&fit=fill&rotate=90&format=png"
                          "&effort=10",
            "TIFF at effort 9": "/resize/5000/4800/speck.png?enlarge=1&fit=fill&format=tiff"
                                "&effort=9",
            "lossless WebP out": "/resize/2800/2700/noise.png?enlarge=1&fit=fill&format=webp"
                                 "&lossless=1"}
    outcome = Outcome()
    unseen = []
    for name, target in jobs.items():
        with world.serve(world.made()) as up:  # anew, so that no job is behind another
            connection = send(up.port, target)
            if wait_until(lambda up=up: metric(up.port, 'gate_in_use{gate="cpu"}') >= 1, 1,
                          0.001) is None:
                unseen.append(name)
            time.sleep(0.05 if "JPEG" in name or "WebP" in name else 0.3)
            reset(connection)
            # What one library holds in one call may take 300 ms.
            outcome.add(Check(name, rest_after(up, world.seconds(4, 30)), 300, " ms"))
    outcome.add(at_least("jobs seen at work", len(jobs) - len(unseen), len(jobs) - 2))
    if unseen:
        outcome.notes.append(f"not seen at work: {', '.join(unseen)}")
    return outcome


def d4(world: World) -> Outcome:
    times = 500 if world.quick else 10_000
    outcome = Outcome()
    with world.serve(world.made()) as up:
        targets = [f"/resize/{300 + i}/300/noise.png?format=png" for i in range(4)]
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
