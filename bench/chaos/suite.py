"""All tests, a row each: what it is, how long it takes, whether other servers are asked, too."""

from collections.abc import Callable
from dataclasses import dataclass

from . import disk, hostile, leaving, memory, origins, overload, slow, stopping
from .outcome import Outcome
from .world import World


@dataclass(frozen=True)
class Test:
    what: str
    run: Callable[[World], Outcome]
    quick_s: int  # about so long
    full_s: int
    rivals: bool = False  # oximg and imgproxy are asked, too


SUITE: dict[str, Test] = {
    "O1": Test("ten times capacity, open loop", overload.o1, 30, 90, rivals=True),
    "O2": Test("/health meanwhile", overload.o2, 1, 1, rivals=True),
    "O3": Test("/metrics meanwhile", overload.o3, 1, 1),
    "O4": Test("many clients, one cold picture; they leave", leaving.o4, 6, 15, rivals=True),
    "L3": Test("16 to 8192 clients that ask again at once", overload.l3, 45, 220, rivals=True),
    "D1": Test("500 clients leave the queue", leaving.d1, 4, 10, rivals=True),
    "D2": Test("clients leave while the disk hangs", leaving.d2, 3, 10),
    "D3": Test("clients leave while a worker decodes or encodes", leaving.d3, 20, 120, rivals=True),
    "D4": Test("clients leave after 1 KB of the answer", leaving.d4, 8, 90, rivals=True),
    "D5": Test("clients leave while their jobs wait for memory", leaving.d5, 4, 6),
    "D6": Test("clients leave after half a head", leaving.d6, 3, 20, rivals=True),
    "S1": Test("heads at a byte a second", slow.s1, 16, 20, rivals=True),
    "S2": Test("readers that do not read, with 512 MB", slow.s2, 35, 35, rivals=True),
    "S3": Test("bodies", slow.s3, 2, 5),
    "S4": Test("8000 connections that say nothing", slow.s4, 30, 40, rivals=True),
    "S5": Test("5000 requests at once on a connection", slow.s5, 3, 3),
    "X2": Test("out of descriptors", slow.x2, 10, 10),
    "X3": Test("58-megapixel pictures with 256, 512 and 1024 MB", memory.x3, 30, 640, rivals=True),
    "X5": Test("a disk that does not answer", disk.x5, 16, 30),
    "F7": Test("an origin that resets one of twenty", origins.f7, 18, 75),
    "F8": Test("one of two origins hangs", origins.f8, 50, 135),
    "M1": Test("memory comes back after large pictures", memory.m1, 40, 55),
    "T1": Test("SIGTERM under load", stopping.t1, 15, 100, rivals=True),
    "T2": Test("SIGTERM during the worst jobs", stopping.t2, 25, 90, rivals=True),
    "Z1": Test("hostile files", hostile.z1, 15, 45, rivals=True),
}


def chosen(names: list[str]) -> dict[str, Test]:
    """Those, or all; in the suite's order."""
    if unknown := [name for name in names if name.upper() not in SUITE]:
        raise ValueError(f"no test {', '.join(unknown)}; there are {', '.join(SUITE)}")
    wanted = {name.upper() for name in names} or set(SUITE)
    return {name: test for name, test in SUITE.items() if name in wanted}
