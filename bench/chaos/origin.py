"""A web server of pictures on loopback: slow, failing or silent, as a test wants it.

An asyncio loop on a thread of this process, which ends with the block. A path's last segment names
the file; what stands before it is for tests that want a URL of its own for each request. The
origin remembers what became of every path, so that a test can say which failures had a reason.
"""

import asyncio
import contextlib
import enum
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote


class Fate(enum.Enum):
    """What becomes of a request."""

    SERVED = "served"
    RESET = "reset before the answer"
    CUT = "reset in the midst of the answer"
    HUNG = "no answer"


Fates = Callable[[], Fate]  # of the next request


def always(fate: Fate) -> Fates:
    return lambda: fate


def flapping(share: float, seed: int) -> Fates:
    """That share of the requests is reset: every second of them, about, in the midst of the answer.

    The same row of fates for the same seed.
    """
    drawn = random.Random(seed)

    def next_one() -> Fate:
        at = drawn.random()
        if at >= share:
            return Fate.SERVED
        return Fate.RESET if at < share / 2 else Fate.CUT

    return next_one


@dataclass
class Origin:
    files: Path
    fates: Fates = always(Fate.SERVED)
    delay_s: float = 0.0  # before it answers or resets
    answers_each: int = 0  # on a connection, until it is closed; 0 sets no limit
    asked: dict[str, list[Fate]] = field(default_factory=dict)  # by path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, *fates: Fate) -> int:
        return sum(each in fates for path in list(self.asked.values()) for each in path)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All requests of a connection."""
        try:
            going_on, number = True, 0
            while going_on:
                head = await reader.readuntil(b"\r\n\r\n")
                path = unquote(head.split(b" ")[1].decode())
                number += 1
                is_last = number == self.answers_each
                going_on = await self.answer(path, is_last, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side has left, or the test is over
        finally:
            writer.transport.abort()

    async def answer(self, path: str, is_last: bool, reader: asyncio.StreamReader,
                     writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        fate = self.fates()
        self.asked.setdefault(path, []).append(fate)
        await asyncio.sleep(self.delay_s)
        if fate is Fate.HUNG:
            await reader.read()  # until the other side has enough of it
            return False
        body = (self.files / path.rpartition("/")[2]).read_bytes()
        if fate is not Fate.RESET:
            close = "Connection: close\r\n" if is_last else ""
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{close}\r\n".encode()
            writer.write(head + (body if fate is Fate.SERVED else body[:len(body) // 2]))
            await writer.drain()
        if fate is not Fate.SERVED:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif is_last:
            await reader.read()  # the other side closes when it has all
        return fate is Fate.SERVED and not is_last


@contextlib.contextmanager
def serving(*origins: Origin) -> Iterator[None]:
    """They serve inside the block, each on a port of its own."""
    loop = asyncio.new_event_loop()
    servers = []

    async def start() -> None:
        for each in origins:
            servers.append(await asyncio.start_server(each.talk, "127.0.0.1", 0, backlog=512))
            each.port = servers[-1].sockets[0].getsockname()[1]

    async def end() -> None:
        for each in servers:
            each.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others)
        await asyncio.sleep(0)  # sockets are closed by the loop's next turn

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
