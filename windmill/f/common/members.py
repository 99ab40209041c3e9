# requirements:
# psycopg[binary]==3.3.9
"""Who is using the portal, and for which tenant: from the server-set identity and the memberships, from nothing else."""

from __future__ import annotations

import os
from typing import TypedDict

from f.common.database import Connection


class NotAllowed(PermissionError):
    """A sentence for the person."""


class Member(TypedDict):
    """A person of a tenant's staff. role: owner, editor, agent or viewer."""

    tenant_id: str
    email: str
    role: str


def member_of(conn: Connection, tenant_id: str, roles: set[str]) -> Member:
    """The caller as a member with one of the roles; `tenant_id` chooses where a person belongs to several. Raises NotAllowed."""
    email = os.environ.get("WM_END_USER_EMAIL", "").lower()
    if not email:
        raise NotAllowed(
            "Open the portal and sign in: this can't be run directly, because then nobody vouches for who you are."
        )
    found = conn.execute(b"select tenant_id::text, role from memberships(%s)", [email]).fetchall()
    mine = [m for m in found if not tenant_id or m["tenant_id"] == tenant_id]
    if not mine:
        raise NotAllowed(
            "You are not a member of this business."
            if tenant_id
            else "You are not a member of any business here."
        )
    if len(mine) > 1:
        raise NotAllowed("You are a member of several businesses: choose one.")
    if mine[0]["role"] not in roles:
        raise NotAllowed(f"Your role is {mine[0]['role']}; this needs {' or '.join(sorted(roles))}.")
    return {"tenant_id": mine[0]["tenant_id"], "email": email, "role": mine[0]["role"]}
