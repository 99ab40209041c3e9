"""A fresh Windmill: what make deploy does where nobody has signed in yet. The server is a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from deploy import first_account
from deploy.bootstrap import DeployError, Server
from dotenv import dotenv_values

OPERATOR, PASSWORD = "op@platform.example", "a-password-of-ours"


class Fresh:
    """Windmill's accounts: passwords and tokens by address."""

    def __init__(self, makes_accounts: bool = True) -> None:
        self.passwords = {first_account.FIRST: first_account.KNOWN_TO_ALL}
        self.tokens: dict[str, str] = {}
        self.makes_accounts = makes_accounts

    def call(
        self, server: Server, method: str, path: str, body: Any = None, ok: tuple[int, ...] = (200, 201)
    ) -> httpx2.Response:
        answer = self.answer(server.token, method, path, body)
        if answer.status_code not in ok:
            raise DeployError(f"{method} {path}: HTTP {answer.status_code} {answer.text}")
        return answer

    def answer(self, token: str, method: str, path: str, body: Any) -> httpx2.Response:
        if path == "/auth/login":
            known = self.passwords.get(body["email"]) == body["password"]
            return self.new_token(body["email"], 200) if known else httpx2.Response(400, text="Invalid login")
        whose = self.tokens[token]
        if path == "/users/create":
            if not self.makes_accounts:
                return httpx2.Response(500, text="not in this edition")
            assert body["super_admin"] is True
            self.passwords[body["email"]] = body["password"]
            return httpx2.Response(201)
        if path == "/users/tokens/create":
            return self.new_token(whose, 201)
        assert (method, path) == ("DELETE", "/users/delete/admin%40windmill.dev")
        del self.passwords[first_account.FIRST]
        self.tokens = {t: email for t, email in self.tokens.items() if email != first_account.FIRST}
        return httpx2.Response(200)

    def new_token(self, email: str, code: int) -> httpx2.Response:
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = email
        return httpx2.Response(code, text=token)


class Newcomer:
    """make deploy's first step for somebody who has only made .env."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.file, self.said, self._monkeypatch = folder / ".env", list[str](), monkeypatch
        self.file.write_text("WINDMILL_TOKEN=\nOTHER=stays\n")

    def deploy(self, server: Fresh, **settings: str) -> None:
        given = {"WINDMILL_URL": "http://127.0.0.1:9", "WINDMILL_PASSWORD": PASSWORD, "CI": ""}
        given |= {"OPERATOR_EMAILS": "Op@Platform.example, second@platform.example", "WINDMILL_TOKEN": ""}
        with self._monkeypatch.context() as patch:
            for name, value in (given | settings).items():
                patch.setenv(name, value)
            patch.setattr(Server, "call", lambda this, *asked, **more: server.call(this, *asked, **more))
            first_account.ensure_token(self.file, self.said.append)

    @property
    def token(self) -> str:
        values = dotenv_values(self.file)
        assert values["OTHER"] == "stays" and len(values) == 2
        return values["WINDMILL_TOKEN"] or ""


@pytest.fixture
def newcomer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Newcomer:
    return Newcomer(monkeypatch, tmp_path)


def test_the_operators_account_takes_the_place_of_the_one_that_everybody_knows(newcomer: Newcomer) -> None:
    server = Fresh()
    newcomer.deploy(server)
    assert server.passwords == {OPERATOR: PASSWORD}
    assert server.tokens[newcomer.token] == OPERATOR
    assert newcomer.said[0].endswith("admin@windmill.dev deleted") and OPERATOR in newcomer.said[1]
    assert PASSWORD not in str(newcomer.said) and newcomer.token not in str(newcomer.said)


def test_a_deployment_that_was_cut_off_before_the_token_goes_on(newcomer: Newcomer) -> None:
    server = Fresh()
    newcomer.deploy(server)
    newcomer.file.write_text("WINDMILL_TOKEN=\nOTHER=stays\n")
    newcomer.deploy(server)
    assert server.tokens[newcomer.token] == OPERATOR and server.passwords == {OPERATOR: PASSWORD}


def test_a_windmill_that_makes_no_accounts_is_warned_of_and_gives_a_token(newcomer: Newcomer) -> None:
    server = Fresh(makes_accounts=False)
    newcomer.deploy(server)
    assert server.tokens[newcomer.token] == first_account.FIRST
    assert "WARNING" in newcomer.said[0] and "give it another one" in newcomer.said[0]


def test_a_server_whose_first_account_is_gone_wants_a_token(newcomer: Newcomer) -> None:
    server = Fresh()
    server.passwords = {"somebody@else.example": "unknown"}
    with pytest.raises(DeployError, match="make a token there"):
        newcomer.deploy(server)
    assert newcomer.token == "" and server.tokens == {}


@pytest.mark.parametrize(
    "settings", [{"WINDMILL_TOKEN": "there-is-one"}, {"CI": "true"}, {"OPERATOR_EMAILS": ""}]
)
def test_nobody_is_signed_in_where_there_is_a_token_or_nobody_to_make_it_for(
    newcomer: Newcomer, settings: dict[str, str]
) -> None:
    server = Fresh()
    newcomer.deploy(server, **settings)
    assert (server.tokens, newcomer.said, newcomer.token) == ({}, [], "")
