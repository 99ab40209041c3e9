"""Signed webhook deliveries: anything but 200 is delivered again, ever more rarely, for up to seven days."""

import asyncio
import base64
import hmac
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from local.meta.config import Limits
from local.meta.state import Clock
from local.meta.store import Store

log = logging.getLogger("local.meta")


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


@dataclass
class Delivery:
    """One POST to the webhook, until it was answered with 200."""

    id: str
    body: bytes = field(repr=False)
    about: list[str]
    created: float
    attempts: int = 0
    last_status: int | None = None
    last_error: str | None = None
    next_at: float = 0.0
    done: bool = False
    first: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    kick: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def describe(self) -> dict[str, object]:
        keys = ("id", "about", "attempts", "last_status", "last_error", "next_at", "done")
        return {key: getattr(self, key) for key in keys}


class Deliverer:
    """A queue that survives a restart; each delivery waits for its own time and delays no other."""

    def __init__(
        self,
        urls: tuple[str, ...],
        secret: str,
        limits: Limits,
        store: Store,
        clock: Clock,
        seen: Callable[[Delivery], None],
    ) -> None:
        self.urls, self.secret, self.limits, self.store, self.clock, self.seen = (
            itertools.cycle(urls),
            secret,
            limits,
            store,
            clock,
            seen,
        )
        self.client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=64))
        self.slots = asyncio.Semaphore(64)
        self.waiting: dict[str, Delivery] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.numbering = itertools.count(int(clock.now() * 1000))

    def start(self) -> None:
        """Take up what was not delivered when the process ended."""
        for data, content in self.store.all("delivery"):
            delivery = Delivery(data["id"], content or b"", data["about"], data["created"], data["attempts"])
            self.follow(delivery)

    def enqueue(self, body: bytes, about: list[str]) -> Delivery:
        """Deliver until it is taken; comes back at once."""
        delivery = Delivery(str(next(self.numbering)), body, about, self.clock.now())
        data = {"id": delivery.id, "about": about, "created": delivery.created, "attempts": 0}
        self.store.put("delivery", delivery.id, data, body)
        self.follow(delivery)
        return delivery

    def follow(self, delivery: Delivery) -> None:
        self.waiting[delivery.id] = delivery
        task = asyncio.create_task(self.run(delivery))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self, delivery: Delivery) -> None:
        while not delivery.done:
            async with self.slots:
                delivery.last_status, delivery.last_error = await self.post(delivery.body)
            delivery.attempts += 1
            expired = self.clock.now() - delivery.created > self.limits.give_up_s
            delivery.done = delivery.last_status == 200 or expired
            pause = self.pause(delivery.attempts)
            delivery.next_at = self.clock.now() + pause
            if delivery.done:
                self.waiting.pop(delivery.id, None)
                self.store.delete("delivery", delivery.id)
            self.seen(delivery)
            delivery.first.set()
            if not delivery.done:
                await self.rest(delivery, pause)

    async def rest(self, delivery: Delivery, seconds: float) -> None:
        delivery.kick.clear()
        try:
            await asyncio.wait_for(delivery.kick.wait(), seconds)
        except TimeoutError:
            return

    def pause(self, attempts: int) -> float:
        """Seconds until the next attempt: longer each time."""
        limits = self.limits
        return min(limits.retry_max_s, limits.retry_base_s * limits.retry_factor ** min(attempts - 1, 60))

    async def post(self, body: bytes, signature: str = "valid") -> tuple[int | None, str | None]:
        """One POST of exactly these bytes. Returns the status, or what kept it from getting one."""
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signature != "none":
            headers["X-Hub-Signature-256"] = sign(
                self.secret if signature == "valid" else "wrong " + self.secret, body
            )
        try:
            answer = await self.client.post(
                next(self.urls), content=body, headers=headers, timeout=self.limits.webhook_timeout_s
            )
        except httpx.HTTPError as error:
            log.info("The webhook could not be reached: %s", type(error).__name__)
            return None, type(error).__name__
        return answer.status_code, None

    def kick(self) -> int:
        """Try everything that waits now."""
        for delivery in self.waiting.values():
            delivery.kick.set()
        return len(self.waiting)

    def clear(self) -> None:
        for delivery in self.waiting.values():
            delivery.done = True
        for task in self.tasks:
            task.cancel()
        self.waiting.clear()

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.client.aclose()


def body_of(raw: object, encoded: object) -> bytes | None:
    """The bytes of a raw delivery: text as it is, or base64 for what is not text."""
    if isinstance(encoded, str):
        return base64.b64decode(encoded)
    return raw.encode() if isinstance(raw, str) else None
