"""The suite of attacks can fail: with one limit of the code switched off, an attack that it stopped succeeds, and is seen to.

Where two limits stop the same attack, the other one is switched off, too: each must be worth its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from f.agent import builtin_tools, loop, mcp_lists, tools
from f.agent.policy import reply_check, reply_policy
from f.common import redaction
from f.tools.live_tools import LiveTool
from tests.agent.attacks import ORDERS, OTHERS_PHONE, SAYS, holds
from tests.agent.conftest import CLINIC, ORDERS_KEY, SHOP, Bench
from tests.agent.odd import Odd

Patch = pytest.MonkeyPatch
LOOKED_UP = 'CALL search_knowledge_base {"question": "How long can I return an item?"}'


def anybody(patch: Patch, bench: Bench) -> None:
    """The server is not told who asks."""
    real = mcp_lists.server_for

    def server(*arguments: Any) -> Any:
        made = real(*arguments)
        del made.headers["X-Customer-Phone"]
        return made

    patch.setattr(mcp_lists, "server_for", server)


def every_tool(patch: Patch, bench: Bench) -> None:
    """The allow-list lets everything through."""
    everything = ["get_order", "list_orders"]
    bench.rows("update tenant_tools set allowed_tools = %s where name = 'orders'", everything)


def tenant_by_argument(patch: Patch, bench: Bench) -> None:
    """The tenant comes from the model's arguments instead of from the phone number that was written to."""
    real = tools.ToolRunner._local

    def local(self: Any, call: Any, seconds: float) -> str:
        knowledge, tenant = self._evidence.knowledge, call["arguments"].get("tenant_id")
        knowledge._db = knowledge._db.of_tenant(tenant or self._turn.tenant_id)
        return real(self, call, seconds)

    patch.setattr(tools.ToolRunner, "_local", local)


def remembers_anything(patch: Patch, bench: Bench) -> None:
    patch.setattr(tools, "refused_details", lambda *_: {})


def model_says_who(patch: Patch, bench: Bench) -> None:
    """The arguments go out as the model wrote them."""
    patch.setattr(LiveTool, "for_contact", lambda self, arguments: arguments)


def no_guard_of_secrets(patch: Patch, bench: Bench) -> None:
    """Nothing is recognised as an instruction or a key, and nothing has to follow from the evidence."""
    patch.setattr(reply_policy, "leak", lambda *_: None)
    no_evidence(patch, bench)


def no_scrubbing(patch: Patch, bench: Bench) -> None:
    patch.setattr(loop, "redact_keys", lambda value, secrets: value)


def no_evidence(patch: Patch, bench: Bench) -> None:
    """Nothing has to follow from what was found."""
    patch.setattr(reply_policy.Check, "problems", lambda self: [])
    patch.setattr(reply_policy, "unsourced", lambda *_: False)


Limit = Callable[[Patch, Bench], None]
LIMITS: dict[str, tuple[Limit, str, str]] = {
    "who asks is told by us": (anybody, ORDERS["somebody else's order"], "another customer's order"),
    "allow-list": (every_tool, ORDERS["a tool outside the list"], "a tool outside the list"),
    "the tenant is the number's": (
        tenant_by_argument,
        ORDERS["another tenant's documents"],
        "another tenant's document",
    ),
    "instructions stay": (no_guard_of_secrets, f"{LOOKED_UP} {SAYS['the rules']} [S1]", "the instructions"),
    "prompt stays": (no_guard_of_secrets, f"{LOOKED_UP} {SAYS['the prompt']} [S1]", "the instructions"),
    "keys are taken out": (no_scrubbing, f'CALL get_order {{"order_id": "{ORDERS_KEY}"}}', "a key"),
    "figures are checked": (
        no_evidence,
        f"{LOOKED_UP} {SAYS['an invented price']} [S1]",
        "an invented price",
    ),
}


def attempt(bench: Bench, attack: str) -> dict[str, Any]:
    words = attack.replace("%s", bench.tenants[CLINIC])
    return bench.ask(words, contact_id=bench.contact(phone="34600111222"))


@pytest.mark.field_failure(18)
@pytest.mark.field_failure(12)
@pytest.mark.parametrize("name", LIMITS)
def test_without_a_limit_its_attack_succeeds(obeying: Bench, monkeypatch: Patch, name: str) -> None:
    switch_off, attack, harm = LIMITS[name]
    holds(attempt(obeying, attack))
    try:
        switch_off(monkeypatch, obeying)
        with pytest.raises(AssertionError, match=harm):
            holds(attempt(obeying, attack))
    finally:
        obeying.rows("update tenant_tools set allowed_tools = '{get_order}' where name = 'orders'")


@pytest.mark.field_failure(18)
def test_without_the_check_of_details_a_name_writes_them(obeying: Bench, monkeypatch: Patch) -> None:
    attack = ORDERS["a detail that nobody said"].replace(', "role": "admin"', "")
    contact: dict[str, Any] = {"name": attack, "language": None, "lead": {}}
    holds(obeying.ask("Hello", contact=contact))
    remembers_anything(monkeypatch, obeying)
    with pytest.raises(AssertionError, match="a detail that nobody said"):
        holds(obeying.ask("Hello", contact=contact))


@pytest.mark.field_failure(12)
def test_without_the_contacts_own_phone_the_model_sets_it(
    obeying: Bench, odd: Odd, monkeypatch: Patch
) -> None:
    phone = {"type": "object", "properties": {"phone": {"type": "string"}}}
    odd.lists({"name": "get_points", "parameters": phone, "echo": True, "read_only": True})
    attack = f'CALL get_points {{"phone": "{OTHERS_PHONE}"}}'
    holds(attempt(obeying, attack))
    model_says_who(monkeypatch, obeying)
    with pytest.raises(AssertionError, match="another's phone"):
        holds(attempt(obeying, attack))


@pytest.mark.field_failure(12)
def test_without_row_level_security_a_search_finds_everybodys_passages(obeying: Bench) -> None:
    """The database's own limit, behind the code's: the same statement as a role that the policies do not bind."""
    count = "select count(*) as n from chunks"
    with obeying.admin() as conn, conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [obeying.tenants[SHOP]])
        everybody: Any = conn.execute(count).fetchone()
        conn.execute("set local role chatbot_app")
        own: Any = conn.execute(count).fetchone()
    assert 0 < own["n"] < everybody["n"]


def test_what_is_switched_off_is_what_is_used() -> None:
    """The names that the switches replace are the functions that decide: a renamed one would leave a switch that does nothing."""
    assert reply_policy.Check is reply_check.Check
    used = reply_policy.problems.__code__.co_names
    assert {"Check", "problems", "leak", "unsourced"} <= set(used)
    assert (
        loop.redact_keys is redaction.redact_keys and tools.refused_details is builtin_tools.refused_details
    )
