# requirements: database
"""The settings of a chatbot that its tenant may change: which there are, and what each may be. A module of f/portal_api/bot."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from f.common.portal_request import Refused, text

TEXTS = {"name": 200, "persona": 4000, "system_prompt": 8000}
NUMBERS: dict[str, tuple[float, float]] = {
    "merge_window_s": (0, 30),
    "max_rounds": (1, 20),
    "max_seconds": (5, 600),
    "max_tokens": (1000, 1_000_000),
    "history_tokens": (0, 20000),
    "max_replies_per_hour": (1, 1000),
    "max_cost_usd": (0.001, 100),
    "handoff_hours": (0, 720),
    "stale_after_s": (60, 604_800),
}
FRACTIONS = ("merge_window_s", "max_cost_usd", "handoff_hours")
SWITCHES = ("enabled", "show_citations", "handoff_on_failure", "send_documents")
BY_LANGUAGE = (
    *("dont_know", "failure_message", "handoff_message", "offer_human", "limit_message", "closed_message"),
)
MAY_BE_EMPTY = ("offer_human",)
LISTS = {"handoff_keywords": 60, "lead_fields": 40}
WORD_LISTS = ("opt_out_words", "opt_in_words")
TEMPLATES = ("notify_template", "window_template")
SITUATIONS = frozenset(
    {
        *("not_understood", "cannot_see", "cannot_hear", "cannot_watch", "cannot_open", "too_large"),
        "welcome_back",
    }
)
OUTSIDE_HOURS = ("answer", "close")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BEGINS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
COLUMNS = (
    *(
        *TEXTS,
        *NUMBERS,
        *SWITCHES,
        *BY_LANGUAGE,
        *LISTS,
        *WORD_LISTS,
        *TEMPLATES,
        "languages",
        "canned_replies",
    ),
    *("notify_webhook_url", "notify_phone", "time_zone", "opening_hours", "closed_on", "outside_hours"),
)


def checked(settings: Any) -> dict[str, Any]:
    """The settings that exist, each of its kind and within its bounds."""
    if not isinstance(settings, dict):
        raise Refused("bad_request", "The settings are not there.")
    values: dict[str, Any] = {
        name: text(settings, name, most) for name, most in TEXTS.items() if name in settings
    }
    values |= {name: number(settings, name) for name in NUMBERS if name in settings}
    values |= {name: settings[name] is True for name in SWITCHES if name in settings}
    values |= {name: by_language(settings[name], name) for name in BY_LANGUAGE if name in settings}
    values |= {name: words_of(settings[name], name, most) for name, most in LISTS.items() if name in settings}
    values |= {name: word_lists(settings[name], name) for name in WORD_LISTS if name in settings}
    values |= {name: template(settings[name], name) for name in TEMPLATES if name in settings}
    if "languages" in settings:
        values["languages"] = languages(settings["languages"])
    if "canned_replies" in settings:
        values["canned_replies"] = canned_replies(settings["canned_replies"])
    values |= reached(settings) | hours(settings)
    if "name" in values and not values["name"].strip():
        raise Refused("bad_request", "The chatbot needs a name.")
    return values


def number(settings: dict[str, Any], name: str) -> float | int:
    least, most = NUMBERS[name]
    value = settings[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused("bad_request", f"“{name}” must be between {least:g} and {most:g}.")
    return value if name in FRACTIONS else int(value)


def by_language(given: Any, name: str) -> str:
    """Words for each language, as JSON."""
    words = given if isinstance(given, dict) else {}
    if not words and name in MAY_BE_EMPTY:
        return "{}"
    kept = {code: text(words, code, 1000).strip() for code in languages(list(words))}
    if not any(kept.values()) and name not in MAY_BE_EMPTY:
        raise Refused("bad_request", f"“{name}” needs words in one language at least.")
    return json.dumps({code: said for code, said in kept.items() if said})


def canned_replies(given: Any) -> str:
    """Own words for what the platform says by itself; what is left out has the platform's."""
    if not isinstance(given, dict) or not given.keys() <= SITUATIONS:
        raise Refused("bad_request", "There is no such notice.")
    kept = {}
    for situation, words in given.items():
        said = words if isinstance(words, dict) else {}
        found = {code: text(said, code, 1000).strip() for code in (languages(list(said)) if said else [])}
        if any(found.values()):
            kept[situation] = {code: words for code, words in found.items() if words}
    return json.dumps(kept)


def words_of(given: Any, name: str, longest: int) -> list[str]:
    if not isinstance(given, list) or len(given) > 50 or not all(isinstance(w, str) for w in given):
        raise Refused("bad_request", f"“{name}” must be a list of at most 50 words.")
    return list(dict.fromkeys(w.replace("\x00", "").strip()[:longest] for w in given if w.strip()))


def word_lists(given: Any, name: str) -> str:
    words = given if isinstance(given, dict) else {}
    lists = {code: words_of(words[code], name, 60) for code in (languages(list(words)) if words else [])}
    return json.dumps({code: said for code, said in lists.items() if said})


def languages(codes: Any) -> list[str]:
    if (
        not isinstance(codes, list)
        or not 1 <= len(codes) <= 20
        or not all(isinstance(c, str) and LANGUAGE.fullmatch(c) for c in codes)
    ):
        raise Refused("bad_request", "Name the languages by their codes, such as en, es or pt-BR.")
    return list(dict.fromkeys(codes))


def template(given: Any, name: str) -> str | None:
    """A template at Meta: its name, language and parameters; None where there is none."""
    if given is None or (isinstance(given, dict) and not given.get("name")):
        return None
    if not isinstance(given, dict) or not re.fullmatch(r"[a-z0-9_]{1,512}", text(given, "name", 512)):
        raise Refused(
            "bad_request", "A template's name has small letters, digits and _ only, as Meta shows it."
        )
    language = text(given, "language", 10) or "en"
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2,3})?", language):
        raise Refused("bad_request", "A template's language is a code such as en, en_US or pt_BR.")
    parameters = words_of(given.get("parameters") or [], name, 1000)
    return json.dumps(
        {"name": given["name"], "language": language} | ({"parameters": parameters} if parameters else {})
    )


def reached(settings: dict[str, Any]) -> dict[str, Any]:
    """How the staff is told of a handoff: an address, a phone."""
    values: dict[str, Any] = {}
    if "notify_webhook_url" in settings:
        url = text(settings, "notify_webhook_url", 1000).strip()
        if url and not re.fullmatch(r"https?://[^\s@/]+(/\S*)?", url):
            raise Refused("bad_request", "The address for notifications begins with https://.")
        values["notify_webhook_url"] = url or None
    if "notify_phone" in settings:
        phone = text(settings, "notify_phone", 30).strip()
        if phone and not PHONE.fullmatch(phone):
            raise Refused(
                "bad_request", "Write the phone number with its country code, such as +34 600 111 222."
            )
        values["notify_phone"] = re.sub(r"\D", "", phone) or None
    return values


def hours(settings: dict[str, Any]) -> dict[str, Any]:
    """When the business is open. The database refuses a time zone that it does not know."""
    values: dict[str, Any] = {}
    if "time_zone" in settings:
        values["time_zone"] = text(settings, "time_zone", 60).strip() or "UTC"
    if "outside_hours" in settings:
        values["outside_hours"] = text(settings, "outside_hours", 10)
        if values["outside_hours"] not in OUTSIDE_HOURS:
            raise Refused(
                "bad_request", "Outside opening hours the bot answers, or says that you are closed."
            )
    if "opening_hours" in settings:
        values["opening_hours"] = json.dumps(week(settings["opening_hours"]))
    if "closed_on" in settings:
        days = words_of(settings["closed_on"], "closed_on", 10)
        try:
            values["closed_on"] = sorted({date.fromisoformat(day) for day in days})
        except ValueError:
            raise Refused("bad_request", "Write a date as 2026-12-25.") from None
    return values


def week(given: Any) -> dict[str, list[list[str]]]:
    """{"mon": [["09:00", "14:00"], …], …}; an end at or before its begin is on the next day. Empty: always open."""
    if not isinstance(given, dict) or not given.keys() <= set(DAYS):
        raise Refused("bad_request", "The opening hours have the days mon to sun.")
    for spans in given.values():
        fits = isinstance(spans, list) and len(spans) <= 6
        for span in spans if fits else []:
            pair = isinstance(span, list) and len(span) == 2 and all(isinstance(at, str) for at in span)
            fits = fits and pair and bool(BEGINS.fullmatch(span[0])) and span[0] != span[1]
            fits = fits and (span[1] == "24:00" or bool(BEGINS.fullmatch(span[1])))
        if not fits:
            raise Refused("bad_request", "Write opening hours as 09:00 to 18:00.")
    return given
