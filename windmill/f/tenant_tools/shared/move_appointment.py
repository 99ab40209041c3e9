# requirements: database
"""Moves an appointment of the customer who is writing to another time.

Look at free_appointments first. It is moved only if this says so.

day: The new day, as 2026-12-31
time: The new time of day, as 09:30
appointment: The appointment's number, such as A-1001; may be left out where the customer has only one
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.appointment_words import accepted, day_of, number_of, time_of

postgresql = dict[str, Any]


@contain_errors
def main(
    day: str, time: str, contact_id: str, tenant_id: str, db: postgresql, appointment: str = ""
) -> dict[str, Any]:
    wish = number_of(appointment), day_of(day), time_of(time)
    with Database.open(db) as database:
        answer = database.of_tenant(tenant_id).value(
            "select change_appointment(%s, %s, %s, %s, %s)", contact_id, *wish, os.environ["WM_JOB_ID"]
        )
    return {"moved": accepted(answer)}
