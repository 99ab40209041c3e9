"""Connecting an MCP server by a person's sign-in: a real authorization server with PKCE and short lives, the ingress's page, and the portal."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from f.common.secrets import unseal
from ingress.sign_ins import PATH
from tests.club import Club
from tests.portal.conftest import MASTER_KEY, A, Portal
from tests.portal.sign_in_page import come_back
from tests.site import Site

OWNER, PARTNER, RIVAL = "owner@alpha.example", "partner@alpha.example", "owner@beta.example"
TOOLS, BOT = "f.portal_api.tools", "f.portal_api.bot"


@pytest.fixture
def club(portal: Portal, tmp_path: Path) -> Iterator[Club]:
    made = Club(tmp_path)
    portal.values["settings"] = {
        "allowed_private_hosts": [f"127.0.0.1:{made.port}"],
        "webhook_url": "https://bots.example/webhook",
    }
    yield made
    made.close()


def add(portal: Portal, club: Club, **oauth: str) -> None:
    given = {"grant": "code", "issuer": "", "client_id": "", "scope": "", **oauth}
    fields: dict[str, Any] = {"name": "club", "url": f"{club.url}/mcp", "headers": {}, "oauth": given}
    answer = portal.ask(OWNER, BOT, "upsert_tool", **fields, allowed_tools=["get_points"])
    assert answer["ok"] is True, answer


def connect(portal: Portal, who: str = OWNER) -> str:
    answer = portal.ask(who, TOOLS, "connect", name="club")
    return str(answer.get("url") or answer["refused"])


def finish(portal: Portal, who: str = OWNER) -> dict[str, Any]:
    return portal.ask(who, TOOLS, "finish_connection", name="club")


def connected(portal: Portal, club: Club, browser: TestClient) -> None:
    assert "Go back to the portal: it goes on there" in come_back(browser, club.consents(connect(portal)))
    assert finish(portal) == {"ok": True, "state": "connected"}


def warnings(portal: Portal) -> str:
    return json.dumps(portal.ask(OWNER, TOOLS, "list_server_tools", name="club"))


def shown(portal: Portal) -> dict[str, Any]:
    tool: dict[str, Any] = portal.ask(OWNER, BOT, "get")["tools"][0]
    return tool


def test_a_sign_in_from_the_button_to_the_first_list(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start()
    add(portal, club)
    assert "not connected yet" in warnings(portal) and shown(portal)["sign_in"] is None
    url = connect(portal)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["redirect_uri"] == "https://bots.example/oauth/callback"
    assert (query["code_challenge_method"], query["resource"]) == ("S256", f"{club.url}/mcp")
    assert finish(portal) == {"ok": True, "state": "waiting"}
    address = club.consents(url)
    page = browser.get(address)
    assert OWNER in page.text and "Alpha" in page.text and page.headers["cache-control"] == "no-store"
    assert finish(portal)["state"] == "waiting", "nothing is stored before the button"
    come_back(browser, address)
    (row,) = portal.rows("select * from tool_sign_ins")
    code = parse_qs(urlsplit(address).query)["code"][0]
    assert code not in str(row) and query["state"] not in str(row), "sealed, and by its digest"
    assert finish(portal)["state"] == "connected" and portal.rows("select from tool_sign_ins") == []
    assert shown(portal)["sign_in"] == {"person": OWNER, "ended": False}
    assert portal.ask(OWNER, TOOLS, "list_server_tools", name="club")["tools"] == ["get_points"]
    (kept,) = portal.rows("select sealed_tokens from tool_tokens")
    tokens = json.loads(unseal(MASTER_KEY, A, "tokens:club", kept["sealed_tokens"]))
    assert tokens["access_token"].startswith("access-") and tokens["access_token"] not in str(shown(portal))
    assert club.grants == {"code": 1, "refresh": 0, "clients": 1}


def test_an_access_token_is_renewed_once_however_many_need_it(
    portal: Portal, club: Club, browser: TestClient
) -> None:
    """A refresh token is good once: a second use of it would end the sign-in."""
    club.start("--life", "2")
    add(portal, club)
    connected(portal, club, browser)
    club.wait_until_over(access_token(portal))
    told: list[str] = []
    both = [threading.Thread(target=lambda: told.append(warnings(portal))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert all('"tools": ["get_points"]' in each for each in told), told
    assert 1 <= club.grants["refresh"] <= 2 and shown(portal)["sign_in"]["ended"] is False


def access_token(portal: Portal) -> str:
    (kept,) = portal.rows("select sealed_tokens from tool_tokens")
    return str(json.loads(unseal(MASTER_KEY, A, "tokens:club", kept["sealed_tokens"]))["access_token"])


def test_a_sign_in_that_was_withdrawn_is_said_and_made_again(
    portal: Portal, club: Club, browser: TestClient
) -> None:
    club.start()
    add(portal, club)
    connected(portal, club, browser)
    club.end_sign_ins()
    assert "club must be connected again" in warnings(portal)
    assert shown(portal)["sign_in"] == {"person": OWNER, "ended": True}
    refreshed = club.grants["refresh"]
    assert "must be connected again" in warnings(portal) and club.grants["refresh"] == refreshed, "asked once"
    connected(portal, club, browser)
    assert '"tools": ["get_points"]' in warnings(portal) and shown(portal)["sign_in"]["ended"] is False


def test_a_server_that_is_away_ends_no_sign_in(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start("--life", "1")
    add(portal, club)
    connected(portal, club, browser)
    club.stop()
    assert "tools_not_listed" in warnings(portal) and shown(portal)["sign_in"]["ended"] is False


def test_the_state_is_of_the_one_who_began(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start()
    add(portal, club)
    portal.ask(OWNER, "f.portal_api.people", "create", email=PARTNER, role="owner")
    come_back(browser, club.consents(connect(portal)))
    assert finish(portal, PARTNER)["refused"] == "sign_in_late"
    assert finish(portal, RIVAL)["refused"] == "sign_in_late"
    assert portal.rows("select from tool_tokens") == [] and finish(portal)["state"] == "connected"


def test_a_code_of_another_sign_in_is_worth_nothing(portal: Portal, club: Club, browser: TestClient) -> None:
    """Somebody who has got hold of a code, or slips in their own: the verifier is another one."""
    club.start()
    add(portal, club)
    stolen = parse_qs(urlsplit(club.consents(connect(portal))).query)["code"][0]
    state = parse_qs(urlsplit(connect(portal)).query)["state"][0]
    come_back(browser, f"{PATH}?code={stolen}&state={state}&iss={club.url}/")
    refused = finish(portal)
    assert refused["refused"] == "sign_in_failed" and portal.rows("select from tool_tokens") == []
    assert stolen not in json.dumps(refused)


def test_a_state_is_good_once_and_ten_minutes(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start()
    add(portal, club)
    address = club.consents(connect(portal))
    come_back(browser, address)
    assert browser.get(address).status_code == 404
    assert finish(portal)["state"] == "connected" and browser.get(address).status_code == 404
    late = club.consents(connect(portal))
    portal.rows("update tool_sign_ins set expires_at = expires_at - interval '11 minutes'")
    assert "too old" in browser.get(late).text and finish(portal)["refused"] == "sign_in_late"


@pytest.mark.parametrize(
    "query",
    ["", "?state=x", "?code=x", "?state=unknown&code=x", f"?state={'x' * 300}&code=x", "?state=%00&code=x"],
)
def test_a_stranger_at_the_callback_learns_nothing(browser: TestClient, query: str) -> None:
    page = browser.get(f"{PATH}{query}")
    assert page.status_code in (400, 404) and "begin again" in page.text
    assert browser.post(PATH, content=b"state=x&code=" + b"y" * 20_000).status_code == 400


def test_a_no_at_the_server_is_said(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start()
    add(portal, club)
    page = browser.get(club.consents(connect(portal), "no"))
    assert "did not allow it" in page.text
    assert finish(portal)["values"] == {"problem": "access_denied"}


def test_a_code_from_another_issuer_is_refused(portal: Portal, club: Club, browser: TestClient) -> None:
    club.start()
    add(portal, club)
    come_back(
        browser, club.consents(connect(portal)).replace(f"&iss={club.url}/", "&iss=https://evil.example")
    )
    assert finish(portal)["refused"] == "sign_in_issuer" and club.grants["code"] == 0


def test_tokens_go_with_what_they_were_for(portal: Portal, club: Club, browser: TestClient) -> None:
    """Not to another server's address, nor with another client."""
    club.start()
    add(portal, club)
    connected(portal, club, browser)
    add(portal, club, scope="points")
    assert len(portal.rows("select from tool_tokens")) == 1
    address = club.consents(connect(portal))
    come_back(browser, address)
    oauth = {"grant": "code"}
    fields = {"name": "club", "url": "https://elsewhere.example/mcp", "headers": {}, "oauth": oauth}
    assert portal.ask(OWNER, BOT, "upsert_tool", **fields)["ok"] is True
    assert portal.rows("select from tool_tokens") == [] and finish(portal)["refused"] == "sign_in_late"


def test_a_server_that_registers_nobody(portal: Portal, club: Club) -> None:
    club.start("--no-registration")
    add(portal, club)
    assert connect(portal) == "sign_in_client"
    given = {"grant": "code", "client_id": "casa"}
    fields = {"name": "club", "url": f"{club.url}/mcp", "headers": {}, "oauth": given}
    assert portal.ask(OWNER, BOT, "upsert_tool", **fields)["refused"] == "oauth_invalid", (
        "its issuer is missing"
    )
    add(portal, club, client_id="casa", issuer=f"{club.url}/")
    assert "client_id=casa" in connect(portal)


RESOURCE = "/.well-known/oauth-protected-resource/mcp"
METADATA = "/.well-known/oauth-authorization-server"


@pytest.mark.parametrize(
    ("protected", "metadata", "code"),
    [
        (None, None, "sign_in_unknown"),
        ({"resource": "https://elsewhere.example/mcp"}, {}, "sign_in_resource"),
        ({}, {"issuer": "https://evil.example/"}, "sign_in_issuer"),
        ({}, {"code_challenge_methods_supported": ["plain"]}, "sign_in_pkce"),
        ({}, {"code_challenge_methods_supported": None}, "sign_in_pkce"),
        ({}, {"registration_endpoint": None}, "sign_in_client"),
        ({}, {"registration_endpoint": "http://169.254.169.254/register"}, "sign_in_registration"),
        ({"authorization_servers": ["http://169.254.169.254/"]}, {}, "sign_in_unknown"),
    ],
)
def test_where_nobody_can_sign_in_safely(portal: Portal, protected: Any, metadata: Any, code: str) -> None:
    site = Site()
    portal.values["settings"] = {
        "allowed_private_hosts": [site.host],
        "webhook_url": "https://bots.example/webhook",
    }
    if protected is not None:
        about = {"resource": f"{site.url}/mcp", "authorization_servers": [f"{site.url}/"]}
        server = {
            "issuer": f"{site.url}/",
            "authorization_endpoint": f"{site.url}/authorize",
            "token_endpoint": f"{site.url}/token",
            "registration_endpoint": f"{site.url}/register",
            "code_challenge_methods_supported": ["S256"],
        }
        site.pages = {RESOURCE: (200, {}, about | protected), METADATA: (200, {}, server | metadata)}
    try:
        fields = {"name": "club", "url": f"{site.url}/mcp", "headers": {}, "oauth": {"grant": "code"}}
        assert portal.ask(OWNER, BOT, "upsert_tool", **fields)["ok"] is True
        assert connect(portal) == code and portal.rows("select from tool_sign_ins") == []
    finally:
        site.close()


def test_a_platform_that_nothing_comes_back_to(portal: Portal, club: Club) -> None:
    add(portal, club)
    portal.values["settings"]["webhook_url"] = ""
    assert connect(portal) == "sign_in_address"
