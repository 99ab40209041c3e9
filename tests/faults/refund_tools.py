"""A tool of every kind that needs a person's yes and counts what it does: of an MCP server, of an HTTP action, of one whose server makes a request
once under one key, of a script of Windmill."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from deploy import tenants

from local import seed
from tests.agent.odd import KEY, Odd
from tests.faults.storm import Storm

KINDS = ("mcp", "http", "keyed", "script")
HTTP_KINDS = ("http", "keyed")
CHECKING = "I am checking that with a colleague."
PARAMETERS = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "amount": {"type": "number"}},
    "required": ["order_id", "amount"],
}
EACH = {
    "mcp": "refund_by_mcp",
    "http": "refund_by_http",
    "keyed": "refund_by_key",
    "script": "refund_by_script",
}
# The tables of tools that are rows of their own.
ALONE = [*(("http_actions", kind) for kind in HTTP_KINDS), ("script_tools", "script")]
SCRIPT_PATH = "f/tenant_tools/shared/refund_by_script"
# Windmill runs a job again whose worker was lost: a script keeps its effect to the job's id, as the shipped ones do.
SCRIPT = """
import json, os, time
from pathlib import Path


def main(order_id: str, amount: float):
    Path({folder!r}, os.environ["WM_JOB_ID"]).write_text(json.dumps({{"order_id": order_id}}))
    time.sleep({sleeps})
    return "The refund is done. SAY The refund is done."
"""
SCRIPT_FORM = {"summary": "Refunds an order", "kind": "script", "schema": PARAMETERS, "tag": "tools"}


class Wish(NamedTuple):
    """One call that a customer wants."""

    kind: str
    order_id: str


class Tools:
    """The three tools, and what each has done."""

    def __init__(self, folder: Path, sleeps: float) -> None:
        self._lines, self._jobs = folder / "calls", folder / "jobs"
        self._jobs.mkdir(parents=True)
        self._jobs.chmod(0o777)
        self.odd = Odd(folder)
        answer = "The refund is done. SAY The refund is done."
        told = {"parameters": PARAMETERS, "answer": answer, "counts": str(self._lines), "sleeps": sleeps}
        others: dict[str, Any] = {"keyed": {"knows_keys": True}}
        kinds = ("mcp", *HTTP_KINDS)
        self.odd.lists(*({"name": EACH[kind], **told, **others.get(kind, {})} for kind in kinds))
        self.source = SCRIPT.format(folder=str(self._jobs), sleeps=sleeps)

    def done(self) -> Counter[str]:
        """How often each order was refunded."""
        lines = self._lines.read_text().splitlines() if self._lines.exists() else []
        texts = [*lines, *(file.read_text() for file in self._jobs.iterdir())]
        return Counter(json.loads(text)["order_id"] for text in texts if text)


@contextmanager
def offered(storm: Storm, folder: Path, sleeps: float) -> Iterator[Tools]:
    """The tools, each of which needs a yes, with the clinic's bot."""
    server, place = storm.stack.windmill(), "f/chatbot/settings"
    before = server.call("GET", f"resources/get_value/{place}").json()
    made = Tools(folder, sleeps)
    origin = f"http://127.0.0.1:{made.odd.port}"
    hosts = [*before.get("allowed_private_hosts", []), origin.removeprefix("http://")]
    server.call("POST", f"resources/update/{place}", {"value": {**before, "allowed_private_hosts": hosts}})
    script = storm.stack.bundle / f"{SCRIPT_PATH}.py"
    script.write_text(made.source)
    script.with_suffix(".script.yaml").write_text(json.dumps(SCRIPT_FORM))
    (tenant,) = storm.admin(
        "select tenant_id::text as id from chatbots where phone_number_id = %s", seed.CLINIC.phone_number_id
    )
    with storm.stack.connect() as conn:
        master_key = storm.stack.secrets.master_key
        tenants.put_tool(
            *(conn, master_key, tenant["id"], "killed", f"{origin}/mcp"),
            authorization=KEY,
            allowed_tools=[EACH["mcp"]],
        )
        for kind in HTTP_KINDS:
            tenants.put_action(conn, master_key, tenant["id"], action(f"{origin}/http", kind), {})
        conn.execute(
            b"insert into script_tools (tenant_id, name, path) values (%s, %s, %s)",
            [tenant["id"], EACH["script"], SCRIPT_PATH],
        )
    rule = json.dumps("always")
    storm.admin(
        "update tenant_tools set approvals = %s where name = 'killed'", json.dumps({EACH["mcp"]: "always"})
    )
    for table, kind in ALONE:
        storm.admin(f"update {table} set approval = %s where name = %s", rule, EACH[kind])
    try:
        yield made
    finally:
        made.odd.kill()
        storm.admin("delete from tenant_tools where name = 'killed'")
        for table, kind in ALONE:
            storm.admin(f"delete from {table} where name = %s", EACH[kind])
        for file in (script, script.with_suffix(".script.yaml")):
            file.unlink()
        server.call("POST", f"resources/update/{place}", {"value": before})


def action(url: str, kind: str) -> dict[str, Any]:
    """The HTTP action of this kind."""
    schemas = PARAMETERS["properties"].items()  # type: ignore[attr-defined]
    return {
        "name": EACH[kind],
        "description": "Refunds an order",
        "method": "POST",
        "url": f"{url}/{EACH[kind]}",
        "idempotent": kind == "keyed",
        "body_kind": "json",
        "body": {name: f"{{{name}}}" for name, _ in schemas},
        "parameters": [
            {"name": n, "source": "model", "schema": part, "required": True} for n, part in schemas
        ],
        "timeout_s": 30,
    }


def words_of(wishes: list[Wish]) -> str:
    """What makes the model that obeys want these calls."""
    calls = [
        f"CALL {EACH[wish.kind]} {json.dumps({'order_id': wish.order_id, 'amount': 80})}" for wish in wishes
    ]
    return "\n".join([*calls, f"SAY {CHECKING}"])
