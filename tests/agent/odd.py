"""The misbehaving MCP server as tests use it: a process of its own, registered with the shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy import tenants

from local.ports import free_port
from local.processes import Processes

if TYPE_CHECKING:
    from tests.agent.conftest import Bench

ID = {"type": "object", "properties": {"member": {"type": "string"}}, "required": ["member"]}
POINTS = {"name": "get_points", "parameters": ID, "answer": "You have 120 points."}


class Odd:
    """The misbehaving server: started, told what to be, killed."""

    def __init__(self, folder: Path) -> None:
        self._processes, self._file = Processes(folder / "logs"), folder / "tools.json"
        self.port = free_port()
        self.lists(POINTS)
        self.start()

    def lists(self, *tools: dict[str, Any], **more: Any) -> None:
        self._file.write_text(json.dumps({"tools": tools, **more}))

    def start(self) -> None:
        module = "tests.agent.odd_mcp_server"
        self._processes.start("odd", module, "--port", str(self.port), "--tools", str(self._file))
        self._processes.wait_until_answers("odd", f"http://127.0.0.1:{self.port}/mcp")

    def kill(self) -> None:
        self._processes.kill("odd")


KEY = "Bearer odd-key-0123456789"


def register_action(
    bench: Bench, odd: Odd, tool: dict[str, Any], key: str = KEY, read_only: bool = False, **more: Any
) -> None:
    """Lets the shop use one of its tools over plain HTTP."""
    from tests.agent import conftest

    properties = tool["parameters"]["properties"]
    required = tool["parameters"].get("required", [])
    parameters = [
        {"name": n, "source": "model", "schema": part, "required": n in required}
        for n, part in properties.items()
    ]
    action = {
        "name": tool["name"],
        "description": "x",
        "method": "POST",
        "url": f"http://127.0.0.1:{odd.port}/http/{tool['name']}",
        "headers": {"Authorization": "{key}"},
        "body_kind": "json",
        "body": {name: f"{{{name}}}" for name in properties},
        "parameters": [*parameters, {"name": "key", "source": "secret"}],
        "read_only": read_only,
        **more,
    }
    with bench.admin() as conn:
        tenant = bench.tenants[conftest.SHOP]
        tenants.put_action(conn, conftest.MASTER_KEY, tenant, action, {"key": key})


def register(bench: Bench, odd: Odd, *allowed: str, timeout_s: float = 30, key: str = KEY) -> None:
    """Lets the shop use it, as if it had not been asked for its tools yet."""
    from tests.agent import conftest

    with bench.admin() as conn:
        tenants.put_tool(
            *(
                conn,
                conftest.MASTER_KEY,
                bench.tenants[conftest.SHOP],
                "club",
                f"http://127.0.0.1:{odd.port}/mcp",
            ),
            authorization=key,
            allowed_tools=list(allowed) or ["get_points"],
        )
    bench.rows("update tenant_tools set discovered = null, discovered_at = null where name = 'club'")
    bench.rows("update tenant_tools set timeout_s = %s where name = 'club'", timeout_s)
