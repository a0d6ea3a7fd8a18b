"""A file system that has files and then never answers, as a dying disk or a lost NFS server does.

FUSE by hand, so that nothing has to be installed: as root, /dev/fuse is opened and mounted, and a
process answers until the first file is opened. From then on it sleeps and every request waits in
the kernel. Ending that process ends all those waits with an error: a test leaves nothing behind.
"""

import contextlib
import ctypes
import errno
import os
import signal
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .outcome import Skip

LOOKUP, FORGET, GETATTR, OPEN, INIT, OPENDIR = 1, 2, 3, 14, 26, 27
ROOT, SIZE = 1, 100_000
DIRECT_IO, NO_FLUSH = 1 << 0, 1 << 5  # no page waits; who is killed need not ask before it ends
LIBC = ctypes.CDLL(None, use_errno=True)


def _attributes(node: int) -> bytes:
    mode = stat.S_IFDIR | 0o755 if node == ROOT else stat.S_IFREG | 0o644
    return struct.pack("<QQQQQQIIIIIIIIII", node, 0 if node == ROOT else SIZE, 1, 0, 0, 0, 0, 0, 0,
                       mode, 1, 0, 0, 0, 4096, 0)


def _answer(opcode: int, node: int, body: bytes) -> bytes | int:
    """The reply's body, or an error number."""
    if opcode == INIT:
        major, minor = struct.unpack_from("<II", body)
        return struct.pack("<IIIIHHIIHHI28x", major, min(minor, 31), 0, 0, 8, 8, 4096, 1, 1, 0, 0)
    if opcode == LOOKUP:
        number = 2 + sum(body) % 100_000
        return struct.pack("<QQQQII", number, 0, 0, 0, 0, 0) + _attributes(number)
    if opcode == GETATTR:
        return struct.pack("<QII", 0, 0, 0) + _attributes(node)
    if opcode in (OPEN, OPENDIR):
        return struct.pack("<QII", 0, DIRECT_IO | NO_FLUSH, 0)
    return errno.ENOSYS


def _serve(device: int) -> None:
    while True:
        request = os.read(device, 1 << 17)
        _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
        if opcode == FORGET:
            continue
        reply = _answer(opcode, node, request[40:])
        body = b"" if isinstance(reply, int) else reply
        code = -reply if isinstance(reply, int) else 0
        os.write(device, struct.pack("<IiQ", 16 + len(body), code, unique) + body)
        if opcode == OPEN:
            break
    while True:
        signal.pause()


def main(folder: str) -> None:
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if LIBC.mount(b"whittle-chaos", folder.encode(), b"fuse", 0, options.encode()) != 0:
        sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
    print("mounted", flush=True)
    _serve(device)


@contextlib.contextmanager
def hung_disk(folder: Path) -> Iterator[None]:
    """`folder` hangs inside the block. Skip when this machine does not allow it."""
    if os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        raise Skip("needs root and /dev/fuse")
    folder.mkdir(parents=True, exist_ok=True)
    child = subprocess.Popen([sys.executable, "-m", "chaos.hung_disk", str(folder)],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                             env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])})
    try:
        assert child.stdout and child.stderr
        if not child.stdout.readline():
            raise Skip("no FUSE here: " + child.stderr.read().decode().strip())
        yield
    finally:
        child.kill()
        child.wait()
        for _ in range(50):  # busy as long as those who waited have not noticed
            if LIBC.umount2(str(folder).encode(), 2) == 0:  # MNT_DETACH
                break
            time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1])
