"""Creates on a Windmill server what `wmill sync push` does not: folders, resource types, secret variables and resources.

What is there is left alone unless `update` is asked for; then it is brought to what the environment says. What was left alone although it
differs can be asked for. No value is ever printed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx2

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
FOLDERS = ("common", "models", "whatsapp", "documents", "agent", "chatbot", "ingest", "portal_api", "portal")


class DeployError(Exception):
    """A sentence for the person who deploys."""


class Server:
    """One workspace of a Windmill server."""

    def __init__(self, url: str, token: str, workspace: str) -> None:
        self.url, self.token, self.workspace = url.rstrip("/"), token, workspace
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.Client(base_url=f"{url.rstrip('/')}/api/", headers=headers, timeout=30)

    def call(
        self, method: str, path: str, body: Any = None, ok: tuple[int, ...] = (200, 201)
    ) -> httpx2.Response:
        """A request within the workspace; `path` starting with / is the server's. Raises DeployError with the server's words."""
        url = path[1:] if path.startswith("/") else f"w/{self.workspace}/{path}"
        try:
            response = self._http.request(method, url, json=body)
        except httpx2.TransportError as error:
            raise DeployError(f"{self._http.base_url} can't be reached: {error}") from None
        if response.status_code not in ok:
            raise DeployError(f"{method} {url}: HTTP {response.status_code} {response.text[:300]}")
        return response

    def exists(self, path: str) -> bool:
        return bool(self.call("GET", path).json())


def bootstrap(server: Server, environment: dict[str, str] | None = None, update: bool = False) -> list[str]:
    """Makes everything that is missing; returns a line for each thing made or updated."""
    values = dict(os.environ if environment is None else environment)
    missing = sorted(name for name in needed(values) if not values.get(name))
    if missing:
        raise DeployError(
            f"missing in the environment: {', '.join(missing)} (each is explained in .env.example)"
        )
    return [
        *_folders(server),
        *_types(server),
        *_variables(server, values, update),
        *_resources(server, values, update),
    ]


def differing(server: Server, environment: dict[str, str] | None = None) -> list[str]:
    """The variables and resources whose value is not what the environment says, by path: what `update` would change."""
    values = dict(os.environ if environment is None else environment)
    return [
        entry["path"]
        for kind, wanted in (("variables", _secret), ("resources", _value))
        for entry in _read(f"{kind}.json")
        if _change(server, kind, entry["path"], wanted(entry, values)) is not None
    ]


def needed(values: dict[str, str]) -> list[str]:
    """The names of the environment variables without which nothing can be made."""
    names = [variable["env"] for variable in _read("variables.json") if "default" not in variable]
    for resource in _read("resources.json"):
        names += [v["env"] for v in resource["value"].values() if isinstance(v, dict) and "default" not in v]
    return names


def _folders(server: Server) -> list[str]:
    made = []
    for name in FOLDERS:
        if not server.exists(f"folders/exists/{name}"):
            server.call("POST", "folders/create", {"name": name})
            made.append(f"folder f/{name} created")
    return made


def _types(server: Server) -> list[str]:
    made = []
    for kind in _read("types.json"):
        if not server.exists(f"resources/type/exists/{kind['name']}"):
            server.call("POST", "resources/type/create", kind)
            made.append(f"resource type {kind['name']} created")
    return made


def _variables(server: Server, values: dict[str, str], update: bool) -> list[str]:
    made = []
    for variable in _read("variables.json"):
        path, value = variable["path"], _secret(variable, values)
        if not server.exists(f"variables/exists/{path}"):
            body = {"path": path, "value": value, "is_secret": True, "description": variable["description"]}
            server.call("POST", "variables/create", body)
            made.append(f"secret variable {path} created")
        elif update and (change := _change(server, "variables", path, value)) is not None:
            server.call("POST", f"variables/update/{path}", {"value": change})
            made.append(f"secret variable {path} updated")
    return made


def _resources(server: Server, values: dict[str, str], update: bool) -> list[str]:
    made = []
    for resource in _read("resources.json"):
        path, value = resource["path"], _value(resource, values)
        if not server.exists(f"resources/exists/{path}"):
            server.call("POST", "resources/create", {**resource, "value": value})
            made.append(f"resource {path} created")
        elif update and (change := _change(server, "resources", path, value)) is not None:
            server.call("POST", f"resources/update/{path}", {"value": change})
            made.append(f"resource {path} updated")
    return made


def _secret(variable: dict[str, Any], values: dict[str, str]) -> str:
    return values.get(variable["env"]) or str(variable["default"])


def _value(resource: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    return {name: _filled(value, values) for name, value in resource["value"].items()}


def _change(server: Server, kind: str, path: str, wanted: Any) -> Any:
    """The value that something would be brought to; None where it is that already. What an operator has added to a resource stays in it."""
    stored = server.call("GET", f"{kind}/get_value/{path}").json()
    if isinstance(stored, dict) and isinstance(wanted, dict):
        wanted = {**stored, **wanted}
    return None if stored == wanted else wanted


def _filled(value: Any, values: dict[str, str]) -> Any:
    """An {"env", "default"} entry as its value, in the default's type; anything else as it is."""
    if not isinstance(value, dict):
        return value
    given = values.get(value["env"]) or None
    default = value.get("default")
    if given is None:
        return default
    if isinstance(default, list):
        return [item.strip() for item in given.split(",") if item.strip()]
    if isinstance(default, dict):
        return _object(value["env"], given)
    if isinstance(default, bool):
        return given.lower() in ("1", "true", "yes")
    if not isinstance(default, int | float):
        return given
    try:
        return type(default)(given)
    except ValueError:
        raise DeployError(f"{value['env']} must be a number (it is explained in .env.example)") from None


def _object(name: str, given: str) -> dict[str, Any]:
    try:
        found = json.loads(given)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DeployError(f"{name} is not a JSON object (it is explained in .env.example)")
    return found


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RESOURCES / name).read_text())
    return found
