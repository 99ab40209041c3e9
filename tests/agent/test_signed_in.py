"""An MCP server at which somebody of the business has signed in: its tokens end, are renewed within a turn, and are seen nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from f.common.secrets import unseal
from f.tools.sign_ins import begin, exchange
from f.tools.signed_in import purpose, seal_fields
from tests.agent.conftest import MASTER_KEY, SHOP, Bench
from tests.agent.handmade_mcp import REPLY
from tests.agent.vendors import UNKNOWN, call
from tests.club import Club

QUESTION, ASK = "How many points do I have?", call("get_points", {})
OAUTH = {"grant": "code", "issuer": "", "client_id": "", "scope": ""}


@pytest.fixture
def club(bench: Bench, tmp_path: Path) -> Iterator[Club]:
    """With tokens of one second, so that each turn must renew them."""
    made = Club(tmp_path)
    made.start("--life", "1")
    host = f"127.0.0.1:{made.port}"
    bench.settings["allowed_private_hosts"].append(host)
    tenant = bench.tenants[SHOP]
    bench.rows("delete from tenant_tools where name = 'club'")
    bench.rows(
        "insert into tenant_tools (tenant_id, name, url, oauth, allowed_tools) values (%s, 'club', %s, %s, '{get_points}')",
        *(tenant, f"{made.url}/mcp", json.dumps(OAUTH)),
    )
    url, _, request = begin(
        f"{made.url}/mcp", OAUTH, "", "https://bots.example/oauth/callback", "Acme Chat", [host]
    )
    code = parse_qs(urlsplit(made.consents(url)).query)["code"][0]
    tokens = exchange(request, code, f"{made.url}/", [host])
    sealed = seal_fields(MASTER_KEY, tenant, purpose("club"), tokens)
    bench.rows(
        "insert into tool_tokens (tenant_id, tool, person, sealed_tokens) values (%s, 'club', 'owner', %s)",
        *(tenant, sealed),
    )
    made.wait_until_over(tokens["access_token"])
    yield made
    bench.rows("delete from tenant_tools where name = 'club'")
    bench.settings["allowed_private_hosts"].remove(host)
    made.close()


def tokens_now(bench: Bench) -> dict[str, str]:
    (row,) = bench.rows("select sealed_tokens from tool_tokens")
    held: dict[str, str] = json.loads(
        unseal(MASTER_KEY, bench.tenants[SHOP], purpose("club"), row["sealed_tokens"])
    )
    return held


@pytest.mark.parametrize("live", [True, False], ids=["a turn", "a dry run"])
def test_a_turn_renews_what_has_ended(bench: Bench, club: Club, live: bool) -> None:
    """Also in a dry run, which can't write otherwise: the former refresh token is worth nothing any more."""
    before = tokens_now(bench)
    for _ in range(2):
        ask = bench.live if live else bench.ask
        assert ask(QUESTION, ASK, REPLY)["reply"] == REPLY
    after = tokens_now(bench)
    assert after["refresh_token"] != before["refresh_token"] and club.grants["refresh"] >= 1


def test_a_sign_in_that_has_ended_is_said(bench: Bench, club: Club) -> None:
    """To whoever tries the bot, with what to do; nothing was called."""
    bench.live("Hello", "Hello! How can I help?")
    club.end_sign_ins()
    result = bench.live(QUESTION, ASK, UNKNOWN)
    assert "must be connected again" in json.dumps(result) and "under Bot, Tools" in json.dumps(result)
    assert bench.rows("select ended_at is not null as ended from tool_tokens") == [{"ended": True}]


def test_neither_token_is_seen(bench: Bench, club: Club, capfd: pytest.CaptureFixture[str]) -> None:
    result = bench.live(QUESTION, ASK, REPLY)
    printed = capfd.readouterr()
    seen = f"{json.dumps(result)} {bench.openai.asked} {printed.out} {printed.err} {bench.rows('select * from tenant_tools')}"
    held = tokens_now(bench)
    assert held["access_token"] not in seen and held["refresh_token"] not in seen
