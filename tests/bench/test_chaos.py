"""The chaos harness' arithmetic, texts and pictures, by Python alone; ctest bench/ChaosParts."""

import socket
import struct
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

from chaos import origins, pictures, store, suite, tables
from chaos.client import Answer, connect, get, head, percentile, read_answer
from chaos.origin import Fate, Origin, always, flapping, serving
from chaos.outcome import Check, Outcome, at_least, none
from chaos.world import count, failures, others, wait_until


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


class Origins(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        Path(self.folder.name, "a b.jpg").write_bytes(bytes(range(256)) * 4)
        self.origin = Origin(Path(self.folder.name))

    def test_files_are_found_below_any_path_on_a_kept_connection(self) -> None:
        with serving(self.origin), connect(self.origin.port) as connection:
            for number in range(2):
                connection.sendall(head(f"/{number}/a%20b.jpg"))
                answer = read_answer(connection)
                self.assertEqual((answer.status, answer.body), (200, bytes(range(256)) * 4))
        self.assertEqual(self.origin.asked,
                         {f"/{number}/a b.jpg": [Fate.SERVED] for number in range(2)})

    def test_a_connection_may_be_good_for_so_many_answers(self) -> None:
        self.origin.answers_each = 2
        with serving(self.origin), connect(self.origin.port) as connection:
            for said in ("(none)", "close"):
                connection.sendall(head("/a%20b.jpg"))
                answer = read_answer(connection)
                self.assertEqual(answer.fields.get("connection", "(none)"), said)
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(connection.recv(1), b"")

    def test_reset_and_cut_are_resets_before_and_in_the_body(self) -> None:
        for fate, least, most in ((Fate.RESET, 0, 0), (Fate.CUT, 513, 1023)):
            self.origin.fates = always(fate)
            got = 0
            with serving(self.origin), connect(self.origin.port) as connection:
                connection.sendall(head("/a%20b.jpg"))
                with self.assertRaises(ConnectionResetError):
                    while part := connection.recv(100):
                        got += len(part)
            self.assertTrue(least <= got <= most, f"{fate} after {got} bytes")
        self.assertEqual(self.origin.count(Fate.RESET, Fate.CUT), 2)

    def test_who_hangs_says_nothing_and_ends_all_the_same(self) -> None:
        self.origin.fates = always(Fate.HUNG)
        with serving(self.origin):
            self.assertEqual(get(self.origin.port, "/a", 0.05).why, "timed out")
            kept = connect(self.origin.port)
            self.addCleanup(kept.close)
            kept.sendall(head("/b"))
            self.assertIsNotNone(wait_until(lambda: self.origin.count(Fate.HUNG) == 2, 5))
        self.assertEqual(kept.recv(1), b"")

    def test_fates_are_drawn_alike_and_as_often_as_told(self) -> None:
        one, same, other = (flapping(0.05, seed) for seed in (7, 7, 8))
        drawn = [one() for _ in range(20_000)]
        self.assertEqual(drawn, [same() for _ in drawn])
        self.assertNotEqual(drawn, [other() for _ in drawn])
        for fate in (Fate.RESET, Fate.CUT):
            self.assertAlmostEqual(drawn.count(fate) / len(drawn), 0.025, delta=0.004)

    def test_failures_that_a_second_try_spares_need_another_reason(self) -> None:
        for fates, reason in (([], False), ([Fate.SERVED], False), ([Fate.RESET], False),
                              ([Fate.RESET, Fate.SERVED], False), ([Fate.CUT], True),
                              ([Fate.RESET, Fate.RESET], True), ([Fate.RESET, Fate.CUT], True)):
            self.assertEqual(origins.explained(fates), reason, fates)

    def test_what_a_flapping_origin_did_is_judged(self) -> None:
        right = {"a.jpg": b"a", "b.jpg": b"b"}
        fates = {"/1/a.jpg": [Fate.RESET, Fate.SERVED], "/2/b.jpg": [Fate.CUT],
                 "/of/others.jpg": [Fate.CUT]}
        answers = {"/1/a.jpg": Answer(200, b"a"), "/2/b.jpg": Answer(502, b"no")}
        self.assertEqual(origins.judged(right, fates, answers).verdict, "PASS")
        for path, answer, what in (("/1/a.jpg", Answer(200, b"b"), "other bytes"),
                                   ("/1/a.jpg", Answer(502), "no reset explains"),
                                   ("/2/b.jpg", Answer(0), "without an answer"),
                                   ("/2/b.jpg", Answer(404), "but 200 and 5xx")):
            outcome = origins.judged(right, fates, answers | {path: answer})
            failed = [check.what for check in outcome.checks if not check.ok]
            self.assertTrue(any(what in each for each in failed), f"{what}: {failed}")
        none_spared = origins.judged(right, {"/2/b.jpg": [Fate.CUT]}, answers)
        self.assertEqual(none_spared.verdict, "FAIL", "nothing was tried twice")


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
