"""What the scripts of the appointment book have in common: how days and times are read, and why a wish can't be met."""

from __future__ import annotations

import re
from datetime import date, time
from functools import partial

from f.tenant_tools.shared.refusals import unless_refused

REFUSED = {
    "no_calendar": "there is no such calendar",
    "closed": "no appointment begins at that time: look at the free times",
    "taken": "that time is taken: look at the free times",
    "too_soon": "that time is over, or too soon: look at the free times",
    "too_late": "that day is too far away to be booked",
    "too_many": "this customer has as many appointments as one may have: one must be cancelled first",
    "not_found": "this customer has no such appointment",
    "which": "this customer has several appointments: say which one by its number",
}
accepted = partial(unless_refused, REFUSED)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Not done: write the day as 2026-12-31.") from None


def time_of(text: str) -> time:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("Not done: write the time as 09:30.")
    return time(int(found[1]), int(found[2]))


def number_of(text: str) -> int | None:
    """The number in `A-1001`; None for no text."""
    found = re.fullmatch(r"(?:A-?)?(\d{1,9})", text.strip(), re.IGNORECASE)
    if text.strip() and not found:
        raise ValueError("Not done: an appointment's number looks like A-1001.")
    return int(found[1]) if found else None
