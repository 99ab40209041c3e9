"""A person is planted everywhere that the product writes, and forgotten: dumps of both databases hold none of the words."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from local import seed
from local.meta import voice
from local.portal import people
from local.portal.calls import ended, start
from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import setting
from tests.e2e.test_whatsapp import PNG

HOURS = "update chatbots set opening_hours = %s::jsonb, outside_hours = %s where phone_number_id = %s returning name"
TABLES = (
    "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
    " and table_schema not in ('pg_catalog', 'information_schema')"
)


class Person:
    """Somebody whose every word is one of a kind."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.planted: list[str] = []
        self.number = self.note(f"3471{secrets.randbelow(10**7):07d}")
        self.name = self.word("Name")

    def note(self, text: str) -> str:
        self.planted.append(text)
        return text

    def word(self, about: str) -> str:
        return self.note(f"{about}{secrets.token_hex(5)}")

    def deliver(self, message: dict[str, Any], answered: bool = True) -> None:
        body = {"phone_number_id": seed.SHOP.phone_number_id, "from": self.number, "name": self.name}
        answer = self.world.control("deliver", {**body, "message": message})
        assert answer["status"] == 200, answer
        states = "('answered', 'ended', 'dead')"
        query = f"select 1 as one from inbound_messages where message_id = %s and state in {states}"
        assert not answered or wait_for(lambda: self.world.rows(query, answer["wamid"]), 90)

    def says(self, *words: str) -> None:
        for text in words:
            self.deliver({"type": "text", "text": {"body": text}})

    def contact(self) -> str:
        (row,) = self.world.rows("select id::text from contacts where phone = %s", self.number)
        return str(row["id"])


class Portal:
    """The shop's owner at the portal, and the platform's operator."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.windmill = world.stack.as_person(seed.SHOP.people["owner"])

    def ask(self, script: str, action: str, **fields: Any) -> dict[str, Any]:
        path = {"upload": "f/ingest/upload_document"}.get(script, f"f/portal_api/{script}")
        return self.result(start(self.windmill, script, path, action, **fields))

    def result(self, job: str) -> Any:
        server = self.world.stack.windmill()
        return wait_for(lambda: ended(server, job), 90)["result"]

    def run(self, script: str, **arguments: Any) -> Any:
        server = self.world.stack.windmill()
        arguments["db"] = "$res:f/chatbot/database"
        return self.result(server.call("POST", f"jobs/run/p/f/chatbot/{script}", arguments).text.strip('"'))

    def clean(self) -> None:
        """Minutes pass, and the schedule blanks what is due."""
        self.world.rows("update job_data set due_at = now() returning 1 as one")
        self.run("clean_data", job_id_key="$var:f/chatbot/job_id_key")


def dump(world: World) -> str:
    """Every row of every table of both databases, as text; bytes in hexadecimal."""
    assert world.stack.cluster is not None
    rows: list[str] = []
    for name in ("chatbot", "runner"):
        with psycopg.connect(world.stack.cluster.url(name), autocommit=True) as conn:
            for schema, table in conn.execute(TABLES.encode()).fetchall():
                query = sql.SQL("select t::text from {} t").format(sql.Identifier(schema, table))
                rows += [row[0] for row in conn.execute(query)]
    return "\n".join(rows)


def found_in(text: str, planted: list[str]) -> list[str]:
    return [word for word in planted if word in text or word.encode().hex() in text]


@contextmanager
def closed(world: World) -> Iterator[None]:
    """The shop is closed, and says so."""
    world.rows(HOURS, '{"mon": [["03:00", "03:01"]]}', "close", seed.SHOP.phone_number_id)
    try:
        yield
    finally:
        world.rows(HOURS, "{}", "answer", seed.SHOP.phone_number_id)


def plant(world: World, person: Person, portal: Portal) -> None:
    person.says(*(f"Do you sell {person.word('Thing')}?" for _ in range(4)))
    person.deliver(
        {
            "type": "location",
            "location": {
                "latitude": 39.4, "longitude": -0.3,
                "name": person.word("Place"), "address": person.word("Street"),
            },
        }
    )  # fmt: skip
    card = {"name": {"formatted_name": person.word("Friend")}, "phones": [{"phone": person.word("+34")}]}
    person.deliver({"type": "contacts", "contacts": [card]})
    image = {
        "mime_type": "image/png",
        "data": base64.b64encode(PNG).decode(),
        "caption": person.word("Caption"),
    }
    person.deliver({"type": "image", "image": image})
    note = base64.b64encode(person.word("Document").encode()).decode()
    document = {"mime_type": "text/plain", "data": note, "filename": f"{person.word('File')}.txt"}
    person.deliver({"type": "document", "document": document})
    spoken = base64.b64encode(voice.ogg(person.word("Spoken"))).decode()
    person.deliver(
        {"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True, "data": spoken}}
    )
    with setting(world, handoff_keywords=["colleague"], handoff_hours=0.0001):
        person.says(f"A colleague, please: {person.word('Complaint')}")
    with closed(world):
        person.says(f"Are you closed? {person.word('Night')}")
    contact = person.contact()
    world.rows(
        "update contacts set paused_until = null where id = %s returning 1 as one", contact
    )  # the minute has passed
    reply = {
        "contact_id": contact,
        "reply_id": str(uuid.uuid4()),
        "body": f"Here I am: {person.word('Reply')}",
    }
    assert portal.ask("conversations", "reply", **reply)["ok"] is True
    portal.ask("conversations", "list", search=person.word("Search"))
    portal.ask("conversations", "pause", contact_id=contact, hours=1)
    portal.ask("conversations", "resume", contact_id=contact)
    portal.ask("conversations", "get", contact_id=contact)
    portal.ask("conversations", "export")
    exported = portal.ask("privacy", "export", contact_id=contact)
    assert person.number in json.dumps(exported)
    groups = portal.ask("insights", "list_unanswered")["groups"]
    mine = [q["turn_id"] for group in groups for q in group["questions"] if q["contact_id"] == contact]
    (run, *_) = portal.ask("insights", "ask_again", turn_ids=mine[:1], purpose="before")["runs"]
    marked = portal.ask("inbox", "mark_answer", answer_id=mine[0], verdict="wrong", reason=person.word("Why"))
    assert marked["ok"] is True, marked
    path = f"jobs_u/get/{run['run']}"
    wait_for(lambda: world.stack.windmill().call("GET", path).json()["type"] == "CompletedJob", 90)
    portal.ask("notifications", "list")
    assert portal.run("find_run", words=person.number)
    old, person.number = person.number, person.note(f"3472{secrets.randbelow(10**7):07d}")
    moved = {"type": "user_changed_number", "wa_id": person.number, "body": person.word("Moved")}
    new, person.number = person.number, old
    person.deliver({"type": "system", "system": moved})
    person.number = new
    person.says(*(f"Is {person.word('Again')} in stock?" for _ in range(4)))


def test_a_forgotten_person_is_in_neither_database(world: World) -> None:
    people.start(world.stack)
    person, portal = Person(world), Portal(world)
    plant(world, person, portal)
    contact = person.note(person.contact())
    there = found_in(dump(world), person.planted)
    assert set(person.planted) - set(there) == set() and len(there) >= 20, "everything was written somewhere"
    done = wait_for(
        lambda: (
            (a := portal.ask("privacy", "forget", contact_id=contact)).get("refused") != "conversation_busy"
            and a
        ),
        60,
    )
    assert done["ok"] is True, done
    portal.clean()
    portal.clean()
    assert found_in(dump(world), person.planted) == []
    (row,) = world.rows("select person, contact_id from audit_log where action = 'contacts.erase'")
    assert row == {"person": seed.SHOP.people["owner"], "contact_id": None}
    assert world.ask(seed.SHOP, "How long is a gift card valid?"), "others go on being answered"


def test_an_uploaded_file_does_not_stay_in_a_jobs_arguments(world: World) -> None:
    portal, word, before = Portal(world), f"Upload{secrets.token_hex(8)}", world.job_ids()
    content = base64.b64encode(f"# Opening\n\n{word}".encode()).decode()
    uploaded = portal.ask("upload", "upload", file=content, filename="opening.md")
    assert uploaded["ok"] is True
    assert content in json.dumps(world.jobs(but=before))
    world.rows("update job_data set due_at = due_at - interval '1 minute' returning 1 as one")
    portal.run("clean_data", job_id_key="$var:f/chatbot/job_id_key")
    assert content not in json.dumps(world.jobs(but=before))
    portal.ask("documents", "delete", document_id=uploaded["document_id"])


def test_the_page_has_its_uploads_job_forgotten_at_once(world: World) -> None:
    portal, word, before = Portal(world), f"Upload{secrets.token_hex(8)}", world.job_ids()
    content = base64.b64encode(f"# Closing\n\n{word}".encode()).decode()
    uploaded = portal.ask("upload", "upload", file=content, filename="closing.md")
    assert portal.ask("upload", "forget", job=uploaded["job"]) == {"ok": True, "forgotten": True}
    assert content not in json.dumps(world.jobs(but=before))
    assert world.rows("select 1 as one from job_data where job_id = %s", uploaded["job"]) == []
    other = portal.ask("upload", "forget", job=uploaded["run"])
    assert other["refused"] == "not_found", "a run of the ingestion is no upload"
    wait_for(lambda: seed.document_state(world.stack, uploaded["document_id"]) == "ready", 60)
    portal.ask("documents", "delete", document_id=uploaded["document_id"])
