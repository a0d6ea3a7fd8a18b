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
from .measure import Bench, Result, Run
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
    parser.add_argument("--scenarios", help="comma-separated; default: all")
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
            scenario = scenarios.by_name(name)
            for server, result in rows.items():
                if result.samples is None:
                    continue
                progress.step(f"score: {name}, {server}")
                results["scenarios"][name]["servers"][server] |= score(
                    bench.large if scenario.large else bench.photos, result.samples, scenario.box,
                    bench.work / "references", scorer, pool)


def steps(chosen: list[Scenario], count: int, rounds: int, scored: bool) -> int:
    resizes = sum(each.kind is Kind.RESIZE for each in chosen)
    return (len(chosen) * count * (rounds + 1) + resizes * rounds
            + (resizes * count if scored else 0))


def run(options: argparse.Namespace) -> None:
    if options.quick and options.write_readme:
        raise ValueError("--quick makes no figures for the README")
    rounds = options.rounds or (2 if options.quick else 5)
    who = chosen_servers(options.servers)
    progress = Progress(1)
    what = chosen_scenarios(options.scenarios, progress)
    progress.note("servers: " + ", ".join(each.name for each in who))
    progress.steps = steps(what, len(who), rounds, not options.no_score)
    out: Path = options.out or (options.work / "quick" if options.quick else ROOT / "bench/results")
    out.mkdir(parents=True, exist_ok=True)

    files = photos.find(options.photos, options.work)
    large = photos.large(files, options.work) if any(each.large for each in what) else []
    if options.quick:
        files, large = files[:QUICK_PHOTOS], large[:QUICK_PHOTOS]
    cpus = sorted(os.sched_getaffinity(0))
    bench = Bench(programs=options.programs, photos=files, large=large, work=options.work,
                  rounds=rounds, boxes=1 if options.quick else None,
                  wrk_seconds=1 if options.quick else 4, server_cpu=cpus[0], load_cpu=cpus[-1],
                  progress=progress)
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
        measured[scenario.name] = Run(bench, scenario)(who)
        rows = {name: summary.row(each) for name, each in measured[scenario.name].items()}
        results["scenarios"][scenario.name] = {
            "title": scenario.title, "connections": scenario.connections, "servers": rows}
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
