"""F7 and F8: web servers that pictures come from, of which one fails now and then, or hangs."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from harness.process import Running

from .client import Answer, get, percentile
from .origin import Fate, Origin, always, flapping, serving
from .outcome import Check, Outcome, at_least, none
from .overload import CLIENTS
from .world import Report, World, count, failures, others

SHARE, SEED, LATENCY_S = 0.05, 7, 0.2  # of the requests to the origin that flaps
TOLERANCE = 1.05  # times what was injected
BOX = 400
HANGING = 64  # clients of the origin that hangs
SLOWER = 1.5  # times the p99 of before
RATE = 15  # requests a second to each of those that are well


def ask_all(up: Running, paths: list[str], rate: float) -> dict[str, Answer]:
    """At that rate, whether they are answered or not; each on a connection of its own."""
    began = time.monotonic()
    with ThreadPoolExecutor(256) as clients:
        asked = {}
        for number, path in enumerate(paths):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            asked[path] = clients.submit(get, up.port, f"/resize/{BOX}/{BOX}{path}")
        return {path: each.result() for path, each in asked.items()}


def explained(fates: list[Fate]) -> bool:
    """Whether a client may be told: what was reset at once is tried again, what was cut is not."""
    return Fate.CUT in fates or fates.count(Fate.RESET) >= 2


def f7(world: World) -> Outcome:
    """An origin 200 ms away that resets one of twenty requests, at 80 % of what it allows."""
    # Who fetches may try again by itself on a connection that was kept, so every second one is new.
    origin = Origin(world.images(), delay_s=LATENCY_S, answers_each=2)
    with serving(origin), world.serve(world.images(), origin=origin.url) as up:
        right = {photo.name: get(up.port, f"/resize/{BOX}/{BOX}/once/{photo.name}").body
                 for photo in world.photos}
        alone = world.storm(up, [f"/resize/{BOX}/{BOX}/{{n}}/{name}" for name in right],
                            world.seconds(3, 10), f"--clients={CLIENTS}", warm_up=1, probes=False)
        rate = 0.8 * alone["goodput_rps"]
        origin.fates = flapping(SHARE, SEED)
        names = list(right)
        paths = [f"/flapping/{number}/{names[number % len(names)]}"
                 for number in range(int(rate * world.seconds(10, 60)))]
        answers = ask_all(up, paths, rate)
    outcome = judged(right, origin.asked, answers)
    slowest = percentile([1000 * answer.seconds for answer in answers.values()], 0.99)
    outcome.notes.append(f"{len(paths)} requests at {rate:.0f}/s, p99 {slowest:.0f} ms")
    return outcome


def judged(right: dict[str, bytes], asked: dict[str, list[Fate]],
           answers: dict[str, Answer]) -> Outcome:
    """`right`: by the file's name; what was asked of the origin, and answered to clients: by the
    path there. Of other paths nothing counts."""
    fates = {path: asked.get(path, []) for path in answers}
    failed = [path for path, answer in answers.items() if answer.status >= 500]
    resets = sum(each in (Fate.RESET, Fate.CUT) for path in answers for each in fates[path])
    spared = [path for path, answer in answers.items()
              if answer.status == 200 and Fate.RESET in fates[path]]
    outcome = Outcome()
    outcome.add(
        none("answers with other bytes than without resets",
             sum(answer.status == 200 and answer.body != right[path.rpartition("/")[2]]
                 for path, answer in answers.items())),
        none("requests without an answer", sum(not each.status for each in answers.values())),
        none("answers but 200 and 5xx",
             sum(0 < each.status < 500 and each.status != 200 for each in answers.values())),
        Check("5xx over resets", len(failed) / max(resets, 1), TOLERANCE),
        none("5xx that no reset explains",
             sum(not explained(fates[path]) for path in failed)),
        at_least("resets that no client noticed", len(spared), 1))
    outcome.notes.append(f"{resets} resets, {len(failed)} 5xx")
    return outcome


def window(world: World, up: Running, number: int) -> dict[str, Report]:
    """A while of light load on both that are well, in a size of its own so that all is made."""
    seconds = world.seconds(4, 8)
    sources = {"good": "good/", "local": ""}
    with ExitStack() as ended:
        storms = {name: ended.enter_context(
            world.storming(up, [world.storm_path(part + photo.name, BOX - number)
                                for photo in world.photos], seconds, f"--rate={RATE}",
                           "--clients=64", warm_up=1, probes=name == "good"))
            for name, part in sources.items()}
        return {name: world.reported(storm, seconds + 30) for name, storm in storms.items()}


def f8(world: World) -> Outcome:
    """Of two origins one takes requests and says nothing, and 64 clients ask for it all the time.

    Windows without and with them in turns, so that both are of the same machine.
    """
    good, hung = Origin(world.images()), Origin(world.images(), always(Fate.HUNG))
    rounds = 3 if world.quick else 5
    calm: list[dict[str, Report]] = []
    beside: list[dict[str, Report]] = []
    stuck: list[Report] = []
    world.work.mkdir(exist_ok=True)
    config = world.work / "f8.toml"
    with serving(good, hung):
        config.write_text("".join(f'[sources.{name}]\nlocation = "{each.url}"\n'
                                  for name, each in (("good", good), ("hung", hung))))
        with world.serve(world.images(), WHITTLE_CONFIG=str(config)) as up:
            window(world, up, 0)
            for number in range(rounds):
                calm.append(window(world, up, 2 * number + 1))
                with world.storming(up, [f"/resize/{BOX}/{BOX}/hung/{{n}}.jpg"],
                                    world.seconds(7, 12), f"--clients={HANGING}") as storm:
                    time.sleep(1)
                    beside.append(window(world, up, 2 * number + 2))
                    stuck.append(world.reported(storm, 60))
    outcome = Outcome()
    for name in ("good", "local"):
        before, after = (statistics.median(each[name]["admitted"]["p99"] for each in windows)
                         for windows in (calm, beside))
        outcome.add(Check(f"p99 of {name} over that without", after / max(before, 0.1), SLOWER))
        outcome.notes.append(f"{name} p99 {before:.1f} and {after:.1f} ms")
    well = [each[name] for each in calm + beside for name in ("good", "local")]
    health = [each["good"]["probes"]["kept"] for each in beside]
    outcome.add(none("their answers but 200", sum(others(said, 200) for said in well)),
                none("their requests without an answer", sum(map(failures, well))),
                Check("kept /health p99", max(said["p99"] for said in health), 20, " ms"),
                none("/health failures", sum(said["failures"] for said in health)),
                none("of the origin that hangs, answers but 502 to 504",
                     sum(others(said, 502, 503, 504) for said in stuck)),
                none("and requests without an answer", sum(map(failures, stuck))),
                at_least("that origin was asked", hung.count(Fate.HUNG), 6))
    seconds = sum(said["wall_s"] for said in stuck)
    told = {status: sum(count(said, status) for said in stuck) / seconds
            for status in (502, 503, 504)}
    outcome.notes.append("to the 64 a second " +
                         ", ".join(f"{status} {rate:.1f}" for status, rate in told.items()))
    return outcome
