# requirements: database
"""Says whether an order of the customer who is writing may go back, which of its items, and until when.

It changes nothing.

order_id: The order's number, such as CL-1042
"""

from __future__ import annotations

from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.return_words import accepted

postgresql = dict[str, Any]


@contain_errors
def main(order_id: str, contact_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    with Database.open(db) as database:
        found = database.of_tenant(tenant_id).value("select returnable_order(%s, %s)", contact_id, order_id)
    return accepted(found)
