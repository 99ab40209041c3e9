"""The owner of a business at the portal's page, and each kind of edit as this owner makes it, with the way back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from bench.stacks import NotMeasured
from local import seed
from local.documents.writer import render
from local.portal.calls import ended, start
from local.stack import Stack


class Portal:
    """The owner of a business at the portal's page."""

    def __init__(self, stack: Stack, tenant: seed.DemoTenant) -> None:
        self.stack, self.tenant, self.server = stack, tenant, stack.as_person(tenant.staff)
        self.number = tenant.phone_number_id
        with stack.connect() as conn:
            query = "select settings_of(b) as s from chatbots b where phone_number_id = %s"
            (row,) = conn.execute(query, [self.number]).fetchall()
            self.base: dict[str, Any] = row["s"]

    def ask(self, name: str, action: str, /, script: str = "", **fields: Any) -> dict[str, Any]:
        job = start(self.server, name, script or f"f/portal_api/{name}", action, **fields)
        answer = dict(seed.wait_for(lambda: ended(self.server, job), 120)["result"])
        if not answer.get("ok"):
            raise NotMeasured(f"{name}.{action} refused: {answer}")
        return answer

    def draft(self, settings: dict[str, Any]) -> None:
        self.ask("bot", "update", phone_number_id=self.number, settings=settings)

    def publish(self, run: str = "") -> dict[str, Any]:
        bots = self.ask("bot", "get")["bots"]
        (bot,) = [bot for bot in bots if bot["phone_number_id"] == self.number]
        seen = {row["setting"]: row["value"] for row in bot["draft"]}
        about = {"phone_number_id": self.number, "draft": seen, "live": bot["version"]}
        return self.ask("versions", "publish", **about, **({"run": run} if run else {}))

    def finished(self, run: str) -> dict[str, Any]:
        """A run's page, once it has ended. Looked for in the database: a page that is asked again and again takes the processor from the run."""
        with self.stack.connect() as conn:
            query = b"select from case_runs where id = %s and state <> 'running'"
            seed.wait_for(lambda: conn.execute(query, [run]).fetchone() is not None, 600, every_s=0.1)
        return self.ask("cases", "get_run", run=run)

    def wait_until_read(self) -> None:
        unread = (
            b"select from documents d join chatbots b on b.tenant_id = d.tenant_id"
            b" where b.phone_number_id = %s and d.state in ('received', 'processing')"
        )
        with self.stack.connect() as conn:
            seed.wait_for(lambda: conn.execute(unread, [self.number]).fetchone() is None, 120, every_s=0.1)


def settings(portal: Portal, values: dict[str, Any]) -> Callable[[], Any]:
    portal.draft(values)
    return lambda: None


def pair(portal: Portal, words: tuple[str, str]) -> Callable[[], Any]:
    done = portal.ask("qa_pairs", "create", question=words[0], answer=words[1])
    return lambda: portal.ask("qa_pairs", "delete", pair_id=done["pair_id"])


def passage(portal: Portal, words: tuple[str, str | None]) -> Callable[[], Any]:
    query = (
        "select c.document_id::text, c.ordinal, c.text from chunks c join documents d on d.id = c.document_id"
        " where d.title = %s order by c.ordinal"
    )
    said = re.compile(r"\s+".join(map(re.escape, words[0].split())))  # a line may end in between
    with portal.stack.connect() as conn:
        found = [row for row in conn.execute(query, [portal.tenant.title]) if said.search(row["text"])]
    if not found:
        raise NotMeasured(f"no passage says “{words[0]}”")
    edits = []
    for row in found:
        new = said.sub(words[1], row["text"]) if words[1] else row["text"]
        about = {"document_id": row["document_id"], "ordinal": row["ordinal"]}
        portal.ask("passages", "edit", **about, was=row["text"], text=new, left_out=words[1] is None)
        edits.append({**about, "was": new})

    def back() -> None:
        for done in edits:
            portal.ask("passages", "edit", **done, text=None, left_out=False)

    return back


def document(portal: Portal, _: None) -> Callable[[], Any]:
    with portal.stack.connect() as conn:
        row = conn.execute(
            "select id::text from documents where title = %s", [portal.tenant.title]
        ).fetchone()
    assert row
    portal.ask("documents", "delete", document_id=row["id"])

    def back() -> None:
        tenant = portal.tenant
        taken = seed.upload(
            portal.stack, tenant, render(tenant.document), f"{tenant.document}.pdf", tenant.title
        )
        portal.wait_until_read()
        if tenant.settings.get("send_documents"):
            seed.may_be_sent(portal.stack, tenant, taken["document_id"])

    return back


def upload(portal: Portal, words: tuple[str, str]) -> Callable[[], Any]:
    file = base64.b64encode(words[1].encode()).decode()
    about = {"file": file, "filename": f"{words[0]}.md", "title": words[0]}
    taken = portal.ask("upload", "upload", script="f/ingest/upload_document", **about)
    return lambda: portal.ask("documents", "delete", document_id=taken["document_id"])


def rows(portal: Portal, statements: tuple[str, str]) -> Callable[[], Any]:
    def run(statement: str) -> None:
        with portal.stack.connect() as conn:
            conn.execute(statement.encode())

    run(statements[0])
    return lambda: run(statements[1])


MAKE: dict[str, Callable[[Portal, Any], Callable[[], Any]]] = {
    "settings": settings, "pair": pair, "passage": passage, "document": document, "upload": upload, "rows": rows
}  # fmt: skip
