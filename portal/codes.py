"""Signing in with a code that comes by e-mail or on WhatsApp.

The code is six random digits. PostgreSQL gets its digest together with the attempt's, which only the asking browser has, so that neither the
code alone nor the database alone opens anything. The job that sends it gets a pad, and reads the padded code in the database, by its own id: no
argument, result or log of a job holds a code.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import uuid

from portal.addresses import Address
from portal.store import Store
from portal.windmill import SEND_CODE, SENDING, ScriptFailed, Windmill

log = logging.getLogger(__name__)

DIGITS = 6
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LANGUAGES = ("en", "es")


def person_of(typed: object) -> str | None:
    """An e-mail address in lower case, or a telephone number as a plus and its digits; None where it is neither."""
    if not isinstance(typed, str) or len(typed) > 200:
        return None
    words = typed.strip().lower()
    if EMAIL.fullmatch(words):
        return words
    digits = re.sub(r"[\s()./-]", "", words).removeprefix("+").removeprefix("00")
    return f"+{digits}" if re.fullmatch(r"[1-9][0-9]{7,14}", digits) else None


class Codes:
    """Asks for codes, and has them sent after the answer: how long that takes tells nobody whether anything was sent."""

    def __init__(self, store: Store, windmill: Windmill) -> None:
        self._store, self._windmill = store, windmill
        self._sending: set[asyncio.Task[None]] = set()

    async def ask(self, person: str, address: str, language: str, invitation: str, at: Address) -> str | None:
        """The attempt that the browser has to keep; None where too many were asked for from this address. `invitation`: what stood in the link
        that the browser came by. `at`: where it is asked for."""
        attempt, job = secrets.token_urlsafe(32), str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        code, pad = secrets.randbelow(10**DIGITS), secrets.randbelow(10**DIGITS)
        padded = (code + pad) % 10**DIGITS
        said = await self._store.ask_code(
            attempt, person, f"{code:06}", f"{padded:06}", job, address, at.host, invitation, at.tenant
        )
        if said == "slow":
            return None
        if said == "send":
            task = asyncio.create_task(self._send(job, f"{pad:06}", language))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return attempt

    async def _send(self, job: str, pad: str, language: str) -> None:
        try:
            await self._windmill.run(SEND_CODE, {"pad": pad, "language": language, **SENDING}, job)
        except ScriptFailed as failed:
            log.error("A code was not sent.", extra={"job": job, "error": str(failed)})

    async def close(self) -> None:
        """What is on its way may still arrive."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=5)
