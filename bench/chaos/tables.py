"""Markdown of what was found: a verdict and the figures of each test, and the README's part.

Parts of one table may come from several runs; where these differ, the table says so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from .store import About, Found
from .suite import SUITE

BEGIN, END = "<!-- chaos:begin -->", "<!-- chaos:end -->"


def verdicts(found: Found) -> str:
    """Tests by servers."""
    servers = list(dict.fromkeys(name for row in found.values() for name in row))
    lines = ["| test | what | " + " | ".join(servers) + " |", "|---" * (2 + len(servers)) + "|"]
    for name, row in found.items():
        cells = [row[server].outcome.verdict if server in row else "" for server in servers]
        lines.append(f"| {name} | {SUITE[name].what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures(found: Found) -> str:
    lines = ["| test | server | | figures | seconds |", "|---|---|---|---|---|"]
    for name, row in found.items():
        for server, stored in row.items():
            outcome = stored.outcome
            text = outcome.text().replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {name} | {server} | {outcome.verdict} | {text} | "
                         f"{outcome.seconds:.0f} |")
    return "\n".join(lines)


def _all(found: Found) -> Iterator[tuple[str, str, About]]:
    for test, row in found.items():
        for server, stored in row.items():
            yield test, server, stored.about


def _parts(found: Found, of: Callable[[str, About], str]) -> dict[str, list[str]]:
    """Which tests have which value of that: {"abc": ["O1", "O2"], "def": ["X3"]}."""
    parts = defaultdict(list)
    for test, server, about in _all(found):
        if (value := of(server, about)) and test not in parts[value]:
            parts[value].append(test)
    return dict(parts)


def _told(label: str, parts: dict[str, list[str]]) -> str:
    """One value, or which tests have which."""
    if len(parts) == 1:
        return f"{label} {next(iter(parts))}"
    each = "; ".join(f"{value}: {', '.join(tests)}" for value, tests in parts.items())
    return f"**several of {label}** ({each})"


def _machine(_: str, about: About) -> str:
    machine = about.machine
    return (f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_gb']} GB, "
            f"{machine['system']}, Linux {machine['kernel']}")


def _commit(server: str, about: About) -> str:
    return (about.commit or "unknown") if server == "whittle" else ""


def _version_of(name: str) -> Callable[[str, About], str]:
    return lambda server, about: about.version if server == name else ""


def conditions(found: Found) -> str:
    """Machine, dates, versions, commits, and what is not of one run."""
    dates = sorted({about.date for _, _, about in _all(found)})
    busiest = max(about.load for _, _, about in _all(found))
    sentences = [
        f"{dates[0]} to {dates[-1]}" if len(dates) > 1 else dates[0],
        _told("machine", _parts(found, _machine)).removeprefix("machine "),
        "server and load share the CPUs, and at most "
        f"{busiest:.1f} others wanted one when a test began"]
    servers = dict.fromkeys(server for _, server, _ in _all(found))
    for name in servers:
        if versions := _parts(found, _version_of(name)):
            sentences.append(_told(name, versions))
    if commits := _parts(found, _commit):
        sentences.append(_told("Whittle's commit", commits))
    text = "; ".join(sentences) + "."
    quick = list(dict.fromkeys(test for test, _, about in _all(found) if about.quick))
    if not quick:
        return text
    whole = all(about.quick for _, _, about in _all(found))
    return f"{text} In the quick form{'' if whole else ': ' + ', '.join(quick)}."


def whole(found: Found) -> str:
    return "\n\n".join(["# Reliability", conditions(found),
                        "Written by `./scripts/chaos`; [what each test does](../README.md#chaos). "
                        "What failed comes first in a line, each figure with its limit.",
                        verdicts(found), figures(found)]) + "\n"


def readme_part(found: Found) -> str:
    return "\n\n".join([verdicts(found), conditions(found)
                        + " [Every figure](bench/results/chaos.md), [how](bench/README.md#chaos)."])


def write_readme(path: Path, found: Found) -> None:
    """Replaces what stands between the two markers. Raises ValueError when they are not there."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n{readme_part(found)}\n{END}{after}", encoding="utf-8")
