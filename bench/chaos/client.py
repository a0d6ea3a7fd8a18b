"""Raw HTTP over sockets: clients that leave, that read slowly, that send nothing.

Each comes from an address of its own in 127.0.0.0/8, as clients do.
"""

import contextlib
import itertools
import os
import resource
import selectors
import socket
import struct
import time
from dataclasses import dataclass, field

_addresses = itertools.count()
PATIENCE = 15.0


def raise_descriptor_limit() -> int:
    """To what is allowed; returns that."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def address() -> str:
    number = next(_addresses) % (250 * 250)
    return f"127.0.{2 + number // 250}.{1 + number % 250}"


def connect(port: int, timeout: float = PATIENCE, receive_buffer: int | None = None,
            own_address: bool = True) -> socket.socket:
    made = socket.socket()
    try:
        made.settimeout(timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:  # before connecting, or the window is wide already
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if own_address:
            made.bind((address(), 0))
        made.connect(("127.0.0.1", port))
    except BaseException:
        made.close()
        raise
    return made


def head(target: str, *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *fields, "", "")).encode()


def reset(connection: socket.socket) -> None:
    """Closes at once, with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class Answer:
    status: int  # 0: none came
    body: bytes = b""
    seconds: float = 0.0
    fields: dict[str, str] = field(default_factory=dict)
    why: str = ""


def read_answer(connection: socket.socket, began: float | None = None,
                buffered: bytearray | None = None) -> Answer:
    """The next answer; bytes behind it stay in `buffered`."""
    began = time.monotonic() if began is None else began
    data = bytearray() if buffered is None else buffered

    def more() -> None:
        if not (got := connection.recv(1 << 16)):
            raise ConnectionError("closed")
        data.extend(got)

    while (end := data.find(b"\r\n\r\n")) < 0:
        more()
    lines = bytes(data[:end]).decode("latin-1").split("\r\n")
    del data[:end + 4]
    fields = {name.strip().lower(): value.strip()
              for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(fields.get("content-length", "0"))
    while len(data) < length:
        more()
    body = bytes(data[:length])
    del data[:length]
    return Answer(int(lines[0].split()[1]), body, time.monotonic() - began, fields)


def get(port: int, target: str, timeout: float = PATIENCE) -> Answer:
    """On a connection of its own; status 0 when there is no answer."""
    began = time.monotonic()
    try:
        with connect(port, timeout) as connection:
            connection.sendall(head(target, "Connection: close"))
            return read_answer(connection, began)
    except OSError as error:
        return Answer(0, seconds=time.monotonic() - began, why=str(error))


def metric(port: int, name: str) -> float:
    """The sum over all labels; `name` may hold a label: 'gate_in_use{gate="cpu"}'."""
    total = 0.0
    for line in get(port, "/metrics").body.decode().splitlines():
        if line.startswith("whittle_" + name):
            total += float(line.rsplit(" ", 1)[1])
    return total


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def percentile(values: list[float], share: float) -> float:
    """The nearest rank, so always one of them; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(-int(-share * len(ordered) // 1), 1) - 1]


def closed_within(connections: list[socket.socket], seconds: float, began: float) -> list[float]:
    """Reads and drops until they are closed; for each that was, when, in seconds after `began`."""
    times = []
    with selectors.DefaultSelector() as selector:
        for each in connections:
            each.setblocking(False)
            selector.register(each, selectors.EVENT_READ)
        until = began + seconds
        while selector.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(min(left, 0.5)):
                with contextlib.suppress(BlockingIOError):
                    try:
                        ended = not key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                    except ConnectionError:
                        ended = True
                    if ended:
                        times.append(time.monotonic() - began)
                        selector.unregister(key.fileobj)
    return times
