"""The harness' own arithmetic and texts, with Python alone; in ctest bench/HarnessParts."""

import importlib.util
import tempfile
import unittest
from pathlib import Path

from harness import photos, scenarios, servers, summary, tables
from harness.measure import Result, format_of, milliseconds, takes_part, told
from harness.scenarios import Scenario, Target


def rounds(cpu: list[float]) -> list[dict[str, float]]:
    return [{"cpu_ms": value, "requests": 10, "failed": 0} for value in cpu]


class Requests(unittest.TestCase):
    def test_no_request_of_a_run_is_repeated(self) -> None:
        files = [f"{number}.jpg" for number in range(7)]
        for scenario in scenarios.SCENARIOS:
            if scenario.kind is not scenarios.Kind.RESIZE or not scenario.distinct:
                continue
            warm_up = [(file, scenario.box) for file in files]
            run = warm_up + [each for number in range(5) for each in scenario.requests(
                files, scenario.boxes, 1 + number * scenario.boxes)]
            self.assertEqual(len(run), 7 * (1 + 5 * scenario.boxes))
            self.assertEqual(len(set(run)), len(run), scenario.name)

    def test_decodes_shared_by_requests_of_one_photo_serve_nobody(self) -> None:
        run = [file for file, _ in Scenario("x", "x").requests(["a.b.jpg", "c"], 2, 0)]
        self.assertEqual(run, ["a.b.jpg", "c", "a.b~1.jpg", "c~1"])

    def test_every_name_of_a_run_is_there(self) -> None:
        scenario = Scenario("x", "x")
        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder, "a.jpg")
            photo.write_bytes(b"photo")
            served = Path(folder, "served")
            photos.lay_out([photo], 5, served)
            for file, _ in scenario.requests(["a.jpg"], 5, 0):
                self.assertEqual((served / file).read_bytes(), b"photo")
            self.assertEqual(len(list(served.iterdir())), 5)

    def test_repeating_scenario_repeats(self) -> None:
        scenario = Scenario("x", "x", box=100, distinct=False)
        self.assertEqual(scenario.requests(["a"], 2, 5), [("a", 100), ("a", 100)])


class Formats(unittest.TestCase):
    def test_who_takes_part(self) -> None:
        def who(name: str) -> set[str]:
            return {each.name for each in servers.SERVERS
                    if takes_part(each, scenarios.by_name(name))}
        every = {each.name for each in servers.SERVERS} - {"whittle-files"}
        self.assertEqual(who("origin500"), {"whittle", "whittle-b", "whittle-files", "oximg"})
        self.assertEqual(who("jpeg500"), every - {"sharp-avif80"})
        self.assertEqual(who("png-jpeg"), every - {"sharp-avif80", "nginx"})
        self.assertEqual(who("webp-webp"), every - {"sharp-avif80", "oximg-speed"})
        self.assertEqual(who("jpeg-avif"), every - {"oximg", "oximg-speed", "nginx"})
        self.assertEqual(who("avif-avif"), who("jpeg-avif"))
        self.assertEqual({each.name for each in servers.SERVERS if each.variant} & who("health"),
                         set())

    def test_files_or_the_origin_are_asked(self) -> None:
        images, url = Path("/photos"), "http://127.0.0.1:1/"

        def values(name: str, origin: str) -> set[str]:
            place = servers.Place(2, images, Path("/work"), origin)
            return set(servers.by_name(name).command("program", place).env.values())
        for name in ("whittle", "whittle-b", "oximg"):
            self.assertIn(str(images), values(name, ""), name)
            self.assertIn(url, values(name, url), name)
            self.assertNotIn(str(images), values(name, url), name)
        self.assertIn(str(images), values("whittle-files", url))
        self.assertNotIn(url, values("whittle-files", url))

    def test_paths_name_the_answers_format(self) -> None:
        def path(name: str, file: str, output: str) -> str:
            return servers.by_name(name).path(file, 500, output)
        for name in ("whittle", "oximg"):
            self.assertEqual(path(name, "a b.jpg", "jpeg"), "/resize/500/500/a%20b.jpg")
            self.assertEqual(path(name, "a.png", "jpeg"), "/resize/500/500/a.png@jpeg")
            self.assertEqual(path(name, "a.webp", "webp"), "/resize/500/500/a.webp@webp")
        self.assertEqual(path("sharp", "a.png", "avif"), "/resize/500/500/a.png?format=avif")
        self.assertEqual(path("nginx", "a.png", "png"), "/resize/500/500/a.png")
        self.assertTrue(path("imgproxy", "a.png", "jpeg").endswith("local:///a.png@jpg"))
        self.assertTrue(path("imgproxy", "a.png", "webp").endswith("local:///a.png@webp"))
        self.assertIn("/filters:format(webp):quality(80)/", path("imagor", "a.png", "webp"))
        self.assertIn("/filters:format(avif)/", path("imagor", "a.png", "avif"))

    def test_names_say_the_formats_and_files_are_few(self) -> None:
        for scenario in scenarios.SCENARIOS:
            if scenario.source != "jpeg" or scenario.output != "jpeg":
                self.assertEqual(scenario.name, f"{scenario.source}-{scenario.output}")
                self.assertTrue(scenario.few)
        self.assertEqual(photos.few([Path(str(number)) for number in range(41)]),
                         [Path(str(3 * number)) for number in range(12)])

    def test_targets_are_of_servers_that_take_part(self) -> None:
        for target in scenarios.TARGETS:
            if target.other != "decode":
                self.assertTrue(takes_part(servers.by_name(target.other),
                                           scenarios.by_name(target.scenario)), target)

    def test_answers_are_known_by_their_first_bytes(self) -> None:
        for start, kind in ((b"\xff\xd8\xff\xe0", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"),
                            (b"RIFF\0\0\0\0WEBPVP8 ", "webp"), (b"RIFF\0\0\0\0WAVE", ""),
                            (b"\0\0\0\x1cftypavif", "avif"), (b"\0\0\0\x1cftypheic", ""),
                            (b"", "")):
            self.assertEqual(format_of(start), kind or "something else")

    @unittest.skipUnless(importlib.util.find_spec("PIL"), "LEFT OUT: no Pillow")
    def test_sources_are_the_photos_upright_in_another_format(self) -> None:
        from PIL import Image

        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            exif = Image.Exif()
            exif[0x0112] = 6  # lies on its side
            files = [work / f"{number}.jpg" for number in range(4)]
            for file in files:
                Image.new("RGB", (64, 32), (200, 40, 90)).save(file, exif=exif,
                                                              icc_profile=b"profile")
            made = photos.sources(scenarios.by_name("png-jpeg"), files, work)
            self.assertEqual([each.name for each in made], ["0.png", "3.png"])
            for kind, names in (("png", made), ("webp", photos.recoded(files[:1], "webp", work))):
                self.assertEqual({format_of(each.read_bytes()) for each in names}, {kind})
                with Image.open(names[0]) as image:
                    self.assertEqual(image.size, (32, 64))
                    self.assertNotIn("icc_profile", image.info)
                    self.assertNotIn("exif", image.info)
            before = made[0].stat().st_mtime_ns
            photos.recoded(photos.few(files), "png", work)
            self.assertEqual(made[0].stat().st_mtime_ns, before, "made once")
            self.assertEqual(photos.sources(scenarios.by_name("jpeg-webp"), files, work),
                             [files[0], files[3]])


class Summary(unittest.TestCase):
    def test_row_has_median_least_and_most(self) -> None:
        row = summary.row(Result(rounds([3, 1, 2]), peak_mb=5))
        self.assertEqual(row["cpu_ms"], [2, 1, 3])
        self.assertEqual((row["requests"], row["failed"], row["peak_mb"]), (30, 0, 5))
        self.assertNotIn("rps", row)

    def test_ratio_is_taken_round_by_round(self) -> None:
        # The machine was half as fast in the second round; the ratio was the same.
        self.assertEqual(summary.ratio(rounds([1, 2]), rounds([2, 4]), "cpu_ms"), [0.5, 0.5, 0.5])

    def test_targets(self) -> None:
        rows = {"s": {"whittle": {"rounds": rounds([8])}, "decode": {"rounds": rounds([10])}}}
        targets = [Target("s", "decode", 0.85), Target("s", "decode", 0.85, at_least=True),
                   Target("s", "absent", 1), Target("other", "decode", 1)]
        self.assertEqual([each["met"] for each in summary.check(targets, rows)], [True, False])

    def test_a_score_is_held_against_the_other_by_difference(self) -> None:
        target = Target("s", "oximg", -0.3, measure="score", at_least=True)
        for score, met in ((78.8, True), (78.6, False)):
            rows = {"s": {"whittle": {"score": score}, "oximg": {"score": 79.0}}}
            self.assertEqual([each["met"] for each in summary.check([target], rows)], [met])
        self.assertEqual(summary.check([target], {"s": {"whittle": {}, "oximg": {}}}), [])


class Texts(unittest.TestCase):
    def test_numbers(self) -> None:
        for value, text in ((5.551, "5.55"), (73.12, "73.1"), (31234.5, "31234"), (0.854, "0.85"),
                            (0, "0.00")):
            self.assertEqual(tables.number(value), text)

    def test_table_leaves_out_empty_columns_and_puts_the_decode_last(self) -> None:
        rows = {name: summary.row(Result(rounds(cpu)))
                for name, cpu in (("decode", [1]), ("slow", [9]), ("whittle", [2]))}
        lines = tables.scenario_table(rows).splitlines()
        self.assertEqual(lines[0],
                         "| server | CPU ms a request (min-max) | of the decode | failed |")
        self.assertEqual(lines[2], "| whittle | 2.00 | 2.00 | 0 |")
        self.assertTrue(lines[-1].startswith("| *libjpeg-turbo's decode"))

    def test_every_target_can_be_told(self) -> None:
        found = [{"scenario": each.scenario, "other": each.other, "measure": each.measure,
                  "at_least": each.at_least, "limit": each.limit, "found": [1.0, 1.0, 1.0],
                  "met": True} for each in scenarios.TARGETS]
        self.assertEqual(len(tables.target_table(found).splitlines()),
                         2 + len(scenarios.TARGETS))

    def test_formats_stand_in_one_table(self) -> None:
        def row(cpu: float, **more: float) -> dict[str, float]:
            return summary.row(Result([{"cpu_ms": cpu, "requests": 1, "failed": 0} | more]))
        text = tables.formats_table({
            "jpeg500": {"source": "jpeg", "output": "jpeg", "servers": {"whittle": row(1)}},
            "png-jpeg": {"source": "png", "output": "jpeg", "servers": {
                "decode": row(8, inflate_ms=3), "oximg": row(10, bytes=900) | {"score": 79.123},
                "whittle": row(6, bytes=800) | {"score": 80}}}})
        self.assertEqual(text.splitlines()[2:], [
            "| png-jpeg | whittle | 6.00 |  | 800 | 80.00 |",
            "| png-jpeg | oximg | 10.0 | 0.60 | 900 | 79.12 |",
            "| png-jpeg | *libpng's decode to RGB alone, libdeflate's inflate 3.00* | 8.00 |  |  |"
            "  |"])
        self.assertEqual(tables.formats_table({}), "")

    def test_readme_keeps_what_stands_around_the_markers(self) -> None:
        results = {"machine": {"cpu": "C", "cpus": 2, "memory_gb": 1, "kernel": "6", "system": "D"},
                   "run": {"date": "today", "rounds": 1, "photos": 1, "own_cpu": True,
                           "commit": ""},
                   "versions": {"whittle": "1.0"},
                   "scenarios": {"jpeg500": {"title": "photo", "servers": {
                       "whittle": summary.row(Result(rounds([2])))}}}}
        with tempfile.TemporaryDirectory() as folder:
            readme = Path(folder, "README.md")
            readme.write_text(f"a\n{tables.BEGIN}\nold\n{tables.END}\nz\n", encoding="utf-8")
            tables.write_readme(readme, results)
            text = readme.read_text(encoding="utf-8")
            self.assertTrue(text.startswith(f"a\n{tables.BEGIN}\n") and text.endswith("\nz\n"))
            self.assertIn("| whittle | 2.00", text)
            self.assertNotIn("old", text)
            readme.write_text("no markers", encoding="utf-8")
            with self.assertRaises(ValueError):
                tables.write_readme(readme, results)


class Wrk(unittest.TestCase):
    OUTPUT = """  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.31ms    2.02ms  12.11ms   59.50%
    Req/Sec    24.05k     1.20k   27.00k    59.50%
  Latency Distribution
     50%  850.00us
     99%    1.31ms
  95000 requests in 4.01s, 18.00MB read
Requests/sec:  23690.77
"""

    def test_output_is_read(self) -> None:
        self.assertEqual(told(r"\n +50% +(\S+)", self.OUTPUT), "850.00us")
        self.assertEqual(told(r"(\d+) requests in", self.OUTPUT), "95000")
        self.assertEqual(told(r"Non-2xx: (\d+)", self.OUTPUT, "0"), "0")
        with self.assertRaises(RuntimeError):
            told(r"nothing (\d+)", self.OUTPUT)

    def test_units(self) -> None:
        self.assertAlmostEqual(milliseconds("850.00us"), 0.85)
        self.assertAlmostEqual(milliseconds("1.31ms"), 1.31)
        self.assertAlmostEqual(milliseconds("2.02s"), 2020)
        with self.assertRaises(ValueError):
            milliseconds("2.02m")


if __name__ == "__main__":
    unittest.main()
