"""S1 to S5 and X2: clients that are slow, silent, too many or too eager."""

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator

from harness.process import Running

from .client import (closed_within, connect, get, head, percentile, raise_descriptor_limit,
                     read_answer)
from .memory_limit import memory_limit
from .outcome import Check, Outcome, Skip, at_least, none
from .world import World, wait_until

BIG = "/resize/6500/{}/one.png?enlarge=1&fit=fill&format=raw"  # 69 bytes become 126 MB


def close_all(connections: list[socket.socket]) -> None:
    for each in connections:
        each.close()


@contextlib.contextmanager
def health(world: World, up: Running, seconds: float, outcome: Outcome) -> Iterator[None]:
    """What is asked of /health while the block runs, which takes no less than so long.

    By a generator that sends nothing else: this process is busy with thousands of sockets.
    """
    with world.storming(up, [world.server.health], seconds, "--rate=1", "--clients=1",
                        probes=True) as asking:
        yield
        probes = world.reported(asking, seconds + 30)["probes"]
    outcome.add(Check("kept /health p99", probes["kept"]["p99"], 20, " ms"),
                Check("new /health max", probes["new"]["max"], 3000, " ms"),
                none("/health failures", probes["kept"]["failures"] + probes["new"]["failures"]))


def s1(world: World) -> Outcome:
    """A byte of a head each second; 10 s are the limit."""
    clients = 500 if world.quick else 4000
    outcome = Outcome()
    with world.serve(world.images()) as up, health(world, up, 10, outcome):
        began = time.monotonic()
        slow = [connect(up.port) for _ in range(clients)]
        stop = threading.Event()

        def drip() -> None:
            text = head("/" + "x" * 200)
            for byte in text:
                for each in slow:
                    with contextlib.suppress(OSError):
                        each.send(bytes([byte]))
                if stop.wait(1):
                    break

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        try:
            times = closed_within(slow, 14, began)
        finally:
            stop.set()
            dripping.join()
            close_all(slow)
    opened = time.monotonic() - began
    outcome.add(at_least("closed", len(times), clients),
                at_least("first closed at", min(times, default=0), 9, " s"),
                Check("last closed at", max(times, default=opened), 12, " s"))
    return outcome


def let_go(reader: socket.socket) -> bool:
    """Whether it was refused, or was closed before it had all: what the kernel held is read."""
    reader.settimeout(0.3)
    with contextlib.suppress(OSError):  # a reset, or nothing comes
        answer = read_answer(reader)
        return answer.status != 200
    return True


def s2(world: World) -> Outcome:
    """Readers of three gigabytes in all who read nothing, with 512 MB; and an honest slow one."""
    outcome = Outcome()
    patience = 30.0
    # Of 126 MB each; others make no such picture of a file that is not as large, so of 3 MB.
    count = 24 if world.is_whittle else 1000
    largest = [BIG.format(6400 + number) if world.is_whittle
               else world.path("noise.png", 1000 - number, "png") for number in range(8)]
    # At 10 KB a second the client has 300 KB of 3 or 4 MB when it is looked at.
    honest_target = ("/resize/1200/1200/noise.png?enlarge=1&format=png" if world.is_whittle
                     else world.path("noise.png", 992, "png"))
    with memory_limit(512) as limit, world.serve(world.made(), limit.prefix) as up:
        honest = connect(up.port, receive_buffer=4096)
        honest.sendall(head(honest_target))
        got, cut = len(honest.recv(1000)), False
        began = time.monotonic()
        readers = [connect(up.port, receive_buffer=4096) for _ in range(count)]
        for number, each in enumerate(readers):
            each.sendall(head(largest[number % 8]))
        honest.settimeout(5)
        while time.monotonic() - began < patience and up.process.poll() is None:
            tick = time.monotonic()
            with contextlib.suppress(TimeoutError):
                try:
                    part = honest.recv(10_000)
                    got += len(part)
                    cut = cut or not part
                except ConnectionError:
                    cut = True
            if cut:
                break
            time.sleep(max(0.0, tick + 1 - time.monotonic()))
        alive = up.process.poll() is None
        if alive:
            time.sleep(max(0.0, began + patience - time.monotonic()))
        small = get(up.port, world.path("one.png", 10)) if alive else None
        peak = up.peak_mb()
        holding = sum(not let_go(each) for each in readers[:24]) if alive else 24
        close_all([*readers, honest])
    outcome.add(at_least("alive", alive, 1), Check("peak RSS", peak, 512, " MB"),
                none("of 24 that read nothing, still served after 30 s", holding),
                none("honest reader at 10 KB/s cut off", int(cut or not alive)),
                at_least("honest reader has got", got / 1000, 100, " KB"),
                Check("status of a small picture meanwhile", small.status if small else 599, 200))
    outcome.notes.append(f"512 MB by {limit.kind}")
    return outcome


def s3(world: World) -> Outcome:
    """Bodies, which nobody asked for: said no to at the head."""
    clients = 50 if world.quick else 1000
    took, statuses, after = [], [], []
    with world.serve(world.images()) as up:
        for _ in range(clients):
            connection = connect(up.port)
            began = time.monotonic()
            connection.sendall(head("/health", "Content-Length: 10000000", method="POST") + b"x")
            with contextlib.suppress(OSError):
                statuses.append(read_answer(connection, began).status)
                took.append(1000 * (time.monotonic() - began))
            connection.close()
        after = [get(up.port, "/health").status]
    outcome = Outcome()
    outcome.add(at_least("answered with 4xx", sum(400 <= s < 500 for s in statuses), clients),
                Check("p99", percentile(took, 0.99) or 9999, 100, " ms"),
                Check("status of /health after it", after[0], 200))
    return outcome


def s4(world: World) -> Outcome:
    """Connections that say nothing; then kept ones that say nothing more, and a new client."""
    clients = min(8000, raise_descriptor_limit() - 500)
    outcome = Outcome()
    with world.serve(world.images()) as up:
        before = up.idle_mb()
        with health(world, up, 10, outcome):
            began = time.monotonic()
            silent = [connect(up.port) for _ in range(clients)]
            each_kb = (up.idle_mb() - before) * 1024 / clients
            times = closed_within(silent, 25 if world.is_whittle else 15, began)
            last = max(times, default=99)
            close_all(silent)
        outcome.add(at_least("silent ones closed", len(times), clients),
                    Check("last of them at", last, 10 + 10, " s"),
                    Check("memory of one", each_kb, 32, " KB"))
        # All that there may be, and some that wait to be accepted.
        idle = []
        with contextlib.suppress(OSError):
            for _ in range(min(8400, raise_descriptor_limit() - 500)):
                connection = connect(up.port, 2)
                idle.append(connection)
                connection.sendall(head(world.server.health))
        picture = get(up.port, world.path(world.photos[0].name, 300), 10)
        page = get(up.port, world.server.health, 10)
        close_all(idle)
    outcome.add(Check(f"picture on a new connection beside {len(idle)} idle ones, status",
                      picture.status or 599, 200),
                Check("after", picture.seconds, 2, " s"),
                Check("/health then after", page.seconds, 1, " s"))
    return outcome


def s5(world: World) -> Outcome:
    """Five thousand requests at once on one connection: in order, one at a time, a thousand."""
    requests, answered = 5000, []
    with world.serve(world.images()) as up:
        target = world.path(world.photos[0].name, 60)
        get(up.port, target)
        connection = connect(up.port)
        sending = threading.Thread(target=_send_all, args=(connection, head(target) * requests),
                                   daemon=True)
        sending.start()
        buffered = bytearray()
        with contextlib.suppress(OSError):
            while True:
                answered.append(read_answer(connection, buffered=buffered))
        connection.close()
        sending.join()
        after = get(up.port, target).status
    outcome = Outcome()
    outcome.add(at_least("answers", len(answered), 1000), Check("and no more", len(answered), 1000),
                none("other than 200", sum(a.status != 200 for a in answered)),
                none("other bodies", len({a.body for a in answered}) - 1),
                at_least("the last says close", answered[-1].fields.get("connection") == "close"
                         if answered else 0, 1),
                Check("status after it", after, 200))
    return outcome


def _send_all(connection: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(data)


def x2(world: World) -> Outcome:
    """256 descriptors and 600 connections."""
    if shutil.which("prlimit") is None:
        raise Skip("no prlimit")
    outcome = Outcome()
    with world.serve(world.images(), ["prlimit", "--nofile=256", "--"]) as up:
        kept = connect(up.port)
        kept.sendall(head("/health"))  # who never asked anything makes room for others
        _status(kept)
        taken: list[socket.socket] = []
        for _ in range(600):
            try:
                taken.append(connect(up.port, 1))
            except OSError:
                break
        lines, cpu, began = _lines(up), up.cpu_seconds(), time.monotonic()
        time.sleep(3)  # the silent ones may stay for ten
        busy = 100 * (up.cpu_seconds() - cpu) / (time.monotonic() - began)
        said = (_lines(up) - lines) / (time.monotonic() - began)
        statuses, pictures = [], []
        for number in range(10):
            kept.sendall(head("/health"))
            statuses.append(_status(kept))
            kept.sendall(head(world.path(world.photos[0].name, 100 + number)))
            pictures.append(_status(kept))
        fresh = get(up.port, "/health", 3)
        close_all(taken)
        again = wait_until(lambda: get(up.port, "/health", 1).status == 200, 5)
        kept.close()
    outcome.add(Check("CPU", busy, 5, " %"), Check("log lines a second", said, 1.5),
                none("/health failures on a kept connection", sum(s != 200 for s in statuses)),
                none("pictures on it but 200 and 503", sum(s not in (200, 503) for s in pictures)),
                Check("accepts again after", 5 if again is None else again, 1, " s"))
    outcome.notes.append(f"{pictures.count(200)} of {len(pictures)} pictures; /health on a new "
                         f"connection: {fresh.status or 'no answer'}")
    return outcome


def _lines(up: Running) -> int:
    return int(up.log.read_bytes().count(b"\n"))


def _status(connection: socket.socket) -> int:
    with contextlib.suppress(OSError):
        return read_answer(connection).status
    return 0
