"""Who may be chosen at the demo's portal: both tenants' staff in every role, the platform's operator, and a stranger."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local.seed import TENANTS
from local.stack import Stack


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as."""

    email: str
    label: str


OPERATOR = Person("operator@platform.example", "The platform's operator")
STRANGER = Person("somebody@elsewhere.example", "A stranger: sees nothing")
STAFF = [Person(email, f"{t.name}: {role}") for t in TENANTS for role, email in t.people.items()]
PEOPLE = [*STAFF, OPERATOR, STRANGER]


def start(stack: Stack) -> str:
    """Makes the operator one, signs everybody in and starts the portal's server; returns its address."""
    with stack.connect() as conn:
        conn.execute(b"insert into operators (email) values (%s) on conflict do nothing", [OPERATOR.email])
    people = [{"email": p.email, "label": p.label, "token": stack.staff_token(p.email)} for p in PEOPLE]
    settings = {
        "PORTAL_PEOPLE": json.dumps(people),
        "PORTAL_WINDMILL": f"{stack.url('runner')}/api/w/demo",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    stack.processes.start("portal", "local.portal", "--port", str(stack.ports["portal"]), env=settings)
    stack.processes.wait_until_answers("portal", stack.url("portal") + "/healthz")
    return stack.url("portal")
