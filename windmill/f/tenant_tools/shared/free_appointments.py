# requirements: database
"""Lists the free times for an appointment, day by day.

Call it before you offer a time or book one. It changes nothing.

day: The first day, as 2026-12-31; without it, today
days: Of how many days with free times to list them
calendar: Which calendar of the business
"""

from __future__ import annotations

from datetime import date
from typing import Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.tenant_tools.shared.appointment_words import day_of

postgresql = dict[str, Any]


@contain_errors
def main(
    tenant_id: str, db: postgresql, day: str = "", days: int = 3, calendar: str = "main"
) -> dict[str, Any]:
    first = day_of(day) if day.strip() else date.min
    with Database.open(db) as database:
        free = database.of_tenant(tenant_id).rows(
            "select * from free_appointments(%s, %s, %s)", calendar, first, days
        )
    return {"free": free}
