# no_postinstall
# requirements: agent
"""A person's sign-in at an MCP server (OAuth 2.1, authorization code with PKCE): where it begins, and what its code is exchanged for.

Addresses, metadata and their checks are the MCP SDK's; each request goes through the guard against private addresses.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from f.common.problems import Problem
from f.tools.http_requests import Answer, NoAnswer, Request, send
from f.tools.oauth_clients import TokenRefused, ask_for_tokens
from f.tools.signed_in import tokens_of

SECONDS = 10.0
PING = b'{"jsonrpc": "2.0", "id": 0, "method": "ping"}'
PING_HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
JSON = {"accept": "application/json"}


class SignInProblem(Problem):
    """Why nobody can sign in there."""


class Discovery:
    """What a server and its authorization server say of themselves."""

    def __init__(self, url: str, issuer: str, hosts: Iterable[str]) -> None:
        """`issuer`: the tenant's word, '' where the server has to say it. Raises SignInProblem."""
        from httpx2 import Response
        from mcp.client.auth.utils import (
            build_protected_resource_metadata_discovery_urls,
            extract_resource_metadata_from_www_auth,
            extract_scope_from_www_auth,
        )
        from mcp.shared.auth import ProtectedResourceMetadata
        from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url

        self._hosts = list(hosts)
        asked = self._send(Request("POST", url, PING_HEADERS, PING))
        refusal = Response(401, headers={"www-authenticate": asked.challenge if asked else ""})
        places = build_protected_resource_metadata_discovery_urls(
            extract_resource_metadata_from_www_auth(refusal), url
        )
        protected = self._first(places, ProtectedResourceMetadata)
        self.resource = resource_url_from_server_url(url)
        if protected is not None:
            if not check_resource_allowed(self.resource, str(protected.resource)):
                raise SignInProblem("sign_in_resource", address=str(protected.resource)[:200])
            self.resource = str(protected.resource)
        named = str(protected.authorization_servers[0]) if protected else ""
        self.server = self._authorization_server(issuer or named, url)
        from mcp.client.auth.utils import get_client_metadata_scopes

        self.scope = (
            get_client_metadata_scopes(
                extract_scope_from_www_auth(refusal), protected, self.server, ["refresh_token"]
            )
            or ""
        )

    def _authorization_server(self, issuer: str, url: str) -> Any:
        from mcp.client.auth.utils import (
            build_oauth_authorization_server_metadata_discovery_urls,
            issuers_match,
        )
        from mcp.shared.auth import OAuthMetadata

        places = build_oauth_authorization_server_metadata_discovery_urls(issuer or None, url)
        found = self._first(places, OAuthMetadata)
        if found is None:
            raise SignInProblem("sign_in_unknown")
        if issuer and not issuers_match(str(found.issuer), issuer):
            raise SignInProblem("sign_in_issuer", address=str(found.issuer)[:200])
        if "S256" not in (found.code_challenge_methods_supported or []):
            raise SignInProblem("sign_in_pkce")
        return found

    def register(self, redirect_url: str, name: str) -> tuple[str, str]:
        """A client's ID and secret, made by the authorization server, which shows people `name`. Raises SignInProblem."""
        from mcp.client.auth.exceptions import OAuthRegistrationError
        from mcp.client.auth.oauth2 import check_registration_usable
        from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata
        from pydantic import AnyUrl, ValidationError

        if not self.server.registration_endpoint:
            raise SignInProblem("sign_in_client")
        wanted = OAuthClientMetadata(
            redirect_uris=[AnyUrl(redirect_url)],
            client_name=name,
            scope=self.scope or None,
            application_type="web",
        )
        content = wanted.model_dump_json(by_alias=True, exclude_none=True).encode()
        answer = self._send(
            Request(
                "POST",
                str(self.server.registration_endpoint),
                {**JSON, "content-type": "application/json"},
                content,
            )
        )
        try:
            if answer is None or answer.status not in (200, 201):
                raise SignInProblem("sign_in_registration", status=answer.status if answer else 0)
            client = OAuthClientInformationFull.model_validate_json(answer.body)
            check_registration_usable(client)
        except (ValidationError, OAuthRegistrationError):
            raise SignInProblem("sign_in_registration", status=answer.status if answer else 0) from None
        return client.client_id, client.client_secret or ""

    def _first(self, places: list[str], kind: Any) -> Any:
        """What the first of these addresses that has such a document says; None: none has."""
        from pydantic import ValidationError

        for place in places:
            answer = self._send(Request("GET", place, JSON))
            if answer is not None and answer.status == 200:
                try:
                    return kind.model_validate_json(answer.body)
                except ValidationError:
                    continue
        return None

    def _send(self, request: Request) -> Answer | None:
        try:
            return send(request, self._hosts, SECONDS)
        except (NoAnswer, ValueError):
            return None


def begin(
    url: str, oauth: dict[str, Any], secret: str, redirect_url: str, name: str, hosts: Iterable[str]
) -> tuple[str, str, dict[str, str]]:
    """The address at which the person signs in, the state that comes back from there, and what the exchange needs. Raises SignInProblem."""
    from mcp.client.auth.oauth2 import PKCEParameters

    found = Discovery(url, oauth.get("issuer") or "", hosts)
    client_id = oauth.get("client_id") or ""
    if not client_id:
        client_id, secret = found.register(redirect_url, name)
    proof, state = PKCEParameters.generate(), secrets.token_urlsafe(32)
    scope = oauth.get("scope") or found.scope
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "state": state,
        "code_challenge": proof.code_challenge,
        "code_challenge_method": "S256",
        "resource": found.resource,
        **({"scope": scope} if scope else {}),
    }
    place = str(found.server.authorization_endpoint)
    request = {
        "verifier": proof.code_verifier,
        "client_id": client_id,
        "secret": secret,
        "redirect_uri": redirect_url,
        "resource": found.resource,
        "token_url": str(found.server.token_endpoint),
        "issuer": str(found.server.issuer),
        "says_issuer": "yes" if found.server.authorization_response_iss_parameter_supported else "",
    }
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}", state, request


def exchange(request: dict[str, str], code: str, issuer: str, hosts: Iterable[str]) -> dict[str, str]:
    """The tokens for a code. `issuer`: what came back with it (RFC 9207). Raises SignInProblem."""
    if (issuer or request["says_issuer"]) and issuer != request["issuer"]:
        raise SignInProblem("sign_in_issuer", address=issuer[:200])
    wanted = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": request["redirect_uri"],
        "code_verifier": request["verifier"],
        "resource": request["resource"],
    }
    kept = {name: request[name] for name in ("client_id", "secret", "resource", "token_url")}
    # A client is named in the form, too, where a header authenticates it: some servers look for it there.
    wanted["client_id"] = request["client_id"]
    try:
        answer = ask_for_tokens(
            request["token_url"], wanted, request["client_id"], request["secret"], (hosts, SECONDS)
        )
        return tokens_of(answer, kept)
    except (TokenRefused, NoAnswer) as problem:
        raise SignInProblem("sign_in_failed", problem=str(problem)[:300]) from None
    except (ValueError, KeyError, TypeError):
        raise SignInProblem("sign_in_failed", problem="no token came back") from None
