"""Runs the tests and writes what they found. `./scripts/chaos --help` comes here."""

import argparse
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

from . import store, tables
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
        "slow, too little memory, a hung disk, origins that fail, SIGTERM, hostile files.",
        epilog="tests:\n" + rows, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", metavar="TEST", help="default: all")
    parser.add_argument("--quick", action="store_true",
                        help="short forms, about eight minutes in all")
    parser.add_argument("--server", type=Path, metavar="PATH",
                        help="another whittle than the built one")
    parser.add_argument("--commit", metavar="NAME", help="the commit that --server is of")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PATH",
                        help="oximg or imgproxy by its program; again for each")
    parser.add_argument("--rivals", default="found", metavar="NAMES",
                        help="oximg,imgproxy; none; default: those found, not with --quick")
    parser.add_argument("--table", action="store_true",
                        help="no tests: only the table of what is stored")
    parser.add_argument("--write-readme", action="store_true",
                        help="put the table between README.md's markers")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release",
                        help="folder of whittle_storm")
    parser.add_argument("--work", type=Path, default=ROOT / "build/chaos", help="for its own files")
    parser.add_argument("--out", type=Path, help="for chaos.md, and chaos/ with the outcomes; "
                        "default bench/results, with --quick or --server build/chaos/results")
    options = parser.parse_args()
    for each in options.peer:
        name, equals, program = each.partition("=")
        if not equals or name not in RIVALS:
            parser.error(f"--peer {each}: not NAME=PATH, NAME of {', '.join(RIVALS)}")
        os.environ[servers.by_name(name).variable] = str(Path(program).resolve())
    if options.peer and options.rivals == "found":
        options.rivals = ",".join(each.partition("=")[0] for each in options.peer)
    return options


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


def out_folder(options: argparse.Namespace) -> Path:
    """Real figures are not replaced by those of a short run, or of another program."""
    if options.out is not None:
        return Path(options.out)
    aside = options.quick or options.server is not None
    return Path(options.work / "results" if aside else ROOT / "bench/results")


def write_tables(options: argparse.Namespace) -> store.Found:
    """Of all that is stored, from whichever runs."""
    out = out_folder(options)
    found = store.load(out / "chaos")
    if not found:
        raise ValueError(f"nothing is stored in {out / 'chaos'}")
    (out / "chaos.md").write_text(tables.whole(found), encoding="utf-8")
    if options.write_readme:
        tables.write_readme(ROOT / "README.md", found)
    print(tables.whole(found))
    return found


def run(options: argparse.Namespace) -> bool:
    tests = chosen(options.tests)
    who = find_servers(options)
    raise_descriptor_limit()
    options.work.mkdir(parents=True, exist_ok=True)
    runs = Path(tempfile.mkdtemp(prefix="run-", dir=options.work))
    commit = options.commit or ("" if options.server else machine.commit())
    here = machine.describe()
    versions = {server.name: program_version(server, program) for server, program in who}
    pictures = find_photos(options.work)
    worlds = [World(server, program, options.quick, options.programs, runs / server.name, pictures,
                    corpus()) for server, program in who]
    total = sum(len([w for w in worlds if w.is_whittle or test.rivals]) for test in tests.values())
    progress = Progress(total)
    passed = True
    try:
        for name, test in tests.items():
            for world in worlds:
                if not world.is_whittle and not test.rivals:
                    continue
                world.work.mkdir(exist_ok=True)
                about_s = test.quick_s if options.quick else test.full_s
                progress.step(f"{name}, {world.server.name}: {test.what}, about {about_s} s")
                load = os.getloadavg()[0]
                outcome = run_one(test, world)
                passed = passed and (outcome.verdict != "FAIL" or not world.is_whittle)
                about = store.About(time.strftime("%Y-%m-%d"), commit if world.is_whittle else "",
                                    versions[world.server.name], options.quick, load, here)
                store.save(out_folder(options) / "chaos", name, world.server.name,
                           store.Stored(outcome, about))
                progress.note(f"{outcome.verdict} {name} {world.server.name} "
                              f"({outcome.seconds:.0f} s): {outcome.text()}")
    finally:
        shutil.rmtree(runs, ignore_errors=True)
    progress.end()
    write_tables(options)
    return passed


def main() -> int:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)  # so that servers and generators are ended on the way out
    try:
        options = arguments()
        if options.table:
            write_tables(options)
            return 0
        return 0 if run(options) else 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except (ValueError, RuntimeError, OSError) as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 2  # and not 1: no test has failed, the run has not taken place


if __name__ == "__main__":
    sys.exit(main())
