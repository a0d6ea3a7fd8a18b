"""X5: a disk that does not answer takes its own pictures and nothing else."""

import time

from .client import get
from .hung_disk import hung_disk
from .leaving import send
from .outcome import Check, Outcome, at_least, none
from .world import World, failures, others

HUNG = 4  # reads that never end: as many as there are threads for files


def x5(world: World) -> Outcome:
    folder = world.work / "x5"
    folder.mkdir(exist_ok=True)
    (folder / "good.png").write_bytes((world.made() / "noise.png").read_bytes())
    outcome = Outcome()
    with hung_disk(folder / "hung"), \
            world.serve(folder, WHITTLE_DRAIN_TIMEOUT="3s") as up:
        get(up.port, "/resize/100/100/good.png")
        began = time.monotonic()
        hung = [send(up.port, f"/resize/100/100/hung/{i}.jpg") for i in range(HUNG)]
        time.sleep(0.3)
        good = [world.storm_path("good.png", width) for width in range(200, 190, -1)]
        said = world.storm(up, good, world.seconds(8, 20), "--clients=4")
        for each in hung:
            each.close()
        health = said["probes"]["kept"]
        stopping = time.monotonic()
        up.process.terminate()
        while up.process.poll() is None and time.monotonic() - stopping < 8:
            time.sleep(0.01)
        took = time.monotonic() - stopping
        ended = up.process.poll() is not None
    served = said["statuses"].get("200", 0)
    outcome.add(at_least("good pictures' share of answers",
                         served / max(sum(said["statuses"].values()), 1), 0.99),
                none("other answers but 503 and 504", others(said, 200, 503, 504)),
                none("without an answer", failures(said)),
                at_least("good pictures a second", said["goodput_rps"], 5),
                Check("kept /health p99", health["p99"], 20, " ms"),
                at_least("ends on SIGTERM", ended, 1),
                Check("within (drain_timeout is 3 s)", took, 3.5, " s"))
    outcome.notes.append(f"{HUNG} reads hung for {stopping - began:.0f} s; "
                         f"answers {said['statuses']}")
    return outcome
