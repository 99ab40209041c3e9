# no_postinstall
# requirements: media
"""Every ten minutes: asks Meta about numbers that are due, each once in six hours, and lets the doctor look at each once a day.

In: nothing. Out: how many numbers were asked about, of how many Meta gave no answer, how many have a trouble, and how many the doctor has seen. A
new number is due at once. The portal's bell tells what is wrong, and that it is over; what Meta charges for is refused without a payment
method, while all that is free still arrives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.secrets import SecretError
from f.whatsapp.doctor import examine_and_keep
from f.whatsapp.graph_api import access_token
from f.whatsapp.graph_reading import ReadingError
from f.whatsapp.number_health import read_health

if TYPE_CHECKING:
    from f.common.database import TenantDatabase
    from f.common.shapes import Resources

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
BATCH = 20
DOCTOR_DUE = (
    "select examined_at is null or examined_at < now() - interval '23 hours' as due from number_health"
    " where phone_number_id = %s"
)


@contain_errors
def main(
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    settings: c_settings,
    whatsapp: c_whatsapp,
    master_key: str,
) -> dict[str, int]:
    resources: Resources = {
        "llm": llm,
        "embeddings": embeddings,
        "settings": settings,
        "whatsapp": whatsapp,
        "master_key": master_key,
    }
    done = {"numbers": 0, "unanswered": 0, "troubled": 0, "examined": 0}
    with Database.open(db) as database:
        for number in database.rows("select * from claim_health_checks(%s)", BATCH):
            tenant = database.of_tenant(str(number["tenant_id"]))
            done["numbers"] += 1
            check(tenant, number["phone_number_id"], resources, done)
            try:
                if tenant.value(DOCTOR_DUE, number["phone_number_id"]):
                    examine_and_keep(tenant, number["phone_number_id"], resources)
                    done["examined"] += 1
            except LookupError:  # the number was taken away meanwhile
                continue
    return done


def check(tenant: TenantDatabase, number: str, resources: Resources, done: dict[str, int]) -> None:
    """Asks Meta whether the number may send, and keeps the answer."""
    try:
        token = access_token(tenant, resources)
        if token is None:
            return
        can_send, troubles = read_health(resources["whatsapp"], token, number)
    except (
        ReadingError,
        SecretError,
    ) as problem:  # the next check asks again; the doctor names a refused token
        print(f"number {number}: {problem}")
        done["unanswered"] += 1
        return
    tenant.value("select keep_health(%s, %s, %s::jsonb)", number, can_send, json.dumps(troubles))
    done["troubled"] += bool(troubles)
