"""What a bot's file may say: each section checked by what the portal checks it by, and brought into the form in which it is exported.

Everything that is wrong is found in one go, a sentence each with its line. A section that a file lacks is left alone by an import, so it
stays absent here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.bots.entries import (
    Misfit,
    checked_case,
    checked_document,
    checked_server,
    checked_setting,
    checked_source,
    checked_template,
    document_key,
    is_secret,
    named_action,
    sort_key,
    template_key,
)
from deploy.bots.file import FORMAT, BotFileError, Source

from f.common.chatbot_settings import definitions
from f.common.problems import Problem, english
from f.common.setting_kinds import EMAIL
from f.portal_api.qa_pairs import pair_fields
from f.tools.action_fields import COLUMNS

SECTIONS = (
    "business", "settings", "qa_pairs", "web_sources", "documents", "mcp_servers", "http_actions", "message_templates", "saved_replies",
    "cases", "staff",
)  # fmt: skip
BUSINESS = ("assignment", "embedding_model", "speaker_notes")
ROLES = ("owner", "editor", "agent", "viewer")
SERVER = (
    "url",
    "headers",
    "secret_headers",
    "oauth",
    "allowed_tools",
    "tool_settings",
    "approvals",
    "timeout_s",
    "enabled",
)
ACTION = (*COLUMNS[1:], "approval")
DOCUMENT = ("title", "filename", "sha256", "sendable", "file")
CASE = ("question", "history", "expected", "enabled")
TEMPLATE = ("name", "language", "category", "parameter_format", "components")


def checked_bot(source: Source, folder: Path | None = None) -> dict[str, Any]:
    """The bot in the form of an export. `folder`: where its documents' files are looked for. Raises BotFileError."""
    return _Checks(source, folder).bot()


class _Checks:
    def __init__(self, source: Source, folder: Path | None) -> None:
        self.source, self.folder = source, folder
        self.problems: list[str] = []

    def bot(self) -> dict[str, Any]:
        given = self.source.value
        if not isinstance(given, dict) or "format" not in given:
            raise BotFileError(
                [f"{self.source.name} is no bot's file: it must begin with `format: {FORMAT}`."]
            )
        if given["format"] != FORMAT or isinstance(given["format"], bool):
            raise BotFileError([self._unknown_format(given["format"])])
        for name in given.keys() - {"format", *SECTIONS}:
            self.add((name,), f"there is no section “{name}”. There are: {', '.join(SECTIONS)}.")
        made = {"format": FORMAT}
        for section in SECTIONS:
            if section in given:
                made[section] = getattr(self, f"_{section}")(given[section])
        if self.problems:
            raise BotFileError(self.problems)
        return made

    def _unknown_format(self, given: Any) -> str:
        place = self.source.at("format")
        if isinstance(given, int) and not isinstance(given, bool) and given > FORMAT:
            return f"{place}: this file has format {given}, and this Chatmill reads format {FORMAT}: update Chatmill, then import it again."
        return f"{place}: there is no format {str(given)[:20]}. This Chatmill reads format {FORMAT}."

    def add(self, path: tuple[str | int, ...], sentence: str) -> None:
        self.problems.append(f"{self.source.at(*path)}: {sentence}")

    def take(self, path: tuple[str | int, ...], make: Callable[..., Any], *given: Any) -> Any:
        """What `make` makes of what was given; None, and a problem more, where it refuses."""
        try:
            return make(*given)
        except Problem as problem:
            name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
            sentence = problem.code if isinstance(problem, Misfit) else english(problem.message)
            self.add(path, sentence if f"“{name}”" in sentence else f"“{name}”: {sentence}")
        except (TypeError, ValueError, KeyError, AttributeError, IndexError):
            self.add(path, f"“{path[-1]}” has not the form that an export has.")
        return None

    def fields(
        self, path: tuple[str | int, ...], value: Any, known: tuple[str, ...], needed: tuple[str, ...] = ()
    ) -> dict[str, Any] | None:
        """An object with known fields; None where it is none."""
        if not isinstance(value, dict):
            self.add(path, f"“{path[-1]}” must be an object with: {', '.join(known)}.")
            return None
        for name in value.keys() - set(known):
            self.add((*path, name), f"there is no field “{name}” here. There are: {', '.join(known)}.")
        for name in needed:
            if name not in value:
                self.add(path, f"the field “{name}” is missing.")
        return value if all(name in value for name in needed) else None

    def rows(self, section: str, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        self.add((section,), f"“{section}” must be a list.")
        return []

    def named(self, section: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.add((section,), f"“{section}” must be an object: a name, then what it has.")
        return {}

    def once(
        self,
        section: str,
        made: list[dict[str, Any]],
        key: Callable[[dict[str, Any]], Any],
        places: list[int],
    ) -> None:
        """A problem for each entry that stands there before."""
        seen: dict[Any, int] = {}
        for entry, place in zip(made, places, strict=True):
            if key(entry) in seen:
                first = self.source.at(section, seen[key(entry)])
                self.add((section, place), f"this stands in “{section}” twice; first: {first}.")
            seen.setdefault(key(entry), place)

    def _business(self, value: Any) -> dict[str, Any]:
        given = self.fields(("business",), value, BUSINESS) or {}
        for name, fits, words in (
            ("assignment", given.get("assignment") in (None, "manual", "in_turn"), "manual or in_turn"),
            ("embedding_model", isinstance(given.get("embedding_model", ""), str), "a model's name"),
            ("speaker_notes", isinstance(given.get("speaker_notes", False), bool), "true or false"),
        ):
            if not fits:
                self.add(("business", name), f"“{name}” must be {words}.")
        return {name: given[name] for name in BUSINESS if given.get(name) is not None}

    def _settings(self, value: Any) -> dict[str, Any]:
        made = {}
        for name, given in sorted(self.named("settings", value).items()):
            if name in definitions() and is_secret(name):
                self.add(
                    ("settings", name),
                    f"“{name}” may hold a key, so it stands in no file: set it in the portal.",
                )
                continue
            path = ("settings", name)
            made[name] = self.take(path, checked_setting, name, given)
        return made

    def _qa_pairs(self, value: Any) -> list[dict[str, Any]]:
        made, places = [], []
        for number, given in enumerate(self.rows("qa_pairs", value)):
            path = ("qa_pairs", number)
            if self.fields(path, given, ("question", "answer"), ("question", "answer")) is None:
                continue
            if pair := self.take(path, pair_fields, given):
                made.append(dict(zip(("question", "answer"), pair, strict=True)))
                places.append(number)
        self.once("qa_pairs", made, lambda pair: pair["question"].lower(), places)
        return sorted(made, key=lambda pair: sort_key(pair["question"]))

    def _web_sources(self, value: Any) -> list[dict[str, Any]]:
        made, places = [], []
        for number, given in enumerate(self.rows("web_sources", value)):
            path = ("web_sources", number)
            if (
                self.fields(path, given, ("url", "kind", "max_pages", "refresh_hours"), ("url", "kind"))
                is None
            ):
                continue
            if found := self.take(path, checked_source, given):
                made.append(found)
                places.append(number)
        self.once("web_sources", made, lambda one: one["url"], places)
        return sorted(made, key=lambda one: one["url"])

    def _documents(self, value: Any) -> list[dict[str, Any]]:
        made, places = [], []
        for number, given in enumerate(self.rows("documents", value)):
            path = ("documents", number)
            if self.fields(path, given, DOCUMENT, ("filename",)) is None:
                continue
            if found := self.take(path, checked_document, given, self.folder):
                made.append(found)
                places.append(number)
        self.once("documents", made, lambda one: one["sha256"], places)
        return sorted(made, key=document_key)

    def _mcp_servers(self, value: Any) -> dict[str, Any]:
        made = {}
        for name, given in sorted(self.named("mcp_servers", value).items()):
            path = ("mcp_servers", name)
            if self.fields(path, given, SERVER, ("url",)) is not None:
                made[name] = self.take(path, checked_server, name, given)
        return made

    def _http_actions(self, value: Any) -> dict[str, Any]:
        made = {}
        for name, given in sorted(self.named("http_actions", value).items()):
            path = ("http_actions", name)
            if self.fields(path, given, ACTION, ("url", "description")) is not None:
                made[name] = self.take(path, named_action, name, given)
        return made

    def _message_templates(self, value: Any) -> list[dict[str, Any]]:
        made, places = [], []
        for number, given in enumerate(self.rows("message_templates", value)):
            path = ("message_templates", number)
            if self.fields(path, given, TEMPLATE, ("name", "language", "category", "components")) is None:
                continue
            if found := self.take(path, checked_template, given):
                made.append(found)
                places.append(number)
        self.once("message_templates", made, template_key, places)
        return sorted(made, key=template_key)

    def _saved_replies(self, value: Any) -> dict[str, str]:
        made: dict[str, str] = {}
        seen: dict[str, str] = {}
        for shortcut, body in self.named("saved_replies", value).items():
            path = ("saved_replies", shortcut)
            short, words = shortcut.strip(), body.strip() if isinstance(body, str) else ""
            if not 0 < len(short) <= 60 or not 0 < len(words) <= 4000:
                self.add(
                    path, "a saved reply has a shortcut of at most 60 characters and a text of at most 4,000."
                )
            elif short.lower() in seen:
                self.add(path, f"“{shortcut}” and “{seen[short.lower()]}” are the same shortcut.")
            seen.setdefault(short.lower(), shortcut)
            made[short] = words
        return dict(sorted(made.items()))

    def _cases(self, value: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for title, given in self.named("cases", value).items():
            path = ("cases", title)
            if self.fields(path, given, CASE, ("question", "expected")) is None:
                continue
            if title.lower() in {known.lower() for known in made}:
                self.add(path, f"“{title}” stands here twice, apart from capitals.")
            made[title] = self.take(path, checked_case, title, given)
        return dict(sorted(made.items()))

    def _staff(self, value: Any) -> dict[str, str]:
        made = {}
        for email, role in self.named("staff", value).items():
            if not EMAIL.fullmatch(email) or role not in ROLES:
                self.add(
                    ("staff", email),
                    f"staff are written as an e-mail address with one of: {', '.join(ROLES)}.",
                )
            elif email.lower() in made:
                self.add(("staff", email), f"“{email}” stands here twice.")
            made[email.lower()] = role
        return dict(sorted(made.items()))
