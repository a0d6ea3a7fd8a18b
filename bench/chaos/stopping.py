"""T1 and T2: SIGTERM under load, and while there is a job that takes long."""

import signal
import time

from harness.process import Running

from .leaving import HEAVY, SLOW, at_work, decodes, leave_all, send
from .outcome import Check, Outcome, at_least, none
from .world import World, failures, wait_until

# Long jobs, each in another part of the program, at work when it is told to end.
WORST = (SLOW.format(6400),
         "/resize/5000/4900/speck.png?enlarge=1&fit=fill&rotate=90&format=png&effort=10",
         "/resize/5000/4800/speck.png?enlarge=1&fit=fill&format=tiff&effort=9",
         "/resize/400/1900/deep.png", HEAVY.format(399), "/resize/399/1900/flat.webp",
         "/resize/2800/2700/noise.png?enlarge=1&fit=fill&format=webp&lossless=1",
         "/resize/3000/3100/noise.png?enlarge=1&fit=fill&format=avif&effort=10")


def t1(world: World) -> Outcome:
    times = 3 if world.quick else 20
    broken = answered = 0
    slowest, codes = 0.0, []
    for _ in range(times):
        with world.serve(world.images()) as up, \
                world.storming(up, world.targets(), 4, "--clients=32", "--patience=5") as storm:
            time.sleep(2)
            began = time.monotonic()
            up.process.terminate()
            wait_until(lambda up=up: up.process.poll() is not None, 10)
            slowest = max(slowest, time.monotonic() - began)
            codes.append(up.process.poll())
            said = world.reported(storm, 30)
        answered += sum(said["statuses"].values())
        # A request that met a closed door has reached nobody.
        broken += failures(said) - sum(said["failures"].get(reason, 0) for reason in
                                       ("cannot connect", "closed before the request"))
    outcome = Outcome()
    outcome.add(none("requests lost", broken), at_least("of", answered, 100),
                Check("slowest exit", slowest, 2, " s"))
    # Others end by the signal itself, or with a code of their own.
    outcome.notes.append(f"{times} times; exit codes {sorted({str(code) for code in codes})}")
    if world.is_whittle:
        outcome.add(none("exit codes but 0", sum(code != 0 for code in codes)))
    return outcome


def _exit(up: Running, patience: float, signals: int) -> float:
    began = time.monotonic()
    for number in range(signals):
        if number:
            time.sleep(0.05)  # two at once would be one
            began = time.monotonic()
        up.process.send_signal(signal.SIGTERM)
    took = wait_until(lambda: up.process.poll() is not None, patience, 0.005)
    return patience if took is None else time.monotonic() - began


def t2(world: World) -> Outcome:
    jobs = WORST[:3] + WORST[4:5] if world.quick else WORST
    if not world.is_whittle:
        jobs = tuple(decodes(world).values())
    drain = 1 if world.quick else 3
    outcome = Outcome()
    held = 0
    slowest = {1: (0.0, ""), 2: (0.0, "")}
    for target in jobs:
        for signals in (2, 1):
            with world.serve(world.made(), WHITTLE_DRAIN_TIMEOUT=f"{drain}s") as up:
                clients = [send(up.port, target.replace("?", f"?q={50 + i}&") if "?" in target
                                else target) for i in range(2)]
                at_work(world, up, 1, 1)
                time.sleep(0.3)
                held += at_work(world, up, 1, 0.2)
                took = _exit(up, 8 if world.quick else 30, signals)
                slowest[signals] = max(slowest[signals], (took, target))
                leave_all(clients)
    outcome.add(Check("two SIGTERMs: exit after", slowest[2][0], 0.5, " s"),
                at_least("tries with a job at work", held, 2))
    if world.is_whittle:  # others' limit is their own; the time that they took is told
        outcome.add(Check(f"one, drain_timeout {drain} s", slowest[1][0], drain + 0.5, " s"))
    else:
        outcome.notes.append(f"one: exit after {slowest[1][0]:.1f} s at most")
    for signals, (took, target) in slowest.items():
        if took > (0.5 if signals == 2 else drain + 0.5):
            outcome.notes.append(f"{signals}x: {target}")
    return outcome
