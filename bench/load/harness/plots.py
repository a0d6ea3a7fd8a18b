"""One SVG for each scenario: cost with its spread, score against bytes, latency.

Transparent, with grey text and the colours of Okabe and Ito, so that it reads on white and on
black and by colour-blind people. The same results give the same file.
"""

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .summary import Row

GREY = "#808080"
OWN, OTHER, SECOND = "#D55E00", "#56B4E9", "#0072B2"

matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "whittle", "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "sans-serif"], "font.size": 10, "text.color": GREY,
    "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "axes.spines.top": False, "axes.spines.right": False})


def colour(name: str) -> str:
    return OWN if name.startswith("whittle") else OTHER


def bars(axes: Axes, names: list[str], rows: dict[str, Row], field: str, scale: float) -> None:
    """A bar for each server, median, with a whisker from the smallest round to the largest."""
    middle = [rows[name][field][0] * scale for name in names]
    below = [(rows[name][field][0] - rows[name][field][1]) * scale for name in names]
    above = [(rows[name][field][2] - rows[name][field][0]) * scale for name in names]
    axes.barh(names, middle, xerr=[below, above], color=[colour(name) for name in names],
              height=0.62, error_kw={"ecolor": GREY, "capsize": 3, "elinewidth": 1})
    ends = [value + more for value, more in zip(middle, above, strict=True)]
    for place, (value, end) in enumerate(zip(middle, ends, strict=True)):
        text = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
        axes.annotate(text, (end, place), xytext=(4, 0), textcoords="offset points", va="center",
                      fontsize=9, color=GREY)
    axes.invert_yaxis()
    axes.set_xlim(0, max(ends) * 1.18)


def cost(axes: Axes, names: list[str], rows: dict[str, Row]) -> None:
    small = max(rows[name]["cpu_ms"][0] for name in names) < 1
    bars(axes, names, rows, "cpu_ms", 1000 if small else 1)
    axes.set_xlabel(f"CPU {'µs' if small else 'ms'} a request (less is better)")
    if "decode" in rows:
        floor = rows["decode"]["cpu_ms"][0]
        axes.set_xlim(0, max(axes.get_xlim()[1], floor * 1.18))  # some servers need less than it
        axes.axvline(floor, color=GREY, linestyle="--", linewidth=1)
        axes.annotate("decode alone", (floor, 1), xycoords=("data", "axes fraction"),
                      xytext=(3, 3), textcoords="offset points", fontsize=9, color=GREY)


def quality(axes: Axes, names: list[str], rows: dict[str, Row]) -> None:
    """Score against size; a name stands above its point, or below when the next point is near."""
    ordered = sorted(names, key=lambda name: rows[name]["score"])
    spots = [(rows[name]["score_bytes"] / 1000, rows[name]["score"]) for name in ordered]
    near = 0.08 * max(spots[-1][1] - spots[0][1], 1)
    for place, (name, (x, y)) in enumerate(zip(ordered, spots, strict=True)):
        crowded = place + 1 < len(spots) and spots[place + 1][1] - y < near
        axes.scatter([x], [y], color=colour(name), s=36, zorder=3)
        axes.annotate(name, (x, y), xytext=(5, -12 if crowded else 4),
                      textcoords="offset points", fontsize=9, color=GREY)
    axes.margins(x=0.3, y=0.15)
    axes.set_xlabel("kB an answer (less is better)")
    axes.set_ylabel("SSIMULACRA2 (more is better)")


def latency(axes: Axes, names: list[str], rows: dict[str, Row]) -> None:
    """p50 as a bar's dark part, p99 as its end."""
    ninety_nine = [rows[name]["p99_ms"][0] for name in names]
    axes.barh(names, ninety_nine, color=OTHER, height=0.62, label="p99")
    axes.barh(names, [rows[name]["p50_ms"][0] for name in names], color=SECOND, height=0.62,
              label="p50")
    axes.invert_yaxis()
    axes.set_xlim(0, max(ninety_nine) * 1.1)
    axes.set_xlabel("latency, ms (less is better)")
    axes.legend(frameon=False, fontsize=9, labelcolor=GREY, loc="upper right")


def throughput(axes: Axes, names: list[str], rows: dict[str, Row]) -> None:
    bars(axes, names, rows, "rps", 1)
    axes.set_xlabel("requests a second (more is better)")


def draw(scenario: dict[str, Any], target: Path) -> None:
    rows = scenario["servers"]
    names = sorted((name for name in rows if name != "decode"),
                   key=lambda name: rows[name]["cpu_ms"][0])
    scored = all("score" in rows[name] for name in names)
    panels = [cost, quality if scored else throughput, latency]
    figure = Figure(figsize=(12, 1.5 + 0.32 * max(len(names), 5)), layout="constrained")
    figure.suptitle(scenario["title"], color=GREY)
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        panel(axes, names, rows)
        axes.patch.set_alpha(0)
    figure.savefig(target, format="svg", transparent=True, metadata={"Date": None})
