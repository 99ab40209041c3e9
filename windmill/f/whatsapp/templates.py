# requirements: whatsapp
"""Message templates: listed from Meta, and filled in for a person as the Graph API takes them.

A place is a part of a template that takes words: `header.1`, `body.2`, `body.customer_name`, `button0.1`; index and name as the template writes
them. Headers that are a file or a place on the map, carousels, codes and the like can't be filled in here: such a template is not supported.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import httpx2

from f.common.http_clients import tls
from f.common.problems import Problem
from f.whatsapp.graph_reading import TIMEOUT_S, ReadingError, address, read_object

FIELDS = "id,name,language,status,category,parameter_format,components,rejected_reason"
PAGE, MOST_PAGES = 100, 50
FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLAIN_BUTTONS = {"QUICK_REPLY", "PHONE_NUMBER", "URL", "VOICE_CALL"}
LONGEST = 900  # characters of one value: a body has 1,024 in all


class TemplateError(Problem):
    """Why a template can't be sent like this."""


class Place(NamedTuple):
    """`component`: header, body or button0 …; `name`: a number, or the parameter's own name."""

    component: str
    name: str
    example: str

    @property
    def id(self) -> str:
        return f"{self.component}.{self.name}"


def list_templates(resource: dict[str, Any], token: str, waba_id: str) -> list[dict[str, Any]]:
    """All templates of an account, page by page. Raises ReadingError.

    By the cursors and not by the address of the next page, which holds the token.
    """
    url = address(resource, f"{waba_id}/message_templates")
    found: list[dict[str, Any]] = []
    after: str | None = None
    with httpx2.Client(timeout=TIMEOUT_S, verify=tls(url)) as client:
        for _ in range(MOST_PAGES):
            query = {"fields": FIELDS, "limit": str(PAGE), **({"after": after} if after else {})}
            page = read_object(client, url, query, token, "list")
            found += [t for t in page.get("data") or [] if isinstance(t, dict)]
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
            if not after:
                return found
    raise ReadingError(f"the account has more than {PAGE * MOST_PAGES} templates")


def is_supported(template: dict[str, Any]) -> bool:
    """Whether the portal can fill it in: only text and plain buttons take words."""
    if template["category"] == "AUTHENTICATION" or not template["components"]:
        return False
    for component in template["components"]:
        kind = component.get("type")
        if kind == "HEADER" and component.get("format", "TEXT") != "TEXT":
            return False
        if kind == "BUTTONS" and not {b.get("type") for b in component.get("buttons") or []} <= PLAIN_BUTTONS:
            return False
        if kind not in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
            return False
    return True


def places_of(template: dict[str, Any]) -> list[Place]:
    """What has to be filled in, in order, each once."""
    places: dict[str, Place] = {}
    for part, text, examples in _texts(template):
        for n, name in enumerate(dict.fromkeys(FIELD.findall(text))):
            place = Place(part, name, examples.get(name) or (examples.get(str(n + 1)) or ""))
            places.setdefault(place.id, place)
    return list(places.values())


def _texts(template: dict[str, Any]) -> list[tuple[str, str, dict[str, str]]]:
    """The texts that may have places: component, text, and Meta's examples by name or number."""
    texts = []
    for component in template["components"]:
        kind = str(component.get("type", "")).lower()
        if kind in ("header", "body"):
            texts.append((kind, str(component.get("text") or ""), _examples(component, kind)))
        for n, button in enumerate(component.get("buttons") or []):
            example = button.get("example")
            first = str(example[0]) if isinstance(example, list) and example else ""
            texts.append((f"button{n}", str(button.get("url") or ""), {"1": first}))
    return texts


def _examples(component: dict[str, Any], kind: str) -> dict[str, str]:
    given = component.get("example") or {}
    named = given.get(f"{kind}_text_named_params")
    if isinstance(named, list):
        return {str(e.get("param_name")): str(e.get("example")) for e in named if isinstance(e, dict)}
    listed = given.get(f"{kind}_text")
    row = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], list) else listed
    return {str(n): str(value) for n, value in enumerate(row, 1)} if isinstance(row, list) else {}


def filled(template: dict[str, Any], values: dict[str, str]) -> tuple[dict[str, Any], str]:
    """The message as the Graph API takes it, and its words as the customer reads them. `values` by place. Raises TemplateError."""
    if not is_supported(template):
        raise TemplateError("template_unsupported")
    given = {place: " ".join(words.split()) for place, words in values.items()}  # Meta takes no line breaks
    places = places_of(template)
    if missing := [place.id for place in places if not given.get(place.id)]:
        raise TemplateError("template_incomplete", fields=", ".join(missing))
    if any(len(given[place.id]) > LONGEST for place in places):
        raise TemplateError("template_value_long", most=LONGEST)
    named = template["parameter_format"] == "NAMED"
    components: dict[str, dict[str, Any]] = {}
    for place in places:
        button = place.component.startswith("button")
        kind = (
            {"type": "button", "sub_type": "url", "index": place.component[6:]}
            if button
            else {"type": place.component}
        )
        component = components.setdefault(place.component, {**kind, "parameters": []})
        name = {"parameter_name": place.name} if named and not button else {}
        component["parameters"].append({"type": "text", **name, "text": given[place.id]})
    content: dict[str, Any] = {"name": template["name"], "language": {"code": template["language"]}}
    if components:
        content["components"] = list(components.values())
    return {"type": "template", "template": content}, words_of(template, given)


def words_of(template: dict[str, Any], values: dict[str, str]) -> str:
    """The template's words; a place without a value stays as it is written."""
    lines = []
    for component in template["components"]:
        kind = str(component.get("type", "")).lower()
        text = str(component.get("text") or "")
        if text:
            lines.append(
                FIELD.sub(lambda field, kind=kind: values.get(f"{kind}.{field[1]}") or field[0], text)  # type: ignore[misc]
            )
        if buttons := [f"[{b.get('text')}]" for b in component.get("buttons") or [] if b.get("text")]:
            lines.append(" ".join(buttons))
    return "\n".join(lines)
