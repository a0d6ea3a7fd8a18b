"""Outcomes on disk, a file for each test and server: a table can be put together from several runs.

Each says what it is of: when, which sources, whether it was the short form, how busy the machine
was. So a table can tell where its parts differ.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .outcome import Outcome
from .suite import SUITE


@dataclass(frozen=True)
class About:
    """What an outcome is of."""

    date: str
    commit: str  # of the server's sources; "" when nobody knows
    version: str  # that the server tells; may be ""
    quick: bool
    load: float  # how many others wanted a CPU when it began
    machine: dict[str, Any]


@dataclass(frozen=True)
class Stored:
    outcome: Outcome
    about: About


Found = dict[str, dict[str, Stored]]  # by test, by server


def path_of(folder: Path, test: str, server: str) -> Path:
    return folder / f"{test}-{server}.json"


def save(folder: Path, test: str, server: str, stored: Stored) -> None:
    """In place of what was there of that test and server."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"test": test, "server": server, **vars(stored.about), **stored.outcome.json()}
    target = path_of(folder, test, server)
    part = target.with_suffix(".part")
    part.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    part.rename(target)


def load(folder: Path) -> Found:
    """All that is there, in the suite's order, Whittle first; nothing of a test that is no more."""
    found: Found = {}
    for name in SUITE:
        files: Iterable[Path] = sorted(folder.glob(f"{name}-*.json"))
        row = {}
        for file in sorted(files, key=lambda file: (not file.stem.endswith("whittle"), file.stem)):
            said = json.loads(file.read_text(encoding="utf-8"))
            about = About(**{key: said[key] for key in About.__annotations__})
            row[said["server"]] = Stored(Outcome.of(said), about)
        if row:
            found[name] = row
    return found
