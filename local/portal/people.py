"""Who may be chosen at the demo's portal: both tenants' staff in every role, the platform's operator, and a stranger."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local.seed import TENANTS
from local.stack import Stack


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as. role: of a tenant's staff, `operator`, or '' for a stranger."""

    email: str
    label: str
    tenant: str = ""
    role: str = ""


def _staff() -> list[Person]:
    found = []
    for tenant in TENANTS:
        domain = tenant.staff.partition("@")[2]
        found.append(Person(tenant.staff, f"{tenant.name}: owner", tenant.slug, "owner"))
        found += [
            Person(f"{role}@{domain}", f"{tenant.name}: {role}", tenant.slug, role)
            for role in ("editor", "agent", "viewer")
        ]
    return found


OPERATOR = Person("operator@platform.example", "The platform's operator", role="operator")
STRANGER = Person("somebody@elsewhere.example", "A stranger: sees nothing")
PEOPLE = [*_staff(), OPERATOR, STRANGER]


def start(stack: Stack) -> str:
    """Makes the people known and starts the portal's server; returns its address."""
    with stack.connect() as conn:
        conn.execute(b"insert into operators (email) values (%s) on conflict do nothing", [OPERATOR.email])
        for tenant in TENANTS:
            for person in PEOPLE:
                if person.tenant == tenant.slug:
                    conn.execute(
                        b"insert into tenant_members (tenant_id, email, role) select tenant_id, %s, %s from chatbots"
                        b" where phone_number_id = %s on conflict (tenant_id, email) do nothing",
                        [person.email, person.role, tenant.phone_number_id],
                    )
    people = [{"email": p.email, "label": p.label, "token": stack.staff_token(p.email)} for p in PEOPLE]
    settings = {
        "PORTAL_PEOPLE": json.dumps(people),
        "PORTAL_WINDMILL": f"{stack.url('runner')}/api/w/demo",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    stack.processes.start("portal", "local.portal", "--port", str(stack.ports["portal"]), env=settings)
    stack.processes.wait_until_answers("portal", stack.url("portal") + "/healthz")
    return stack.url("portal")
