"""Tokens: who a caller is, what they may read and write, and the short-lived tokens of running jobs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from uuid import UUID

from local.runner.bundle import Bundle
from local.runner.errors import NotAuthorized
from local.runner.models import Identity
from local.runner.settings import ADMIN_EMAIL, ADMIN_USERNAME, Settings
from local.runner.store import Store

JOB_PREFIX = "job_"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        # Jobs' tokens are signed, not stored: a process that outlives the runner can still use its own.
        self._job_key = hmac.digest(settings.token.encode(), b"tokens of jobs", "sha256")

    def job_token(self, job_id: UUID) -> str:
        return f"{JOB_PREFIX}{job_id.hex}_{hmac.digest(self._job_key, job_id.bytes, 'sha256').hex()}"

    async def identify(self, token: str) -> Identity:
        if hmac.compare_digest(token.encode(), self.settings.token.encode()):
            return Identity(ADMIN_EMAIL, ADMIN_USERNAME, is_admin=True)
        if token.startswith(JOB_PREFIX):
            return await self._identify_job(token)
        row = await self.store.row("select * from tokens where token_hash = %s", (_hash(token),))
        if not row:
            raise NotAuthorized("Unauthorized")
        return identity_of(row["email"])

    async def _identify_job(self, token: str) -> Identity:
        hexed = token[len(JOB_PREFIX) :].partition("_")[0]
        try:
            job_id = UUID(hex=hexed)
        except ValueError as error:
            raise NotAuthorized("Unauthorized") from error
        job = await self.store.job(job_id)
        if not hmac.compare_digest(token, self.job_token(job_id)) or not job or not job.is_open:
            raise NotAuthorized("Unauthorized")
        return Identity(job.email, job.username, job.username == ADMIN_USERNAME)

    async def create(self, owner: Identity, label: str | None) -> str:
        """A token that acts as its owner."""
        token = secrets.token_urlsafe(24)
        await self.store.execute(
            "insert into tokens (token_hash, label, email, username) values (%s, %s, %s, %s)",
            (_hash(token), label, owner.email, owner.username),
        )
        return token


def identity_of(email: str) -> Identity:
    if email == ADMIN_EMAIL:
        return Identity(ADMIN_EMAIL, ADMIN_USERNAME, is_admin=True)
    return Identity(email, email.partition("@")[0].replace(".", "").lower(), is_admin=False)


def may(identity: Identity, bundle: Bundle, path: str, write: bool = False) -> bool:
    """Whether a caller may read (or write) a path: everybody but the admin needs the folder's permission."""
    permissions = bundle.folder_permissions(path)
    granted = [permissions[who] for who in ("g/all", f"u/{identity.username}") if who in permissions]
    return identity.is_admin or (any(granted) if write else bool(granted))


def check_path(identity: Identity, bundle: Bundle, path: str, write: bool = False) -> None:
    if not may(identity, bundle, path, write):
        raise NotAuthorized(f"{identity.email} has no access to {path}")


def readable_folders(identity: Identity, bundle: Bundle) -> list[str]:
    """The folders whose jobs a member sees in lists."""
    return [name for name in bundle.folders() if may(identity, bundle, f"f/{name}/any")]
