"""Z1: files made to hurt. Each is refused or drawn in time, and the next client notices nothing."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import servers

from . import pictures
from .client import Answer, get, percentile
from .outcome import Check, Outcome, at_least, none
from .world import World

AT_ONCE = 8
DEADLINE = 5.0  # Whittle's for decoding, in CPU time; by the clock it may be three times that
BOXES = (400, 60, 1200)


def bombs(folder: Path) -> list[str]:
    """Those that can be made in code."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = pictures.png(600, 400)
    made = {"webp16383.webp": pictures.webp(16383, 16383),
            "scans.jpg": pictures.jpeg(7000, 7000, extra_scans=1000),
            "deep7000.png": pictures.png(7000, 7000, 16, 6),
            "bits16000.png": pictures.png(16000, 16000, 1, 0),
            "tall.png": pictures.png(1, 65500),
            "huge.png": whole[:16] + b"\xFF\xFF\0\0\xFF\xFF\0\0"[:8] + whole[24:],
            "headers.jpg": b"\xFF\xD8" + b"\xFF\xE1\0\x0D0123456789" * 80_000
                           + pictures.jpeg(64, 64)[2:],
            "small.jpg": pictures.jpeg(640, 480)}
    photo = pictures.noise_png(120, 80)
    made |= {f"cut{part:02}.png": photo[:len(photo) * part // 16] for part in range(16)}
    jpeg = pictures.jpeg(1200, 800)
    made |= {f"cut{part:02}.jpg": jpeg[:len(jpeg) * part // 16] for part in range(16)}
    for name, data in made.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(data)
    return sorted(made)


def of_corpus(world: World) -> list[str]:
    if world.corpus is None or not (world.corpus / "hostile").is_dir():
        return []
    root = world.corpus / "hostile"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                  if path.is_file() and path.suffix.lower() != ".txt")


def target(world: World, name: str, box: int) -> str:
    """As a file of another format may come back in its own, Whittle and oximg are not told one."""
    if world.server.path is servers.resize_path:
        return servers.plain_path(name, box, "")
    return world.path(name, box)


def z1(world: World) -> Outcome:
    outcome = Outcome()
    own = bombs(world.work / "bombs")
    sets = [(world.work / "bombs", own)]
    if names := of_corpus(world):
        assert world.corpus is not None
        sets.append((world.corpus / "hostile", names))
    else:
        outcome.notes.append("without the corpus' files")
    boxes = BOXES[:1] if world.quick else BOXES
    answers: dict[str, Answer] = {}
    alive, peak, health = True, 0.0, []
    for folder, files in sets:
        with world.serve(folder) as up, ThreadPoolExecutor(AT_ONCE) as pool:
            asked = {f"{name} {box}": target(world, name, box) for box in boxes for name in files}
            begun = [(label, pool.submit(get, up.port, target, 30))
                     for label, target in asked.items()]
            while not all(each.done() for _, each in begun):
                health.append(1000 * get(up.port, world.server.health, 5).seconds)
                time.sleep(0.1)
            answers |= {label: each.result() for label, each in begun}
            alive = alive and up.process.poll() is None
            peak = max(peak, up.peak_mb())
    statuses = Counter(answer.status for answer in answers.values())
    slowest = max(answers, key=lambda label: answers[label].seconds)
    wrong = [label for label, answer in answers.items()
             if answer.status != 200 and not 400 <= answer.status < 500 and answer.status != 503]
    outcome.add(at_least("alive", alive, 1), none("answers but 200, 4xx and 503", len(wrong)),
                Check("slowest", answers[slowest].seconds, 3 * DEADLINE + 0.5, " s"),
                Check("peak RSS", peak, 1100, " MB"),
                Check("/health p99", percentile(health, 0.99), 100, " ms"))
    outcome.notes.append(f"{len(answers)} requests: {dict(sorted(statuses.items()))}; slowest "
                         f"{slowest}" + (f"; wrong: {', '.join(wrong[:3])}" if wrong else ""))
    return outcome
