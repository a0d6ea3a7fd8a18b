"""Results as Markdown: one table for each scenario, the targets, and the README's part."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .summary import Row, ratio

FLOORS = {"jpeg": "libjpeg-turbo's decode to RGB", "png": "libpng's decode to RGB",
          "webp": "libwebp's decode to YUV", "avif": "libavif's decode to YUV (dav1d)"}
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def number(value: float, digits: int = 3) -> str:
    """About `digits` significant digits, without exponents: 5.55, 73.1, 31000."""
    if value >= 10 ** (digits - 1):
        return f"{value:.0f}"
    places = digits - 1 if value < 1 else digits - len(str(int(value)))
    return f"{value:.{places}f}"


def spread(values: list[float]) -> str:
    if values[1] == values[2]:
        return number(values[0])
    return f"{number(values[0])} ({number(values[1])}-{number(values[2])})"


def columns(rows: dict[str, Row]) -> list[tuple[str, Callable[[Row], str]]]:
    """Each column's head and what a row shows in it; an empty text where it has nothing."""
    small = max(row["cpu_ms"][0] for row in rows.values()) < 1
    unit, scale = ("µs", 1000) if small else ("ms", 1)

    def of_the_decode(row: Row) -> str:
        if "decode" not in rows:
            return ""
        return number(ratio(row["rounds"], rows["decode"]["rounds"], "cpu_ms")[0])

    def middle(field: str) -> Callable[[Row], str]:
        return lambda row: number(row[field][0]) if field in row else ""

    def whole_number(field: str) -> Callable[[Row], str]:
        return lambda row: f"{row[field]:.0f}" if field in row else ""

    return [
        (f"CPU {unit} a request (min-max)",
         lambda row: spread([value * scale for value in row["cpu_ms"]])),
        ("of the decode", of_the_decode),
        ("req/s (min-max)", lambda row: spread(row["rps"]) if "rps" in row else ""),
        ("p50 ms", middle("p50_ms")),
        ("p99 ms", middle("p99_ms")),
        ("peak RSS MB", whole_number("peak_mb")),
        ("bytes", lambda row: f"{row['bytes'][0]:.0f}" if row.get("bytes", [0])[0] else ""),
        ("SSIMULACRA2 (least)",
         lambda row: f"{row['score']:.2f} ({row['score_min']:.1f})" if "score" in row else ""),
        ("failed", lambda row: str(row["failed"])),
    ]


def floor_title(row: Row, source: str) -> str:
    inflate = (f", libdeflate's inflate {number(row['inflate_ms'][0])}" if "inflate_ms" in row
               else "")
    return f"*{FLOORS[source]} alone{inflate}*"


def by_cost(rows: dict[str, Row]) -> list[str]:
    """Servers by CPU time, the decode last."""
    return sorted(rows, key=lambda name: (name == "decode", rows[name]["cpu_ms"][0]))


def scenario_table(rows: dict[str, Row], source: str = "jpeg") -> str:
    """Without the columns that have nothing."""
    names = by_cost(rows)
    titles = [floor_title(rows[name], source) if name == "decode" else name for name in names]
    filled = [("server", titles)]
    for head, show in columns(rows):
        cells = [show(rows[name]) for name in names]
        if any(cells):
            filled.append((head, cells))
    lines = ["| " + " | ".join(head for head, _ in filled) + " |", "|---" * len(filled) + "|"]
    for place in range(len(names)):
        lines.append("| " + " | ".join(cells[place] for _, cells in filled) + " |")
    return "\n".join(lines)


def formats_table(scenarios: dict[str, Any]) -> str:
    """All pairs of formats in one table; empty when none was measured."""
    lines = []
    for name, scenario in scenarios.items():
        rows = scenario["servers"]
        if name != f"{scenario['source']}-{scenario['output']}":
            continue
        for server in by_cost(rows):
            row = rows[server]
            own = ""
            if "whittle" in rows and server not in ("whittle", "decode"):
                own = number(ratio(rows["whittle"]["rounds"], row["rounds"], "cpu_ms")[0])
            title = floor_title(row, scenario["source"]) if server == "decode" else server
            size = f"{row['bytes'][0]:.0f}" if row.get("bytes", [0])[0] else ""
            score = f"{row['score']:.2f}" if "score" in row else ""
            lines.append(f"| {name} | {title} | {number(row['cpu_ms'][0])} | {own} | {size} | "
                         f"{score} |")
    head = ["| from, to | server | CPU ms a request | whittle's over it | bytes | SSIMULACRA2 |",
            "|---|---|---|---|---|---|"]
    return "\n".join(head + lines) if lines else ""


def target_table(targets: list[dict[str, Any]]) -> str:
    measures = {"cpu_ms": "CPU a request", "rps": "req/s", "bytes": "bytes",
                "score": "score, difference", "peak_mb": "peak RSS"}
    lines = ["| scenario | whittle against | measured (min-max) | target | |",
             "|---|---|---|---|---|"]
    for each in targets:
        sign = "≥" if each["at_least"] else "≤"
        lines.append(f"| {each['scenario']} | {each['other']}, {measures[each['measure']]} | "
                     f"{spread(each['found'])} | {sign} {each['limit']:.2f} | "
                     f"{'met' if each['met'] else 'not met'} |")
    return "\n".join(lines)


def conditions(results: dict[str, Any]) -> str:
    machine, run = results["machine"], results["run"]
    versions = ", ".join(f"{name} {text}" for name, text in results["versions"].items() if text)
    return (f"{run['date']}, {machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_gb']} GB, "
            f"{machine['system']}, Linux {machine['kernel']}. {run['rounds']} interleaved rounds, "
            f"{run['photos']} photos; a server has one CPU, the load comes from "
            f"{'another' if run['own_cpu'] else 'the same'}. "
            + (f"Scores by {run['scorer']}. " if "scorer" in run else "") + versions
            + (f"; Whittle's commit {run['commit']}." if run["commit"] else "."))


def whole(results: dict[str, Any]) -> str:
    parts = ["# Results", conditions(results),
             "Written by `./scripts/bench`; [the method](../README.md). CPU is the server's, user "
             "and system. Compare ratios between runs, not times."]
    if results["targets"]:
        parts += ["## Targets", target_table(results["targets"])]
    if formats := formats_table(results["scenarios"]):
        parts += ["## Formats", formats]
    for name, scenario in results["scenarios"].items():
        parts += [f"## {name}: {scenario['title']}",
                  scenario_table(scenario["servers"], scenario["source"]),
                  f"![{scenario['title']}]({name}.svg)"]
    return "\n\n".join(parts) + "\n"


def readme_part(results: dict[str, Any], shown: tuple[str, ...] = ("jpeg500", "large800")) -> str:
    parts = []
    for name in shown:
        if name in results["scenarios"]:
            scenario = results["scenarios"][name]
            parts += [f"{scenario['title'].capitalize()}, quality 80:",
                      scenario_table(scenario["servers"]),
                      f"![{scenario['title']}](bench/results/{name}.svg)"]
    parts += [conditions(results) + " [Everything that was measured](bench/results/table.md), "
              "[how](bench/README.md)."]
    return "\n\n".join(parts)


def write_readme(path: Path, results: dict[str, Any]) -> None:
    """Replaces what stands between the two markers. Raises ValueError when they are not there."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n{readme_part(results)}\n{END}{after}", encoding="utf-8")
