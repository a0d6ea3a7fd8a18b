"""clang-tidy over those files that are not known to be tidy. Called by scripts/tidy.

For each file in which nothing was found, build/tidy/clean has a record: a digest of all that the
finding hangs on, and the headers it read. A file whose digest is still the same is not looked at.
As with ccache, a new header that comes before an old one on the include path goes unseen.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import pathlib
import re
import subprocess
import sys

RECORDS = pathlib.Path("build/tidy/clean")
BUILD = pathlib.Path("build/release")
COMMANDS = pathlib.Path("build/tidy")  # the same, but for precompiled headers: they may not be built
PRECOMPILED = re.compile(r" -Winvalid-pch| -fpch-instantiate-templates"
                         r"| -Xclang -include(?:-pch)? -Xclang \S+")
FINDING = re.compile(rf"^({re.escape(str(pathlib.Path.cwd()))}/\S+?:\d+:\d+): (?:warning|error): ",
                     re.MULTILINE)  # the analyzer's in other people's headers are theirs
HEADER = re.compile(r"^\.+ (.+)$", re.MULTILINE)


@functools.cache
def digest_of(path: str) -> str:
    """Of a file's content; nothing when it cannot be read."""
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


class Tidy:
    def __init__(self, plugin: str, quick: bool):
        self.plugin = str(pathlib.Path(plugin).resolve())
        self.quick = quick
        root = str(pathlib.Path.cwd())
        version = subprocess.check_output(["clang-tidy-19", "--version"], text=True)
        configurations = subprocess.check_output(
            ["git", "ls-files", "--cached", "--others", "--", "*.clang-tidy"], text=True)
        names = [*configurations.split(), "scripts/own_code.cc", __file__]
        self.tools = [version, root] + [digest_of(name) for name in names]
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        for entry in commands:
            entry["command"] = PRECOMPILED.sub("", entry["command"])
        (COMMANDS / "compile_commands.json").write_text(json.dumps(commands))
        self.commands = {entry["file"]: entry["command"] for entry in commands}

    def digest(self, file: str, headers: list[str], quick: bool) -> str:
        """Of everything that decides what clang-tidy says about `file`."""
        command = self.commands.get(str(pathlib.Path(file).resolve()), "")
        parts = [*self.tools, str(quick), command, *(f"{path} {digest_of(path)}" for path in [file, *headers])]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_known(self, file: str) -> bool:
        try:
            digest, *headers = (RECORDS / file).read_text().splitlines()
        except (OSError, ValueError):
            return False
        return digest == self.digest(file, headers, quick=False) or (
            self.quick and digest == self.digest(file, headers, quick=True))

    def look(self, file: str) -> str:
        """What clang-tidy says about it; nothing when it is tidy, which is put on record."""
        done = subprocess.run(
            ["clang-tidy-19", "-p", COMMANDS, "--quiet", f"--load={self.plugin}", "--extra-arg=-H",
             *(["--checks=-clang-analyzer-*"] if self.quick else []), file],
            capture_output=True, text=True, errors="replace")
        said = HEADER.sub("", done.stderr)
        if done.returncode != 0 and not FINDING.search(done.stdout):
            return f"{pathlib.Path(file).resolve()}:1:1: error: clang-tidy fails: {said.strip()}\n"
        if FINDING.search(done.stdout):
            return done.stdout
        headers = sorted(set(HEADER.findall(done.stderr)))
        record = RECORDS / file
        record.parent.mkdir(parents=True, exist_ok=True)
        whole = record.with_name(record.name + ".new")
        whole.write_text("\n".join([self.digest(file, headers, self.quick), *headers]))
        whole.rename(record)
        return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--quick", action="store_true", help="without the static analyzer")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()

    tidy = Tidy(arguments.plugin, arguments.quick)
    unknown = [file for file in arguments.files if not tidy.is_known(file)]
    findings: set[str] = set()  # a header's are found by all who include it, and shown once
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for said in pool.map(tidy.look, unknown):
            new = set(FINDING.findall(said)) - findings
            findings |= new
            if new:
                print(said, end="", flush=True)
    print(f"{len(arguments.files)} files, {len(unknown)} looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
