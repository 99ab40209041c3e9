"""MCP servers that want an OAuth client: a token is fetched, kept, renewed, and seen nowhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from f.common.secrets import OAUTH_SECRET, seal_all
from f.tools import oauth_clients
from tests.agent.conftest import MASTER_KEY, SHOP, Bench
from tests.agent.handmade_mcp import REPLY, HandmadeServer
from tests.agent.vendors import UNKNOWN, call

QUESTION, ASK = "How many points do I have?", call("get_points", {})
SECRET = "client-secret-0123456789"


class Issuer:
    """An authorization server. `token`: what it gives next; `status`: of its answers; `basic`: it takes the client's name in a header."""

    def __init__(self) -> None:
        self.token, self.life, self.status, self.basic = "token-one-0123456789", 3600, 200, True
        self.asked: list[dict[str, Any]] = []
        self.named = ""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None: ...

            def answer(self, status: int, body: Any) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def do_GET(self) -> None:
                if self.path != "/.well-known/oauth-authorization-server/shop":
                    self.answer(404, {})
                    return
                self.answer(
                    200,
                    {"issuer": issuer.named or f"{issuer.url}/shop", "token_endpoint": f"{issuer.url}/token"},
                )

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                header = self.headers.get("authorization") or ""
                issuer.asked.append(
                    {"path": self.path, "header": header, **{k: v[0] for k, v in form.items()}}
                )
                if issuer.status != 200:
                    self.answer(issuer.status, {"error": "invalid_client", "given": SECRET})
                elif bool(header) != issuer.basic:
                    self.answer(401, {"error": "invalid_client"})
                else:
                    self.answer(200, {"access_token": issuer.token, "expires_in": issuer.life})

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def issuer(bench: Bench) -> Iterator[Issuer]:
    made = Issuer()
    bench.settings["allowed_private_hosts"].append(made.url.removeprefix("http://"))
    yield made
    made.close()
    oauth_clients._tokens.clear()


@pytest.fixture
def server(bench: Bench, issuer: Issuer) -> HandmadeServer:
    """It wants the issuer's token; the shop knows the token's address."""
    made = HandmadeServer(bench)
    made.accepts = issuer.token
    sealed = seal_all(MASTER_KEY, bench.tenants[SHOP], "tool:club", {OAUTH_SECRET: SECRET})
    bench.rows("update tenant_tools set headers = '{}', sealed_headers = %s where name = 'club'", sealed)
    use(bench, token_url=f"{issuer.url}/token", client_id="casa:lumen", scope="orders")
    return made


def use(bench: Bench, **oauth: str) -> None:
    bench.rows(
        "update tenant_tools set oauth = %s, discovered_at = null where name = 'club'", json.dumps(oauth)
    )


@pytest.mark.parametrize("basic", [True, False], ids=["in a header", "in the form"])
def test_a_token_is_fetched_and_kept(
    bench: Bench, server: HandmadeServer, issuer: Issuer, basic: bool
) -> None:
    issuer.basic = basic
    for _ in range(2):
        assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY
    asked = issuer.asked[-1]
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "orders")
    assert ("header" in asked and bool(asked["header"])) == basic and (
        asked.get("client_secret") == SECRET
    ) != basic
    assert len(issuer.asked) == (1 if basic else 2), "one token for the list and both calls"


def test_where_tokens_are_had_is_asked_of_the_issuer(
    bench: Bench, server: HandmadeServer, issuer: Issuer
) -> None:
    use(bench, issuer=f"{issuer.url}/shop", client_id="casa")
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY and issuer.asked[0]["path"] == "/token"


def test_metadata_of_another_issuer_gets_no_secret(
    bench: Bench, server: HandmadeServer, issuer: Issuer
) -> None:
    use(bench, issuer=f"{issuer.url}/shop", client_id="casa")
    issuer.named = "https://elsewhere.example"
    bench.live(QUESTION, UNKNOWN)
    assert issuer.asked == [] and "is of another issuer" in warning(bench)


def warning(bench: Bench) -> str:
    (found,) = bench.rows("select warnings from tenant_tools where name = 'club'")[0]["warnings"]
    return str(found["values"]["problem"])


def test_a_token_that_the_server_takes_no_more_is_renewed(
    bench: Bench, server: HandmadeServer, issuer: Issuer
) -> None:
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY
    issuer.token = server.accepts = "token-two-0123456789"
    assert bench.live(QUESTION, ASK, REPLY)["reply"] == REPLY
    assert len(issuer.asked) == 2 and len(server.calls) == 2


def test_a_token_is_not_used_to_its_very_end(bench: Bench, server: HandmadeServer, issuer: Issuer) -> None:
    issuer.life = 20
    oauth_clients._tokens.clear()
    bench.live("Hello", "Hello! How can I help?")
    ((_, until),) = oauth_clients._tokens.values()
    import time

    assert until - time.monotonic() < 2


def test_a_client_that_is_refused_is_the_tenants_affair(
    bench: Bench, server: HandmadeServer, issuer: Issuer
) -> None:
    issuer.status = 401
    result = bench.live("Hello", "Hello! How can I help?")
    assert result["reply"] == "Hello! How can I help?"
    assert "its OAuth client was refused: HTTP 401" in warning(bench) and SECRET not in warning(bench)


@pytest.mark.parametrize("status", [302, 500])
def test_another_answer_than_a_token(
    bench: Bench, server: HandmadeServer, issuer: Issuer, status: int
) -> None:
    issuer.status = status
    bench.live("Hello", "Hello! How can I help?")
    assert f"HTTP {status}" in warning(bench) and len(issuer.asked) == 1


def test_a_private_address_gets_no_secret(bench: Bench, server: HandmadeServer, issuer: Issuer) -> None:
    bench.settings["allowed_private_hosts"].remove(issuer.url.removeprefix("http://"))
    bench.live("Hello", "Hello! How can I help?")
    assert issuer.asked == [] and "127.0.0.1" in warning(bench)


def test_neither_secret_nor_token_is_seen(
    bench: Bench, server: HandmadeServer, issuer: Issuer, capfd: pytest.CaptureFixture[str]
) -> None:
    server.result = {"content": [{"type": "text", "text": f"{issuer.token} {SECRET} {REPLY}"}]}
    result = bench.live(QUESTION, ASK, REPLY)
    printed = capfd.readouterr()
    seen = f"{json.dumps(result)} {bench.openai.asked} {printed.out} {printed.err} {bench.rows('select * from tenant_tools')}"
    assert result["reply"] == REPLY and issuer.token not in seen and SECRET not in seen
