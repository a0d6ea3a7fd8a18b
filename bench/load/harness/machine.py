"""The machine and the programs in general words: no names of hosts, no paths."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from .servers import ROOT, Server, sharp_modules

# Arguments that make a program print its version; the first number with a dot is taken.
VERSION_OF = {"imagor": "-version", "imgproxy": "version", "nginx": "-v"}


def describe() -> dict[str, str | int]:
    processors = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", processors)
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    system = re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text(encoding="utf-8"))
    kernel = re.match(r"[\d.]+", platform.release())
    return {
        "cpu": model[1].strip() if model else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(memory[1]) / 2**20) if memory else 0,
        "kernel": kernel[0] if kernel else "",
        "system": system[1] if system else platform.system(),
    }


def commit() -> str:
    """The sources' commit, with "-dirty" when they differ from it; "" outside a repository."""
    done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return done.stdout.strip()


def version(server: Server) -> str:
    """For instance "0.11.0"; "" when the program does not tell."""
    if server.program == "node":  # the library's, not node's
        package = Path(sharp_modules(), "sharp/package.json")
        if not package.exists():
            return ""
        return str(json.loads(package.read_text(encoding="utf-8"))["version"])
    program = server.find()
    if program is None:
        return ""
    done = subprocess.run([program, VERSION_OF.get(server.program, "--version")],
                          capture_output=True, text=True, check=False, timeout=20)
    found = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
    return found[0] if found else ""
