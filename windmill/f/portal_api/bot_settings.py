# requirements:
# psycopg[binary]==3.3.9
"""The settings of a chatbot that its tenant may change, with their types and bounds. A module of f/portal_api/bot."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from f.common.portal_request import Refused, text_field

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
    "dont_know",
    "failure_message",
    "handoff_message",
    "offer_human",
    "limit_message",
    "closed_message",
)
MAY_BE_EMPTY = ("offer_human",)
LISTS = {"handoff_keywords": 60, "lead_fields": 40}
MOST_WORDS = 50
WORD_LISTS = ("opt_out_words", "opt_in_words")
TEMPLATES = ("notify_template", "window_template")
SITUATIONS = {
    "not_understood",
    "cannot_see",
    "cannot_hear",
    "cannot_watch",
    "cannot_open",
    "too_large",
    "welcome_back",
}
OUTSIDE_HOURS = ("answer", "close")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
COLUMNS = (
    *TEXTS,
    *NUMBERS,
    *SWITCHES,
    *BY_LANGUAGE,
    *LISTS,
    *WORD_LISTS,
    *TEMPLATES,
    "languages",
    "canned_replies",
    "notify_webhook_url",
    "notify_phone",
    "time_zone",
    "opening_hours",
    "closed_on",
    "outside_hours",
)


def validate(settings: Any) -> dict[str, Any]:
    """The settings by column, each checked for its type and bounds. Unknown names are left out."""
    if not isinstance(settings, dict):
        raise Refused("nothing_to_save")
    values: dict[str, Any] = {
        name: text_field(settings, name, most) for name, most in TEXTS.items() if name in settings
    }
    values |= {name: number(settings, name) for name in NUMBERS if name in settings}
    values |= {name: settings[name] is True for name in SWITCHES if name in settings}
    values |= {name: by_language(settings[name], name) for name in BY_LANGUAGE if name in settings}
    values |= {
        name: word_list(settings[name], name, most) for name, most in LISTS.items() if name in settings
    }
    values |= {name: word_lists(settings[name], name) for name in WORD_LISTS if name in settings}
    values |= {name: template(settings[name], name) for name in TEMPLATES if name in settings}
    if "languages" in settings:
        values["languages"] = languages(settings["languages"])
    if "canned_replies" in settings:
        values["canned_replies"] = canned_replies(settings["canned_replies"])
    values |= notification_channels(settings) | hours(settings)
    if "name" in values and not values["name"].strip():
        raise Refused("name_missing")
    return values


def number(settings: dict[str, Any], name: str) -> float | int:
    least, most = NUMBERS[name]
    value = settings[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused("number_out_of_range", field=name, least=least, most=most)
    return value if name in FRACTIONS else int(value)


def by_language(given: Any, name: str) -> str:
    """A text for each language, as JSON."""
    texts = texts_by_language(given, name)
    if not texts and name not in MAY_BE_EMPTY:
        raise Refused("text_missing", field=name)
    return json.dumps(texts)


def texts_by_language(given: Any, name: str) -> dict[str, str]:
    """The texts that are not empty, by language code."""
    texts = given if isinstance(given, dict) else {}
    for code in languages(list(texts)) if texts else []:
        if not isinstance(texts[code] or "", str) or len(texts[code] or "") > 1000:
            raise Refused("text_too_long", field=name, most=1000)
    found = {code: text_field(texts, code, 1000).strip() for code in texts}
    return {code: text for code, text in found.items() if text}


def canned_replies(given: Any) -> str:
    """The tenant's own texts for replies of the platform, as JSON. Without one the platform's text is used."""
    if not isinstance(given, dict) or not given.keys() <= SITUATIONS:
        raise Refused("reply_unknown")
    texts = {situation: texts_by_language(value, "canned_replies") for situation, value in given.items()}
    return json.dumps({situation: by_code for situation, by_code in texts.items() if by_code})


def word_list(given: Any, name: str, longest: int) -> list[str]:
    if not isinstance(given, list) or len(given) > MOST_WORDS or not all(isinstance(w, str) for w in given):
        raise Refused("list_too_long", field=name, most=MOST_WORDS)
    return list(dict.fromkeys(w.replace("\x00", "").strip()[:longest] for w in given if w.strip()))


def word_lists(given: Any, name: str) -> str:
    words = given if isinstance(given, dict) else {}
    lists = {code: word_list(words[code], name, 60) for code in (languages(list(words)) if words else [])}
    return json.dumps({code: words for code, words in lists.items() if words})


def languages(codes: Any) -> list[str]:
    if (
        not isinstance(codes, list)
        or not 1 <= len(codes) <= 20
        or not all(isinstance(c, str) and LANGUAGE.fullmatch(c) for c in codes)
    ):
        raise Refused("languages_invalid")
    return list(dict.fromkeys(codes))


def template(given: Any, name: str) -> str | None:
    """A template at Meta as JSON: its name, language and parameters; None without a name."""
    if given is None or (isinstance(given, dict) and not given.get("name")):
        return None
    if not isinstance(given, dict) or not re.fullmatch(r"[a-z0-9_]{1,512}", text_field(given, "name", 512)):
        raise Refused("template_name")
    language = text_field(given, "language", 10) or "en"
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2,3})?", language):
        raise Refused("template_language")
    parameters = word_list(given.get("parameters") or [], name, 1000)
    return json.dumps(
        {"name": given["name"], "language": language} | ({"parameters": parameters} if parameters else {})
    )


def notification_channels(settings: dict[str, Any]) -> dict[str, Any]:
    """Where the staff hears of handoffs: a webhook, a phone number."""
    values: dict[str, Any] = {}
    if "notify_webhook_url" in settings:
        url = text_field(settings, "notify_webhook_url", 1000).strip()
        if url and not re.fullmatch(r"https?://[^\s@/]+(/\S*)?", url):
            raise Refused("webhook_address")
        values["notify_webhook_url"] = url or None
    if "notify_phone" in settings:
        phone = text_field(settings, "notify_phone", 30).strip()
        if phone and not PHONE.fullmatch(phone):
            raise Refused("phone_number")
        values["notify_phone"] = re.sub(r"\D", "", phone) or None
    return values


def hours(settings: dict[str, Any]) -> dict[str, Any]:
    """When the business is open. The database refuses an unknown time zone."""
    values: dict[str, Any] = {}
    if "time_zone" in settings:
        values["time_zone"] = text_field(settings, "time_zone", 60).strip() or "UTC"
    if "outside_hours" in settings:
        values["outside_hours"] = text_field(settings, "outside_hours", 10)
        if values["outside_hours"] not in OUTSIDE_HOURS:
            raise Refused("outside_hours")
    if "opening_hours" in settings:
        values["opening_hours"] = json.dumps(week(settings["opening_hours"]))
    if "closed_on" in settings:
        days = word_list(settings["closed_on"], "closed_on", 10)
        try:
            values["closed_on"] = sorted({date.fromisoformat(day) for day in days})
        except ValueError:
            raise Refused("date") from None
    return values


def week(given: Any) -> dict[str, list[list[str]]]:
    """{"mon": [["09:00", "14:00"], …], …}; an end at or before its begin is on the next day. Empty: always open."""
    if not isinstance(given, dict) or not given.keys() <= set(DAYS):
        raise Refused("opening_days")
    for spans in given.values():
        fits = isinstance(spans, list) and len(spans) <= 6
        for span in spans if fits else []:
            pair = isinstance(span, list) and len(span) == 2 and all(isinstance(at, str) for at in span)
            fits = fits and pair and bool(TIME.fullmatch(span[0])) and span[0] != span[1]
            fits = fits and (span[1] == "24:00" or bool(TIME.fullmatch(span[1])))
        if not fits:
            raise Refused("opening_hours")
    return given
