"""One server as a child process: started, asked whether it is up, measured, stopped.

CPU time and memory are the kernel's own accounting, summed over the process and its children.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

START_SECONDS = 20.0
STOP_SECONDS = 5.0


def free_port() -> int:
    """A port that nobody listens on now; somebody else could take it before the server does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def pinned(cpu: int | None) -> Iterator[None]:
    """Children started inside run on this CPU alone; None leaves them all."""
    if cpu is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time so far of all threads, also ended ones.

    Read from each process' CPU clock (clock_getcpuclockid(3) makes its number so), which is what
    utime + stime of /proc/PID/stat are, without being rounded to 10 ms.
    """
    total = 0.0
    for each in family(pid):
        with contextlib.suppress(OSError):
            total += time.clock_gettime((~each << 3) | 2)
    return total


def memory_mb(pid: int, field: str) -> float:
    """VmHWM (peak) or VmRSS (now) of /proc/PID/status; pages shared by processes count in each."""
    total = 0.0
    for each in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{each}/status").read_text(encoding="utf-8").splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1]) / 1024
    return total


class Running:
    """A started server. Use it as a context: leaving ends the process whatever has happened."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], port: int,
                 health: str, cpu: int | None, log: Path) -> None:
        self.name = name
        self.port = port
        self.health = health
        self.log = log
        plain = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "/"),
                 "LANG": "C.UTF-8"}  # and no more: what is set outside must not change a result
        began = time.monotonic()
        with log.open("wb") as output, pinned(cpu):
            # A session of its own: Ctrl-C reaches the harness, which then stops its servers.
            self.process = subprocess.Popen(
                argv, env=plain | dict(env), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise
        self.ready_ms = (time.monotonic() - began) * 1000

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", self.health)
                connection.getresponse().read()
                connection.close()
                return
            time.sleep(0.01)
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-500:]
        raise RuntimeError(f"{self.name} did not start: {tail}")

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def peak_mb(self) -> float:
        return memory_mb(self.process.pid, "VmHWM")

    def idle_mb(self) -> float:
        return memory_mb(self.process.pid, "VmRSS")

    def stop(self) -> None:
        """Asks first, then kills the session, which holds nothing but this server's processes."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
