"""Signing in with a passkey (WebAuthn), which a person adds while signed in. The authenticator asks for a fingerprint, a face or a PIN itself."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.addresses import Addresses, address_of
from portal.browser import CHALLENGE, SESSION, Cookies, name_of
from portal.store import Store, digest

BAD = (WebAuthnException, ValueError, KeyError, TypeError)


class Passkeys:
    """Browsers bind a passkey to the name of the address where it was made, so each address has its own. A credential in no browser may say any
    name: the database binds it to the business whose address it was, or to the platform."""

    def __init__(self, store: Store, cookies: Cookies, addresses: Addresses) -> None:
        self._store, self._cookies, self._addresses = store, cookies, addresses

    async def ask(self, request: Request) -> Response:
        """A challenge for whoever has a passkey of this site. It names no account."""
        options = generate_authentication_options(
            rp_id=address_of(request).name, user_verification=UserVerificationRequirement.REQUIRED
        )
        return await self._challenge(options_to_json(options), options.challenge, "")

    async def enter(self, request: Request, given: dict[str, Any]) -> Response:
        address = address_of(request)
        begun = await self._store.take_challenge(self._cookies.read(request, CHALLENGE))
        refused = JSONResponse({"refused": "passkey"}, 403)
        if begun.get("person") != "":
            return refused
        try:
            credential = base64url_to_bytes(given["credential"]["rawId"])
            known = await self._store.read_passkey(credential, address.tenant)
            if known is None:
                return refused
            proved = verify_authentication_response(
                credential=given["credential"],
                expected_challenge=base64url_to_bytes(begun["challenge"]),
                expected_rp_id=address.name,
                expected_origin=address.origin,
                credential_public_key=known[0],
                credential_current_sign_count=known[1],
                require_user_verification=True,
            )
        except BAD:
            return refused
        token = secrets.token_urlsafe(32)
        if not await self._store.enter_passkey(
            credential, proved.new_sign_count, token, name_of(request), address.tenant
        ):
            return refused
        answer = JSONResponse({"ok": True})
        self._cookies.sign_in(answer, token, CHALLENGE)
        return answer

    async def begin(self, request: Request) -> Response:
        """A challenge for a new passkey of the person who is signed in."""
        address = address_of(request)
        person = await self._store.person(self._cookies.read(request, SESSION), address.tenant)
        if person is None:
            return JSONResponse({"error": "not signed in"}, 401)
        branding = await self._addresses.branding(request)
        options = generate_registration_options(
            rp_id=address.name,
            rp_name=branding["name"],
            user_name=person,
            user_id=digest(person),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return await self._challenge(options_to_json(options), options.challenge, person)

    async def add(self, request: Request, given: dict[str, Any]) -> Response:
        address, token = address_of(request), self._cookies.read(request, SESSION)
        begun = await self._store.take_challenge(self._cookies.read(request, CHALLENGE))
        refused = JSONResponse({"refused": "passkey"}, 403)
        if not begun.get("person") or begun["person"] != await self._store.person(token, address.tenant):
            return refused
        try:
            made = verify_registration_response(
                credential=given["credential"],
                expected_challenge=base64url_to_bytes(begun["challenge"]),
                expected_rp_id=address.name,
                expected_origin=address.origin,
                require_user_verification=True,
            )
        except BAD:
            return refused
        stored = await self._store.put_passkey(
            token,
            made.credential_id,
            made.credential_public_key,
            made.sign_count,
            name_of(request),
            address.tenant,
        )
        return JSONResponse({"ok": True}) if stored else refused

    async def _challenge(self, options: str, challenge: bytes, person: str) -> Response:
        """`person`: whose new passkey it is for; "" where it is for a sign-in."""
        token = secrets.token_urlsafe(32)
        await self._store.put_challenge(token, {"challenge": bytes_to_base64url(challenge), "person": person})
        answer = JSONResponse({"options": json.loads(options)})
        self._cookies.set(answer, CHALLENGE, token, 600)
        return answer
