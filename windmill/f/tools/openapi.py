# no_postinstall
# requirements: agent
"""An OpenAPI 3 document, from anywhere, read as far as an action needs it: its operations, and each of them as a draft.

References are followed within the document only, those that lead in a circle are cut, and a document that is made to grow is not written out.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin

from f.tools.action_drafts import Draft, Drafting, ImportProblem, name_of
from f.tools.action_fields import MOST_PARAMETERS, plainer

LARGEST = 6_000_000  # characters
METHODS = ("get", "post", "put", "patch", "delete")
MOST_OPERATIONS = 2000
MOST_PARTS = 5000  # of one operation
DEEPEST = 40
ABOUT = ("example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "$comment", "title")
BOUNDS = (
    "exclusiveMinimum",
    "exclusiveMaximum",
)  # OpenAPI 3.0 has a switch there, where JSON Schema has a number
SENT_OTHERWISE = (
    "accept",
    "authorization",
    "content-type",
)  # header parameters that the document itself says to ignore
CUT = {"description": "(not described further)"}


class Document:
    """The document and how many of its parts may still be written out."""

    def __init__(self, text: str, address: str = "") -> None:
        """`address`: where the document was fetched; what it says of its server may be relative to that."""
        self.root = _loaded(text)
        self._address = address
        if not str(self.root.get("openapi", "")).startswith("3") or not isinstance(
            self.root.get("paths"), dict
        ):
            raise ImportProblem("openapi_version")
        self._left = MOST_PARTS

    def operations(self) -> list[dict[str, str]]:
        """What can be done: method, path, and a few words."""
        found = []
        for path, item in self.root["paths"].items():
            for method in METHODS:
                operation = item.get(method) if isinstance(item, dict) else None
                if isinstance(operation, dict):
                    words = operation.get("summary") or operation.get("operationId") or ""
                    found.append({"method": method.upper(), "path": str(path), "summary": str(words)[:200]})
        return found[:MOST_OPERATIONS]

    def draft(self, method: str, path: str, base: str = "") -> Draft:
        """One operation as an action. `base`: the server's address, where the document has none. Raises ImportProblem."""
        self._left = MOST_PARTS
        item = self.root["paths"].get(path)
        operation = item.get(method.lower()) if isinstance(item, dict) else None
        if not isinstance(operation, dict) or method.lower() not in METHODS:
            raise ImportProblem("not_found")
        url = base or self._server(operation, item)
        drafting = Drafting()
        query: dict[str, Any] = {}
        headers: dict[str, Any] = {}
        where = {"query": query, "header": headers}
        for parameter in self._parameters(item, operation):
            name, place = str(parameter["name"]), parameter["in"]
            template = self._asked(drafting, name, parameter)
            if place == "path":
                path = path.replace(f"{{{name}}}", template)
            else:
                where[place][name] = template
        body, kind = self._body(operation, drafting)
        self._security(operation, drafting, where)
        words = [operation.get("summary"), operation.get("description")]
        action = {
            "name": name_of(str(operation.get("operationId") or f"{method} {re.sub(r'{.*?}', ' ', path)}")),
            "description": ". ".join(str(w).strip().rstrip(".") for w in words if w)[:500],
            "method": method.upper(),
            "url": url.rstrip("/") + path,
            "query": query,
            "headers": headers,
            "body": body,
            "body_kind": kind,
            "parameters": drafting.parameters[:MOST_PARAMETERS],
            "read_only": method.lower() == "get",
        }
        return Draft(action, {}, drafting.samples)

    def _server(self, operation: Any, item: Any) -> str:
        for holder in (operation, item, self.root):
            servers = holder.get("servers")
            server = (
                servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
            )
            url = str(server.get("url") or "")
            for name, variable in (server.get("variables") or {}).items():
                url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
            url = urljoin(self._address, url) if url or holder is self.root else ""
            if re.match(r"https?://", url):
                return url
        raise ImportProblem("openapi_server")

    def _parameters(self, item: Any, operation: Any) -> list[dict[str, Any]]:
        """An operation's parameters and those of its path, with the required ones first."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for listed in (item.get("parameters"), operation.get("parameters")):
            for each in listed if isinstance(listed, list) else []:
                parameter = self.resolved(each)
                name, place = parameter.get("name"), parameter.get("in")
                ignored = place == "header" and str(name).lower() in SENT_OTHERWISE
                if isinstance(name, str) and place in ("path", "query", "header") and not ignored:
                    found[place, name] = parameter
        return sorted(found.values(), key=lambda one: not (one.get("required") or one["in"] == "path"))

    def _asked(self, drafting: Drafting, name: str, parameter: dict[str, Any]) -> str:
        content = parameter.get("content")
        held = next(iter(content.values()), {}) if isinstance(content, dict) else parameter
        schema = checked_schema(held.get("schema"))
        words = str(parameter.get("description") or schema.pop("description", "") or "")[:500]
        required = parameter.get("required") is True or parameter["in"] == "path"
        sample = parameter.get("example", schema.get("default"))
        return drafting.asked(name, sample, schema=schema, description=words, required=required)

    def _body(self, operation: Any, drafting: Drafting) -> tuple[Any, str]:
        body = self.resolved(operation.get("requestBody") or {})
        content = body.get("content") if isinstance(body.get("content"), dict) else {}
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
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return drafting.asked("body", None, schema=checked_schema(schema), description="", required=True)
        required = schema.get("required") if isinstance(schema.get("required"), list) else []
        made = {}
        for name, part in properties.items():
            if isinstance(part, dict) and part.get("readOnly") is not True:
                words = str(part.get("description") or "")[:500]
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
        needed = operation.get("security", self.root.get("security"))
        first = (
            next((one for one in needed if isinstance(one, dict) and one), {})
            if isinstance(needed, list)
            else {}
        )
        schemes = self.root.get("components", {}).get("securitySchemes", {})
        for name in first:
            scheme = self.resolved(schemes.get(name) or {})
            if scheme.get("type") == "apiKey" and scheme.get("in") in where:
                where[scheme["in"]][str(scheme.get("name"))] = drafting.secret(str(scheme.get("name")))
            elif scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "basic":
                where["header"]["Authorization"] = f"Basic {drafting.secret('basic_key')}"
            elif scheme:
                where["header"]["Authorization"] = f"Bearer {drafting.secret('token')}"

    def resolved(self, part: Any, above: tuple[str, ...] = (), depth: int = 0, names: bool = False) -> Any:
        """A part with its references written out. `names`: its keys are a schema's properties, whatever they are called."""
        self._left -= 1
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


def joined(schema: Any) -> dict[str, Any]:
    """A schema whose allOf is one object."""
    if not isinstance(schema, dict):
        return {}
    parts = schema.get("allOf")
    if not isinstance(parts, list):
        return schema
    made = {key: value for key, value in schema.items() if key != "allOf"}
    for part in map(joined, parts):
        properties = {**(part.get("properties") or {}), **(made.get("properties") or {})}
        required = [*(part.get("required") or []), *(made.get("required") or [])]
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
