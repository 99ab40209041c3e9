# no_postinstall
# requirements: agent
"""A request to a tenant's system as a tool: {placeholders} in its address, query, headers and body, and who fills each of them.

The model fills what is its own and nothing else. What says who asks comes from the contact's row, secrets from the tenant's sealed values.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from f.common.redaction import redact
from f.tools.checked_arguments import checked
from f.tools.contact_inputs import contact_values
from f.tools.header_fields import KEY_HEADER
from f.tools.http_answers import NoWords, words_of
from f.tools.http_requests import NOT_HERE, Answer, NoAnswer, Request, origin_of, send
from f.tools.live_tools import HTTP, LiveTool, ToolError, not_shown

PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.-]{0,63})\}")
ACCEPT = "application/json, text/*;q=0.9, */*;q=0.5"
ABSENT = object()  # what has no value: its query parameter, header or field is left out
NO_KEY = (401, 403, 407)  # nothing that the model could mend
# Of a request that comes again these say nothing of the first one: it is still at work, there were too many, or its key is not known as it should be.
UNSETTLED = (408, 409, 421, 422, 423, 425, 429)
REPEATED_AFTER_S = 0.5  # the wait before a request is sent again whose answer was lost
BODY_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass
class HttpAction(LiveTool):
    """One row of http_actions. `parameters`: the schema of what the model fills. `values`: of what it doesn't, by parameter; `secrets`: those of
    them that nobody may read. `missing`: what the contact's row lacks and the request needs, by parameter."""

    name: str
    description: str
    method: str
    url: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any
    body_kind: str
    parameters: dict[str, Any]
    answer_path: str
    answer_template: str
    read_only: bool
    timeout_s: float
    allowed_hosts: list[str]
    values: dict[str, Any] = field(repr=False)
    secrets: set[str] = field(repr=False)
    missing: dict[str, str] = field(default_factory=dict)
    approval: Any = None
    idempotent: bool = False  # its server makes a request that comes again with the same key once
    # Of the hash that a request is known by, whose headers hold keys.
    digest_key: str = field(repr=False, default="")
    phone: str | None = field(repr=False, default=None)  # type: ignore[assignment]

    @property
    def origin(self) -> str:
        return HTTP

    def call(self, arguments: dict[str, Any], seconds: float) -> str:
        return self.outcome(self._send(self.request(arguments), seconds))

    def call_as(self, digest: bytes, arguments: dict[str, Any], seconds: float, leave: bool = False) -> str:
        """Sent once more at once where the answer was lost and the server makes it once."""
        if not self.idempotent:
            return self.call(arguments, seconds)
        deadline = time.monotonic() + seconds - REPEATED_AFTER_S
        try:
            return self.outcome(self._send(self.request(arguments, key_of(digest)), seconds))
        except ToolError as problem:
            if not problem.begun or time.monotonic() >= deadline:
                raise
        time.sleep(REPEATED_AFTER_S)
        return self.repeat(digest, arguments, deadline - time.monotonic())

    def request_digest(self, arguments: dict[str, Any]) -> bytes | None:
        if not self.idempotent:
            return None
        try:
            sent = self.request(arguments)
        except ToolError:  # nothing will be sent
            return None
        headers = sorted((name, value) for name, value in sent.headers.items() if name != KEY_HEADER)
        whole = json.dumps([sent.method, sent.url, headers, sent.content.decode()])
        return hmac.digest(self.digest_key.encode(), f"request/{whole}".encode(), "sha256")

    def repeat(self, digest: bytes, arguments: dict[str, Any], seconds: float) -> str:
        try:
            answer = self._send(self.request(arguments, key_of(digest)), seconds)
            if answer.status in UNSETTLED:
                raise ToolError(f"{self.name} does not say what became of the request: HTTP {answer.status}")
            return self.outcome(answer)
        except ToolError as problem:
            raise ToolError(str(problem), problem.by_tool, begun=not problem.by_tool) from None

    def _send(self, request: Request, seconds: float) -> Answer:
        try:
            return send(request, self.allowed_hosts, max(min(seconds, self.timeout_s), 0.1))
        except NoAnswer as problem:
            words = redact(f"{self.name} {problem}", self.secrets)
            raise ToolError(words, begun=problem.begun) from None

    def request(self, arguments: dict[str, Any], key: str = "") -> Request:
        """What is sent for the model's arguments, under a `key` that no other request has. Raises ToolError where they don't fit the schema."""
        given = checked(self.name, arguments, self.parameters)
        values = {name: value for name, value in given.items() if name in self.parameters["properties"]}
        values |= self.values
        url = self._url(values)
        pairs = [(name, filled(part, values)) for name, part in self.query.items()]
        if query := urlencode([(n, _text(one)) for n, v in pairs for one in _each(v)]):
            url += ("&" if "?" in url else "?") + query
        headers = {"accept": ACCEPT, **{k.lower(): v for k, v in self._headers(values).items()}}
        headers |= {KEY_HEADER: key} if key else {}
        if self.body_kind == "none":
            return Request(self.method, url, headers)
        body = filled(self.body, values)
        body = {} if body is ABSENT else body
        if self.body_kind == "form":
            content = urlencode([(n, _text(one)) for n, v in body.items() for one in _each(v)]).encode()
        else:
            content = json.dumps(body, ensure_ascii=False).encode()
        return Request(self.method, url, {"content-type": BODY_TYPES[self.body_kind], **headers}, content)

    def outcome(self, answer: Answer) -> str:
        """What the answer says of the request. Raises ToolError."""
        if answer.status < 300:
            return self._words(answer)
        said = f"HTTP {answer.status}"
        if 300 <= answer.status < 400:
            where = redact(answer.location, self.secrets)[:200]
            words = f"{self.name} answered with a redirect ({said}) that is not followed: {where}"
            raise ToolError(words, begun=answer.status not in NOT_HERE)
        try:
            words = " ".join(words_of(answer).split())[:500]
        except NoWords as why:
            words = str(why)
        said = redact(f"{said}: {words}" if words else said, self.secrets)
        if answer.status in NO_KEY:
            raise ToolError(f"{self.name} refused the request, its key may be wrong: {said}")
        if answer.status < 500:
            raise ToolError(f"{self.name} refused the request: {said}", by_tool=True)
        raise ToolError(f"{self.name} failed: {said}", begun=True)

    def _words(self, answer: Answer) -> str:
        """A success stays one, whatever can be read of its answer."""
        try:
            words: str = redact(words_of(answer, self.answer_path, self.answer_template), self.secrets)
        except NoWords as why:
            if self.read_only:
                raise ToolError(redact(f"{self.name}: {why}", self.secrets), by_tool=True) from None
            return not_shown(redact(str(why), self.secrets))
        return words

    def _url(self, values: dict[str, Any]) -> str:
        def place(match: re.Match[str]) -> str:
            text = _text(values[match[1]]) if match[1] in values else ""
            if not text or set(text) == {"."}:  # it would be another address
                raise ToolError(f"{self.name}: {match[1]} is missing", by_tool=True)
            return quote(text, safe="")

        url = PLACE.sub(place, self.url)
        if origin_of(url) != origin_of(self.url):
            raise ToolError(f"{self.name}: the address must not change its host")
        return url

    def _headers(self, values: dict[str, Any]) -> dict[str, str]:
        sent = {}
        for name, part in self.headers.items():
            value = filled(part, values)
            if value is ABSENT:
                continue
            text = _text(value)
            if not (text.isascii() and text.isprintable()):
                raise ToolError(f"{self.name}: {name} can't be sent with this value", by_tool=True)
            sent[name] = text
        return sent


def http_action(
    row: dict[str, Any],
    contact: dict[str, Any],
    secrets: dict[str, str],
    allowed_hosts: list[str],
    digest_key: str = "",
) -> HttpAction:
    """The tool of a row of http_actions for one contact. `secrets`: the row's sealed values, opened, by parameter. `digest_key`: of the platform,
    where what is sent is written down."""
    known = contact_values(contact)
    values: dict[str, Any] = dict(secrets)
    missing = {}
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for each in row["parameters"]:
        name, source = each["name"], each["source"]
        if source == "model":
            part = {**(each.get("schema") or {"type": "string"})}
            part |= {"description": each["description"]} if each.get("description") else {}
            schema["properties"][name] = part
            schema["required"] += [name] if each.get("required") else []
        elif source == "fixed":
            values[name] = each.get("value")
        elif source == "contact" and each.get("value") in known:
            values[name] = known[each["value"]]
        elif source == "contact" and each.get("required", True):
            missing[name] = each["value"]
    read = (
        "name",
        "description",
        "method",
        "url",
        "query",
        "headers",
        "body",
        "body_kind",
        "answer_path",
        "answer_template",
        "read_only",
        "idempotent",
        "timeout_s",
    )
    return HttpAction(
        **{name: row[name] for name in read},
        parameters=schema,
        allowed_hosts=allowed_hosts,
        values=values,
        secrets={part for value in secrets.values() for part in (value, value.split(" ")[-1])},
        missing=missing,
        phone=contact.get("phone"),
        approval=row.get("approval"),
        digest_key=digest_key,
    )


def key_of(digest: bytes) -> str:
    """The key of the request that makes the call with this digest, which itself may be what a person's yes is known by."""
    made = hashlib.sha256(b"request/" + digest).digest()
    return str(uuid.UUID(bytes=made[:16], version=4))


def filled(part: Any, values: dict[str, Any]) -> Any:
    """A template with its values: a value as it is where the template is nothing but its place, else as text. ABSENT where one is missing."""
    if isinstance(part, dict):
        made = {key: filled(item, values) for key, item in part.items()}
        return {key: item for key, item in made.items() if item is not ABSENT}
    if isinstance(part, list):
        return [item for item in (filled(each, values) for each in part) if item is not ABSENT]
    if not isinstance(part, str):
        return part
    if whole := PLACE.fullmatch(part):
        return values.get(whole[1], ABSENT)
    if any(name not in values for name in PLACE.findall(part)):
        return ABSENT
    return PLACE.sub(lambda match: _text(values[match[1]]), part)


def _each(value: Any) -> list[Any]:
    return [] if value is ABSENT else value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
