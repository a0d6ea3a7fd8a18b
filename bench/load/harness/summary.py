"""Rounds become a row: median, smallest and largest; and ratios of two servers in one run."""

from statistics import median
from typing import Any

from .measure import Result, Round
from .scenarios import Target

Row = dict[str, Any]

SPREAD = ("cpu_ms", "rps", "p50_ms", "p99_ms", "bytes", "inflate_ms")


def row(result: Result) -> Row:
    """A server's numbers; each of SPREAD is [median, smallest, largest] over the rounds."""
    made: Row = {}
    for field in SPREAD:
        values = [each[field] for each in result.rounds if field in each]
        if values:
            made[field] = [median(values), min(values), max(values)]
    made["requests"] = sum(each["requests"] for each in result.rounds)
    made["failed"] = sum(each["failed"] for each in result.rounds)
    for field in ("peak_mb", "idle_mb", "ready_ms"):
        if (value := getattr(result, field)) is not None:
            made[field] = value
    made["rounds"] = result.rounds
    return made


def ratio(rounds: list[Round], of: list[Round], field: str) -> list[float]:
    """[median, smallest, largest] of the quotients of rounds with the same number.

    Both sides of a quotient were measured within a minute, so a machine that slows down for a
    while disturbs it little.
    """
    pairs = [mine[field] / its[field] for mine, its in zip(rounds, of, strict=True)]
    return [median(pairs), min(pairs), max(pairs)]


def compared(own: Row, other: Row, measure: str) -> list[float] | None:
    """Quotients of rounds, or the difference of scores; None when a side was not measured."""
    if measure == "score":
        if "score" not in own or "score" not in other:
            return None
        return [own["score"] - other["score"]] * 3
    if measure == "peak_mb":  # of all rounds
        return [own["peak_mb"] / other["peak_mb"]] * 3
    return ratio(own["rounds"], other["rounds"], measure)


def check(targets: list[Target], scenarios: dict[str, dict[str, Row]]) -> list[dict[str, Any]]:
    """Each target that this run has both sides of, with what it found."""
    found = []
    for target in targets:
        rows = scenarios.get(target.scenario, {})
        if "whittle" not in rows or target.other not in rows:
            continue
        value = compared(rows["whittle"], rows[target.other], target.measure)
        if value is None:
            continue
        met = value[0] >= target.limit if target.at_least else value[0] <= target.limit
        found.append({"scenario": target.scenario, "other": target.other,
                      "measure": target.measure, "at_least": target.at_least,
                      "limit": target.limit, "found": value, "met": met})
    return found
