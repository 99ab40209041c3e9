# requirements: database
"""The person at the portal: their businesses, and whether they are an operator of the platform.

In: a request of the portal's page (f/common/portal_request.py). Out: e-mail, businesses with roles and looks, operator, and the looks of the
address. A person with neither is refused. Whoever signed in at a business's own address is there for that business alone.
"""

from __future__ import annotations

from typing import Any

from f.common.database import connect, one
from f.common.portal_request import NotAllowed, answer_page, parse_request, signed_in

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    parse_request(request)
    with connect(db) as conn:
        email, only = signed_in(conn, request)
        businesses = conn.execute(
            b"select tenant_id::text, name, role, branding_of(tenant_id) as branding from my_businesses(%s)"
            b" where %s in ('', tenant_id::text)",
            [email, only],
        ).fetchall()
        operator = not only and bool(one(conn, "select is_operator(%s)", [email]))
        branding = one(conn, "select branding_of(nullif(%s, '')::uuid)", [only])
    if not businesses and not operator:
        raise NotAllowed("no_business", email=email)
    return {"ok": True, "email": email, "businesses": businesses, "operator": operator, "branding": branding}
