"""A request as another system keeps it, with its variables, made into an HTTP action without a secret. Nothing is sent."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deploy.bots.checks import ACTION

from f.common.problems import Problem
from f.common.redaction import KEY
from f.tools.action_drafts import NOT_OURS, SECRET, UUID, VERBS, Drafting, name_of
from f.tools.action_fields import checked_action
from f.tools.header_fields import has_key
from f.tools.http_actions import PLACE


class NoCounterpart(Exception):
    """Why a request can't become an action: a sentence."""


class Variables:
    """How a system writes a variable inside a text. `pattern`: its first group is the variable's name."""

    def __init__(self, pattern: str, names: dict[str, str] | None = None) -> None:
        self.pattern, self.names = re.compile(pattern), names or {}

    def name(self, found: re.Match[str]) -> str:
        key = found[1].strip()
        return self.names.get(key, key.rpartition(".")[2] or key)

    def within(self, text: str) -> bool:
        return bool(self.pattern.search(text))


def action_of(
    method: str, url: str, headers: dict[str, str], body: Any, about: str, variables: Variables
) -> tuple[str, dict[str, Any]]:
    """The action's name and what a bot's file says of it. It is switched off: a person has to describe it first. `body`: None, an object, or a
    text. Raises NoCounterpart."""
    request = _Request(variables)
    parts = urlsplit(variables.pattern.sub("x", url))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoCounterpart("its address is no whole address that begins with https://")
    authority = url.partition("://")[2].partition("/")[0].partition("?")[0]
    if variables.within(authority):
        raise NoCounterpart("its host is a variable: an action's host is fixed")
    if "@" in authority:
        raise NoCounterpart("its address holds a user name: enter it as a header")
    before, _, query = url.partition("#")[0].partition("?")
    path = before.partition("://")[2].partition("/")[2]
    words = [word for word in variables.pattern.sub("", path).split("/") if word]
    method = method.upper()
    action: dict[str, Any] = {
        "description": about[:1000],
        "method": method,
        "url": f"{parts.scheme}://{authority}/{'/'.join(map(request.segment, path.split('/')))}",
        "query": {
            name: request.value(name, value) for name, value in parse_qsl(query, keep_blank_values=True)
        },
        "headers": {
            name: request.value(name, value)
            for name, value in headers.items()
            if name and not NOT_OURS.fullmatch(name)
        },
        "body": None,
        "body_kind": "none",
        "read_only": method == "GET",
        "idempotent": has_key(headers),
        "enabled": False,
    }
    if body not in (None, "", {}) and method != "GET":
        action["body"], action["body_kind"] = request.body(body)
    action["parameters"] = request.drafting.parameters
    name = name_of(f"{VERBS.get(method, 'call')} {words[-1] if words else authority.split('.')[0]}")
    try:
        made = checked_action({**action, "name": name})
    except Problem as problem:
        raise NoCounterpart(str(problem)) from None
    return name, {field: made[field] for field in ACTION if field in made}


class _Request:
    """Puts a place into a request for each variable and each secret."""

    def __init__(self, variables: Variables) -> None:
        self.variables, self.drafting = variables, Drafting()
        self._places: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A text with places for its variables."""
        return self.variables.pattern.sub(self._place, text)

    def _place(self, found: re.Match[str]) -> str:
        name = self.variables.name(found)
        if name not in self._places:
            self._places[name] = (
                self.drafting.secret(name) if SECRET.search(name) else self.drafting.asked(name, None)
            )
        return self._places[name]

    def segment(self, text: str) -> str:
        """A piece of the path. A long one of letters and digits is somebody's key."""
        if self.variables.within(text) or UUID.fullmatch(text):
            return self.text(text)
        is_key = len(text) >= 20 and re.search(r"\d", text) and re.search(r"[A-Za-z]", text)
        return self.drafting.secret("path_key") if is_key else text

    def value(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and (SECRET.search(name) or KEY.search(value)):
            return self.drafting.secret(name)  # without its value: it stands in no file
        if isinstance(value, str) and self.variables.within(value):
            return self.text(value)
        return self.drafting.fixed(name, value) if isinstance(value, str) and PLACE.search(value) else value

    def body(self, body: Any) -> tuple[Any, str]:
        if isinstance(body, str):
            try:
                body = json.loads(body)
            except ValueError:
                body = self._loose(body)
            return self._inside("body", body), "json"
        return {name: self.value(name, value) for name, value in body.items()}, "form"

    def _loose(self, text: str) -> Any:
        """JSON in which variables stand without quotes."""
        alone = rf'(?<!["\w])({self.variables.pattern.pattern})(?!["\w])'
        quoted = re.sub(alone, lambda found: json.dumps(found[1]), text)
        try:
            return json.loads(quoted)
        except ValueError:
            raise NoCounterpart("its body is no JSON: an action sends JSON or form fields") from None

    def _inside(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._inside(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._inside(name, item) for item in value]
        return self.value(name, value)
