"""What the stand-in for Meta knows by its own ledger alone, in the figures of a service statement: what came, what it took, delivered and charged,
and, of customers whose model echoes them, what became of each message.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

ECHO = "echo:"  # what the model's replies begin with, before the customer's words
HANDED_OFF = "A colleague of ours will write to you here."  # the chatbot's words of a handoff
STOP, HANDOFF = "stop", "colleague"  # what a customer writes to be left alone, and for a person
BEST = ("accepted", "sent", "delivered", "read")
ENDS = ("outcome:answered", "outcome:handed_off", "outcome:failed", "reason:opted_out", "reason:with_human")
Row = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One message of a customer. `word`: in no other message; '' where all of it is a command. `before`: how many replies they had then."""

    id: str
    phone: str
    word: str
    text: str
    before: int = 0


def of_messages(said: list[Said], taken: set[str], sent: list[Row]) -> dict[str, int]:
    """What became of all that customers wrote, in their order. `taken`: the ids that the webhook took; `sent`: what Meta took for them."""
    replies, earlier = replies_by_phone(sent), defaultdict[str, list[Said]](list)
    found: Counter[str] = Counter()
    places: dict[str, list[int]] = defaultdict(
        list
    )  # of each customer's messages, where they were answered first
    for message in said:
        earlier[message.phone].append(message)
        end, answered_at = end_of(message, earlier[message.phone], replies[message.phone])
        found[end] += 1
        found["doubled"] += len(answered_at) > 1
        places[message.phone] += answered_at[:1]
    answered = sum(found[end] for end in ENDS if end.startswith("outcome:"))
    overtaken = sum(place > min(at[n:]) for at in places.values() for n, place in enumerate(at))
    return {
        "came": len(taken & {message.id for message in said}),
        "answered": answered,
        "ended": sum(found[end] for end in ENDS) - answered,
        "open": 0,
        "lost": found["lost"],
        "doubled": found["doubled"],
        "overtaken": overtaken,
        **{end: found[end] for end in ENDS},
    }


def replies_by_phone(sent: list[Row]) -> dict[str, list[Row]]:
    """What Meta took for each customer, in its order; a part of a reply that it took twice, once."""
    found: dict[str, list[Row]] = defaultdict(list)
    seen: set[str] = set()
    for message in sent:
        if (part := str(message["biz_data"]["send_id"])) not in seen:
            seen.add(part)
            found[message["customer"]].append(message)
    return found


def end_of(message: Said, until_then: list[Said], replies: list[Row]) -> tuple[str, list[int]]:
    """How a message ended, and at which places of its customer's `replies` it was answered. `until_then`: what they wrote up to it.

    A reply in canned words, of a handoff or of a failure, answers what was written before it and no echo names."""
    echoes = [
        n
        for n, reply in enumerate(replies)
        if is_echo(reply) and message.word and message.word in reply["text"]
    ]
    if echoes:
        return "outcome:answered", echoes
    canned = [n for n, reply in enumerate(replies) if n >= message.before and not is_echo(reply)]
    if canned:
        handed_off = replies[canned[0]]["text"] == HANDED_OFF
        return ("outcome:handed_off" if handed_off else "outcome:failed"), canned[:1]
    if any(each.text == STOP for each in until_then):
        return "reason:opted_out", []
    return ("reason:with_human" if any(HANDOFF in each.text for each in until_then[:-1]) else "lost"), []


def is_echo(reply: Row) -> bool:
    return str(reply["text"]).startswith(ECHO)


def of_sends(sent: list[Row]) -> dict[str, int]:
    """How far the parts of replies came, and which deliveries Meta charges for."""
    of_part: dict[str, list[Row]] = defaultdict(list)
    for message in sent:
        of_part[message["biz_data"]["send_id"]].append(message)
    arrived = [m for m in sent if {"delivered", "read"} & set(m["statuses"])]
    states = Counter(state_of(messages) for messages in of_part.values())
    return {
        "sent": states["accepted"] + states["sent"],
        "delivered": states["delivered"],
        "read": states["read"],
        "charged": len(arrived),
        "billed": sum(m["pricing"]["billable"] for m in arrived),
        "free": sum(not m["pricing"]["billable"] for m in arrived),
        "copies": len(arrived) - len({m["biz_data"]["send_id"] for m in arrived}),
    }


def state_of(messages: list[Row]) -> str:
    """How far a part has come, of all that Meta took for it."""
    seen = [name for m in messages for name in ("accepted", *m["statuses"]) if name in BEST]
    return max(seen, key=BEST.index)
