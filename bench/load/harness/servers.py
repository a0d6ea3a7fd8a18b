"""The servers: how each is found on this machine, started, and asked for a picture.

A row of SERVERS is all there is to a server. The settings are each project's defaults except what
its note says; bench/README.md shows the notes.
"""

import grp
import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent


ALL_FORMATS = frozenset({"jpeg", "png", "webp", "avif"})
NO_AVIF = ALL_FORMATS - {"avif"}

IMAGE_FILTER = Path("/usr/lib/nginx/modules/ngx_http_image_filter_module.so")


@dataclass(frozen=True)
class Place:
    """Where a server is to run."""

    port: int
    images: Path  # the folder it serves
    work: Path  # an empty folder for its own files
    origin: str = ""  # the same folder as a URL, where that is what is to be asked


@dataclass(frozen=True)
class Command:
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    name: str
    program: str  # looked for in $VARIABLE, then in PATH
    variable: str
    command: Callable[[str, Place], Command]  # gets the program's path
    # Of (file, box, output): the request path for a fit into box x box in that format.
    path: Callable[[str, int, str], str]
    health: str = "/health"
    note: str = ""
    chosen: bool = True  # takes part when --servers is not given
    variant: bool = False  # of another row's program: left out where no picture is made
    formats: frozenset[str] = ALL_FORMATS  # that it reads and writes
    outputs: frozenset[str] = ALL_FORMATS  # that it is asked for; a variant's setting is for some
    converts: bool = True  # False: it answers in the source's format
    remote: bool = False  # it can have its pictures from an origin
    beside_remote: bool = False  # it has them in a folder, and shows what an origin costs
    needs: Callable[[], bool] = lambda: True  # what else must be there

    def find(self) -> str | None:
        """The program's path; None when this machine has none."""
        if not self.needs():
            return None
        named = os.environ.get(self.variable)
        if named:
            return named if Path(named).exists() else None
        return shutil.which(self.program)

    def does(self, source: str, output: str) -> bool:
        return ({source, output} <= self.formats and output in self.outputs
                and (self.converts or source == output))


def plain_path(file: str, box: int, _: str) -> str:
    return f"/resize/{box}/{box}/{quote(file)}"


def resize_path(file: str, box: int, output: str) -> str:
    """oximg's grammar. JPEG to JPEG needs no token, and builds older than the tokens know none."""
    token = "" if output == "jpeg" and file.endswith((".jpg", ".jpeg")) else f"@{output}"
    return plain_path(file, box, output) + token


def imgproxy_path(file: str, box: int, output: str) -> str:
    ending = "jpg" if output == "jpeg" else output
    return f"/unsafe/rs:fit:{box}:{box}/plain/local:///{quote(file)}@{ending}"


def imagor_path(file: str, box: int, output: str) -> str:
    # Its quality stands for all formats; 80 would be another thing for AVIF, and PNG has none.
    quality = ":quality(80)" if output in ("jpeg", "webp") else ""
    return f"/unsafe/fit-in/{box}x{box}/filters:format({output}){quality}/{quote(file)}"


def whittle(files: bool = False, **settings: str) -> Callable[[str, Place], Command]:
    """`files`: the folder, also where there is an origin."""
    def command(program: str, place: Place) -> Command:
        source = str(place.images) if files or not place.origin else place.origin
        return Command([program, "serve"], {
            "WHITTLE_ADDRESS": "127.0.0.1", "WHITTLE_PORT": str(place.port),
            "WHITTLE_SOURCE" if "://" in source else "WHITTLE_IMAGES_DIR": source,
            "WHITTLE_LOG_LEVEL": "warn",
            "WHITTLE_QUEUE_WAIT": "60s", "WHITTLE_MAX_REQUESTS_PER_CONNECTION": "1000000000",
        } | settings)
    return command


def oximg(**settings: str) -> Callable[[str, Place], Command]:
    def command(program: str, place: Place) -> Command:
        source = ({"OXIMG_SOURCE_BASE_URL": place.origin} if place.origin
                  else {"IMAGES_DIR": str(place.images)})
        return Command([program, "serve"], {"PORT": str(place.port)} | source | settings)
    return command


def imgproxy(program: str, place: Place) -> Command:
    return Command([program], {
        "IMGPROXY_BIND": f"127.0.0.1:{place.port}", "IMGPROXY_QUALITY": "80",
        "IMGPROXY_LOCAL_FILESYSTEM_ROOT": str(place.images), "IMGPROXY_LOG_LEVEL": "error",
        "IMGPROXY_MAX_SRC_RESOLUTION": "100", "IMGPROXY_TIMEOUT": "60"})


def imagor(program: str, place: Place) -> Command:
    # VIPS_VECTOR as in imagor's own Dockerfile; without it libvips runs without SIMD.
    return Command([program, "-bind", f"127.0.0.1:{place.port}", "-imagor-unsafe",
                    "-file-loader-base-dir", str(place.images),
                    "-vips-max-resolution", "100000000", "-vips-max-width", "20000",
                    "-vips-max-height", "20000", "-imagor-request-timeout", "60s",
                    "-imagor-process-timeout", "60s"], {"VIPS_VECTOR": "167772160"})


def sharp_modules() -> str:
    return os.environ.get("SHARP_MODULES", str(ROOT / "build/bench/sharp/node_modules"))


def sharp(**settings: str) -> Callable[[str, Place], Command]:
    def command(program: str, place: Place) -> Command:
        return Command([program, str(HERE / "servers/sharp.cjs")], {
            "PORT": str(place.port), "IMAGES_DIR": str(place.images), "NODE_PATH": sharp_modules(),
            "NODE_ENV": "production"} | settings)
    return command


def sharp_found() -> bool:
    return Path(sharp_modules(), "sharp").is_dir()


def sharp_path(file: str, box: int, output: str) -> str:
    return f"{plain_path(file, box, output)}?format={output}"


def nginx(program: str, place: Place, template: str = "nginx.conf.in") -> Command:
    text = (HERE / "servers" / template).read_text(encoding="utf-8")
    user = f"{pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}"
    for name, value in (("PORT", place.port), ("IMAGES", place.images), ("WORK", place.work),
                        ("USER", user)):
        text = text.replace(f"@{name}@", str(value))
    config = place.work / "nginx.conf"
    config.write_text(text, encoding="utf-8")
    return Command([program, "-p", "/usr/share/nginx", "-e", "stderr", "-c", str(config)])


# What serves the files where they are remote; not measured.
ORIGIN = Server("origin", "nginx", "NGINX", partial(nginx, template="origin.conf.in"), plain_path)

SERVERS = [
    Server("whittle", str(ROOT / "build/release/whittle"), "WHITTLE", whittle(), resize_path,
           note="defaults; waits up to 60 s for a slot instead of answering 503 after 2 s",
           remote=True),
    Server("whittle-files", str(ROOT / "build/release/whittle"), "WHITTLE", whittle(files=True),
           resize_path, note="the folder itself, beside the same behind an origin", variant=True,
           beside_remote=True),
    Server("whittle-fast", str(ROOT / "build/release/whittle"), "WHITTLE",
           whittle(WHITTLE_PRESET="fast"), resize_path, note="preset fast", chosen=False,
           variant=True),
    Server("whittle-small", str(ROOT / "build/release/whittle"), "WHITTLE",
           whittle(WHITTLE_PRESET="small"), resize_path, note="preset small", chosen=False,
           variant=True),
    Server("whittle-b", "whittle-b", "WHITTLE_B", whittle(), resize_path,
           note="another build of Whittle, to compare two of them in one run", remote=True),
    Server("oximg", "oximg", "OXIMG", oximg(), resize_path, formats=NO_AVIF, note="defaults",
           remote=True),
    Server("oximg-speed", "oximg", "OXIMG", oximg(OXIMG_JPEG_PROGRESSIVE="0"), resize_path,
           note="OXIMG_JPEG_PROGRESSIVE=0: baseline JPEG", variant=True, formats=NO_AVIF,
           outputs=frozenset({"jpeg"})),
    Server("imgproxy", "imgproxy", "IMGPROXY", imgproxy, imgproxy_path,
           note="quality 80, limits raised so that nothing is refused"),
    Server("imagor", "imagor", "IMAGOR", imagor, imagor_path, health="/healthcheck",
           note="quality 80, VIPS_VECTOR as in its Dockerfile, limits raised"),
    Server("sharp", "node", "NODE", sharp(), sharp_path, needs=sharp_found,
           note="the 50 lines of servers/sharp.cjs: quality 80, AVIF 50, upright, cache off"),
    Server("sharp-avif80", "node", "NODE", sharp(AVIF_QUALITY="80"), sharp_path, needs=sharp_found,
           note="AVIF at quality 80", variant=True, outputs=frozenset({"avif"})),
    Server("nginx", "nginx", "NGINX", nginx, plain_path, needs=IMAGE_FILTER.exists,
           formats=NO_AVIF, converts=False,
           note="image_filter (libgd) at quality 80; turns nothing upright"),
]


def by_name(name: str) -> Server:
    for server in SERVERS:
        if server.name == name:
            return server
    raise ValueError(f"no server {name}; there are {', '.join(s.name for s in SERVERS)}")
