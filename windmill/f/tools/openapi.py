# no_postinstall
# requirements: agent
"""An OpenAPI 3 document, from anywhere, read as far as an action needs it: its operations, and each of them as a draft.

References are followed within the document only, those that lead in a circle are cut, and a document that is made to grow is not written out.
What is of another kind than the format says counts as not there: people and generators write what their own tools take.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any
from urllib.parse import urljoin

from f.tools.action_drafts import Draft, Drafting, ImportProblem, name_of
from f.tools.action_fields import MOST_PARAMETERS, ActionError, checked_url, plainer
from f.tools.header_fields import KEY_HEADER, has_key

LARGEST = 6_000_000  # characters
METHODS = ("get", "post", "put", "patch", "delete")
MOST_OPERATIONS = 2000
MOST_PARTS = 5000  # of one operation
CHARACTERS = 1000  # of a text that count as a part: many references may lead to the same one
MOST_ASKED = MOST_PARAMETERS - 4  # of one operation, beside the keys that it needs
IN_PATH = r"\{([^{}/]+)\}"
DEEPEST = 40
ABOUT = ("example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "$comment", "title")
BOUNDS = (
    "exclusiveMinimum",
    "exclusiveMaximum",
)  # OpenAPI 3.0 has a switch there, where JSON Schema has a number
# Header parameters that OpenAPI itself says to ignore, and one that the platform sends.
SENT_OTHERWISE = ("accept", "authorization", "content-type", KEY_HEADER)
CUT = {"description": "(not described further)"}


class Document:
    """The document and how many of its parts may still be written out."""

    def __init__(self, text: str, address: str = "") -> None:
        """`address`: where the document was fetched; what it says of its server may be relative to that."""
        self.root = _loaded(text)
        self._address = address
        if not a_text(self.root.get("openapi")).startswith("3") or not isinstance(
            self.root.get("paths"), dict
        ):
            raise ImportProblem("openapi_version")
        self._left = MOST_PARTS
        self._elsewhere = ""  # a reference out of the document, where a path has one

    def operations(self) -> list[dict[str, str]]:
        """What can be done: method, path, and a few words. Raises ImportProblem where all of it stands in other documents."""
        found = []
        for path in self.root["paths"]:
            item = self._item(path)
            for method in METHODS:
                operation = item.get(method)
                if isinstance(operation, dict):
                    words = a_text(operation.get("summary")) or a_text(operation.get("operationId"))
                    found.append({"method": method.upper(), "path": str(path), "summary": words[:200]})
        if self._elsewhere and not found:
            raise ImportProblem("openapi_reference", reference=self._elsewhere[:200])
        return found[:MOST_OPERATIONS]

    def _item(self, path: str) -> dict[str, Any]:
        """What the document says of a path, with the reference followed that may stand in its place."""
        item = a_dict(self.root["paths"].get(path))
        for _ in range(DEEPEST):
            if not isinstance(item.get("$ref"), str):
                break
            item = dict(item)
            reference = item.pop("$ref")
            if reference.startswith("#/"):
                item = {**self._at(reference), **item}
            else:
                self._elsewhere = reference
        return item

    def draft(self, method: str, path: str, base: str = "") -> Draft:
        """One operation as an action. `base`: the server's address, where the document has none. Raises ImportProblem."""
        self._left = MOST_PARTS
        item = self._item(path)
        operation = item.get(method.lower())
        if not isinstance(operation, dict) or method.lower() not in METHODS:
            raise ImportProblem("not_found")
        url = base or self._server(operation, item)
        drafting = Drafting()
        query: dict[str, Any] = {}
        headers: dict[str, Any] = {}
        where = {"query": query, "header": headers}
        templates: dict[str, str] = {}  # of the path
        parameters, in_headers = self._parameters(item, operation, re.findall(IN_PATH, path))
        for parameter in parameters:
            name, place = str(parameter["name"]), parameter["in"]
            if place == "path":
                templates[name] = self._asked(drafting, name, parameter)
            elif len(drafting.parameters) < MOST_ASKED:
                where[place][name] = self._asked(drafting, name, parameter)
        path = re.sub(IN_PATH, lambda found: templates[found[1]], path)
        body, kind = self._body(operation, drafting)
        self._security(operation, drafting, where)
        words = [a_text(operation.get(name)) for name in ("summary", "description")]
        action = {
            "name": name_of(
                a_text(operation.get("operationId")) or f"{method} {re.sub(r'{.*?}', ' ', path)}"
            ),
            "description": ". ".join(w.strip().rstrip(".") for w in words if w)[:500],
            "method": method.upper(),
            "url": url.rstrip("/") + path,
            "query": query,
            "headers": headers,
            "body": body,
            "body_kind": kind,
            "parameters": drafting.parameters,
            "read_only": method.lower() == "get",
            "idempotent": has_key(in_headers),
        }
        return Draft(action, {}, drafting.samples)

    def _server(self, operation: Any, item: Any) -> str:
        for holder in (operation, item, self.root):
            server = a_dict(next(iter(a_list(holder.get("servers"))), None))
            url = a_text(server.get("url"))
            for name, variable in a_dict(server.get("variables")).items():
                url = url.replace(f"{{{name}}}", a_text(a_dict(variable).get("default")))
            with contextlib.suppress(
                ValueError, ActionError
            ):  # no address, or one with a place that nobody fills
                url = urljoin(self._address, url) if url or holder is self.root else ""
                return checked_url(url if "{" not in url else None)
        raise ImportProblem("openapi_server")

    def _parameters(
        self, item: Any, operation: Any, in_path: list[str]
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """An operation's parameters, with the required ones first, and the names of all that are headers. `in_path`: the names in its path, each
        of which is one, declared or not."""
        found: dict[tuple[str, str], dict[str, Any]] = {
            ("path", name): {"name": name, "in": "path"} for name in in_path
        }
        in_headers = []
        for listed in (item.get("parameters"), operation.get("parameters")):
            for each in a_list(listed):
                parameter = a_dict(self.resolved(each))
                name, place = parameter.get("name"), parameter.get("in")
                if not isinstance(name, str) or not isinstance(place, str):
                    continue
                in_headers += [name] if place == "header" else []
                ignored = place == "header" and name.lower() in SENT_OTHERWISE
                if (place in ("query", "header") and not ignored) or (place, name) in found:
                    found[place, name] = parameter
        parameters = sorted(found.values(), key=lambda one: not (one.get("required") or one["in"] == "path"))
        return parameters, in_headers

    def _asked(self, drafting: Drafting, name: str, parameter: dict[str, Any]) -> str:
        content = parameter.get("content")
        held = next(iter(content.values()), None) if isinstance(content, dict) else parameter
        schema = checked_schema(a_dict(held).get("schema"))
        words = (a_text(parameter.get("description")) or a_text(schema.pop("description", "")))[:500]
        required = parameter.get("required") is True or parameter["in"] == "path"
        sample = parameter.get("example", schema.get("default"))
        return drafting.asked(name, sample, schema=schema, description=words, required=required)

    def _body(self, operation: Any, drafting: Drafting) -> tuple[Any, str]:
        content = a_dict(a_dict(self.resolved(operation.get("requestBody"))).get("content"))
        if not content:
            return None, "none"
        kinds = {"json": "json", "application/x-www-form-urlencoded": "form"}
        for kind, media in content.items():
            known = next(
                (made for sign, made in kinds.items() if str(kind).partition(";")[0].endswith(sign)), None
            )
            if known and isinstance(media, dict):
                return self._template(media.get("schema") or {}, drafting), known
        raise ImportProblem("openapi_body", kind=", ".join(map(str, content))[:100])

    def _template(self, schema: Any, drafting: Drafting) -> Any:
        """A body with a place for each of its properties; what is no object is one place."""
        schema = joined(schema)
        properties, required = a_dict(schema.get("properties")), a_list(schema.get("required"))
        if not properties:
            return drafting.asked("body", None, schema=checked_schema(schema), description="", required=True)
        made = {}
        for name, part in sorted(properties.items(), key=lambda each: each[0] not in required):
            room = len(drafting.parameters) < MOST_ASKED
            if room and isinstance(part, dict) and part.get("readOnly") is not True:
                words = a_text(part.get("description"))[:500]
                made[name] = drafting.asked(
                    name,
                    part.get("default"),
                    schema=checked_schema(part),
                    description=words,
                    required=name in required,
                )
        return made

    def _security(self, operation: Any, drafting: Drafting, where: dict[str, dict[str, Any]]) -> None:
        """A place for each key that the operation needs; the tenant has still to enter it."""
        needed = a_list(operation.get("security", self.root.get("security")))
        schemes = a_dict(a_dict(self.root.get("components")).get("securitySchemes"))
        for name in next((one for one in needed if isinstance(one, dict) and one), {}):
            scheme = a_dict(self.resolved(schemes.get(name)))
            if scheme.get("type") == "apiKey" and scheme.get("in") in list(where):
                name = a_text(scheme.get("name"))
                where[scheme["in"]][name] = drafting.secret(name)
            elif scheme.get("type") == "http" and a_text(scheme.get("scheme")).lower() == "basic":
                where["header"]["Authorization"] = f"Basic {drafting.secret('basic_key')}"
            elif scheme:
                where["header"]["Authorization"] = f"Bearer {drafting.secret('token')}"

    def resolved(self, part: Any, above: tuple[str, ...] = (), depth: int = 0, names: bool = False) -> Any:
        """A part with its references written out. `names`: its keys are a schema's properties, whatever they are called."""
        self._left -= 1 + (len(part) // CHARACTERS if isinstance(part, str) else 0)
        if self._left < 0 or depth > DEEPEST:
            return dict(CUT)
        if isinstance(part, list):
            return [self.resolved(item, above, depth + 1) for item in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref")
        if isinstance(reference, str) and not names:
            if not reference.startswith("#/"):
                raise ImportProblem("openapi_reference", reference=reference[:200])
            if reference in above:
                return dict(CUT)
            return self.resolved(self._at(reference), (*above, reference), depth + 1)
        return {
            str(key): self.resolved(value, above, depth + 1, not names and key == "properties")
            for key, value in part.items()
            if names
            or not (key in ABOUT or str(key).startswith("x-") or (key in BOUNDS and value in (True, False)))
        }

    def _at(self, reference: str) -> Any:
        part: Any = self.root
        for step in reference.removeprefix("#/").split("/"):
            part = part.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(part, dict) else None
        return part if isinstance(part, dict) else dict(CUT)


def _loaded(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise ImportProblem("openapi_too_large", most=LARGEST // 1_000_000)
    try:
        root = json.loads(text) if text.lstrip()[:1] == "{" else _yaml(text)
    except (ValueError, RecursionError):
        raise ImportProblem("openapi_unreadable") from None
    if not isinstance(root, dict):
        raise ImportProblem("openapi_unreadable")
    return root


def _yaml(text: str) -> Any:
    """YAML without its dates: they are text here. ValueError: it is none."""
    import yaml

    class Loader(yaml.CSafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - as the library has it
            first: [(tag, sign) for tag, sign in known if not tag.endswith("timestamp")]
            for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
        }

    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def a_dict(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def a_list(part: Any) -> list[Any]:
    return part if isinstance(part, list) else []


def a_text(part: Any) -> str:
    """What stands there as text. What is no text is never written out: aliases of YAML make some hundred bytes into lists of any size."""
    return part if isinstance(part, str) else str(part) if isinstance(part, int | float) else ""


def joined(schema: Any) -> dict[str, Any]:
    """A schema whose allOf is one object."""
    schema = a_dict(schema)
    parts = schema.get("allOf")
    if not isinstance(parts, list):
        return schema
    made = {key: value for key, value in schema.items() if key != "allOf"}
    for part in map(joined, parts):
        properties = {**a_dict(part.get("properties")), **a_dict(made.get("properties"))}
        required = [*a_list(part.get("required")), *a_list(made.get("required"))]
        made = {**part, **made, "properties": properties, "required": required}
    return made


def checked_schema(schema: Any) -> dict[str, Any]:
    """A part's schema as JSON Schema has it; text where it is none."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    made = plainer(schema) if isinstance(schema, dict) else {}
    try:
        Draft202012Validator.check_schema(made)
    except (SchemaError, RecursionError):
        return {"type": "string"}
    return made or {"type": "string"}
