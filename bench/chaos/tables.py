"""Outcomes as Markdown: a line for each test, and the README's part."""

from pathlib import Path
from typing import Any

from .outcome import Outcome
from .suite import SUITE

BEGIN, END = "<!-- chaos:begin -->", "<!-- chaos:end -->"

Found = dict[str, dict[str, Outcome]]  # by test, by server


def verdicts(found: Found) -> str:
    """Tests by servers."""
    servers = list(dict.fromkeys(name for row in found.values() for name in row))
    lines = ["| test | what | " + " | ".join(servers) + " |", "|---" * (2 + len(servers)) + "|"]
    for name, row in found.items():
        cells = [row[server].verdict if server in row else "" for server in servers]
        lines.append(f"| {name} | {SUITE[name].what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures(found: Found) -> str:
    lines = ["| test | server | | figures | seconds |", "|---|---|---|---|---|"]
    for name, row in found.items():
        for server, outcome in row.items():
            text = outcome.text().replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {name} | {server} | {outcome.verdict} | {text} | "
                         f"{outcome.seconds:.0f} |")
    return "\n".join(lines)


def conditions(about: dict[str, Any]) -> str:
    machine = about["machine"]
    versions = ", ".join(f"{name} {text}" for name, text in about["versions"].items() if text)
    text = (f"{about['date']}, {machine['cpu']}, {machine['cpus']} CPUs, "
            f"{machine['memory_gb']} GB, {machine['system']}, Linux {machine['kernel']}; server and load share the CPUs, and "
            f"{about['load']:.1f} others wanted one when the run began. {versions}")
    text += f"; Whittle's commit {about['commit']}." if about["commit"] else "."
    return text + (" A quick run." if about["quick"] else "")


def whole(found: Found, about: dict[str, Any]) -> str:
    return "\n\n".join(["# Reliability", conditions(about),
                        "Written by `./scripts/chaos`; [what each test does](../README.md#chaos). "
                        "What failed comes first in a line, each figure with its limit.",
                        verdicts(found), figures(found)]) + "\n"


def readme_part(found: Found, about: dict[str, Any]) -> str:
    return "\n\n".join([verdicts(found), conditions(about)
                        + " [Every figure](bench/results/chaos.md), [how](bench/README.md#chaos)."])


def write_readme(path: Path, found: Found, about: dict[str, Any]) -> None:
    """Replaces what stands between the two markers. Raises ValueError when they are not there."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n{readme_part(found, about)}\n{END}{after}", encoding="utf-8")
