"""Variables and resources, and putting their values in the place of references."""

from __future__ import annotations

import json
from typing import Any

from local.runner.errors import ExecutionError, NotFound
from local.runner.store import Store

MAX_DEPTH = 50
MAX_ARRAY_DEPTH = 2
MAX_ARRAY_ITEMS = 1000
REFERENCES = ("$var:", "$res:", "$jsonvar:")


class Vault:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def variable(self, path: str) -> dict[str, Any]:
        row = await self.store.row("select * from variables where path = %s", (path,))
        if not row:
            raise NotFound(f"Variable {path} not found")
        return row

    async def resource(self, path: str) -> dict[str, Any]:
        row = await self.store.row("select * from resources where path = %s", (path,))
        if not row:
            raise NotFound(f"Resource {path} not found")
        return row

    async def interpolated(self, value: Any, context: dict[str, str] | None = None, depth: int = 0) -> Any:
        """A resource's value with every reference in it replaced."""
        if depth >= MAX_DEPTH:
            raise ExecutionError(
                f"Maximum resource/variable interpolation depth ({MAX_DEPTH}) exceeded; "
                "this usually indicates a circular `$res:` or `$var:` reference"
            )
        if isinstance(value, str):
            return await self._reference(value, context, depth)
        if isinstance(value, list):
            return [await self.interpolated(item, context, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: await self.interpolated(item, context, depth + 1) for key, item in value.items()}
        return value

    async def _reference(self, value: str, context: dict[str, str] | None, depth: int) -> Any:
        if value.startswith("$var:"):
            return (await self.variable(value.removeprefix("$var:")))["value"]
        if value.startswith("$jsonvar:"):
            return json.loads((await self.variable(value.removeprefix("$jsonvar:")))["value"])
        if value.startswith("$res:"):
            path = value.removeprefix("$res:")
            if "/" not in path:
                raise ExecutionError(f"Invalid resource path: {path}")
            return await self.interpolated((await self.resource(path))["value"], context, depth + 1)
        if value.startswith("$") and context:
            return context.get(value[1:], value)
        return value

    async def resolve_arguments(self, args: dict[str, Any], context: dict[str, str]) -> dict[str, Any]:
        """A job's arguments as its code sees them.

        The same reach as on the server, where it matters what text from outside can do: an argument is
        looked into only if it holds a reference, objects to any depth, arrays only near the top.
        """
        texts = {name: json.dumps(value, ensure_ascii=False) for name, value in args.items()}
        touched = [name for name, text in texts.items() if any(r in text for r in REFERENCES)]
        if not touched:
            return args
        known = await self._snapshot()
        return args | {name: await known._argument(name, args[name], context, 0) for name in touched}

    async def _snapshot(self) -> Snapshot:
        row = await self.store.row(
            "select (select jsonb_object_agg(path, to_jsonb(v)) from variables v) as variables,"
            " (select jsonb_object_agg(path, to_jsonb(r)) from resources r) as resources"
        )
        assert row is not None
        return Snapshot(self.store, row["variables"] or {}, row["resources"] or {})

    async def _argument(self, name: str, value: Any, context: dict[str, str], depth: int) -> Any:
        if depth >= MAX_DEPTH:
            raise ExecutionError(
                f"Maximum resource/variable interpolation depth ({MAX_DEPTH}) exceeded for `{name}`"
            )
        if isinstance(value, str) and value.startswith("$"):
            kind = "Resource" if value.startswith("$res:") else "Variable"
            try:
                return await self._reference(value, context, 0)
            except NotFound as error:
                path = value.partition(":")[2]
                raise ExecutionError(f"Not found: {kind} {path} not found for `{name}`: {error}") from error
        if isinstance(value, list) and depth <= MAX_ARRAY_DEPTH and len(value) <= MAX_ARRAY_ITEMS:
            return [await self._argument(name, item, context, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: await self._argument(key, item, context, depth + 1) for key, item in value.items()}
        return value


class Snapshot(Vault):
    """All of it as of one moment, read at once: a step's arguments refer to half a dozen."""

    def __init__(self, store: Store, variables: dict[str, Any], resources: dict[str, Any]) -> None:
        super().__init__(store)
        self._variables, self._resources = variables, resources

    async def variable(self, path: str) -> dict[str, Any]:
        if path not in self._variables:
            raise NotFound(f"Variable {path} not found")
        return dict(self._variables[path])

    async def resource(self, path: str) -> dict[str, Any]:
        if path not in self._resources:
            raise NotFound(f"Resource {path} not found")
        return dict(self._resources[path])
