"""Sources made in code, what two whittle binaries make of them, and what Chromium shows of both."""

import base64
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE = (600, 400)  # of sources made of photos
TYPES = {".jpg": "jpeg", ".png": "png", ".avif": "avif", ".gif": "gif", ".webp": "webp"}


def of_photo(name: str) -> Image.Image:
    return Image.open(ROOT / f"images/{name}.jpg").convert("RGB").resize(
        SIZE, Image.Resampling.LANCZOS)


def saved(image: Image.Image, kind: str, **how) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


@dataclass
class Case:
    """A source and what the two binaries make of it."""

    title: str
    right: Path  # what Chromium is to show: the source, or the same codes in a format it knows
    made: list[Path]


class Maker:
    """Sources, what both binaries make of them, and what Chromium shows of all these files."""

    def __init__(self, before: str, after: str, folder: Path) -> None:
        self.binaries = {"before": before, "after": after}
        self.folder = folder
        self.shown: dict[str, Image.Image] = {}

    def source(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def result(self, when: str, source: Path, width: int, ending: str, params: str = "") -> Path:
        """The file that a binary makes; it is not there where the source is refused."""
        out = self.folder / f"{source.stem}-{when}{ending}"
        run = subprocess.run([self.binaries[when], "resize", source, out, "--width", str(width),
                              "--params", params], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            print(f"{out.name}: {run.stderr.strip()}")
            out.unlink(missing_ok=True)
        return out

    def case(self, title: str, source: Path, width: int, ending: str, params: str = "",
             right: Path | None = None) -> Case:
        return Case(title, right or source,
                    [self.result(when, source, width, ending, params) for when in self.binaries])

    def show(self) -> None:
        """Draws each file of the folder on a canvas of headless Chromium, in one run."""
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if not browser:
            print("no chromium: no third column, and results are shown as Pillow decodes them")
            return
        files = [p for p in sorted(self.folder.iterdir()) if p.is_file() and p.suffix in TYPES]
        items = [[p.name, f"data:image/{TYPES[p.suffix]};base64,"
                          + base64.b64encode(p.read_bytes()).decode()] for p in files]
        page = """<!doctype html><script>
            (async () => {
              const out = {};
              for (const [name, url] of %s) {
                const image = new Image();
                const there = await new Promise(done => {
                  image.onload = () => done(true); image.onerror = () => done(false);
                  image.src = url; });
                if (!there) continue;
                const canvas = document.createElement('canvas');
                canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
                canvas.getContext('2d').drawImage(image, 0, 0);
                out[name] = canvas.toDataURL('image/png').split(',')[1];
              }
              await fetch('/', {method: 'POST', body: JSON.stringify(out)});
            })();</script>""" % json.dumps(items)
        answer: dict[str, str] = {}
        done = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def do_POST(self) -> None:
                answer.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                done.set()

            def log_message(self, *_) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            flags = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
                --disable-background-networking --disable-component-update --disable-sync
                --remote-debugging-port=0""".split()
            run = subprocess.Popen([browser, *flags, f"--user-data-dir={profile}",
                                    f"http://127.0.0.1:{server.server_port}/"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            there = done.wait(300)
            run.terminate()
            run.wait()
        server.shutdown()
        if not there:
            sys.exit("no answer from chromium")
        for name, data in answer.items():
            self.shown[name] = Image.open(BytesIO(base64.b64decode(data))).convert("RGBA")

    def seen(self, path: Path) -> Image.Image | None:
        """The file as Chromium shows it, or as Pillow does where there is no Chromium."""
        if self.shown:
            return self.shown.get(path.name)
        return Image.open(path).convert("RGBA") if path.exists() else None
