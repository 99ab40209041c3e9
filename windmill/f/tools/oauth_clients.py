# requirements: whatsapp
"""Access tokens for MCP servers that want an OAuth client (client credentials): fetched where the tenant says, kept in this interpreter only.

A token is in no argument, row, result or log. Which address the client's secret goes to is the tenant's word, never the MCP server's.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from f.common.redaction import redact, remember_secret
from f.common.secrets import CODE, OAUTH_SECRET
from f.tools.http_requests import Answer, NoAnswer, Request, send
from f.tools.live_tools import ToolError

WELL_KNOWN = ("oauth-authorization-server", "openid-configuration")
SECRET_FIELDS = ("code", "code_verifier", "refresh_token")  # of a request for tokens
USUAL_LIFE, RESERVE = 300, 30  # seconds: of a token whose server does not say, and before its end

_tokens: dict[
    OAuthClient, tuple[str, float]
] = {}  # a token and until when it is used, by the monotonic clock


@dataclass(frozen=True)
class OAuthClient:
    """`token_url`: where tokens are had; '' where `issuer` has to be asked for it."""

    token_url: str
    issuer: str
    client_id: str
    scope: str
    secret: str = field(repr=False)

    def token(self, server: str, hosts: Iterable[str], seconds: float) -> str:
        return token_for(self, server, hosts, seconds)

    def forget(self) -> None:
        forget_token(self)


class TokenSource(Protocol):
    """Where the access token of a server comes from."""

    def token(self, server: str, hosts: Iterable[str], seconds: float) -> str:
        """A token that holds for a while. `server`: whose name the error carries. Raises ToolError."""

    def forget(self) -> None:
        """After the server has refused it."""


def client_of(oauth: dict[str, Any] | None, held: dict[str, str]) -> OAuthClient | None:
    """The client of a row of tenant_tools; None where there is none, or a person signs in. `held`: the row's sealed values, opened."""
    if not oauth or oauth.get("grant") == CODE:
        return None
    names = ("token_url", "issuer", "client_id", "scope")
    return OAuthClient(**{name: oauth.get(name) or "" for name in names}, secret=held.get(OAUTH_SECRET, ""))


def token_for(client: OAuthClient, server: str, hosts: Iterable[str], seconds: float) -> str:
    """A token that holds for a while. `server`: whose name the error carries. Raises ToolError."""
    token, until = _tokens.get(client, ("", 0.0))
    if time.monotonic() < until:
        return token
    try:
        url = client.token_url or _token_url(client, hosts, seconds)
        answer = _asked(client, url, hosts, seconds)
        made = json.loads(answer.body)
        token, life = str(made["access_token"]), float(made.get("expires_in") or USUAL_LIFE)
    except NoAnswer as problem:
        raise ToolError(f"{server} can't be used: where its tokens are had {problem}") from None
    except TokenRefused as refusal:
        raise ToolError(f"{server} can't be used: its OAuth client was refused: {refusal}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ToolError(f"{server} can't be used: where its tokens are had, no token came back") from None
    remember_secret(token)
    _tokens[client] = (token, time.monotonic() + max(life - RESERVE, 1))
    return token


def forget_token(client: OAuthClient) -> None:
    """After a server has refused it."""
    _tokens.pop(client, None)


class TokenRefused(Exception):
    """No token came: what the server said. `status`: of its answer."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


def _asked(client: OAuthClient, url: str, hosts: Iterable[str], seconds: float) -> Answer:
    wanted = {"grant_type": "client_credentials", **({"scope": client.scope} if client.scope else {})}
    return ask_for_tokens(url, wanted, client.client_id, client.secret, (hosts, seconds))


def ask_for_tokens(
    url: str, wanted: dict[str, str], client_id: str, secret: str, reach: tuple[Iterable[str], float]
) -> Answer:
    """The answer of the token's address: the client names itself in a header, as every server must take it, else in the form; one without a
    secret in the form alone. `reach`: the hosts that are allowed although they are private, and seconds. Raises TokenRefused and NoAnswer."""
    hosts, seconds = reach
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    basic = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    named = {"client_id": client_id, **({"client_secret": secret} if secret else {})}
    ways = [(basic, wanted), ({}, wanted | named)] if secret else [({}, wanted | named)]
    for headers, form in ways:
        sent = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json", **headers}
        answer = send(Request("POST", url, sent, urlencode(form).encode()), hosts, seconds)
        if answer.status == 200:
            return answer
        if answer.status not in (400, 401):
            break
    held = [secret, *(wanted[name] for name in SECRET_FIELDS if name in wanted)]
    words = redact(" ".join(answer.body[:2000].decode("utf-8", "replace").split()), held)[:200]
    raise TokenRefused(f"HTTP {answer.status}: {words}", answer.status)


def _token_url(client: OAuthClient, hosts: Iterable[str], seconds: float) -> str:
    """Where the issuer says that tokens are had. Its metadata must name the issuer itself."""
    parts = urlsplit(client.issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    for name in WELL_KNOWN:
        places = [
            f"{origin}/.well-known/{name}{path}",
            *([f"{origin}{path}/.well-known/{name}"] if path else []),
        ]
        for place in places:
            answer = send(Request("GET", place, {"accept": "application/json"}), hosts, seconds)
            if answer.status == 200:
                known = json.loads(answer.body)
                if str(known["issuer"]).rstrip("/") != client.issuer.rstrip("/"):
                    raise TokenRefused(f"{place} is of another issuer")
                return str(known["token_endpoint"])
    raise TokenRefused(f"{client.issuer} does not say where tokens are had")
