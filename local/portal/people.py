"""Who may be chosen at the demo's portal: both tenants' staff in every role, the platform's operator, and a stranger."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from local.seed import TENANTS
from local.stack import Stack


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as."""

    email: str
    label: str
    business: str = ""
    sees: str = ""


SEES = {
    "owner": "everything, and the first page to look at",
    "editor": "knowledge and the bot's settings",
    "agent": "conversations: read, reply, take over",
    "viewer": "sees everything, changes nothing",
}
OPERATOR = Person(
    "operator@platform.example", "Operator", sees="all businesses: numbers, keys, what went wrong"
)
STRANGER = Person("somebody@elsewhere.example", "Stranger", sees="nothing")
STAFF = [
    Person(email, role.capitalize(), t.name, SEES[role]) for t in TENANTS for role, email in t.people.items()
]
PEOPLE = [*STAFF, OPERATOR, STRANGER]


def start(stack: Stack) -> str:
    """Makes the operator one, signs everybody in and starts the portal's server; returns its address."""
    with stack.connect() as conn:
        conn.execute(b"insert into operators (email) values (%s) on conflict do nothing", [OPERATOR.email])
    people = [{**asdict(p), "token": stack.staff_token(p.email)} for p in PEOPLE]
    settings = {
        "PORTAL_PEOPLE": json.dumps(people),
        "PORTAL_WINDMILL": f"{stack.url('runner')}/api/w/demo",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    stack.processes.start("portal", "local.portal", "--port", str(stack.ports["portal"]), env=settings)
    stack.processes.wait_until_answers("portal", stack.url("portal") + "/healthz")
    return stack.url("portal")
