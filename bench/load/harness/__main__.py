"""Measures, scores, draws. `./scripts/bench --help` comes here."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from . import machine, photos, scenarios, servers, summary, tables
from .measure import Bench, Result, Run, takes_part
from .progress import Progress
from .scenarios import Kind, Scenario
from .servers import ROOT, Server

QUICK_PHOTOS = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Runs Whittle and its peers side by side.",
        epilog="Servers: " + ", ".join(each.name for each in servers.SERVERS)
        + ". Scenarios: " + ", ".join(each.name for each in scenarios.SCENARIOS) + ".")
    parser.add_argument("--servers", help="comma-separated; default: all that are found")
    parser.add_argument("--scenarios", "--only", help="comma-separated; default: all")
    parser.add_argument("--rounds", type=int, help="default 5")
    parser.add_argument("--quick", action="store_true",
                        help="2 rounds of few requests, to see that it works; no figures to quote")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="JPEG files to serve")
    parser.add_argument("--no-score", action="store_true", help="leave out SSIMULACRA2")
    parser.add_argument("--no-plots", action="store_true", help="leave out the SVG files")
    parser.add_argument("--scorer", choices=("auto", "python", "rust"), default="auto",
                        help="auto takes ssimulacra2_rs when it is there")
    parser.add_argument("--write-readme", action="store_true",
                        help="put the table between README.md's markers")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release",
                        help="folder of whittle_load and whittle_floor")
    parser.add_argument("--work", type=Path, default=ROOT / "build/bench", help="for its own files")
    parser.add_argument("--out", type=Path,
                        help="default bench/results; with --quick build/bench/quick")
    return parser.parse_args()


def chosen_servers(names: str | None) -> list[Server]:
    if names:
        named = [servers.by_name(name) for name in names.split(",")]
        if lacking := [each for each in named if not each.find()]:
            raise ValueError(", ".join(f"no {each.name} (name its program in {each.variable})"
                                       for each in lacking))
        return named
    found = [each for each in servers.SERVERS if each.chosen and each.find()]
    if not found:
        raise ValueError("no server found; build Whittle first")
    return found


def chosen_scenarios(names: str | None, progress: Progress) -> list[Scenario]:
    if names:
        return [scenarios.by_name(name) for name in names.split(",")]
    if shutil.which("wrk"):
        return scenarios.SCENARIOS
    progress.note("health: left out, there is no wrk")
    return [each for each in scenarios.SCENARIOS if each.kind is not Kind.HEALTH]


@contextlib.contextmanager
def cancelling(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """Ends the pool, without its waiting jobs when something went wrong."""
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def add_scores(results: dict[str, Any], measured: dict[str, dict[str, Result]], bench: Bench,
               choice: str, progress: Progress) -> None:
    """Adds score, score_min, score_bytes and odd_sizes to the rows that have samples."""
    from .score import rust_program, score

    rust = rust_program()
    if choice == "rust" and rust is None:
        raise ValueError("no ssimulacra2_rs; name it in SSIMULACRA2_RS")
    scorer = rust if rust and choice != "python" else "python"
    results["run"]["scorer"] = "ssimulacra2_rs" if scorer == rust else "ssimulacra2 (PyPI)"
    with cancelling(ProcessPoolExecutor()) as pool:
        for name, rows in measured.items():
            for server, result in rows.items():
                if result.samples is None:
                    continue
                progress.step(f"score: {name}, {server}")
                results["scenarios"][name]["servers"][server] |= score(
                    bench.files[name], result.samples, scenarios.by_name(name).box,
                    bench.work / "references", scorer, pool)


def steps(what: list[Scenario], who: list[Server], rounds: int, scored: bool) -> int:
    """How often progress is told something: starts and rounds, decodes, scores."""
    total = 0
    for scenario in what:
        resizes = scenario.kind is Kind.RESIZE
        count = sum(takes_part(server, scenario) for server in who)
        total += count * (rounds + 1) + (rounds + count * scored if resizes else 0)
    return total


def gather(what: list[Scenario], files: list[Path], work: Path,
           progress: Progress) -> dict[str, list[Path]]:
    """Each scenario's files; without the scenarios that have none on this machine."""
    found = {}
    for scenario in what:
        try:
            found[scenario.name] = photos.sources(scenario, files, work)
        except (ValueError, ImportError) as error:  # without Pillow only JPEG as it is
            progress.note(f"{scenario.name}: left out, {error}")
    return found


def run(options: argparse.Namespace) -> None:
    if options.quick and options.write_readme:
        raise ValueError("--quick makes no figures for the README")
    rounds = options.rounds or (2 if options.quick else 5)
    who = chosen_servers(options.servers)
    progress = Progress(1)
    what = chosen_scenarios(options.scenarios, progress)
    progress.note("servers: " + ", ".join(each.name for each in who))
    out: Path = options.out or (options.work / "quick" if options.quick else ROOT / "bench/results")
    out.mkdir(parents=True, exist_ok=True)

    files = photos.find(options.photos, options.work)
    asked = gather(what, files, options.work, progress)
    if options.quick:
        files = files[:QUICK_PHOTOS]
        asked = {name: each[:QUICK_PHOTOS] for name, each in asked.items()}
    what = [each for each in what if each.name in asked]
    if not what:
        raise ValueError("no scenario is left")
    progress.steps = steps(what, who, rounds, not options.no_score)
    cpus = sorted(os.sched_getaffinity(0))
    bench = Bench(programs=options.programs, files=asked, work=options.work, rounds=rounds,
                  boxes=1 if options.quick else None, wrk_seconds=1 if options.quick else 4,
                  server_cpu=cpus[0], load_cpu=cpus[-1], progress=progress)
    results: dict[str, Any] = {
        "machine": machine.describe(),
        "run": {"date": time.strftime("%Y-%m-%d"), "rounds": rounds, "photos": len(files),
                "own_cpu": len(cpus) > 1, "quick": options.quick,
                # Another build's commit is not known.
                "commit": "" if "WHITTLE" in os.environ else machine.commit()},
        "versions": {each.name: machine.version(each) for each in who},
        "scenarios": {}}
    measured = {}
    for scenario in what:
        done = Run(bench, scenario)(who)
        if not done:
            progress.note(f"{scenario.name}: left out, no server does it")
            continue
        measured[scenario.name] = done
        rows = {name: summary.row(each) for name, each in done.items()}
        results["scenarios"][scenario.name] = {
            "title": scenario.title, "connections": scenario.connections,
            "source": scenario.source, "output": scenario.output,
            "photos": len(asked[scenario.name]), "servers": rows}
    if not options.no_score:
        add_scores(results, measured, bench, options.scorer, progress)
    progress.end()
    results["targets"] = summary.check(
        scenarios.TARGETS, {name: each["servers"] for name, each in results["scenarios"].items()})

    text = json.dumps(results, indent=1) + "\n"
    (out / "results.json").write_text(text, encoding="utf-8")
    (out / "table.md").write_text(tables.whole(results), encoding="utf-8")
    if not options.no_plots:
        from .plots import draw

        for name, scenario in results["scenarios"].items():
            draw(scenario, out / f"{name}.svg")
    if options.write_readme:
        tables.write_readme(ROOT / "README.md", results)
    print(tables.whole(results))


def main() -> int:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)  # so that the servers are stopped on the way out
    try:
        run(arguments())
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except (ValueError, RuntimeError, OSError) as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
