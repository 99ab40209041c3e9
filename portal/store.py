"""What the door asks PostgreSQL. It holds no right on a table: each line here is one function of sql/functions/."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ingress.link import Link


def digest(text: str) -> bytes:
    """What is stored of a secret: 32 bytes, SHA-256."""
    return hashlib.sha256(text.encode()).digest()


class Store:
    """Over one connection: a statement takes a millisecond, so one serves some hundred requests a second."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def _ask(self, query: bytes, *values: Any) -> Any:
        row = await (await self._link.execute(query, values)).fetchone()
        return row[0] if row else None

    async def branding(self, domain: str) -> dict[str, Any] | None:
        """What a domain shows, and whose it is; '' is the platform's own. None: nobody's."""
        found: dict[str, Any] | None = await self._ask(b"select door_branding(%s)", domain)
        return found

    async def note_served(self, domain: str) -> None:
        """Somebody signed in has the portal there, so links may lead there."""
        await self._ask(b"select note_served(%s)", domain)

    async def picture(self, name: str) -> bytes | None:
        found: bytes | None = await self._ask(b"select branding_picture(%s)", name)
        return found

    async def ask_code(
        self,
        attempt: str,
        person: str,
        code: str,
        padded: str,
        job: str,
        address: str,
        host: str,
        invitation: str,
        tenant: str | None,
    ) -> str:
        """send, asked or slow. See the function. `address`: of the browser; `host`: of the door; `tenant`, here and below: the business at whose own
        address this is, None at the platform's."""
        secret = (digest(attempt), person, digest(attempt + code), padded, digest(job))
        values = (*secret, address, host, digest(invitation), tenant)
        return str(await self._ask(b"select ask_code(%s, %s, %s, %s, %s, %s, %s, %s, %s)", *values))

    async def enter_code(self, attempt: str, code: str, token: str, browser: str) -> str:
        """in, wrong, locked or gone."""
        values = (digest(attempt), digest(attempt + code), digest(token), browser)
        return str(await self._ask(b"select enter_code(%s, %s, %s, %s)", *values))

    async def is_signed_in(self, token: str, tenant: str | None) -> bool:
        return await self._ask(b"select use_session(%s, %s)", digest(token), tenant) is not None

    async def person(self, token: str, tenant: str | None) -> str | None:
        """Who is signed in with this cookie."""
        found: str | None = await self._ask(b"select session_person(%s, %s)", digest(token), tenant)
        return found

    async def prove(self, person: str, how: str, token: str, browser: str) -> bool:
        """Opens a session for whom a provider has proved, at the platform's address; False where they may not sign in."""
        return bool(
            await self._ask(b"select prove_person(%s, %s, %s, %s)", person, how, digest(token), browser)
        )

    async def put_challenge(self, token: str, content: dict[str, str]) -> None:
        await self._ask(b"select put_challenge(%s, %s)", digest(token), json.dumps(content))

    async def take_challenge(self, token: str) -> dict[str, str]:
        """What was put there, once; empty where there is none."""
        found = await self._ask(b"select take_challenge(%s)", digest(token)) if token else None
        content: dict[str, str] = json.loads(found) if found else {}
        return content

    async def put_passkey(
        self, token: str, credential: bytes, key: bytes, count: int, browser: str, tenant: str | None
    ) -> bool:
        values = (digest(token), credential, key, count, browser, tenant)
        return bool(await self._ask(b"select put_passkey(%s, %s, %s, %s, %s, %s)", *values))

    async def read_passkey(self, credential: bytes, tenant: str | None) -> tuple[bytes, int] | None:
        """Its public key, and how often it had been used by its own count; None where it is not good at this address."""
        query, values = b"select public_key, sign_count from read_passkey(%s, %s)", (credential, tenant)
        row: tuple[bytes, int] | None = await (await self._link.execute(query, values)).fetchone()
        return row

    async def enter_passkey(
        self, credential: bytes, count: int, token: str, browser: str, tenant: str | None
    ) -> bool:
        values = (credential, count, digest(token), browser, tenant)
        return bool(await self._ask(b"select enter_passkey(%s, %s, %s, %s, %s)", *values))

    async def leave(self, token: str) -> None:
        await self._ask(b"select leave_session(%s)", digest(token))

    async def make_ticket(self, token: str, job: str, request: str, tenant: str | None) -> bool:
        """Whether the session is there still, so that the job may be started."""
        values = (digest(token), digest(job), digest(request), tenant)
        return bool(await self._ask(b"select make_ticket(%s, %s, %s, %s)", *values))

    async def use_api_key(self, key: str, scope: str, address: str) -> dict[str, Any]:
        """{"outcome", "limit", "left", "reset_s"}; see the function."""
        found: dict[str, Any] = await self._ask(
            b"select use_api_key(%s, %s, %s)", digest(key), scope, address
        )
        return found

    async def make_key_ticket(self, key: str, job: str, request: str) -> bool:
        """Whether the key is good still, so that the job may be started."""
        values = (digest(key), digest(job), digest(request))
        return bool(await self._ask(b"select make_key_ticket(%s, %s, %s)", *values))

    async def clean(self) -> None:
        await self._ask(b"select clean_door()")
