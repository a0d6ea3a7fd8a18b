"""The chaos harness' arithmetic, texts and pictures, by Python alone; ctest bench/ChaosParts."""

import socket
import struct
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

from chaos import pictures, store, suite, tables
from chaos.client import head, percentile, read_answer
from chaos.outcome import Check, Outcome, at_least, none
from chaos.world import count, failures, others


class Figures(unittest.TestCase):
    def test_limits_are_within(self) -> None:
        self.assertTrue(Check("x", 20, 20).ok)
        self.assertFalse(Check("x", 20.01, 20).ok)
        self.assertTrue(at_least("x", 0.85, 0.85).ok)
        self.assertFalse(at_least("x", 0.84, 0.85).ok)
        self.assertFalse(none("x", 1).ok)

    def test_verdicts(self) -> None:
        good, bad = Check("x", 1, 2), Check("y", 3, 2, " ms")
        self.assertEqual(Outcome([good]).verdict, "PASS")
        self.assertEqual(Outcome([good, bad]).verdict, "FAIL")
        self.assertEqual(Outcome().verdict, "FAIL", "a test that looked at nothing")
        self.assertEqual(Outcome(skipped="why").verdict, "SKIP")
        self.assertEqual(Outcome([good, bad], ["note"]).text(),
                         "y 3 ms (≤ 2) **FAIL**; x 1 (≤ 2); note")

    def test_percentile_is_the_nearest_rank(self) -> None:
        hundred = [float(i) for i in range(100, 0, -1)]
        self.assertEqual(percentile(hundred, 0.5), 50)
        self.assertEqual(percentile(hundred, 0.99), 99)
        self.assertEqual(percentile(hundred, 1), 100)
        self.assertEqual(percentile([7.0], 0.01), 7)
        self.assertEqual(percentile([], 0.5), 0)

    def test_counts_of_a_storm(self) -> None:
        said = {"statuses": {"200": 5, "503": 3, "500": 1}, "failures": {"reset": 2}}
        self.assertEqual((count(said, 200, 413), others(said, 200, 503), failures(said)), (5, 1, 2))


class Answers(unittest.TestCase):
    def test_several_on_one_connection(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            text = (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
                    b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n")
            threading.Thread(target=lambda: (theirs.sendall(text), theirs.close())).start()
            buffered = bytearray()
            first, second = (read_answer(ours, buffered=buffered) for _ in range(2))
            self.assertEqual((first.status, first.body), (200, b"abc"))
            self.assertEqual((second.status, second.fields["retry-after"]), (503, "2"))
            with self.assertRaises(ConnectionError):
                read_answer(ours, buffered=buffered)

    def test_head(self) -> None:
        self.assertEqual(head("/a", "X: y"), b"GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y\r\n\r\n")


class Pictures(unittest.TestCase):
    def test_png_is_whole(self) -> None:
        for interlaced in (False, True):
            data = pictures.png(13, 7, 16, 6, interlaced)
            at, body, size = 8, b"", None
            while at < len(data):
                length, name = struct.unpack(">I4s", data[at:at + 8])
                content = data[at + 8:at + 8 + length]
                crc = struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
                self.assertEqual(crc, zlib.crc32(name + content))
                if name == b"IHDR":
                    size = struct.unpack(">II", content[:8])
                if name == b"IDAT":
                    body += content
                at += 12 + length
            self.assertEqual(size, (13, 7))
            rows = list(pictures._png_rows(13, 7, 64, interlaced))
            self.assertEqual(len(zlib.decompress(body)), sum(n * each for n, each in rows))
            # Each pixel stands in one pass.
            self.assertEqual(sum(n * (each - 1) for n, each in rows), 13 * 7 * 8)

    def test_webp_is_small_whatever_its_size(self) -> None:
        data = pictures.webp(16383, 8000)
        self.assertLess(len(data), 40)
        self.assertEqual(struct.unpack("<I", data[4:8])[0], len(data) - 8)
        bits = int.from_bytes(data[21:25], "little")
        self.assertEqual((bits & 0x3FFF, bits >> 14 & 0x3FFF), (16382, 7999))

    def test_bits(self) -> None:
        high, low = pictures.Bits(True), pictures.Bits(False)
        for bits in (high, low):
            bits.put(0b1, 1)
            bits.put(0b001, 3)
        self.assertEqual(high.done(), bytes([0b10011111]), "filled with ones")
        self.assertEqual(low.done(), bytes([0b0011]))
        stuffed = pictures.Bits(True)
        stuffed.put(0xFF, 8)
        self.assertEqual(stuffed.done(), b"\xFF\0")

    def test_progressive_ends_each_scan(self) -> None:
        data = pictures.jpeg(800, 600, extra_scans=2)
        self.assertEqual(data.count(b"\xFF\xDA"), 1 + 3 + 2)
        self.assertTrue(data.endswith(b"\xFF\xD9"))


MACHINE = {"cpu": "x", "cpus": 2, "memory_gb": 1, "system": "y", "kernel": "z"}


def stored(outcome: Outcome, commit: str = "abc", quick: bool = False, date: str = "2026-01-01",
           version: str = "1") -> store.Stored:
    return store.Stored(outcome, store.About(date, commit, version, quick, 0.5, MACHINE))


class Tables(unittest.TestCase):
    def setUp(self) -> None:
        self.found = {"O1": {"whittle": stored(Outcome([Check("p99", 3, 2)])),
                             "oximg": stored(Outcome(skipped="a | b"), "", version="7.2")},
                      "O3": {"whittle": stored(Outcome([Check("p99", 1, 2)]))}}

    def test_table(self) -> None:
        text = tables.whole(self.found)
        self.assertIn("| O3 | /metrics meanwhile | PASS |  |", text)
        self.assertIn("| O1 | oximg | SKIP | a \\| b | 0 |", text)
        self.assertIn("| O1 | whittle | FAIL | p99 3 (≤ 2) **FAIL** | 0 |", text)

    def test_one_run_is_told_in_one_sentence(self) -> None:
        self.assertEqual(tables.conditions(self.found),
                         "2026-01-01; x, 2 CPUs, 1 GB, y, Linux z; server and load share the CPUs, "
                         "and at most 0.5 others wanted one when a test began; whittle 1; "
                         "oximg 7.2; Whittle's commit abc.")

    def test_several_runs_are_never_one_silently(self) -> None:
        self.found["X3"] = {"whittle": stored(Outcome([Check("kills", 0, 0)]), "def", True,
                                              "2026-01-02")}
        text = tables.conditions(self.found)
        self.assertIn("2026-01-01 to 2026-01-02", text)
        self.assertIn("**several of Whittle's commit** (abc: O1, O3; def: X3)", text)
        self.assertTrue(text.endswith("In the quick form: X3."), text)
        self.found["O3"]["whittle"] = stored(Outcome(), "", True)
        self.assertIn("unknown: O3", tables.conditions(self.found))

    def test_a_quick_run_says_so(self) -> None:
        text = tables.conditions({"O3": {"whittle": stored(Outcome(), quick=True)}})
        self.assertTrue(text.endswith("In the quick form."), text)

    def test_readme_keeps_what_is_around(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            readme = Path(folder, "README.md")
            readme.write_text(f"a\n{tables.BEGIN}\nold\n{tables.END}\nb\n")
            for _ in range(2):
                tables.write_readme(readme, self.found)
            text = readme.read_text()
            self.assertTrue(text.startswith(f"a\n{tables.BEGIN}\n| test"))
            self.assertTrue(text.endswith(f"{tables.END}\nb\n"))
            self.assertNotIn("old", text)
            readme.write_text("nothing")
            with self.assertRaises(ValueError):
                tables.write_readme(readme, self.found)


class Stores(unittest.TestCase):
    def test_an_outcome_comes_back_as_it_was(self) -> None:
        outcome = Outcome([Check("p99", 3, 2, " ms"), at_least("x", 0.85, 0.9)], ["note"], "", 7.5)
        with tempfile.TemporaryDirectory() as folder:
            there = Path(folder, "chaos")
            self.assertEqual(store.load(there), {})
            store.save(there, "X3", "whittle", stored(Outcome(skipped="why"), "old", True))
            store.save(there, "X3", "whittle", stored(outcome))
            store.save(there, "X3", "imgproxy", stored(outcome, ""))
            store.save(there, "L3", "whittle", stored(outcome, "def", True))
            found = store.load(there)
        self.assertEqual([(test, list(row)) for test, row in found.items()],
                         [("L3", ["whittle"]), ("X3", ["whittle", "imgproxy"])],
                         "in the suite's order")
        self.assertEqual(found["X3"]["whittle"], stored(outcome))
        self.assertEqual(found["L3"]["whittle"].about.commit, "def")
        self.assertTrue(found["L3"]["whittle"].about.quick)

    def test_of_a_test_that_is_no_more_nothing_is_loaded(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            store.save(Path(folder), "Q9", "whittle", stored(Outcome()))
            self.assertEqual(store.load(Path(folder)), {})


class Suite(unittest.TestCase):
    def test_chosen(self) -> None:
        self.assertEqual(list(suite.chosen(["x3", "L3"])), ["L3", "X3"])
        self.assertEqual(suite.chosen([]), suite.SUITE)
        with self.assertRaises(ValueError):
            suite.chosen(["nope"])


if __name__ == "__main__":
    unittest.main()
