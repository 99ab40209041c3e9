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
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from f.common.redaction import redact, remember_secret
from f.common.secrets import OAUTH_SECRET
from f.tools.http_requests import Answer, NoAnswer, Request, send
from f.tools.live_tools import ToolError

WELL_KNOWN = ("oauth-authorization-server", "openid-configuration")
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


def client_of(oauth: dict[str, Any] | None, held: dict[str, str]) -> OAuthClient | None:
    """The client of a row of tenant_tools. `held`: its sealed values, opened."""
    if not oauth:
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
    except _Refused as refusal:
        raise ToolError(f"{server} can't be used: its OAuth client was refused: {refusal}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ToolError(f"{server} can't be used: where its tokens are had, no token came back") from None
    remember_secret(token)
    _tokens[client] = (token, time.monotonic() + max(life - RESERVE, 1))
    return token


def forget_token(client: OAuthClient) -> None:
    """After a server has refused it."""
    _tokens.pop(client, None)


class _Refused(Exception):
    pass


def _asked(client: OAuthClient, url: str, hosts: Iterable[str], seconds: float) -> Answer:
    """The answer of the token's address: the client names itself in a header, as every server must take it, else in the form."""
    wanted = {"grant_type": "client_credentials", **({"scope": client.scope} if client.scope else {})}
    pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
    basic = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    named = {"client_id": client.client_id, "client_secret": client.secret}
    for headers, form in ((basic, wanted), ({}, wanted | named)):
        sent = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json", **headers}
        answer = send(Request("POST", url, sent, urlencode(form).encode()), hosts, seconds)
        if answer.status == 200:
            return answer
        if answer.status not in (400, 401):
            break
    words = redact(" ".join(answer.body[:2000].decode("utf-8", "replace").split()), [client.secret])[:200]
    raise _Refused(f"HTTP {answer.status}: {words}")


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
                    raise _Refused(f"{place} is of another issuer")
                return str(known["token_endpoint"])
    raise _Refused(f"{client.issuer} does not say where tokens are had")
