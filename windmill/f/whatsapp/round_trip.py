"""A round trip: a person writes to the number, the bot answers, and Meta brings them the answer. Only that proves the whole way.

WhatsApp takes free text for 24 hours after a person's own message, so nobody can be written to out of the blue: a person sends words with a code, and
`follow` says how far they and the answer have come. `lately` tells of the customers' own messages whether their answers arrive.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from f.common.problems import Message, message
from f.whatsapp.findings import Finding, green, red, unknown

if TYPE_CHECKING:
    from f.common.database import TenantDatabase

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none of them is taken for another one
LETTERS_OF_A_CODE = 6
LATE_S = {"came": 30, "answered": 90, "sent": 30, "delivered": 30}
HEARD_H = 72
MOST_PEOPLE = 2  # whose answers may fail in a row before it is the number's fault
# By the codes of ending_of(); the others are of messages that ask nothing. What is to be done is said in a sentence of its own.
UNANSWERED = {"switched_off": message("doctor_bot_off"), "with_human": message("trip_with_human")}
REASONS = {
    "limit": message("ended_limit"),
    "closed": message("ended_closed"),
    "group": message("ended_group"),
    "suspended": message("ended_suspended"),
    "blocked": message("send_person_blocked"),
    "opted_out": message("ended_opted_out"),
    "too_old": message("ended_too_old"),
    "deleted": message("ended_deleted"),
    "given_up": message("turn_lost"),
}
# By the outcomes of a turn that failed; of another one nothing was to be sent.
ENDS = {"failed": message("turn_failed"), "lost": message("turn_lost")}


class Step(TypedDict):
    """`at`: when it was done. `message`: why it is not, and what to do; None as long as it is not late."""

    step: Literal["came", "answered", "sent", "delivered"]
    state: Literal["done", "waiting", "failed"]
    at: str | None
    message: Message | None


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_A_CODE))


def is_code(words: str) -> bool:
    return len(words) == LETTERS_OF_A_CODE and set(words) <= set(LETTERS)


def follow(
    tenant: TenantDatabase, phone_number_id: str, code: str, since: datetime, webhook: str | None
) -> list[Step]:
    """How far the message with this code has come: the steps that are done, and the one that waits or has failed. Raises LookupError where the
    number is gone. `since`: when the code was given. `webhook`: our address, as Meta should know it."""
    said = tenant.value("select follow_message(%s, %s, %s)", phone_number_id, code, since)
    if said is None:
        raise LookupError("no such number")
    found, now = said["message"], datetime.fromisoformat(said["now"])
    if found is None:
        return [_pending("came", since, now, _not_come(webhook))]
    came = _done("came", found["came_at"])
    turn = found["turn"]
    if turn is None or turn["state"] == "active":
        return [came, _unanswered(found, now)]
    if turn["state"] == "failed" or not turn["parts"]:
        stopped = turn["stopped"]
        why = message("trip_failed", problem=ENDS.get(turn["outcome"]) or message("turn_silent"))
        return [came, _failed("answered", message("trip_stopped", problem=stopped) if stopped else why)]
    return [came, _done("answered", turn["answered_at"]), *_of_words(turn, now)]


def lately(tenant: TenantDatabase, phone_number_id: str) -> Finding:
    """Whether the answers to the customers' last messages have reached them. Green with the time of the newest message of which that is known."""
    said = tenant.value("select last_round_trips(%s, %s)", phone_number_id, HEARD_H)
    if said["people"] > (MOST_PEOPLE if said["proven_at"] else 0):
        lost = message("doctor_trip_lost", n=said["people"], problem=said["problem"])
        # Of a quiet number: one turn that died may be chance, and three days without traffic would not clear it.
        return (red if said["people"] > MOST_PEOPLE else unknown)("round_trip", lost)
    if said["proven_at"] is None:
        return unknown("round_trip", message("doctor_trip_unproven", hours=HEARD_H))
    return {**green("round_trip"), "at": said["proven_at"]}


def _of_words(turn: dict[str, Any], now: datetime) -> list[Step]:
    """The way of the answer's words: taken by Meta, and brought to the phone."""
    problem = _refusal(turn)
    if turn["sent_at"] is None:
        if problem:
            return [_failed("sent", problem)]
        return [_pending("sent", datetime.fromisoformat(turn["answered_at"]), now, message("trip_unsent"))]
    sent = _done("sent", turn["sent_at"])
    if turn["delivered_at"]:
        return [sent, _done("delivered", turn["delivered_at"])]
    if problem:
        return [sent, _failed("delivered", problem)]
    why = message("trip_phone_silent") if turn["heard"] else message("doctor_unreported", n=turn["parts"])
    return [sent, _pending("delivered", datetime.fromisoformat(turn["sent_at"]), now, why)]


def _refusal(turn: dict[str, Any]) -> Message | None:
    """Why a part of the answer does not go out; None: none is refused."""
    if not (refused := turn["refused"]):
        return None
    if refused["problem"]:
        return message("not_sent_code", problem=refused["problem"], words=refused["words"])
    if turn["stopped"]:
        return message("trip_stopped", problem=turn["stopped"])
    return message("trip_not_sent")


def _unanswered(found: dict[str, Any], now: datetime) -> Step:
    """Of a message that no turn has answered: not yet, or never."""
    if found["state"] in ("ended", "dead"):
        ending = "given_up" if found["state"] == "dead" else found["ending"]
        reason = REASONS.get(ending)
        why = message("trip_ended", reason=reason) if reason else message("trip_not_asked")
        return _failed("answered", UNANSWERED.get(ending, why))
    return _pending("answered", datetime.fromisoformat(found["came_at"]), now, message("trip_no_worker"))


def _not_come(webhook: str | None) -> Message:
    return message("trip_not_come", address=webhook) if webhook else message("doctor_webhook_unset")


def _done(step: Any, at: str) -> Step:
    return Step(step=step, state="done", at=at, message=None)


def _failed(step: Any, why: Message) -> Step:
    return Step(step=step, state="failed", at=None, message=why)


def _pending(step: Any, since: datetime, now: datetime, why: Message) -> Step:
    """It may still come: `why` is said when it is late."""
    late = (now - since).total_seconds() > LATE_S[step]
    return Step(step=step, state="waiting", at=None, message=why if late else None)
