"""A server that may have only so much memory: in a memory cgroup, else by its address space."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
ENTER = 'echo $$ >"$0"/cgroup.procs && exec "$@"'


@dataclass(frozen=True)
class Limit:
    prefix: list[str]  # goes before the program and its arguments
    kind: str  # "cgroup v2", "cgroup v1" or "RLIMIT_AS"
    folder: Path | None = None

    def killed(self) -> int:
        """How many processes the kernel has ended for want of memory."""
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError, AttributeError):
                for line in (self.folder / name).read_text().splitlines():  # type: ignore[operator]
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        return 0


def _made(megabytes: int) -> tuple[Path, str] | None:
    """A new cgroup with that limit and no swap."""
    name = f"whittle-chaos-{os.getpid()}-{megabytes}-{time.monotonic_ns() % 1_000_000}"
    size = str(megabytes << 20)
    if (CGROUPS / "cgroup.controllers").exists():
        with contextlib.suppress(OSError):
            (CGROUPS / "cgroup.subtree_control").write_text("+memory")
        files = {"memory.max": size, "memory.swap.max": "0"}
        folder, kind = CGROUPS / name, "cgroup v2"
    else:
        files = {"memory.limit_in_bytes": size, "memory.memsw.limit_in_bytes": size}
        folder, kind = CGROUPS / "memory" / name, "cgroup v1"
    try:
        folder.mkdir()
    except OSError:
        return None
    for number, (file, text) in enumerate(files.items()):
        try:
            (folder / file).write_text(text)
        except OSError:
            if number == 0:
                folder.rmdir()
                return None
    return folder, kind


@contextlib.contextmanager
def memory_limit(megabytes: int) -> Iterator[Limit]:
    """The limit, for servers that end inside the block."""
    made = _made(megabytes)
    if made is None:
        if shutil.which("prlimit") is None:
            raise RuntimeError("neither a memory cgroup nor prlimit is to be had")
        yield Limit(["prlimit", f"--as={megabytes << 20}", "--"], "RLIMIT_AS")
        return
    folder, kind = made
    try:
        yield Limit(["sh", "-c", ENTER, str(folder)], kind, folder)
    finally:
        for _ in range(50):  # until its last process is gone
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            time.sleep(0.1)
