"""What kinds of settings a chatbot has: each kind checks a value, and says how the portal's page and PostgreSQL hold it.

A value that does not fit is a SettingError: a code with values (f/common/problems), which the portal and the command line put into words.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from f.common.problems import Problem
from f.common.redaction import sanitise

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
TEMPLATE_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,24}")
EMAIL = re.compile(r"[^\s@<>,;:]{1,64}@[^\s@<>,;:]+\.[^\s@<>,;:]+")
URL = re.compile(r"https?://[^\s@/]+(/\S*)?")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_WORDS = 1000
LONGEST_TITLE = 20  # characters that WhatsApp takes on a button
MOST_WORDS = 50


class SettingError(Problem, ValueError):
    """A setting is unknown, or its value does not fit: a code with values, such as the setting's name."""


class Kind:
    """`page`: the value's type on the portal's page, in TypeScript. `is_json`: PostgreSQL holds it as jsonb."""

    page = "string"
    is_json = False

    def check(self, name: str, value: Any) -> Any:
        """The value as it is stored; raises SettingError. Written out as JSON by `stored`, where it is JSON."""
        raise NotImplementedError

    def stored(self, name: str, value: Any) -> Any:
        """The checked value as a parameter of an UPDATE."""
        checked = self.check(name, value)
        return json.dumps(checked) if self.is_json and checked is not None else checked


class Text(Kind):
    def __init__(self, longest: int) -> None:
        self.longest = longest

    def check(self, name: str, value: Any) -> Any:
        return text_of(name, value, self.longest)


class Name(Text):
    def check(self, name: str, value: Any) -> Any:
        text = text_of(name, value, self.longest)
        if not text.strip():
            raise SettingError("name_missing")
        return text


class OptionalText(Text):
    """Empty is null."""

    page = "string|null"

    def check(self, name: str, value: Any) -> Any:
        return text_of(name, value, self.longest).strip() or None


class Address(OptionalText):
    """A web address. No user name in it: what stands before an @ is easily taken for the host."""

    def check(self, name: str, value: Any) -> Any:
        address = super().check(name, value)
        if address and not URL.fullmatch(address):
            raise SettingError("webhook_address")
        return address


class Phone(OptionalText):
    """Stored as digits."""

    def check(self, name: str, value: Any) -> Any:
        phone = super().check(name, value)
        if phone and not PHONE.fullmatch(phone):
            raise SettingError("phone_number")
        return phone and re.sub(r"\D", "", phone)


class Email(OptionalText):
    def __init__(self) -> None:
        super().__init__(320)

    def check(self, name: str, value: Any) -> Any:
        email = super().check(name, value)
        if email and not EMAIL.fullmatch(email):
            raise SettingError("email_invalid")
        return email


class PeopleToTell(Kind):
    """Phone numbers, stored as digits, and e-mail addresses."""

    page = "string[]"

    def check(self, name: str, value: Any) -> Any:
        people = words_of(name, value, 320)
        wrong = [person for person in people if not EMAIL.fullmatch(person) and not PHONE.fullmatch(person)]
        if wrong:
            raise SettingError("person_to_tell", person=wrong[0])
        return [person if "@" in person else re.sub(r"\D", "", person) for person in people]


class Number(Kind):
    page = "number"

    def __init__(self, least: float, most: float, fraction: bool = False) -> None:
        self.least, self.most, self.fraction = least, most, fraction

    def check(self, name: str, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most:
            raise SettingError("number_out_of_range", field=name, least=self.least, most=self.most)
        return value if self.fraction else int(value)


class Switch(Kind):
    page = "boolean"

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, bool):
            raise SettingError("switch_invalid", field=name)
        return value


class OptionalNumber(Number):
    """Null: none is set."""

    page = "number|null"

    def check(self, name: str, value: Any) -> Any:
        return None if value is None or value == "" else super().check(name, value)


class Choice(Kind):
    """One of a few words; null where none is needed."""

    def __init__(self, *words: str, needed: bool = True) -> None:
        self.words, self.needed = words, needed

    def check(self, name: str, value: Any) -> Any:
        if value in self.words:
            return value
        if not self.needed and not value:
            return None
        raise SettingError("choice_invalid", field=name, choices=", ".join(self.words))


class OutsideHours(Kind):
    def check(self, name: str, value: Any) -> Any:
        if value not in ("answer", "close"):
            raise SettingError("outside_hours")
        return value


class TimeZone(Kind):
    """PostgreSQL refuses a zone that it does not know."""

    def check(self, name: str, value: Any) -> Any:
        return text_of(name, value, 60).strip() or "UTC"


class Languages(Kind):
    page = "string[]"

    def check(self, name: str, value: Any) -> Any:
        return languages_of(value)


class Words(Kind):
    """What the chatbot says, by language."""

    page = "Words"
    is_json = True

    def __init__(self, may_be_empty: bool = False) -> None:
        self.may_be_empty = may_be_empty

    def check(self, name: str, value: Any) -> Any:
        given = value if isinstance(value, dict) else {}
        codes = languages_of(list(given)) if given else []
        words = {code: text_of(name, given[code], LONGEST_WORDS).strip() for code in codes}
        if not any(words.values()) and not self.may_be_empty:
            raise SettingError("text_missing", field=name)
        return {code: text for code, text in words.items() if text}


class WordsBySituation(Kind):
    """Own words in place of the platform's; what is left out has the platform's."""

    page = "Record<string, Words>"
    is_json = True

    def __init__(self, situations: frozenset[str], titles: frozenset[str] = frozenset()) -> None:
        """`titles`: the situations whose words stand on a button."""
        self.situations, self.titles = situations, titles

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, dict) or not value.keys() <= self.situations:
            raise SettingError("reply_unknown")
        checked = {
            situation: Words(may_be_empty=True).check(name, words) for situation, words in value.items()
        }
        if any(
            len(text) > LONGEST_TITLE
            for title in self.titles & checked.keys()
            for text in checked[title].values()
        ):
            raise SettingError("title_long", field=name, most=LONGEST_TITLE)
        return {situation: words for situation, words in checked.items() if words}


class WordList(Kind):
    page = "string[]"

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def check(self, name: str, value: Any) -> Any:
        return words_of(name, value, self.longest)


class WordLists(Kind):
    """Words by language."""

    page = "Record<string, string[]>"
    is_json = True

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def check(self, name: str, value: Any) -> Any:
        given = value if isinstance(value, dict) else {}
        codes = languages_of(list(given)) if given else []
        lists = {code: words_of(name, given[code], self.longest) for code in codes}
        return {code: words for code, words in lists.items() if words}


class Template(Kind):
    """A template at Meta: name, language, and the texts for its parameters, if it has any."""

    page = "Template"
    is_json = True

    def check(self, name: str, value: Any) -> Any:
        if value is None or (isinstance(value, dict) and not value.get("name")):
            return None
        if not isinstance(value, dict) or not re.fullmatch(
            r"[a-z0-9_]{1,512}", text_of("name", value["name"], 512)
        ):
            raise SettingError("template_name")
        language = text_of("language", value.get("language"), 10) or "en"
        if not TEMPLATE_LANGUAGE.fullmatch(language):
            raise SettingError("template_language")
        parameters = words_of(name, value.get("parameters") or [], LONGEST_WORDS)
        template = {"name": value["name"], "language": language}
        return template | ({"parameters": parameters} if parameters else {})


class Week(Kind):
    """{"mon": [["09:00", "14:00"], …], …}; an end at or before its begin is on the next day. Empty: always open."""

    page = "Week"
    is_json = True

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, dict) or not value.keys() <= set(DAYS):
            raise SettingError("opening_days")
        for spans in value.values():
            if not isinstance(spans, list) or len(spans) > 6 or not all(is_span(span) for span in spans):
                raise SettingError("opening_hours")
        return value


class Dates(Kind):
    page = "string[]"

    def check(self, name: str, value: Any) -> Any:
        try:
            return sorted({date.fromisoformat(day) for day in words_of(name, value, 10)})
        except ValueError as error:
            if isinstance(error, SettingError):
                raise
            raise SettingError("date") from None


class Models(Kind):
    """[{"provider", "model"}, …]: asked one after the other when the first one fails."""

    page = "ModelChoice[]"
    is_json = True

    def check(self, name: str, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise SettingError("models_invalid", field=name)
        return value


def text_of(name: str, value: Any, longest: int) -> str:
    """A text, '' in place of nothing. Without zero characters and halves of emoji, which PostgreSQL can't store."""
    text = value or ""
    if not isinstance(text, str) or len(text) > longest:
        raise SettingError("text_too_long", field=name, most=longest)
    return sanitise(text)


def words_of(name: str, value: Any, longest: int) -> list[str]:
    """A list of short texts, each once; what is longer than `longest` is cut."""
    fits = (
        isinstance(value, list) and len(value) <= MOST_WORDS and all(isinstance(word, str) for word in value)
    )
    if not fits:
        raise SettingError("list_too_long", field=name, most=MOST_WORDS)
    return list(dict.fromkeys(w.replace("\x00", "").strip()[:longest] for w in value if w.strip()))


def languages_of(codes: Any) -> list[str]:
    """Language codes, each once."""
    fits = isinstance(codes, list) and 1 <= len(codes) <= 20
    if not fits or not all(isinstance(code, str) and LANGUAGE.fullmatch(code) for code in codes):
        raise SettingError("languages_invalid")
    return list(dict.fromkeys(codes))


def is_span(value: Any) -> bool:
    """Whether a value is ["09:00", "14:00"]; the end may be "24:00"."""
    pair = isinstance(value, list) and len(value) == 2 and all(isinstance(at, str) for at in value)
    if not pair or not CLOCK.fullmatch(value[0]) or value[0] == value[1]:
        return False
    return value[1] == "24:00" or bool(CLOCK.fullmatch(value[1]))
