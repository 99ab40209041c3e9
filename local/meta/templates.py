"""Message templates of an account: listed in pages, checked when one is sent, and changed as Meta's review changes them."""

import base64
import itertools
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from local.meta.config import Template, build
from local.meta.drafts import EXISTS, refusal, template_of
from local.meta.errors import GraphError, wrong_object
from local.meta.store import Store

FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
DEFAULT_PAGE = 25
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
DELETED, NOT_FOUND = 2388023, 2593002
# What an event of Meta's review makes of a template; the others keep their own name as the status.
STATUS_OF_EVENT = {"UNARCHIVED": "APPROVED", "REINSTATED": "APPROVED", "FLAGGED": "APPROVED"}


class TemplateShelf:
    """All templates, by account, name and language. Those that were created or reviewed outlive a restart."""

    def __init__(self, configured: Iterable[Template], store: Store) -> None:
        self.configured, self.store = tuple(configured), store
        self.load()

    def load(self) -> None:
        self.numbering = itertools.count(594425479261596)
        self.ids: dict[tuple[str, str, str], str] = {}
        self.templates: dict[tuple[str, str, str], Template] = {}
        self.deleted: set[tuple[str, str, str]] = set()  # their names are not free for 30 days
        for template in self.configured:
            self.put(template)
        for values, _ in self.store.all("template"):
            self.put(build(Template, values, "template"))

    def put(self, template: Template) -> None:
        key = (template.waba_id, template.name, template.language)
        self.ids.setdefault(key, str(next(self.numbering)))
        self.templates[key] = template

    def keep(self, template: Template) -> None:
        self.put(template)
        key = f"{template.waba_id}/{template.name}/{template.language}"
        self.store.put("template", key, asdict(template))

    def create(self, waba_id: str, body: Any) -> dict[str, str]:
        """Takes a new template for review, or refuses it as the Graph API does."""
        template = template_of(waba_id, body)
        key = (waba_id, template.name, template.language)
        if key in self.deleted:
            words = "Content in this language can't be added while the existing content is being deleted. Try again in 4 weeks."
            raise refusal(DELETED, "Content in This Language Is Being Deleted", words)
        if key in self.templates:
            words = "There is already content in this language for this template. Choose another name."
            raise refusal(EXISTS, "Content in This Language Already Exists", words)
        self.keep(template)
        return {"id": self.shown(template)["id"], "status": template.status, "category": template.category}

    def update(self, template_id: str, accounts: set[str], body: Any) -> Template:
        """New words of a template, for review, or a refusal as the Graph API has it."""
        key = next(
            (key for key, known in self.ids.items() if known == template_id and key in self.templates), None
        )
        if key is None or key[0] not in accounts:
            raise wrong_object(template_id, "post")
        template = self.templates[key]
        if template.status not in EDITABLE:
            words = f"A template that is {template.status} can't be edited."
            raise GraphError(100, message="Invalid parameter", for_people=("Template Can't Be Edited", words))
        about = {"name": template.name, "language": template.language, "category": template.category, **body}
        if template.status == "APPROVED" and about["category"] != template.category:
            words = "The category of an approved template can't be edited."
            raise GraphError(100, message="Invalid parameter", for_people=("Template Can't Be Edited", words))
        self.keep(template_of(template.waba_id, about))
        return self.templates[key]

    def delete(self, waba_id: str, name: str, template_id: str) -> None:
        """Deletes a template in one language, or in all where no id is given."""
        keys = [
            key for key in self.templates if key[:2] == (waba_id, name) and template_id in ("", self.ids[key])
        ]
        if not keys:
            raise refusal(NOT_FOUND, "Message Template Not Found", "The template doesn't exist.")
        for key in keys:
            del self.templates[key]
            self.deleted.add(key)
            self.store.delete("template", "/".join(key))

    def page(self, waba_id: str, limit: int, after: str, status: str, name: str = "") -> dict[str, Any]:
        """One page of an account's templates with its cursors; `next` is there while more follow."""
        found = [
            t
            for t in self.templates.values()
            if t.waba_id == waba_id and status in ("", t.status) and name in t.name
        ]
        begin = int(base64.b64decode(after)) if after else 0
        shown = found[begin : begin + limit]
        data = [self.shown(template) for template in shown]
        if not data:
            return {"data": []}
        cursors = {
            "before": base64.b64encode(str(begin).encode()).decode(),
            "after": base64.b64encode(str(begin + len(shown)).encode()).decode(),
        }
        more = {"next": "https://graph.example/next?access_token=never-follow-this"}
        return {
            "data": data,
            "paging": {"cursors": cursors, **(more if begin + limit < len(found) else {})},
        }

    def shown(self, template: Template) -> dict[str, Any]:
        fields = {name: value for name, value in asdict(template).items() if name != "waba_id"}
        fields["components"] = list(template.components)
        return {**fields, "id": self.ids[(template.waba_id, template.name, template.language)]}

    def change(
        self, waba_id: str, name: str, language: str, event: str, reason: str
    ) -> dict[str, Any] | None:
        """Applies an event of Meta's review; the webhook's value. None: there is no such template."""
        key = (waba_id, name, language)
        template = self.templates.get(key)
        if template is None:
            return None
        status = STATUS_OF_EVENT.get(event, event)
        self.keep(replace(template, status=status, rejected_reason=reason or "NONE"))
        return {
            "event": event,
            "message_template_id": int(self.ids[key]),
            "message_template_name": name,
            "message_template_language": language,
            "message_template_category": template.category,
            "reason": reason or "NONE",
        }

    def check(self, waba_id: str, sent: dict[str, Any]) -> None:
        """Refuses a send as the Graph API does: a template that is not there or not approved, paused, disabled, or filled wrongly."""
        name, language = sent["name"], sent["language"]["code"]
        template = self.templates.get((waba_id, name, language))
        if template is None or template.status not in ("APPROVED", "PAUSED", "DISABLED"):
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if template.status == "PAUSED":
            raise GraphError(132015, f"template name ({name}) is paused")
        if template.status == "DISABLED":
            raise GraphError(132016, f"template name ({name}) is disabled")
        given = {place_of(component): component for component in sent.get("components") or []}
        wanted = {place: fields for place, fields in places(template)}
        for place in [*wanted, *(p for p in given if p not in wanted)]:
            check_place(place, wanted.get(place, []), given.get(place, {}), template.parameter_format)


def places(template: Template) -> Iterable[tuple[str, list[str]]]:
    """The parts of a template that take parameters, with the names of their fields; a header's file counts as one field."""
    for component in template.components:
        kind = str(component.get("type", "")).lower()
        if kind == "header" and component.get("format") not in (None, "TEXT"):
            yield "header", [f"a {str(component['format']).lower()}"]
        elif kind in ("header", "body"):
            yield kind, list(dict.fromkeys(FIELD.findall(str(component.get("text", "")))))
        elif kind == "buttons":
            for index, button in enumerate(component.get("buttons", [])):
                if fields := FIELD.findall(str(button.get("url", ""))):
                    yield f"button {index}", fields


def place_of(component: Any) -> str:
    if not isinstance(component, dict) or component.get("type") not in ("header", "body", "button"):
        raise GraphError(100, "Param template['components'] must hold header, body or button components.")
    if component["type"] != "button":
        return str(component["type"])
    return f"button {component.get('index')}"


def check_place(place: str, fields: list[str], component: dict[str, Any], parameter_format: str) -> None:
    parameters = component.get("parameters") or []
    if len(parameters) != len(fields):
        raise GraphError(
            132000,
            f"{place}: number of localizable_params ({len(parameters)}) does not match the expected number of params ({len(fields)})",
        )
    for parameter in parameters:
        if parameter.get("type") == "text":
            text = parameter.get("text")
            if not isinstance(text, str) or not text:
                raise GraphError(100, f"Param {place}: text is required.")
            if re.search(r"[\n\t]| {5}", text):
                raise GraphError(
                    132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
                )
    named = parameter_format == "NAMED" and not place.startswith("button")
    if named and {parameter.get("parameter_name") for parameter in parameters} != set(fields):
        raise GraphError(132012, f"{place}: parameter names do not match those of the template")
