"""The conversations: people, messages of both sides, and who wants to hear of changes."""

import asyncio
import itertools
import re
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.meta.config import CustomerConfig
from local.meta.store import Store

# A message of the business goes through these; a later one is never replaced by an earlier one.
ORDER = ("accepted", "sent", "delivered", "read")
FREE_REPLY = "free_customer_service"  # pricing.type of a reply that costs nothing


@dataclass
class Message:
    """One message as the phone shows it. A customer's is sending, retrying, delivered, read or lost."""

    wamid: str
    phone_number_id: str
    customer: str
    direction: str
    type: str
    content: dict[str, Any]
    time: float
    state: str
    seq: int = 0
    to: str = ""
    context: str | None = None
    biz: str | None = None
    error: str | None = None
    attempts: int = 0
    lost: bool = False
    referral: bool = False  # a customer's first message after a click on an ad
    pricing: dict[str, Any] | None = None  # what Meta charges for it, once it has left
    statuses: list[str] = field(default_factory=list)


class Hub:
    """Tells the page and the waiting calls what changed."""

    def __init__(self) -> None:
        self.last = 0
        self.recent: deque[dict[str, Any]] = deque(maxlen=2000)
        self.changed = asyncio.Event()
        self.closed = False

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        self.last += 1
        self.recent.append({"id": self.last, "kind": kind, **data})
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def close(self) -> None:
        """Let every stream end, so that the server can stop."""
        self.closed = True
        self.wake()

    def since(self, event_id: int) -> list[dict[str, Any]]:
        return [event for event in self.recent if event["id"] > event_id]

    async def wait(self, seconds: float) -> None:
        """Come back at the next change, or after so many seconds."""
        try:
            await asyncio.wait_for(self.changed.wait(), seconds)
        except TimeoutError:
            return


class Clock:
    """The time, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


def month_of(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")


def allowance(message: Message) -> tuple[str, str]:
    """Which free replies a message would count to: its number's of its month."""
    return message.phone_number_id, month_of(message.time)


def digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


class State:
    """Everything that is shown or asked for, in memory; written through to the store."""

    def __init__(self, configured: tuple[CustomerConfig, ...], store: Store, clock: Clock) -> None:
        self.configured, self.store, self.clock, self.hub = configured, store, clock, Hub()
        self.load()

    def load(self) -> None:
        self.customers: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, Message] = {}
        self.receipts: list[dict[str, Any]] = []
        self.taken: set[tuple[str, str]] = (
            set()
        )  # numbers and ids of what the webhook took of customers since the start
        self.last_from: dict[tuple[str, str], float] = {}
        self.came_by_ad: dict[tuple[str, str], float] = {}
        self.free_replies: Counter[tuple[str, str]] = Counter()
        for customer in self.configured:
            self.person(customer.phone, customer.user_id, customer.name, customer.username)
        for data, _ in self.store.all("customer"):
            self.customers[data["id"]] = data
        for data, _ in self.store.all("message"):
            self.remember(Message(**data))
        self.numbering = itertools.count(max((m.seq for m in self.messages.values()), default=0) + 1)

    def remember(self, message: Message) -> None:
        self.messages[message.wamid] = message
        if message.direction == "in":
            self.touch(message.phone_number_id, message.customer, message.time)
        if message.referral:
            self.came_by_ad[(message.phone_number_id, message.customer)] = message.time
        if message.pricing and message.pricing["type"] == FREE_REPLY:
            self.free_replies[allowance(message)] += 1

    def touch(self, phone_number_id: str, customer: str, at: float) -> None:
        """A customer's message starts the 24 hours again."""
        key = (phone_number_id, customer)
        self.last_from[key] = max(at, self.last_from.get(key, 0.0))

    def find(self, phone: str | None = None, user_id: str | None = None) -> dict[str, Any] | None:
        wanted = digits(phone) if phone else None
        for customer in self.customers.values():
            if (wanted and customer["phone"] == wanted) or (user_id and customer["user_id"] == user_id):
                return customer
        return None

    def named(self, name: str) -> dict[str, Any] | None:
        """A customer by id, name, phone or user id."""
        if name in self.customers:
            return self.customers[name]
        by_name = next((c for c in self.customers.values() if c["name"] == name), None)
        return by_name or (self.find(phone=name) if digits(name) else None) or self.find(user_id=name)

    def person(
        self, phone: str | None, user_id: str | None, name: str | None = None, username: str | None = None
    ) -> dict[str, Any]:
        """The customer with this phone or user id; a new one if there is none."""
        customer = self.find(phone, user_id)
        if customer is None:
            customer = {
                "id": user_id or digits(phone or ""),
                "phone": None,
                "user_id": None,
                "username": None,
            }
            customer["name"] = name or (f"+{digits(phone)}" if phone else str(user_id))
            self.customers[customer["id"]] = customer
        known = {
            "phone": digits(phone) if phone else None,
            "user_id": user_id,
            "name": name,
            "username": username,
        }
        customer.update({key: value for key, value in known.items() if value})
        return customer

    def keep_person(self, customer: dict[str, Any]) -> None:
        """Write a person down, once they have written something."""
        self.store.put("customer", customer["id"], customer)
        self.hub.publish("customer", {"customer": customer})

    def add(self, message: Message) -> None:
        message.seq = next(self.numbering)
        self.remember(message)
        self.save(message)

    def save(self, message: Message) -> None:
        self.store.put("message", message.wamid, asdict(message))
        self.hub.publish("message", {"message": asdict(message)})

    def take_back(self, customer: str, wamid: object) -> None:
        """A person deletes a message of theirs for everyone: their phone shows that there was one."""
        message = self.messages.get(str(wamid))
        if message is not None and (message.direction, message.customer) == ("in", customer):
            message.type, message.content = "deleted", {}
            self.save(message)

    def advance(self, message: Message, status: str) -> None:
        """Note a status that was sent to the webhook; what the page shows only moves forwards."""
        message.statuses.append(status)
        if status == "failed" or (status in ORDER and ORDER.index(status) > ORDER.index(message.state)):
            message.state = status
        self.save(message)

    def conversation(self, phone_number_id: str, customer: str) -> list[Message]:
        found = [
            m
            for m in self.messages.values()
            if (m.phone_number_id, m.customer) == (phone_number_id, customer)
        ]
        return sorted((m for m in found if not m.lost), key=lambda m: m.seq)

    def sent(self, phone_number_id: str | None = None, to: str | None = None) -> list[Message]:
        """What the business sent and Meta accepted, in order."""
        customer = self.named(to) if to else None
        wanted = customer["id"] if customer else to
        return [
            m
            for m in sorted(self.messages.values(), key=lambda m: m.seq)
            if m.direction == "out"
            and (phone_number_id is None or m.phone_number_id == phone_number_id)
            and (to is None or m.customer == wanted or m.to == to)
        ]

    def clear(self) -> None:
        self.store.clear()
        self.load()
        self.hub.publish("reset", {})
