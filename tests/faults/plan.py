"""What a storm does, made from its seed alone: what customers write, and which disturbances come in between."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local import seed

NUMBERS = (seed.SHOP.phone_number_id, seed.CLINIC.phone_number_id)
STRIKES_A_WRITE = 0.5
# In what form customers write, and how often in proportion. A burst is several messages in one delivery.
FORMS = {
    "text": 8,
    "burst": 4,
    "photo": 1,
    "voice note": 1,
    "edited": 1,
    "edited twice": 1,
    "edited, then deleted": 1,
    "deleted": 1,
    "edit first": 1,
    "deletion first": 1,
    "late": 1,
}
# What disturbs them: disturbances.py has a function of each name.
STRIKES = {
    "kill_runner": 4,
    "kill_ingress": 3,
    "crash_database": 1,
    "end_leases": 2,
    "fault_sends": 6,
    "change_statuses": 2,
    "change_settings": 2,
    "upload_document": 2,
    "suspend_tenant": 1,
    "reply_as_human": 2,
    "hold_contact": 1,
    "hold_connections": 1,
}
# How sends go wrong. The last one is answered so late that the statuses are there before the response.
SEND_FAULTS: list[dict[str, Any]] = [
    {"mode": "drop_after_accept"},
    {"mode": "drop_before"},
    {"mode": "error_after_accept", "status": 500, "code": 131000},
    {"mode": "error", "status": 500, "code": 131000},
    {"mode": "slow", "delay_s": 1.0},
    {"mode": "slow_after_accept", "delay_s": 1.0},
]
# How statuses come: as they should, so late that an unknown outcome is sent again, doubled in the wrong order.
STATUSES: list[dict[str, Any]] = [
    {},
    {"sent_s": 12.0, "delivered_s": 12.1, "read_s": 12.2},
    {"sent_s": 0.0, "double": ["sent", "delivered"], "reverse": True},
]


@dataclass(frozen=True)
class Talk:
    """A customer's conversation with one of the two numbers."""

    phone_number_id: str
    phone: str

    def __str__(self) -> str:
        return f"{('shop', 'clinic')[NUMBERS.index(self.phone_number_id)]}/{self.phone[-2:]}"


@dataclass(frozen=True)
class Write:
    """A customer writes.

    `copies`: how often Meta delivers it; `after_s`: between a message and its edits or its deletion; `rest_s`: until the next one writes.
    """

    talk: Talk
    form: str
    words: tuple[str, ...]
    copies: int
    after_s: float
    rest_s: float

    def __str__(self) -> str:
        copies = f", delivered {self.copies} times" if self.copies > 1 else ""
        return f"{self.talk} writes {' '.join(self.words)} ({self.form}{copies})"


@dataclass(frozen=True)
class Strike:
    """A disturbance. `details`: the arguments of its function."""

    name: str
    details: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"    {self.name} {' '.join(str(value) for value in self.details.values())}"


@dataclass
class Plan:
    """All of a storm, in its order. `messages`: how many are written, edits and deletions not counted."""

    seed: int
    messages: int
    steps: list[Write | Strike]

    def __str__(self) -> str:
        return "\n".join(str(step) for step in self.steps)

    @property
    def writes(self) -> list[Write]:
        return [step for step in self.steps if isinstance(step, Write)]

    @property
    def strikes(self) -> list[Strike]:
        return [step for step in self.steps if isinstance(step, Strike)]


def make_plan(seed_of_storm: int, messages: int) -> Plan:
    """A strike stands at its place among the messages, whatever the machine's speed."""
    rng = random.Random(seed_of_storm)
    large = messages >= 200
    talks = [Talk(NUMBERS[n % 2], f"346220000{n:02d}") for n in range(40 if large else 6)]
    # A small storm, too, has nearly every disturbance once.
    forms, strikes = deck(rng, FORMS), deck(rng, STRIKES if large else dict.fromkeys(STRIKES, 1))
    steps: list[Write | Strike] = []
    written = 0
    while written < messages:
        form = next(forms)
        count = min(messages - written, rng.randint(2, 5) if form == "burst" else 1)
        talk = rng.choice(talks)
        if form == "late":  # on its own: the 24 hours are counted from a customer's last message
            talk = Talk(talk.phone_number_id, f"346230000{len(steps) % 100:02d}")
        words = tuple(f"m{written + n + 1}." for n in range(count))
        steps.append(
            Write(talk, form, words, rng.choice([1, 1, 2, 3]), rng.choice([0, 0.1, 0.5]), rng.uniform(0, 0.6))
        )
        written += count
        if len(steps) > 3 and rng.random() < STRIKES_A_WRITE:
            name = next(strikes)
            known = [step.talk for step in steps if isinstance(step, Write) and step.form != "late"]
            steps.append(Strike(name, details_of(name, rng, known, large)))
    return Plan(seed_of_storm, messages, steps)


def deck(rng: random.Random, times: dict[str, int]) -> Iterator[str]:
    """The names in a shuffled order that repeats, each as often as it says: a large storm has all of them."""
    cards = [name for name, count in times.items() for _ in range(count)]
    return itertools.cycle(rng.sample(cards, len(cards)))


def details_of(name: str, rng: random.Random, talks: list[Talk], large: bool) -> dict[str, Any]:
    """A disturbance's choices."""
    match name:
        case "kill_runner" | "kill_ingress":
            return {"which": rng.randrange(2)}
        case "fault_sends":
            return {"order": {"next": rng.randint(1, 3), **rng.choice(SEND_FAULTS)}}
        case "change_statuses":
            return {"policy": rng.choice(STATUSES)}
        case "change_settings":
            return {"merge_window_s": rng.choice([0, 0.5, 2])}
        case "upload_document" | "suspend_tenant":
            return {"tenant": rng.randrange(2)}
        case "reply_as_human":
            return {"talk": rng.choice(talks), "clicks": rng.randint(1, 2)}
        case "hold_contact":
            return {"talk": rng.choice(talks), "seconds": 30.0 if large else 3.0}
        case "hold_connections":
            return {"seconds": 3.0}
    return {}
