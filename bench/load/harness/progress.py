"""One line that tells how far a run is and how long it takes; plain lines without a terminal."""

import sys
import time


class Progress:
    WIDTH = 24

    def __init__(self, steps: int) -> None:
        self.steps = max(steps, 1)
        self.done = 0
        self.began = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.said = ""

    def step(self, doing: str) -> None:
        """Call before each of the steps, with what it does: "jpeg500: oximg"."""
        if self.terminal:
            full = self.WIDTH * self.done // self.steps
            bar = "#" * full + "." * (self.WIDTH - full)
            print(f"\r[{bar}] {self.done}/{self.steps} {self._left()} {doing}\x1b[K", end="",
                  file=sys.stderr, flush=True)
        elif (scenario := doing.split(":")[0]) != self.said:
            print(f"{self.done}/{self.steps} {scenario}", file=sys.stderr, flush=True)
            self.said = scenario
        self.done = min(self.done + 1, self.steps)

    def _left(self) -> str:
        if self.done == 0:
            return ""
        left = (time.monotonic() - self.began) / self.done * (self.steps - self.done)
        return f"{left / 60:.0f} min left," if left >= 90 else f"{left:.0f} s left,"

    def note(self, text: str) -> None:
        """A line that stays."""
        print(("\r\x1b[K" if self.terminal else "") + text, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
