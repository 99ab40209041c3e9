"""Past turns through the current bot: the command as an operator runs it, against the running product."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.seed import SHOP
from tests.e2e.conftest import World

COMMAND = Path(__file__).resolve().parents[2] / "windmill" / "deploy" / "replay.py"
CUSTOMER = "Lucía Ferrer"
# What a dry run must leave alone. Statuses of what was sent before may still come in, so those are not looked at.
KEPT = (
    "select md5(string_agg(t::text, '' order by t.id)) as kept from turns t",
    "select md5(string_agg(c::text, '' order by c.id)) as kept from contacts c",
    "select md5(string_agg(u::text, '' order by u::text)) as kept from usage_months u",
    "select md5(string_agg(l.body, '' order by l.id)) as kept from conversation_logs l",
    "select count(*) as kept from outbound_messages",
    "select count(*) as kept from inbound_messages where kind = 'message'",
    "select count(*) as kept from handoffs",
)


def replay(world: World, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    stack = world.stack
    asked = {
        "DATABASE_URL": stack.database,
        "WINDMILL_URL": stack.url("runner"),
        "WINDMILL_WORKSPACE": stack.workspace,
        "WINDMILL_TOKEN": stack.secrets.runner,
        **environment,
    }
    return subprocess.run(
        [sys.executable, str(COMMAND), *options],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=300,
    )


def asked(world: World, question: str, customer: str = CUSTOMER) -> str:
    """The id of the turn that answered a question, closed."""
    world.ask(SHOP, question, customer)
    closed = "select id from turns where question = %s and state <> 'active' order by opened_at desc limit 1"
    return str(world.rows(closed, question)[0]["id"])


def written(world: World) -> list[Any]:
    return [world.rows(query)[0]["kept"] for query in KEPT]


def test_a_turn_side_by_side(world: World, tmp_path: Path) -> None:
    turn = asked(world, "How long is a gift card valid, please?")
    before, sent = written(world), len(world.sent(SHOP))
    done = replay(world, "--turn", turn, "--json", str(tmp_path / "pairs.json"))
    assert done.returncode == 0, done.stderr
    assert "1 turns, 0 with another reply" in done.stdout and "24 months" in done.stdout
    (pair,) = json.loads((tmp_path / "pairs.json").read_text())
    assert pair["old"]["reply"] == pair["new"]["reply"] and pair["differs"] == []
    assert pair["new"]["tools"] == ["search_knowledge_base"] and pair["new"]["tokens"] > 0
    assert pair["new"]["citations"] == pair["old"]["citations"] != []
    assert written(world) == before and len(world.sent(SHOP)) == sent
    assert not world.secrets_in(done.stdout + done.stderr)


def test_the_differences_of_a_changed_bot(world: World, tmp_path: Path) -> None:
    """The order tool is taken away: another reply, other tools, another outcome."""
    turn = asked(world, "And where is my order CL-1017 now?")
    allowed = "update tenant_tools set allowed_tools = %s where name = 'orders' returning allowed_tools"
    (was,) = world.rows("select allowed_tools from tenant_tools where name = 'orders'")
    world.rows(allowed, ["list_orders"])
    try:
        done = replay(world, "--turn", turn, "--json", str(tmp_path / "pairs.json"))
    finally:
        world.rows(allowed, was["allowed_tools"])
    (pair,) = json.loads((tmp_path / "pairs.json").read_text())
    assert {"reply", "tools"} <= set(pair["differs"])
    assert "get_order" in pair["old"]["tools"] and "get_order" not in pair["new"]["tools"]
    assert "* reply" in done.stdout and "1 with another reply" in done.stdout


def test_a_follow_up_has_the_history_of_then(world: World, tmp_path: Path) -> None:
    """What was said after it is not known to it."""
    asked(world, "How long does delivery to Portugal take?", "Amelia Clarke")
    turn = asked(world, "And to the Canary Islands?", "Amelia Clarke")
    asked(world, "Do you sell gift cards?", "Amelia Clarke")
    done = replay(world, "--turn", turn, "--json", str(tmp_path / "pairs.json"))
    (pair,) = json.loads((tmp_path / "pairs.json").read_text())
    assert "6 to 9" in pair["old"]["reply"] and pair["differs"] == [], done.stdout


def test_a_day(world: World, tmp_path: Path) -> None:
    asked(world, "What does design advice cost?")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    recent = "select count(*) as n from turns t where state <> 'active' and exists (select from inbound_messages i where i.turn_id = t.id)"
    limit = world.rows(recent)[0]["n"]
    done = replay(world, "--day", today, "--limit", "2", "--json", str(tmp_path / "pairs.json"))
    assert done.returncode == 0, done.stderr
    assert limit >= 1 and len(json.loads((tmp_path / "pairs.json").read_text())) == min(2, limit)


@pytest.mark.parametrize(
    ("options", "environment", "code", "words"),
    [
        (["--turn", "00000000-0000-4000-8000-000000000000"], {}, 1, "there is no such turn"),
        (["--day", "1999-01-01"], {}, 1, "there is no such turn"),
        (["--turn", "nonsense"], {}, 1, "Replay stopped"),
        (["--day", "yesterday"], {}, 2, "--day"),
        ([], {}, 2, "--turn"),
        (
            ["--day", "2026-01-01"],
            {"WINDMILL_TOKEN": ""},
            2,
            "missing in the environment and in .env: WINDMILL_TOKEN",
        ),
        (["--day", "2026-01-01"], {"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, 1, "Replay stopped"),
    ],
)
def test_bad_input_ends_in_a_sentence(
    world: World, options: list[str], environment: dict[str, str], code: int, words: str
) -> None:
    done = replay(world, *options, **environment)
    assert done.returncode == code and words in done.stderr
    assert "Traceback" not in done.stderr and not world.secrets_in(done.stdout + done.stderr)


def test_a_server_that_refuses_is_said(world: World) -> None:
    turn = asked(world, "Is the first return free?")
    done = replay(world, "--turn", turn, WINDMILL_TOKEN="wrong")
    assert done.returncode == 1 and "401" in done.stderr and "Traceback" not in done.stderr
