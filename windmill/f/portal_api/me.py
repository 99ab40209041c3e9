# requirements: database
"""Who is at the portal: the businesses that they belong to, and whether they are one of the platform's operators.

In: a request of the portal's page (f/common/portal_request.py). Out: e-mail, businesses with roles, operator. Somebody without either is told so.
"""

from __future__ import annotations

from typing import Any

from f.common.database import connect, one
from f.common.portal_request import NotAllowed, Refused, answer_to, identity, read

postgresql = dict[str, Any]


def main(request: str, db: postgresql) -> dict[str, Any]:
    try:
        read(request)
        email = identity()
        with connect(db) as conn:
            mine = conn.execute(
                b"select tenant_id::text, name, role from my_businesses(%s)", [email]
            ).fetchall()
            operator = bool(one(conn, "select is_operator(%s)", [email]))
        if not mine and not operator:
            raise NotAllowed(
                "not_a_member",
                f"{email} is not a member of any business here. Ask your business's owner to add you.",
            )
    except Refused as refusal:
        return answer_to(refusal)
    return {"ok": True, "email": email, "businesses": mine, "operator": operator}
