"""What a test found: figures, each with its limit, and what follows from them."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """A figure and what it may be."""

    what: str
    value: float
    limit: float
    unit: str = ""
    at_least: bool = False  # else at most

    @property
    def ok(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def text(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return (f"{self.what} {number(self.value)}{self.unit} "
                f"({sign} {number(self.limit)}){'' if self.ok else ' **FAIL**'}")


def none(what: str, count: int) -> Check:
    """That something never happened."""
    return Check(what, count, 0)


def at_least(what: str, value: float, limit: float, unit: str = "") -> Check:
    return Check(what, value, limit, unit, at_least=True)


def number(value: float) -> str:
    """Three significant digits, without exponents."""
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


@dataclass
class Outcome:
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""  # why
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "SKIP"
        return "PASS" if self.checks and all(check.ok for check in self.checks) else "FAIL"

    def add(self, *checks: Check) -> None:
        self.checks += checks

    def text(self) -> str:
        """One line: what failed first."""
        if self.skipped:
            return self.skipped
        ordered = sorted(self.checks, key=lambda check: check.ok)
        return "; ".join([check.text() for check in ordered] + self.notes)

    @staticmethod
    def of(said: dict[str, Any]) -> "Outcome":
        """The same again, from its JSON."""
        checks = [Check(**{key: each[key] for key in Check.__annotations__})
                  for each in said["checks"]]
        return Outcome(checks, said["notes"], said["skipped"], said["seconds"])

    def json(self) -> dict[str, Any]:
        return {"verdict": self.verdict, "seconds": round(self.seconds, 1),
                "skipped": self.skipped, "notes": self.notes,
                "checks": [asdict(check) | {"ok": check.ok} for check in self.checks]}


class Skip(Exception):
    """The test cannot be made here; the text says why."""
