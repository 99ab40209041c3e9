# requirements: database
"""Opens a return of an order of the customer who is writing.

Ask check_return first which items may go back. A return is open only if this gives its number.

order_id: The order's number, such as CL-1042
items: What goes back, in the words of check_return; without any, all that may go back
reason: Why, in the customer's words
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.return_words import accepted

postgresql = dict[str, Any]


@contain_errors
def main(
    order_id: str,
    contact_id: str,
    tenant_id: str,
    db: postgresql,
    items: list[str] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    with Database.open(db) as database:
        answer = database.of_tenant(tenant_id).value(
            "select open_return(%s, %s, %s::text[], %s, %s)",
            contact_id,
            order_id,
            items or [],
            reason,
            os.environ["WM_JOB_ID"],  # run again under the same id, it opens no second one
        )
    return {"opened": accepted(answer)}
