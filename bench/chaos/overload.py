"""O1 to O3 and L3: more than can be served, from clients that keep coming."""

import time
from typing import Any

from harness.process import Running

from .outcome import Check, Outcome, at_least, none
from .world import Report, World, count, failures, generator_percent, others

CLIENTS = 16  # at which capacity is measured
LEVELS = (256, 1024, 4096, 8192)
OPEN_CLIENTS = 8000
TIMES_OVER = 10
RSS_MB = 400


def capacity(world: World, up: Running, seconds: float) -> Report:
    return world.storm(up, world.targets(), seconds, f"--clients={CLIENTS}", warm_up=1)


def overload(world: World) -> dict[str, Any]:
    """The open loop at ten times capacity that O1, O2 and O3 look at; made once for each server.

    Whoever is refused waits as Retry-After says, and others come instead; L3 has those who do not.
    """
    known = world.found.get("overload")
    if known is None:
        with world.serve(world.images()) as up:
            alone = world.seconds(4, 10)
            before = capacity(world, up, alone)
            # imgproxy's health and metrics pages are elsewhere; a probe that fails tells no more.
            metrics = ["--probe=metrics=/metrics"] if world.is_whittle else []
            storm = world.storm(up, world.targets(), world.seconds(10, 60),
                                f"--rate={TIMES_OVER * before['goodput_rps']:.0f}",
                                f"--clients={OPEN_CLIENTS}", "--obey", *metrics, warm_up=2)
            peak = up.peak_mb()
            back = recovery(world, up, before)
            after = capacity(world, up, alone)
        known = {"before": before, "storm": storm, "after": after, "peak_mb": peak, "back_s": back}
        world.found["overload"] = known
    return dict(known)


def recovery(world: World, up: Running, before: Report) -> float:
    """Seconds until a second of a quarter of capacity has no refusal and the latency of no load."""
    limit = max(2 * before["admitted"]["p99"], 50.0)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 15:
        calm = world.storm(up, world.targets(), 1, f"--rate={before['goodput_rps'] / 4:.0f}",
                           "--clients=64", "--patience=3", probes=False)
        if not failures(calm) and not others(calm, 200) and calm["admitted"]["p99"] <= limit:
            return passed
    return passed


def o1(world: World) -> Outcome:
    found = overload(world)
    storm = found["storm"]
    able = (found["before"]["goodput_rps"] + found["after"]["goodput_rps"]) / 2
    refused = storm["refused"]
    outcome = Outcome()
    outcome.add(
        at_least("goodput over capacity", storm["goodput_rps"] / max(able, 0.1), 0.9),
        Check("admitted p99", storm["admitted"]["p99"], 2500, " ms"),
        Check("first refusals p99", refused["p99"], 50, " ms"),
        none("answers but 200 and 503", others(storm, 200, 503)),
        none("requests without an answer", failures(storm)),
        none("503 without Retry-After", storm["without_retry_after"]),
        none("503 without no-store", storm["without_no_store"]),
        Check("peak RSS", found["peak_mb"], RSS_MB, " MB"),
        Check("back after", found["back_s"], 5, " s"),
        # What it takes the server has not got; more, and the goodput tells of the load.
        Check("generator", generator_percent(storm), 10, " % of a CPU"))
    outcome.notes.append(f"capacity {able:.0f}/s, {count(storm, 503)} refused, "
                         f"{storm['unsent']} not sent")
    return outcome


def o2(world: World) -> Outcome:
    probes = overload(world)["storm"]["probes"]
    outcome = Outcome()
    for name, label in (("kept", "kept connection"), ("new", "new connection")):
        outcome.add(Check(f"{label} p99", probes[name]["p99"], 20, " ms"),
                    Check(f"{label} max", probes[name]["max"], 100, " ms"),
                    none(f"failures on a {label}", probes[name]["failures"]),
                    at_least(f"answers on a {label}", probes[name]["count"], 10))
    return outcome


def o3(world: World) -> Outcome:
    probe = overload(world)["storm"]["probes"]["metrics"]
    outcome = Outcome()
    outcome.add(Check("p99", probe["p99"], 50, " ms"), none("failures", probe["failures"]),
                at_least("answers", probe["count"], 10))
    return outcome


def l3(world: World) -> Outcome:
    """Clients that ask again at once, whatever the answer: the retry storm."""
    seconds, warm_up = world.seconds(5, 30), world.seconds(1.5, 5)
    outcome = Outcome()
    with world.serve(world.images()) as up:
        first = capacity(world, up, seconds)
        levels = {}
        for clients in LEVELS:
            levels[clients] = world.storm(up, world.targets(), seconds, f"--clients={clients}",
                                          "--patience=30", warm_up=warm_up)
        last = capacity(world, up, seconds)
        peak = up.peak_mb()
    base = (first["goodput_rps"] + last["goodput_rps"]) / 2
    for clients, said in levels.items():
        outcome.add(at_least(f"goodput at {clients} over that at 16",
                             said["goodput_rps"] / max(base, 0.1), 0.85))
    worst = max(levels.values(), key=lambda said: said["probes"]["kept"]["p99"])
    outcome.add(
        Check("kept /health p99", worst["probes"]["kept"]["p99"], 20, " ms"),
        none("kept /health failures",
             sum(said["probes"]["kept"]["failures"] for said in levels.values())),
        none("answers but 200 and 503", sum(others(said, 200, 503) for said in levels.values())),
        none("requests without an answer", sum(map(failures, levels.values()))),
        Check("peak RSS", peak, RSS_MB, " MB"))
    share = generator_percent(levels[LEVELS[-1]])
    pages = ", ".join(f"{said['probes']['kept']['p99']:.1f} at {clients}"
                      for clients, said in levels.items())
    outcome.notes.append(f"kept /health p99 {pages}")
    outcome.notes.append(f"{base:.0f} pictures/s at 16; generator {share:.0f} % of a CPU at "
                         f"{LEVELS[-1]}")
    return outcome
