# requirements: whatsapp
"""The tokens of an MCP server at which a person has signed in: read with the server's row, renewed when they end, stored sealed.

A refresh token is often good for one use only: whoever renews holds the row, and who comes second takes what the first has got. That happens on
a connection of its own, because a round's tools run side by side.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from f.common.database import Database
from f.common.redaction import remember_secret
from f.common.secrets import SecretError, seal, unseal
from f.tools.http_requests import NoAnswer
from f.tools.live_tools import ToolError
from f.tools.oauth_clients import USUAL_LIFE, TokenRefused, ask_for_tokens

RESERVE = 60  # seconds before its end in which a token is not used any more
AGAIN = "{server} must be connected again: its sign-in has ended. An owner does that in the portal, under Bot, Tools."
NEVER = "{server} is not connected yet: somebody must sign in there. An owner does that in the portal, under Bot, Tools."
SECRET = ("access_token", "refresh_token", "secret", "verifier")  # of such fields
GONE = (400, 401)  # answers that say that a refresh token is worth nothing any more


def tokens_of(answer: Any, before: dict[str, str]) -> dict[str, str]:
    """What is kept of a token's answer. `before`: client and address, and the refresh token where the answer has no newer one. Raises ValueError,
    KeyError and TypeError where it is none."""
    made = json.loads(answer.body)
    life = float(made.get("expires_in") or USUAL_LIFE)
    tokens = {**before, "access_token": str(made["access_token"]), "until": str(time.time() + life)}
    tokens["reserve"] = str(min(RESERVE, life / 2))
    if made.get("refresh_token"):
        tokens["refresh_token"] = str(made["refresh_token"])
    for name in ("access_token", "refresh_token"):
        remember_secret(tokens.get(name, ""))
    return tokens


def purpose(tool: str) -> str:
    return f"tokens:{tool}"


def seal_fields(master_key: str, tenant_id: str, of: str, fields: dict[str, str]) -> bytes:
    """Fields of which some are secret and others are addresses, as one sealed value. `of`: its purpose."""
    return seal(master_key, tenant_id, of, json.dumps(fields))


def open_fields(master_key: str, tenant_id: str, of: str, sealed: bytes | None) -> dict[str, str]:
    """What `seal_fields` has sealed; nothing where there is none. Raises SecretError."""
    fields: dict[str, str] = json.loads(unseal(master_key, tenant_id, of, sealed)) if sealed else {}
    for name in SECRET:
        remember_secret(fields.get(name, ""))
    return fields


class SignedIn:
    """The tokens of one server, for a turn or a request of the portal. `sealed`: as they were read; None: nobody has signed in."""

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        tool: str,
        sealed: tuple[bytes | None, bool],
        master_key: str,
    ) -> None:
        """`sealed`: the tokens, and whether the sign-in has ended. Raises SecretError."""
        self._database, self._tenant_id, self._tool, self._master_key = database, tenant_id, tool, master_key
        self._tokens = open_fields(master_key, tenant_id, purpose(tool), sealed[0])
        self._ended = sealed[1]
        self._refused = ""

    def token(self, server: str, hosts: Iterable[str], seconds: float) -> str:
        if not self._tokens:
            raise ToolError(NEVER.format(server=server))
        if self._ended:
            raise ToolError(AGAIN.format(server=server))
        if self._is_over(self._tokens):
            self._renew(server, hosts, seconds)
        return self._tokens["access_token"]

    def forget(self) -> None:
        self._refused = self._tokens.get("access_token", "")

    def _is_over(self, tokens: dict[str, str]) -> bool:
        late = time.time() > float(tokens["until"]) - float(tokens["reserve"])
        return late or tokens["access_token"] == self._refused

    def _renew(self, server: str, hosts: Iterable[str], seconds: float) -> None:
        with self._database.another() as other:
            with other.of_tenant(self._tenant_id).transaction() as db:
                row = db.row(
                    "select sealed_tokens, ended_at is not null as ended from tool_tokens where tool = %s for update",
                    self._tool,
                )
                try:
                    held = open_fields(
                        self._master_key,
                        self._tenant_id,
                        purpose(self._tool),
                        row["sealed_tokens"] if row else None,
                    )
                except SecretError as problem:
                    raise ToolError(f"{server} can't be used: {problem}") from None
                if not row or row["ended"] or not held:
                    raise ToolError(AGAIN.format(server=server))
                if self._is_over(held):
                    made = self._refreshed(held, server, hosts, seconds)
                    if made is None:
                        db.rows("update tool_tokens set ended_at = now() where tool = %s", self._tool)
                    else:
                        held = made
                        sealed = seal_fields(self._master_key, self._tenant_id, purpose(self._tool), made)
                        db.rows(
                            "update tool_tokens set sealed_tokens = %s where tool = %s", sealed, self._tool
                        )
                    self._ended = made is None
        if self._ended:
            raise ToolError(AGAIN.format(server=server))
        self._tokens = held

    def _refreshed(
        self, held: dict[str, str], server: str, hosts: Iterable[str], seconds: float
    ) -> dict[str, str] | None:
        """The next tokens; None: the sign-in has ended. Raises ToolError where the server can't say now."""
        if not held.get("refresh_token"):
            return None
        wanted = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
        wanted |= {"resource": held["resource"]} if held.get("resource") else {}
        try:
            answer = ask_for_tokens(
                held["token_url"], wanted, held["client_id"], held.get("secret", ""), (hosts, seconds)
            )
            return tokens_of(answer, held)
        except TokenRefused as refusal:
            if refusal.status in GONE:
                return None
            raise ToolError(f"{server} can't be used: its sign-in could not be renewed: {refusal}") from None
        except NoAnswer as problem:
            raise ToolError(f"{server} can't be used: where its sign-in is renewed {problem}") from None
        except (ValueError, KeyError, TypeError):
            raise ToolError(
                f"{server} can't be used: where its sign-in is renewed, no token came back"
            ) from None
