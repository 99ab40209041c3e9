# requirements: database
"""Cancels an appointment of the customer who is writing.

It is cancelled only if this says so.

appointment: The appointment's number, such as A-1001; may be left out where the customer has only one
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.appointment_words import accepted, number_of

postgresql = dict[str, Any]


@contain_errors
def main(contact_id: str, tenant_id: str, db: postgresql, appointment: str = "") -> dict[str, Any]:
    number = number_of(appointment)
    with Database.open(db) as database:
        answer = database.of_tenant(tenant_id).value(
            "select change_appointment(%s, %s, null, null, %s)", contact_id, number, os.environ["WM_JOB_ID"]
        )
    return {"cancelled": accepted(answer)}
