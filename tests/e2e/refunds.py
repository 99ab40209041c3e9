"""A tool that pays back, of a server that counts its calls, in the demo's shop: a person must agree to what is over 50."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import tenants

from local import seed
from local.seed import wait_for
from local.stack import Stack
from tests.agent.odd import Odd

RULE = {"refund_order": {"parameter": "amount", "over": 50}}
PARAMETERS = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "amount": {"type": "number"}},
    "required": ["order_id", "amount"],
}
CHECKING = "I am checking that with a colleague."
DONE = "The refund of EUR 80 is done."


def wish(amount: float, order_id: str) -> str:
    """What makes the model that obeys want a refund."""
    arguments = json.dumps({"order_id": order_id, "amount": amount})
    return f"CALL refund_order {arguments}\nSAY {CHECKING}"


class Refunds:
    """The tool's server. `made`: what it was called with, each time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "calls"
        self.odd = Odd(folder)
        self.is_now()

    def is_now(self, **more: Any) -> None:
        answer = f"The refund of EUR 80 is done. SAY {DONE}"
        tool = {"name": "refund_order", "parameters": PARAMETERS, "answer": answer, "counts": str(self._file)}
        self.odd.lists({**tool, **more})

    def made(self) -> list[dict[str, Any]]:
        return (
            [json.loads(line) for line in self._file.read_text().splitlines()] if self._file.exists() else []
        )

    def of(self, order_id: str) -> list[dict[str, Any]]:
        """The calls for one order, which a test has for itself."""
        return [call for call in self.made() if call["order_id"] == order_id]


@contextmanager
def refunds(stack: Stack, folder: Path, tenant: seed.DemoTenant = seed.SHOP) -> Iterator[Refunds]:
    """The tool, registered with a tenant of a running product whose operator lets it be reached."""
    server, path = stack.windmill(), "f/chatbot/settings"
    before = server.call("GET", f"resources/get_value/{path}").json()
    made = Refunds(folder)
    hosts = [*before.get("allowed_private_hosts", []), f"127.0.0.1:{made.odd.port}"]
    server.call("POST", f"resources/update/{path}", {"value": {**before, "allowed_private_hosts": hosts}})
    with stack.connect() as conn:
        query = b"select tenant_id::text as id from chatbots where phone_number_id = %s"
        row = conn.execute(query, [tenant.phone_number_id]).fetchone()
        assert row is not None
        tenants.put_tool(
            conn,
            stack.secrets.master_key,
            row["id"],
            name="club",
            url=f"http://127.0.0.1:{made.odd.port}/mcp",
            authorization="Bearer odd-key-0123456789",
            allowed_tools=["refund_order"],
        )
        conn.execute(b"update tenant_tools set approvals = %s where name = 'club'", [json.dumps(RULE)])
    try:
        yield made
    finally:
        made.odd.kill()
        with stack.connect() as conn:
            conn.execute(b"delete from tenant_tools where name = 'club'")
        server.call("POST", f"resources/update/{path}", {"value": before})


def wait_for_one(rows: Any, seconds: float = 60) -> Any:
    """The only row, once it is there."""
    (row,) = wait_for(rows, seconds)
    return row
