# requirements: whatsapp
"""Every minute: reads the message templates of WhatsApp accounts that are due: once an hour, and soon after Meta says that one has changed.

In: nothing. Out: how many accounts were read, how many could not be, and how many templates there are. The portal shows why an account could
not be read (f/portal_api/templates).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.secrets import SecretError
from f.whatsapp.graph_api import access_token
from f.whatsapp.graph_reading import ReadingError
from f.whatsapp.templates import list_templates

if TYPE_CHECKING:
    from f.common.shapes import Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
BATCH = 10


@contain_errors
def main(db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, int]:
    resources: Resources = {"whatsapp": whatsapp, "master_key": master_key}
    done = {"accounts": 0, "failed": 0, "templates": 0}
    with Database.open(db) as database:
        for account in database.rows("select * from claim_template_readings(%s)", BATCH):
            tenant = database.of_tenant(str(account["tenant_id"]))
            try:
                token = access_token(tenant, resources)
                listed = list_templates(whatsapp, token, account["waba_id"]) if token else []
            except (
                ReadingError,
                SecretError,
            ) as problem:  # one tenant's account must not keep the others from theirs
                print(f"account {account['waba_id']}: {problem}")
                tenant.value("select fail_template_reading(%s, %s)", account["waba_id"], str(problem))
                done["failed"] += 1
                continue
            done["templates"] += tenant.value(
                "select keep_templates(%s, %s::jsonb, %s)",
                account["waba_id"],
                json.dumps(listed),
                account["begun_at"],
            )
            done["accounts"] += 1
    return done
