# requirements: database
"""Lists the appointments of the customer who is writing that are still to come.

It changes nothing.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors

postgresql = dict[str, Any]


@contain_errors
def main(contact_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    with Database.open(db) as database:
        found = database.of_tenant(tenant_id).value("select contact_appointments(%s)", contact_id)
    return {"appointments": found}
