"""Tokens: who a caller is, what they may read and write, and the short-lived tokens of running jobs."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from uuid import UUID

from local.runner.bundle import Bundle
from local.runner.errors import NotAuthorized, PermissionDenied
from local.runner.models import Identity
from local.runner.settings import ADMIN_EMAIL, ADMIN_USERNAME, Settings
from local.runner.store import Store

JOB_PREFIX = "job_"
PREFIX = 10  # characters by which a token is named
RUN = re.compile(r"/api/w/[^/]+/jobs/run(?:_wait_result)?/([pf])/(.+)")
KINDS = {"p": "scripts", "f": "flows"}


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
        return replace(identity_of(row["email"]), scopes=tuple(row["scopes"]))

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

    async def create(self, owner: Identity, label: str | None, scopes: list[str]) -> str:
        """A token that acts as its owner, or does only what its scopes name."""
        token = secrets.token_urlsafe(24)
        await self.store.execute(
            "insert into tokens (token_hash, prefix, label, email, username, scopes) values (%s, %s, %s, %s, %s, %s)",
            (_hash(token), token[:PREFIX], label, owner.email, owner.username, scopes),
        )
        return token

    async def delete(self, owner: Identity, prefix: str) -> int:
        """Ends those of an owner's tokens that begin so; how many."""
        return await self.store.execute(
            "delete from tokens where email = %s and prefix = %s", (owner.email, prefix)
        )


def identity_of(email: str) -> Identity:
    if email == ADMIN_EMAIL:
        return Identity(ADMIN_EMAIL, ADMIN_USERNAME, is_admin=True)
    return Identity(email, email.partition("@")[0].replace(".", "").lower(), is_admin=False)


def may(identity: Identity, bundle: Bundle, path: str, write: bool = False) -> bool:
    """Whether a caller may read (or write) a path: everybody but the admin needs the folder's permission.

    The users that a deployment makes for the ingress and the door are in groups of their names."""
    permissions, name = bundle.folder_permissions(path), identity.username
    granted = [permissions[who] for who in ("g/all", f"g/{name}", f"u/{name}") if who in permissions]
    return identity.is_admin or (any(granted) if write else bool(granted))


def check_path(identity: Identity, bundle: Bundle, path: str, write: bool = False) -> None:
    if not may(identity, bundle, path, write):
        raise NotAuthorized(f"{identity.email} has no access to {path}")


def check_scope(identity: Identity, method: str, path: str) -> None:
    """What a token with scopes may ask for, of those that a deployment makes: `jobs:run:scripts:…` and `jobs:run:flows:…`, of one path or, with /*
    at its end, of all below it. As on the server, such a token reads jobs, too."""
    if not identity.scopes or (method == "GET" and "/jobs" in path):
        return
    run = RUN.fullmatch(path)
    wanted = f"jobs:run:{KINDS[run[1]]}:{run[2]}" if run else path
    if not any(
        wanted == scope or (scope.endswith("/*") and wanted.startswith(scope[:-1]))
        for scope in identity.scopes
    ):
        raise PermissionDenied(f"Access denied. Required scope: {wanted}")


def readable_folders(identity: Identity, bundle: Bundle) -> list[str]:
    """The folders whose jobs a member sees in lists."""
    return [name for name in bundle.folders() if may(identity, bundle, f"f/{name}/any")]
