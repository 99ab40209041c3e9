"""Forgets a number and what was said on it, and with a tenant's last number the tenant: rows, inbox, the data of past jobs. For tenants.py --remove.

As f/chatbot/erase_contact does for a person. The number is switched off first; the jobs' data goes before the rows that lead to it, so that a
removal that was cut off is finished by running it again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import psycopg
from deploy.bootstrap import DeployError, Server

from f.common.erasure import runs_of

PATIENCE_S = 60  # for what is being answered as the number is switched off
AT_ONCE = 8  # requests to Windmill
FIND = """
    select t.id::text as tenant_id, t.name,
           (select count(*) from chatbots o where o.tenant_id = t.id and o.phone_number_id <> b.phone_number_id) as others,
           (select count(*) from documents where tenant_id = t.id) as documents,
           (select count(*) from tenant_members where tenant_id = t.id) as members
    from chatbots b join tenants t on t.id = b.tenant_id where b.phone_number_id = %s"""
BUSY = """
    select from turns where phone_number_id = %(number)s and state = 'active' and lease_until > now()
    union all
    select from inbound_messages where phone_number_id = %(number)s and kind = 'message'
        and state in ('received', 'dispatched', 'waiting', 'in_turn') and received_at > now() - interval '10 minutes'"""
MESSAGES = """select phone_number_id, message_id, dispatch_no, run_id::text from inbound_messages
    where phone_number_id = %(number)s and kind = 'message'"""
TURNS = "select run_id::text from turns where phone_number_id = %(number)s"
OTHER_RUNS = """
    select run_id::text from documents where tenant_id = %(tenant)s and run_id is not null
    union select run_id::text from knowledge_sources where tenant_id = %(tenant)s and run_id is not null
    union select id::text from portal_runs where tenant_id = %(tenant)s"""
PEOPLE = """
    select contact_id from turns where phone_number_id = %(number)s
    union select contact_id from conversation_logs where phone_number_id = %(number)s
    union select contact_id from inbound_messages where phone_number_id = %(number)s and contact_id is not null"""
# Who has written to another number of the tenant, too, stays.
STRANGERS = """
    delete from contacts c where id = any(%s) and not exists (select from turns where contact_id = c.id)
        and not exists (select from conversation_logs where contact_id = c.id)
        and not exists (select from inbound_messages where contact_id = c.id)"""


class Found(NamedTuple):
    """A number and whose it is."""

    number: str
    tenant_id: str
    tenant: str
    others: int
    documents: int
    members: int

    def __str__(self) -> str:
        if self.others:
            return f"the number {self.number} of {self.tenant}, which keeps {self.others} other number(s), its documents, staff and keys"
        return f"{self.tenant} with its only number {self.number}, {self.documents} document(s), {self.members} member(s) of staff, and its keys"


def find(conn: psycopg.Connection[Any], number: str) -> Found | None:
    """Whose number this is; None: nobody's."""
    row = conn.execute(FIND, [number]).fetchone()
    if row is None:
        return None
    return Found(number, row["tenant_id"], row["name"], row["others"], row["documents"], row["members"])


def remove(conn: psycopg.Connection[Any], server: Server, job_id_key: str, found: Found) -> str:
    """Removes it; returns a sentence of what is gone. `conn` commits by itself. Raises DeployError, and then can be called again."""
    names = {"number": found.number, "tenant": found.tenant_id}
    conn.execute("update chatbots set enabled = false where phone_number_id = %(number)s", names)
    wait_until_quiet(conn, names)
    before = _runs(conn, names, found, job_id_key)
    blanked = blank(server, before)
    with conn.transaction():
        conn.execute("select from tenants where id = %(tenant)s for update", names)
        conn.execute("select from chatbots where phone_number_id = %(number)s for update", names)
        last = find(conn, found.number)
        if last is None or bool(last.others) != bool(found.others):
            raise DeployError("the tenant's numbers were changed meanwhile")
        late = _runs(conn, names, found, job_id_key) - before
        people, messages = _delete(conn, names, found)
        blanked += blank(server, late)
    return f"removed: {found}; {people} customer(s), {messages} message(s) of the inbox, the data of {blanked} job(s)"


def wait_until_quiet(conn: psycopg.Connection[Any], names: dict[str, str]) -> None:
    """Until nothing is being answered: a run that goes on would write customers' words down again."""
    deadline = time.monotonic() + PATIENCE_S
    while conn.execute(BUSY, names).rowcount:
        if time.monotonic() > deadline:
            raise DeployError("a conversation on it is still being answered")
        time.sleep(0.5)


def blank(server: Server, runs: Iterable[str]) -> int:
    """Deletes the data of runs, of each step of them, and of the scripts and flows that they called as tools; the number of jobs that had any."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda run: _blank(server, run), sorted(runs)))


def _blank(server: Server, run: str) -> int:
    if not _over(server, run):
        return 0
    below = server.call("GET", f"jobs/list?parent_job={run}&per_page=1000").json()
    blanked = sum(_blank(server, job["id"]) for job in below if job.get("job_kind") == "flow")
    jobs = [*(job["id"] for job in below if job.get("job_kind") != "flow"), run]
    answers = [server.call("POST", f"jobs/completed/delete/{job}", ok=(200, 404)) for job in jobs]
    return blanked + sum(answer.status_code == 200 for answer in answers)


def _over(server: Server, run: str) -> bool:
    """Waits for the end of a run: its last step closes the turn before. False where there is no such run, or no longer."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = server.call("GET", f"jobs_u/get/{run}", ok=(200, 404))
        if found.status_code == 404 or found.json().get("type") == "CompletedJob":
            return found.status_code == 200
        if time.monotonic() > deadline:
            raise DeployError(f"the run {run} has not ended yet")
        time.sleep(0.5)


def _runs(conn: psycopg.Connection[Any], names: dict[str, str], found: Found, job_id_key: str) -> set[str]:
    """Every run that holds words of the number's customers; with the last number also those of documents, web pages and previews."""
    messages = conn.execute(MESSAGES, names).fetchall()
    runs = runs_of(
        {
            "messages": messages,
            "runs": [message["run_id"] for message in messages if message["run_id"]],
            "turn_runs": [row["run_id"] for row in conn.execute(TURNS, names)],
        },
        job_id_key,
    )
    return runs if found.others else runs | {row["run_id"] for row in conn.execute(OTHER_RUNS, names)}


def _delete(conn: psycopg.Connection[Any], names: dict[str, str], found: Found) -> tuple[int, int]:
    """The rows; how many people and messages are gone. The rest goes with the tenant or the chatbot."""
    people = [row["contact_id"] for row in conn.execute(PEOPLE, names)]
    messages = "delete from inbound_messages where phone_number_id = %(number)s returning kind"
    gone = sum(row["kind"] == "message" for row in conn.execute(messages, names))
    if not found.others:
        everyone = conn.execute("delete from contacts where tenant_id = %(tenant)s", names).rowcount
        conn.execute("delete from tenants where id = %(tenant)s", names)
        return everyone, gone
    conn.execute("delete from media where phone_number_id = %(number)s", names)
    conn.execute("delete from chatbots where phone_number_id = %(number)s", names)
    for table in ("conversation_logs", "service_records", "service_chains"):
        conn.execute(f"delete from {table} where phone_number_id = %(number)s", names)
    return conn.execute(STRANGERS, [people]).rowcount, gone
