"""What is asked of the servers, and the ratios that Whittle is to reach."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Kind(Enum):
    RESIZE = "resize"  # pictures; with a score, and the bare decode as the floor
    REVALIDATE = "revalidate"  # If-None-Match with the right ETag: 304
    HEALTH = "health"  # the smallest answer there is, asked by wrk


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    kind: Kind = Kind.RESIZE
    source: str = "jpeg"  # the files' format; what is not JPEG is made from the photos
    output: str = "jpeg"  # the answers' format
    large: bool = False  # of the large photos
    few: bool = False  # of every third photo, as formats are: see photos.few
    box: int = 500
    boxes: int = 4  # requests per photo and round, each with a box of its own
    connections: int = 16
    remote: bool = False  # the files are behind HTTP: servers that can have an origin's URL
    distinct: bool = True  # False: the same requests over and over, which a result cache answers

    def requests(self, files: list[str], boxes: int, already: int) -> list[tuple[str, int]]:
        """(file, box) of a round; `already` boxes were asked for before.

        Every photo once at each box. The box shrinks by a pixel each time and the file has another
        name, so no request of a whole run is ever repeated, no two are of one source, and neither a
        cache nor coalescing nor a decode that requests share serves any.
        """
        turns = [already + i if self.distinct else 0 for i in range(boxes)]
        return [(named(file, turn), self.box - turn) for turn in turns for file in files]


def named(file: str, turn: int) -> str:
    """What `file` is called the turn-th time a box comes up; see photos.lay_out."""
    path = Path(file)
    return path.with_stem(f"{path.stem}~{turn}").name if turn else file


TITLES = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF"}


def formats(source: str, output: str, boxes: int = 4) -> Scenario:
    """One format to another, or to itself: "png-jpeg"."""
    title = f"{TITLES[source]} to {TITLES[output]}, photo to fit 500"
    return Scenario(f"{source}-{output}", title, source=source, output=output, few=True,
                    boxes=boxes)


SCENARIOS = [
    Scenario("jpeg500", "photo to fit 500"),
    Scenario("jpeg200", "photo to fit 200", box=200),
    Scenario("jpeg1200", "photo to fit 1200", box=1200, boxes=2),
    Scenario("large800", "20-megapixel photo to fit 800", large=True, box=800),
    formats("png", "jpeg"),
    formats("png", "png"),
    formats("webp", "jpeg"),
    formats("webp", "webp"),
    formats("jpeg", "webp"),
    formats("jpeg", "avif", boxes=2),
    formats("avif", "avif", boxes=2),
    Scenario("origin500", "photo from a web server to fit 500", remote=True),
    Scenario("origin64", "the same over 64 connections", remote=True, boxes=2, connections=64),
    Scenario("latency500", "photo to fit 500, one connection", connections=1, boxes=2),
    Scenario("repeat500", "photo to fit 500, the same requests again and again", distinct=False),
    Scenario("revalidate", "unchanged picture (304)", Kind.REVALIDATE, boxes=200),
    Scenario("health", "smallest answer", Kind.HEALTH, connections=32),
]


@dataclass(frozen=True)
class Target:
    """Whittle's `measure` over the other's is to be at most (or at least) `limit`.

    For "score" it is the difference, not the quotient.
    """

    scenario: str
    other: str  # a server, or "decode"
    limit: float
    measure: str = "cpu_ms"
    at_least: bool = False


TARGETS = [
    Target("jpeg500", "decode", 0.85),
    Target("jpeg500", "oximg", 0.40),
    Target("jpeg500", "imgproxy", 0.65),
    Target("jpeg500", "sharp", 0.50),
    Target("jpeg500", "oximg", 1.00, measure="bytes"),
    Target("jpeg500", "oximg", -0.3, measure="score", at_least=True),
    Target("large800", "decode", 0.75),
    Target("large800", "oximg", 0.40),
    Target("large800", "sharp", 0.80),
    Target("large800", "oximg", 1.00, measure="bytes"),
    Target("large800", "oximg", -0.3, measure="score", at_least=True),
    *(Target(scenario, other, 1.00) for scenario in ("jpeg200", "jpeg1200")
      for other in ("oximg", "imgproxy", "imagor", "sharp", "nginx")),
    Target("jpeg200", "oximg", 1.00, measure="bytes"),
    Target("jpeg1200", "oximg", 1.00, measure="bytes"),
    Target("jpeg1200", "oximg", -0.3, measure="score", at_least=True),
    *(Target(scenario, "oximg", limit) for scenario, limit in (
        ("png-jpeg", 0.65), ("png-png", 0.70), ("webp-jpeg", 0.75), ("webp-webp", 0.80))),
    *(Target(scenario, "oximg", 1.00, measure="bytes") for scenario in (
        "png-jpeg", "png-png", "webp-jpeg", "webp-webp")),
    *(Target(scenario, "oximg", -0.3, measure="score", at_least=True) for scenario in (
        "png-jpeg", "webp-jpeg", "webp-webp")),
    *(Target(scenario, "sharp", 0.80) for scenario in ("jpeg-avif", "avif-avif")),
    *(Target(scenario, "sharp", 1.00, measure="bytes") for scenario in (
        "jpeg-avif", "avif-avif")),
    *(Target(scenario, "sharp", -0.3, measure="score", at_least=True) for scenario in (
        "jpeg-avif", "avif-avif")),
    Target("origin500", "whittle-files", 1.10),
    Target("origin500", "oximg", 0.40),
    Target("origin64", "whittle-files", 1.30, measure="peak_mb"),
    Target("health", "nginx", 0.60, measure="rps", at_least=True),
    Target("health", "oximg", 1.00, measure="rps", at_least=True),
]


def by_name(name: str) -> Scenario:
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    raise ValueError(f"no scenario {name}; there are {', '.join(s.name for s in SCENARIOS)}")
