"""Signing in with a company's own provider: OpenID Connect, authorization code with PKCE, state and nonce.

A provider is believed about an e-mail address only where it says that it has verified it, and only in the domains that the operator bound to it:
one that lies, or was taken over, lets nobody of another domain in. Authlib exchanges the code and checks the claims, joserfc the signature.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from typing import Any

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.addresses import address_of
from portal.browser import CHALLENGE, Cookies, name_of
from portal.settings import Provider, Settings
from portal.store import Store

log = logging.getLogger(__name__)

CALLBACK = "/provider/callback"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # with keys that only the provider has
TIMEOUT_S, KEPT_S, LEEWAY_S = 10, 3600, 60
REFUSED = "/?refused=provider"


class ProviderError(Exception):
    """Why a provider's word does not count. Holds nothing that it said."""


class Providers:
    """The companies' sign-ins. What a provider publishes of itself is kept for an hour."""

    def __init__(self, settings: Settings, store: Store, cookies: Cookies) -> None:
        self._known = {provider.id: provider for provider in settings.portal_providers}
        self._back = f"{settings.portal_url}{CALLBACK}"
        self._store, self._cookies = store, cookies
        self._http = httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
        self._published: dict[str, tuple[float, dict[str, Any]]] = {}

    @property
    def names(self) -> list[dict[str, str]]:
        """For the sign-in page."""
        return [{"id": provider.id, "name": provider.name} for provider in self._known.values()]

    async def begin(self, request: Request) -> Response:
        """To the provider, and back with what only this browser has."""
        provider = self._known.get(request.path_params["id"])
        if provider is None or address_of(request).tenant:
            return RedirectResponse(REFUSED, 303)
        state, nonce, verifier, token = (secrets.token_urlsafe(48) for _ in range(4))
        try:
            about = await self._about(provider)
        except ProviderError as error:
            return self._refused(provider, error)
        async with self._client(provider) as client:
            place, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        await self._store.put_challenge(
            token, {"provider": provider.id, "state": state, "nonce": nonce, "verifier": verifier}
        )
        answer = RedirectResponse(place, 303)
        self._cookies.set(answer, CHALLENGE, token, 600)
        return answer

    async def end(self, request: Request) -> Response:
        """What the browser brings back, once."""
        begun = await self._store.take_challenge(self._cookies.read(request, CHALLENGE))
        provider = self._known.get(begun.get("provider", ""))
        given = request.query_params
        state = given.get("state", "")
        if provider is None or not hmac.compare_digest(state.encode(), begun["state"].encode()):
            return RedirectResponse(REFUSED, 303)
        try:
            if given.get("iss", provider.issuer).rstrip("/") != provider.issuer or not given.get("code"):
                raise ProviderError("it sent no code, or in another's name")
            person = await self._person(provider, given["code"], begun)
        except ProviderError as error:
            return self._refused(provider, error)
        token = secrets.token_urlsafe(32)
        if not await self._store.prove(person, "provider", token, name_of(request)):
            return RedirectResponse(REFUSED, 303)
        answer = RedirectResponse("/", 303)
        self._cookies.sign_in(answer, token, CHALLENGE)
        return answer

    async def _person(self, provider: Provider, code: str, begun: dict[str, str]) -> str:
        about = await self._about(provider)
        try:
            async with self._client(provider) as client, asyncio.timeout(TIMEOUT_S):
                token = await client.fetch_token(
                    about["token_endpoint"], code=code, code_verifier=begun["verifier"]
                )
            return self._email(provider, about, str(token["id_token"]), begun["nonce"])
        except ProviderError:
            raise
        except Exception as error:  # Authlib's, joserfc's and httpx2's have no base in common
            raise ProviderError(type(error).__name__) from None

    def _email(self, provider: Provider, about: dict[str, Any], id_token: str, nonce: str) -> str:
        read = jwt.decode(id_token, KeySet.import_key_set(about["keys"]), algorithms=ALGORITHMS)
        expected = {
            "iss": {"essential": True, "value": about["issuer"]},
            "aud": {"essential": True, "value": provider.client_id},
        }
        asked = {"nonce": nonce, "client_id": provider.client_id}
        claims = CodeIDToken(read.claims, read.header, expected, asked)
        claims.validate(leeway=LEEWAY_S)
        if claims.get("nonce") != nonce:
            raise ProviderError("another nonce")
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str):
            raise ProviderError("it has not verified the address")
        email = email.strip().lower()
        if email.count("@") != 1 or email.partition("@")[2] not in provider.domains:
            raise ProviderError("an address of a domain that is not bound to it")
        return email

    async def _about(self, provider: Provider) -> dict[str, Any]:
        """What the provider publishes of itself, with its keys."""
        kept = self._published.get(provider.id)
        if kept and time.monotonic() - kept[0] < KEPT_S:
            return kept[1]
        try:
            about = await self._read(f"{provider.issuer}/.well-known/openid-configuration")
            if str(about["issuer"]).rstrip("/") != provider.issuer:
                raise ProviderError("it names another issuer")
            about["keys"] = await self._read(about["jwks_uri"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(type(error).__name__) from None
        self._published[provider.id] = (time.monotonic(), about)
        return about

    async def _read(self, address: str) -> dict[str, Any]:
        answer = await self._http.get(address)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _client(self, provider: Provider) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            scope="openid email",
            redirect_uri=self._back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    def _refused(self, provider: Provider, error: ProviderError) -> Response:
        self._published.pop(provider.id, None)  # its keys may have changed
        log.warning("A provider's sign-in was refused.", extra={"provider": provider.id, "why": str(error)})
        return RedirectResponse(REFUSED, 303)

    async def close(self) -> None:
        await self._http.aclose()
