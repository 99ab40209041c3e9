"""What the doctor of a number says: one finding for each check, in the order in which a person would mend them."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from f.common.problems import Message

State = Literal["green", "red", "unknown"]
# Without these no customer is answered; what stands behind them matters later.
VITAL = (
    *("bot", "token", "scopes", "number", "registration", "subscription", "callback", "webhook"),
    *("model", "embeddings", "knowledge"),
)
CHECKS = (
    *VITAL,
    *("reports", "round_trip", "name", "quality", "limit", "payment", "pin", "templates", "clock", "handoff"),
)


class Finding(TypedDict):
    """`message`: what is wrong and what to do, or why nothing is known; None where the check is green. `at`: when a green one was
    last seen to be so."""

    check: str
    state: State
    message: Message | None
    at: NotRequired[str]


def green(check: str) -> Finding:
    return Finding(check=check, state="green", message=None)


def red(check: str, message: Message) -> Finding:
    return Finding(check=check, state="red", message=message)


def unknown(check: str, message: Message) -> Finding:
    """For what nobody could say: it is never green."""
    return Finding(check=check, state="unknown", message=message)


def judged(check: str, message: Message | None) -> Finding:
    """Red with what is wrong, green with None."""
    return green(check) if message is None else red(check, message)


def verdict(findings: list[Finding]) -> str:
    """ready, not_ready, or unknown: whether customers get answers, as far as the vital checks say. Answers that were seen to be lost say that they
    do not; a number to which nobody has written lately may be ready all the same."""
    states = {finding["state"] for finding in findings if finding["check"] in VITAL}
    lost = any(finding["check"] == "round_trip" and finding["state"] == "red" for finding in findings)
    if lost or "red" in states:
        return "not_ready"
    return "unknown" if "unknown" in states or not findings else "ready"


def in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: CHECKS.index(finding["check"]))
