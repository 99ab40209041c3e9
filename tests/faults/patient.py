"""Customers who write on when nothing of theirs is open any more, so that their order is plain."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from tests.faults.ledger import HANDOFF, STOP, Said, end_of
from tests.faults.storm import Storm


@dataclass
class Customer:
    """Who writes to a number: deliveries of one or more texts each, the next one when nothing is open any more."""

    number: str
    phone: str
    deliveries: list[list[str]]
    said: list[Said] = field(default_factory=list)

    def waits(self, replies: list[dict[str, Any]], taken: set[str]) -> bool:
        """Whether a message of theirs still has no end that Meta knows of, or is not even among those that the webhook took."""
        return any(
            m.id not in taken or end_of(m, self.said[: n + 1], replies)[0] == "lost"
            for n, m in enumerate(self.said)
        )

    def write(self, storm: Storm, copies: int, replies: int) -> int:
        """The next delivery, so many times over; of how many messages. `replies`: how many they have."""
        texts = self.deliveries.pop(0)
        messages = [{"type": "text", "text": {"body": text}} for text in texts]
        for id_, text in zip(storm.deliver(self.number, self.phone, messages, copies), texts, strict=True):
            word = text.rpartition(" ")[2] if text != STOP else ""
            self.said.append(Said(id_, self.phone, word, text, replies))
        return len(texts)


def customers(
    chance: random.Random, numbers: tuple[str, ...], messages: int, each: int, first: int
) -> list[Customer]:
    """So many messages in all, `each` of a customer. `first`: the phone of the first one."""
    found: list[Customer] = []
    words = iter(f"m{n + 1}." for n in range(messages))
    left = messages
    while left:
        count = min(each, left)
        left -= count
        wish = chance.choice(["", "", "", STOP, HANDOFF]) if count > 1 else ""
        plain = count - (2 if wish else 0)  # after the wish they write once more, and get no answer
        deliveries: list[list[str]] = []
        while plain:
            burst = min(plain, chance.choice([1, 1, 1, 2, 3]))
            plain -= burst
            deliveries.append([f"Hello, this is {next(words)}" for _ in range(burst)])
        if wish:
            asked = STOP if wish == STOP else f"A {HANDOFF}, please: {next(words)}"
            deliveries += [[asked], [f"Hello, this is {next(words)}"]]
        found.append(Customer(numbers[len(found) % len(numbers)], str(first + len(found)), deliveries))
    return found
