# requirements: whatsapp
"""Every ten minutes: asks Meta about numbers that are due, each once in six hours: may they send, and does somebody pay for the account?

In: nothing. Out: how many numbers were asked about, of how many Meta gave no answer, and how many have a trouble. The portal's bell tells what
is wrong, and that it is over; what Meta charges for is refused without a payment method, while all that is free still arrives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.secrets import SecretError
from f.whatsapp.graph_api import access_token
from f.whatsapp.graph_reading import ReadingError
from f.whatsapp.number_health import read_health

if TYPE_CHECKING:
    from f.common.shapes import Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
BATCH = 50


@contain_errors
def main(db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, int]:
    resources: Resources = {"whatsapp": whatsapp, "master_key": master_key}
    done = {"numbers": 0, "unanswered": 0, "troubled": 0}
    with Database.open(db) as database:
        for number in database.rows("select * from claim_health_checks(%s)", BATCH):
            tenant = database.of_tenant(str(number["tenant_id"]))
            done["numbers"] += 1
            try:
                token = access_token(tenant, resources)
                if token is None:
                    continue
                can_send, troubles = read_health(whatsapp, token, number["phone_number_id"])
            except (
                ReadingError,
                SecretError,
            ) as problem:  # the next check asks again; a refused token is told when a message meets it
                print(f"number {number['phone_number_id']}: {problem}")
                done["unanswered"] += 1
                continue
            tenant.value(
                "select keep_health(%s, %s, %s::jsonb)",
                number["phone_number_id"],
                can_send,
                json.dumps(troubles),
            )
            done["troubled"] += bool(troubles)
    return done
