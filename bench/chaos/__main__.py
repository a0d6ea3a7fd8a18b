"""Runs the tests and writes what they found. `./scripts/chaos --help` comes here."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from harness import machine, photos, servers
from harness.progress import Progress
from harness.servers import ROOT, Server

from . import tables
from .client import raise_descriptor_limit
from .outcome import Outcome, Skip
from .suite import SUITE, Test, chosen
from .world import World

RIVALS = ("oximg", "imgproxy")


def arguments() -> argparse.Namespace:
    rows = "\n".join(f"  {name:3} {test.what} ({test.quick_s} s quick, {test.full_s} s)"
                     for name, test in SUITE.items())
    parser = argparse.ArgumentParser(
        prog="scripts/chaos", description="Reliability tests: overload, clients that leave or are "
        "slow, too little memory, a hung disk, SIGTERM, hostile files.",
        epilog="tests:\n" + rows, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", metavar="TEST", help="default: all")
    parser.add_argument("--quick", action="store_true",
                        help="short forms, five to six minutes in all")
    parser.add_argument("--server", type=Path, metavar="PATH",
                        help="another whittle than the built one")
    parser.add_argument("--rivals", default="found", metavar="NAMES",
                        help="oximg,imgproxy; none; default: those found, not with --quick")
    parser.add_argument("--write-readme", action="store_true",
                        help="put the table between README.md's markers")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release",
                        help="folder of whittle_storm")
    parser.add_argument("--work", type=Path, default=ROOT / "build/chaos", help="for its own files")
    parser.add_argument("--out", type=Path, help="default bench/results for a whole full run, "
                                                 "else build/chaos/results")
    return parser.parse_args()


def find_servers(options: argparse.Namespace) -> list[tuple[Server, str]]:
    """Whittle first, then rivals; each with its program."""
    whittle = servers.by_name("whittle")
    program = str(options.server) if options.server else whittle.find()
    if program is None or not os.access(program, os.X_OK):
        raise ValueError(f"no whittle at {program or 'build/release'}; build it first")
    found = [(whittle, str(Path(program).resolve()))]
    if options.rivals == "none" or (options.rivals == "found" and options.quick):
        return found
    names = RIVALS if options.rivals == "found" else options.rivals.split(",")
    for name in names:
        rival = servers.by_name(name)
        if (its := rival.find()) is not None:
            found.append((rival, its))
        elif options.rivals != "found":
            raise ValueError(f"no {name} (name its program in {rival.variable})")
    return found


def program_version(server: Server, program: str) -> str:
    """Of the very program that is tested."""
    os.environ[server.variable] = program
    return machine.version(server)


def corpus() -> Path | None:
    named = os.environ.get("WHITTLE_CORPUS")
    folder = Path(named) if named else ROOT.parent / "shared/corpus"
    return folder if folder.is_dir() else None


def find_photos(work: Path) -> list[Path]:
    """The benchmark's; without corpus and Pillow, the one picture that comes with the sources."""
    try:
        return photos.find(None, work)
    except ImportError:
        return [ROOT / "images/photo.jpg"]


def run_one(test: Test, world: World) -> Outcome:
    """A test that breaks has failed; the rest goes on."""
    began = time.monotonic()
    try:
        outcome = test.run(world)
    except Skip as reason:
        outcome = Outcome(skipped=str(reason))
    except Exception as error:  # noqa: BLE001  whatever it is, it is this test's
        outcome = Outcome(notes=[f"broke off: {type(error).__name__}: {error}"])
    outcome.seconds = time.monotonic() - began
    return outcome


def run(options: argparse.Namespace) -> bool:
    tests = chosen(options.tests)
    who = find_servers(options)
    raise_descriptor_limit()
    options.work.mkdir(parents=True, exist_ok=True)
    runs = Path(tempfile.mkdtemp(prefix="run-", dir=options.work))
    about = {"date": time.strftime("%Y-%m-%d"), "machine": machine.describe(),
             "quick": options.quick, "load": os.getloadavg()[0],
             "commit": "" if options.server else machine.commit(),
             "versions": {server.name: program_version(server, program)
                          for server, program in who}}
    pictures = find_photos(options.work)
    worlds = [World(server, program, options.quick, options.programs, runs / server.name, pictures,
                    corpus()) for server, program in who]
    total = sum(len([w for w in worlds if w.is_whittle or test.rivals]) for test in tests.values())
    progress = Progress(total)
    found: tables.Found = {}
    try:
        for name, test in tests.items():
            for world in worlds:
                if not world.is_whittle and not test.rivals:
                    continue
                world.work.mkdir(exist_ok=True)
                about_s = test.quick_s if options.quick else test.full_s
                progress.step(f"{name}, {world.server.name}: {test.what}, about {about_s} s")
                outcome = run_one(test, world)
                found.setdefault(name, {})[world.server.name] = outcome
                progress.note(f"{outcome.verdict} {name} {world.server.name} "
                              f"({outcome.seconds:.0f} s): {outcome.text()}")
    finally:
        shutil.rmtree(runs, ignore_errors=True)
    progress.end()
    whole = not options.quick and not options.tests
    out: Path = options.out or (ROOT / "bench/results" if whole else options.work / "results")
    out.mkdir(parents=True, exist_ok=True)
    text = tables.whole(found, about)
    (out / "chaos.md").write_text(text, encoding="utf-8")
    results = about | {"tests": {name: {server: outcome.json() for server, outcome in row.items()}
                                 for name, row in found.items()}}
    (out / "chaos.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.write_readme:
        tables.write_readme(ROOT / "README.md", found, about)
    print(text)
    return all(row["whittle"].verdict != "FAIL" for row in found.values())


def main() -> int:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)  # so that servers and generators are ended on the way out
    try:
        return 0 if run(arguments()) else 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except (ValueError, RuntimeError, OSError) as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 2  # and not 1: no test has failed, the run has not taken place


if __name__ == "__main__":
    sys.exit(main())
