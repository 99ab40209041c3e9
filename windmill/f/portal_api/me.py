# requirements: database
"""The person at the portal: their businesses, and whether they are an operator of the platform.

In: a request of the portal's page (f/common/portal_request.py). Out: e-mail, businesses with roles, operator. A person with neither is refused.
"""

from __future__ import annotations

from typing import Any

from f.common.database import connect, one
from f.common.portal_request import NotAllowed, answer_page, parse_request, signed_in_email

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    parse_request(request)
    with connect(db) as conn:
        email = signed_in_email(conn, request)
        businesses = conn.execute(
            b"select tenant_id::text, name, role from my_businesses(%s)", [email]
        ).fetchall()
        operator = bool(one(conn, "select is_operator(%s)", [email]))
    if not businesses and not operator:
        raise NotAllowed("no_business", email=email)
    return {"ok": True, "email": email, "businesses": businesses, "operator": operator}
