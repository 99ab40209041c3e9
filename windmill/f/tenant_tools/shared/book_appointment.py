# requirements: database
"""Books an appointment for the customer who is writing.

Look at free_appointments first. It is booked only if this says so.

day: The day, as 2026-12-31
time: The time of day, as 09:30
calendar: Which calendar of the business
"""

from __future__ import annotations

import os
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.appointment_words import accepted, day_of, time_of

postgresql = dict[str, Any]


@contain_errors
def main(
    day: str, time: str, contact_id: str, tenant_id: str, db: postgresql, calendar: str = "main"
) -> dict[str, Any]:
    begins = day_of(day), time_of(time)
    with Database.open(db) as database:
        # The job's id makes it safe to run twice: Windmill runs a job again when its worker is lost.
        answer = database.of_tenant(tenant_id).value(
            "select book_appointment(%s, %s, %s, %s, %s)",
            contact_id,
            calendar,
            *begins,
            os.environ["WM_JOB_ID"],
        )
    return {"booked": accepted(answer)}
