"""Tokens: who a caller is, what the token is limited to, and the short-lived tokens of running jobs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from local.runner.bundle import Bundle
from local.runner.errors import BadRequest, NotAuthorized, PermissionDenied
from local.runner.models import Identity, Job
from local.runner.settings import ADMIN_EMAIL, ADMIN_USERNAME, Settings
from local.runner.store import Store

JOB_PREFIX = "job_"
RUN_KINDS = {"f": "flows", "p": "scripts"}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._job_key = b""

    async def open(self) -> None:
        """Jobs' tokens are signed, not stored: a process that outlives the runner can still use its own."""
        await self.store.execute(
            "insert into runner_keys (name, value) values ('job_tokens', %s) on conflict do nothing",
            (secrets.token_bytes(32),),
        )
        row = await self.store.row("select value from runner_keys where name = 'job_tokens'")
        assert row is not None
        self._job_key = bytes(row["value"])

    def job_token(self, job_id: UUID) -> str:
        return f"{JOB_PREFIX}{job_id.hex}_{hmac.digest(self._job_key, job_id.bytes, 'sha256').hex()}"

    async def identify(self, token: str) -> Identity:
        if hmac.compare_digest(token.encode(), self.settings.token.encode()):
            return Identity(ADMIN_EMAIL, ADMIN_USERNAME, is_admin=True)
        if token.startswith(JOB_PREFIX):
            return await self._identify_job(token)
        row = await self.store.row(
            "select * from tokens where token_hash = %s and (expiration is null or expiration > now())",
            (_hash(token),),
        )
        if not row:
            raise NotAuthorized("Unauthorized")
        scopes = tuple(row["scopes"]) if row["scopes"] is not None else None
        return Identity(row["email"], row["username"], row["is_admin"], scopes)

    async def _identify_job(self, token: str) -> Identity:
        hexed = token[len(JOB_PREFIX) :].partition("_")[0]
        try:
            job_id = UUID(hex=hexed)
        except ValueError as error:
            raise NotAuthorized("Unauthorized") from error
        job = await self.store.job(job_id)
        if not hmac.compare_digest(token, self.job_token(job_id)) or not job or not job.is_open:
            raise NotAuthorized("Unauthorized")
        return Identity(job.email, job.username, job.username == ADMIN_USERNAME, job_id=job_id)

    async def create(self, owner: Identity, data: dict[str, Any]) -> str:
        """A token for the owner, limited to the given scopes (never wider than the caller's own)."""
        scopes = data.get("scopes")
        if scopes is not None and not (isinstance(scopes, list) and all(isinstance(s, str) for s in scopes)):
            raise BadRequest("scopes must be a list of strings")
        if (owner.scopes is not None and not set(scopes or ()) <= set(owner.scopes)) or (
            owner.scopes and not scopes
        ):
            raise PermissionDenied("a token can't create one with more rights than its own")
        try:
            expiration = datetime.fromisoformat(data["expiration"]) if data.get("expiration") else None
        except (TypeError, ValueError) as error:
            raise BadRequest("expiration must be a date and time") from error
        token = secrets.token_urlsafe(24)
        await self.store.execute(
            """insert into tokens (token_hash, token_prefix, label, email, username, is_admin, scopes,
                                   expiration)
               values (%s, %s, %s, %s, %s, %s, %s, %s)""",
            (
                _hash(token), token[:10], data.get("label"), owner.email, owner.username, owner.is_admin,
                scopes, expiration,
            ),
        )  # fmt: skip
        return token


def identity_of(email: str) -> Identity:
    if email == ADMIN_EMAIL:
        return Identity(ADMIN_EMAIL, ADMIN_USERNAME, is_admin=True)
    return Identity(email, email.partition("@")[0].replace(".", "").lower(), is_admin=False)


def owner_of(job: Job) -> Identity:
    return Identity(job.email, job.username, job.username == ADMIN_USERNAME)


def _needed(method: str, route: str) -> tuple[str, str, str | None, str | None]:
    """Domain, action, kind and path that a scope must cover for a route below /api/w/<workspace>/."""
    parts = route.split("/")
    domain = parts[0].removesuffix("_u")
    if (
        domain == "jobs"
        and len(parts) > 3
        and parts[1] in ("run", "run_wait_result")
        and parts[2] in RUN_KINDS
    ):
        return "jobs", "run", RUN_KINDS[parts[2]], "/".join(parts[3:])
    if domain == "jobs" and parts[1:2] == ["run"]:
        return "jobs", "run", None, None
    if domain == "apps" and parts[1:2] == ["execute_component"]:
        return "apps", "run", None, "/".join(parts[2:])
    return domain, "read" if method == "GET" else "write", None, None


def _covers(scope: str, needed: tuple[str, str, str | None, str | None]) -> bool:
    domain, action, kind, path = needed
    parts = scope.split(":")
    if len(parts) < 2 or parts[0] != domain:
        return False
    if parts[1] != action and not (action == "read" and parts[1] in ("write", "run")):
        return False
    if parts[1] == "run" and domain == "jobs":
        scope_kind, resources = (parts[2] if len(parts) > 2 else None), (parts[3] if len(parts) > 3 else None)
    else:
        scope_kind, resources = None, (parts[2] if len(parts) > 2 else None)
    if action == "read":
        return True  # as on the server: who may run one flow may list the jobs that its owner can
    if scope_kind not in (None, "*", kind):
        return False
    if resources is None:
        return True
    return path is not None and any(
        r in ("*", path) or (r.endswith("/*") and path.startswith(r[:-1])) for r in resources.split(",")
    )


def check_scopes(identity: Identity, method: str, route: str) -> None:
    if identity.scopes is None:
        return
    needed = _needed(method, route)
    if not any(_covers(scope, needed) for scope in identity.scopes):
        raise PermissionDenied(
            "Access denied. Required scope: " + ":".join(part for part in needed[:3] if part)
        )


def check_path(identity: Identity, bundle: Bundle, path: str, write: bool = False) -> None:
    """Whoever is not the admin needs the folder's permission."""
    if identity.is_admin:
        return
    permissions = bundle.folder_permissions(path)
    granted = [permissions[who] for who in ("g/all", f"u/{identity.username}") if who in permissions]
    if not granted or (write and not any(granted)):
        raise NotAuthorized(f"{identity.email} has no access to {path}")
