"""What the rule-based model knows of an appointment book: when a message wants a time, and how what the book says becomes an answer."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from local.models.protocol import Call, Tool, ToolResult

MOST_DAYS, MOST_TIMES = 3, 8
_THING = r"(?:appointments?|citas?|termine?n?)\b"
THING = re.compile(rf"\b{_THING}", re.IGNORECASE)
MINE = re.compile(rf"\b(?:my|mis?|meine?[nr]?)\s+(?:\w+\s+)?{_THING}|\bA-\d+", re.IGNORECASE)
HOW = re.compile(
    r"^\W*(?:how|what if|until when|c[oó]mo|hasta cu[aá]ndo|wie|bis wann)\b", re.IGNORECASE
)  # of the rules, not of a time
CANCEL = re.compile(
    r"\b(?:cancel|(?:cancel|anul)(?:ar|a|e|en)(?:la|me)?|stornier\w*|absagen?|sag\w*\b.*\bab)\b",
    re.IGNORECASE,
)
ASKS_WHETHER = re.compile(
    r"\b(?:can|may|could|should|must|do) i\b|\bpuedo\b|\bdebo\b|\b(?:kann|muss|darf) ich\b", re.IGNORECASE
)
MOVE = re.compile(
    r"\b(?:move|reschedule|postpone|change|(?:muev|cambi)(?:ar|a|e|en)|mover|verschieb\w*|verleg\w*)\b",
    re.IGNORECASE,
)
BOOK = re.compile(
    r"\b(?:book|make|schedule|reserve|take|reserv(?:ar|a|e|en)|pedir|buch\w*|reservier\w*)\b", re.IGNORECASE
)
FREE = re.compile(
    r"\b(?:free|available|next|any|slots?|libres?|disponibles?|hay|freie?n?|verf[uü]gbar\w*|gibt)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\bA-\d{1,9}\b", re.IGNORECASE)
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
CLOCK = re.compile(r"(?<![\d:.-])([01]?\d|2[0-3])[:.h]([0-5]\d)(?![\d:-])")
DAYS = {
    **dict.fromkeys(("today", "hoy", "heute"), 0),
    **dict.fromkeys(("tomorrow", "mañana", "morgen"), 1),
}
WEEKDAYS = (
    ("monday", "lunes", "montag"),
    ("tuesday", "martes", "dienstag"),
    ("wednesday", "miércoles", "mittwoch"),
    ("thursday", "jueves", "donnerstag"),
    ("friday", "viernes", "freitag"),
    ("saturday", "sábado", "samstag"),
    ("sunday", "domingo", "sonntag"),
)
SAYS = {
    "booked": {
        "en": "Your appointment {appointment} ({what}) is booked for {when}.",
        "es": "Su cita {appointment} ({what}) está reservada para el {day} a las {time}.",
        "de": "Ihr Termin {appointment} ({what}) ist gebucht: {day}, {time}.",
    },
    "moved": {
        "en": "Your appointment {appointment} is moved to {when}.",
        "es": "Su cita {appointment} se ha cambiado al {day} a las {time}.",
        "de": "Ihr Termin {appointment} ist verschoben auf {day}, {time}.",
    },
    "cancelled": {
        "en": "Your appointment {appointment} on {when} is cancelled.",
        "es": "Su cita {appointment} del {day} a las {time} está cancelada.",
        "de": "Ihr Termin {appointment} am {day}, {time} ist storniert.",
    },
    "listed": {
        "en": "{appointment} ({what}): {when}.",
        "es": "{appointment} ({what}): {day}, {time}.",
        "de": "{appointment} ({what}): {day}, {time}.",
    },
}
FREE_ON = {"en": "Free on {day}: {times}.", "es": "Libre el {day}: {times}.", "de": "Frei am {day}: {times}."}
NONE_FREE = {
    "en": "There is no free time then.",
    "es": "Entonces no hay ninguna hora libre.",
    "de": "Dann ist kein Termin frei.",
}
NONE = {
    "en": "You have no appointment.",
    "es": "No tiene ninguna cita.",
    "de": "Sie haben keinen Termin.",
}
NOT_DONE = {
    "en": "That is not possible: {why}.",
    "es": "No es posible: {why}.",
    "de": "Das geht nicht: {why}.",
}


def wanted_call(message: str, offered: str, tools: dict[str, Tool], today: date) -> Call | None:
    """The call that a message asks for; None where it is about something else or the tool is not there. `offered`: what the assistant said before."""
    call = None if HOW.search(message) else _wish(message, offered, today)
    return call if call and call.name in tools else None


def _wish(message: str, offered: str, today: date) -> Call | None:
    day, clock = day_of(message, today), clock_of(message)
    number = NUMBER.search(message)
    which = {"appointment": number[0].upper()} if number else {}
    if MINE.search(message) and CANCEL.search(message) and not ASKS_WHETHER.search(message):
        return Call("cancel_appointment", which)
    day = day or (day_of(offered, today) if clock and len(set(ISO_DAY.findall(offered))) == 1 else None)
    if MINE.search(message) and MOVE.search(message) and day and clock:
        return Call("move_appointment", {"day": day, "time": clock, **which})
    about = THING.search(message) or (clock and ISO_DAY.search(offered) and BOOK.search(message))
    if not about:
        return None
    if BOOK.search(message) and day and clock:
        return Call("book_appointment", {"day": day, "time": clock})
    if CANCEL.search(message):
        return None
    if MINE.search(message) and not BOOK.search(message) and not MOVE.search(message):
        return Call("list_appointments", {})
    if day or BOOK.search(message) or MOVE.search(message) or FREE.search(message):
        return Call("free_appointments", {"day": day, "days": 1} if day else {})
    return None


def day_of(text: str, today: date) -> str | None:
    """The day that a text names, as 2026-12-31; a weekday is the next one."""
    if found := ISO_DAY.search(text):
        return found[0]
    words = re.findall(r"[^\W\d_]+", text.lower())
    for word in words:
        if word in DAYS:
            return (today + timedelta(days=DAYS[word])).isoformat()
        for number, names in enumerate(WEEKDAYS):
            if word in names:
                return (today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)).isoformat()
    return None


def clock_of(text: str) -> str | None:
    found = CLOCK.search(ISO_DAY.sub("", text))
    return f"{int(found[1]):02}:{found[2]}" if found else None


def said(result: ToolResult, value: Any, language: str) -> list[tuple[str, str]]:
    """The sentences that answer a call, each with the words of the result that carry it."""
    refused = re.search(r"Not done: ([^\n]+?)\.?(?:\n|$)", result.text)
    if refused:
        why = refused[1].split(": look at")[0]
        return [(NOT_DONE[language].format(why=why), why)]
    if not isinstance(value, dict):
        return []
    if "free" in value:
        return free_times(result.text, value["free"], language)
    if "appointments" in value:
        lines = [
            (SAYS["listed"][language].format(**one), quoted(result.text, one))
            for one in value["appointments"]
        ]
        return lines or [(NONE[language], '"appointments": []')]
    deed = next((deed for deed in ("booked", "moved", "cancelled") if deed in value), None)
    return [(SAYS[deed][language].format(**value[deed]), quoted(result.text, value[deed]))] if deed else []


def free_times(text: str, days: list[dict[str, Any]], language: str) -> list[tuple[str, str]]:
    lines = []
    for one in days[:MOST_DAYS]:
        times = ", ".join(one["times"][:MOST_TIMES])
        day = f"{one['weekday']} {one['day']}" if language == "en" else one["day"]
        lines.append((FREE_ON[language].format(day=day, times=times), quoted(text, one)))
    return lines or [(NONE_FREE[language], '"free": []')]


def quoted(text: str, value: dict[str, Any]) -> str:
    """The JSON object as it stands in the result."""
    day = re.escape(json.dumps(value.get("appointment") or value["day"]))
    found = re.search(rf"\{{[^{{}}]*{day}[^{{}}]*\}}", text)
    return found[0] if found else str(value["day"])
