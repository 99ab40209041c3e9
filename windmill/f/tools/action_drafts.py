"""An action made from a request as somebody has written it: which of its values are secrets, which the model may fill, which say who asks.

What is guessed here is a proposal: the tenant sees it and decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from f.common.problems import Problem
from f.tools.contact_inputs import suggested_field
from f.tools.header_fields import has_key

SECRET = re.compile(
    r"authorization|cookie|token|secret|passw|api[-_ ]?key|app[-_ ]?key|access[-_ ]?key|signature|^key$|^auth$|-key$",
    re.IGNORECASE,
)
# Headers of a browser, of HTTP itself, or that the platform sends.
NOT_OURS = re.compile(
    r"sec-.*|accept(-encoding|-language)?|cache-control|connection|content-(length|type)|dnt|host|idempotency-key|if-.*|origin|pragma|priority|referer|te"
    r"|upgrade.*|user-agent|x-requested-with",
    re.IGNORECASE,
)
# What mostly stays as it was in the sample.
USUALLY_FIXED = re.compile(
    r"(per_)?page|limit|offset|size|format|v(ersion)?|sort|order|fields|include|currency|units", re.IGNORECASE
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PLACED = re.compile(
    r"\{\{?([A-Za-z_][\w.-]*)\}?\}|:([A-Za-z_]\w*)$"
)  # {id}, {{id}} and :id, as documentation writes it
VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


class ImportProblem(Problem):
    """Why a request or a document can't be taken over."""


@dataclass
class Draft:
    """An action without its secrets, those by parameter, and what stood in the place of each other parameter."""

    action: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    samples: dict[str, Any] = field(default_factory=dict)


class Drafting:
    """Collects the parameters of one draft. Each method returns the template that stands in a value's place."""

    def __init__(self) -> None:
        self.parameters: list[dict[str, Any]] = []
        self.secrets: dict[str, str] = {}
        self.samples: dict[str, Any] = {}

    def secret(self, name: str, value: str = "") -> str:
        """`value`: '' where the tenant has still to enter it."""
        place = self._add(name, {"source": "secret"})
        if value:
            self.secrets[place] = value
        return f"{{{place}}}"

    def asked(self, name: str, sample: Any, **more: Any) -> str:
        """A value that changes from call to call: the contact's, where its name says so, else the model's."""
        if wanted := suggested_field(name, sample):
            place = self._add(
                name, {"source": "contact", "value": wanted, "required": more.get("required", True)}
            )
        else:
            described = {"description": f"Such as {sample}"[:200] if sample not in (None, "") else ""}
            shape = {"source": "model", "schema": schema_of(sample), "required": True}
            place = self._add(name, {**shape, **described, **more})
        if sample is not None:
            self.samples[place] = sample
        return f"{{{place}}}"

    def fixed(self, name: str, value: Any) -> str:
        return f"{{{self._add(name, {'source': 'fixed', 'value': value})}}}"

    def value(self, name: str, value: Any) -> Any:
        """The template of a value by its name and kind."""
        if isinstance(value, str) and value and SECRET.search(name):
            return self.secret(name, value)
        if isinstance(value, bool) or value is None or USUALLY_FIXED.fullmatch(name):
            return self.fixed(name, value)
        return self.asked(name, value)

    def body(self, value: Any, name: str = "body") -> Any:
        """An object's template, with each of its values by its own name; a list is one value."""
        if isinstance(value, dict):
            return {key: self.body(item, key) for key, item in value.items()}
        return self.value(name, value)

    def _add(self, name: str, parameter: dict[str, Any]) -> str:
        plain = re.sub(r"\W+", "_", name).strip("_")[:50] or "value"
        plain = plain if re.match(r"[A-Za-z_]", plain) else f"p_{plain}"
        taken = {each["name"] for each in self.parameters}
        place, number = plain, 2
        while place in taken:
            place, number = f"{plain}_{number}", number + 1
        self.parameters.append({"name": place, **parameter})
        return place


def draft_of(method: str, url: str, headers: dict[str, str], body: Any, body_kind: str) -> Draft:
    """The action for a request as it was sent once."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImportProblem("import_address")
    drafting = Drafting()
    host = parts.netloc.rpartition("@")[2]
    path, words = _path(parts.path, drafting)
    query = {
        name: drafting.value(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)
    }
    sent = {
        name: drafting.value(name, value) if SECRET.search(name) else value
        for name, value in headers.items()
        if not NOT_OURS.fullmatch(name)
    }
    action = {
        "name": name_of(f"{VERBS.get(method, 'call')} {words[-1] if words else host.split('.')[0]}"),
        "description": "",
        "method": method,
        "url": f"{parts.scheme}://{host}{path}",
        "query": query,
        "headers": sent,
        "body": drafting.body(body) if body_kind != "none" else None,
        "body_kind": body_kind,
        "parameters": drafting.parameters,
        "read_only": method == "GET",
        "idempotent": has_key(headers),
    }
    return Draft(action, drafting.secrets, drafting.samples)


def _path(path: str, drafting: Drafting) -> tuple[str, list[str]]:
    """The path with places for what looks like an id or a key, and its other words."""
    made: list[str] = []
    words: list[str] = []
    for segment in path.split("/"):
        text = unquote(segment)
        if placed := PLACED.fullmatch(text):
            made.append(drafting.asked(placed[1] or placed[2], None))
        elif (
            len(text) >= 20
            and re.search(r"\d", text)
            and re.search(r"[A-Za-z]", text)
            and not UUID.fullmatch(text)
        ):
            made.append(drafting.secret(f"{words[-1] if words else 'path'}_key", text))
        elif re.search(r"\d", text) and not re.fullmatch(r"v\d+(\.\d+)*|\d{4}-\d{2}", text):
            before = words[-1].rstrip("s") if words else ""
            made.append(drafting.asked(f"{before}_id".strip("_"), text))
        else:
            made.append(segment)
            words += [text] if text else []
    return "/".join(made), words


def name_of(words: str) -> str:
    """An action's name from words: lower case, with _ between them."""
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words)
    plain = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")[:60].rstrip("_")
    return plain if re.match(r"[a-z]", plain) else f"call_{plain}"[:60].rstrip("_")


def schema_of(sample: Any) -> dict[str, Any]:
    """The schema that a sample shows."""
    if isinstance(sample, bool):
        return {"type": "boolean"}
    if isinstance(sample, int):
        return {"type": "integer"}
    if isinstance(sample, float):
        return {"type": "number"}
    if isinstance(sample, list):
        return {"type": "array", "items": schema_of(sample[0]) if sample else {"type": "string"}}
    if isinstance(sample, dict):
        return {
            "type": "object",
            "properties": {k: schema_of(v) for k, v in sample.items()},
            "required": list(sample),
        }
    return {"type": "string"}
