"""An open-loop load generator in a process of its own: python -m bench.load --help

Signed webhooks of about 1 KB over many keep-alive connections. Arrivals follow a clock and don't wait for answers: one that finds every
connection busy waits in a line, and its time counts from when it was due. With --rate 0 every connection posts as fast as it is answered.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import os
import time
from collections import deque
from typing import Any

import uvloop

WORDS = "Does it come in another colour, and how long would the delivery take? "


def requests(count: int, secret: bytes, host: str) -> list[bytes]:
    """Whole HTTP requests, made before the clock runs; every message id is new."""
    run = os.urandom(4).hex()
    made = []
    for number in range(count):
        sender = f"3460{number % 9973:07d}"
        message = {
            "from": sender,
            "id": f"wamid.{run}{number:012d}",
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": WORDS * 8},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "bench"},
            "contacts": [{"profile": {"name": "Sheena"}, "wa_id": sender}],
            "messages": [message],
        }
        entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
        body = json.dumps(
            {"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")
        ).encode()
        signature = hmac.digest(secret, body, "sha256").hex()
        head = (
            f"POST /webhook HTTP/1.1\r\nHost: {host}\r\nUser-Agent: facebookexternalua\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


class Sender(asyncio.Protocol):
    """One connection: a request at a time."""

    transport: asyncio.Transport

    def __init__(self, load: Load) -> None:
        self.load = load
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def post(self, number: int, due: float) -> None:
        self.due = due
        self.transport.write(self.load.requests[number])

    def data_received(self, data: bytes) -> None:
        self.load.answered(self, time.perf_counter() - self.due, data.startswith(b"HTTP/1.1 200"))

    def connection_lost(self, error: Exception | None) -> None:
        self.load.broken()


class Load:
    """Due requests, free connections, and the times."""

    def __init__(self, made: list[bytes], rate: float) -> None:
        self.requests, self.rate = made, rate
        self.times: list[float] = []
        self.errors = 0
        self.next = 0
        self.free: deque[Sender] = deque()  # in turn: a connection that idles is closed by the server
        self.late: deque[tuple[int, float]] = deque()
        self.done = asyncio.get_running_loop().create_future()

    def answered(self, sender: Sender, seconds: float, fine: bool) -> None:
        self.times.append(seconds)
        self.errors += not fine
        if len(self.times) == len(self.requests):
            if not self.done.done():
                self.done.set_result(None)
        elif self.late:
            sender.post(*self.late.popleft())
        elif not self.rate and self.next < len(self.requests):
            sender.post(self.next, time.perf_counter())
            self.next += 1
        else:
            self.free.append(sender)

    def broken(self) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection"))

    async def run(self, host: str, port: int, connections: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, sender = await loop.create_connection(lambda: Sender(self), host, port)
            self.free.append(sender)
        begin = time.perf_counter()
        if self.rate:
            clock = asyncio.create_task(self.arrive(begin))
        else:
            starters, self.free = self.free, deque()
            for sender in starters:
                sender.post(self.next, time.perf_counter())
                self.next += 1
        await self.done
        seconds = time.perf_counter() - begin
        if self.rate:
            await clock
        times = sorted(self.times)

        def at(share: float) -> float:
            return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)

        return {
            "requests": len(times),
            "bytes": len(self.requests[0]),
            "per_s": round(len(times) / seconds, 1),
            "p50_ms": at(0.5),
            "p99_ms": at(0.99),
            "p999_ms": at(0.999),
            "errors": self.errors,
        }

    async def arrive(self, begin: float) -> None:
        """Evenly, by the clock, whatever the server does."""
        while self.next < len(self.requests):
            now = time.perf_counter()
            while self.next < len(self.requests) and (due := begin + self.next / self.rate) <= now:
                if self.free:
                    self.free.popleft().post(self.next, due)
                else:
                    self.late.append((self.next, due))
                self.next += 1
            await asyncio.sleep(0.001)


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0, help="arrivals a second; 0: flat out")
    options = parser.parse_args()
    made = requests(options.count, os.environ["META_APP_SECRET"].encode(), f"127.0.0.1:{options.port}")
    print(json.dumps(await Load(made, options.rate).run("127.0.0.1", options.port, options.connections)))


if __name__ == "__main__":
    uvloop.run(main())
