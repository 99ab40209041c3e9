"""Brings a bot to what its file says, in one transaction and by what the portal and tenants.py write with. A stored key is never overwritten; it
goes where its server's address changes, because a key is for one server.

Documents and Q&A pairs are stored as uploads are, and web sources as the portal stores new ones: a run of Windmill reads them then, at the
latest the next one of f/ingest/refresh_sources.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.bots.changes import ADD, CHANGE, REMOVE, Change
from deploy.bots.entries import checked_setting, file_of
from deploy.bots.export import Connection, Place
from deploy.bots.keys import held_keys

from f.common.chatbot_settings import OPERATOR, checked, definitions
from f.common.problems import Problem
from f.common.secrets import OAUTH_SECRET, seal_all
from f.portal_api.saved_replies import MOST as MOST_REPLIES
from f.portal_api.tool_choices import TOOLS, changing_tools
from f.portal_api.tools import origin_of
from f.tools.action_fields import write_action

BY = "tenants.py"  # as who uploads and writes answers


class ImportFailed(Exception):
    """A sentence for the person who ran the command: the transaction is taken back."""


class Writer:
    """Makes the changes of one bot. `folder`: where the documents' files lie; `tools`: those that its file chooses, None where it chooses none."""

    def __init__(
        self,
        conn: Connection,
        master_key: str,
        place: Place,
        folder: Path | None,
        tools: dict[str, Any] | None = None,
    ) -> None:
        self.conn, self.master_key, self.place, self.folder = conn, master_key, place, folder
        self.tools = tools

    def write(self, changes: list[Change]) -> None:
        """Raises ImportFailed, psycopg.Error and Problem."""
        self.conn.execute("select set_config('app.tenant_id', %s, true)", [self.place.tenant_id])
        settings = {c.key: c.after for c in changes if c.section == "settings"}
        chosen = {TOOLS: settings.pop(TOOLS)} if TOOLS in settings else {}
        write_settings(self.conn, self.place.phone_number_id, settings)
        # What goes makes room in the plan.
        gone_first = sorted(changes, key=lambda change: change.act != REMOVE)
        with changing_tools(self.conn, [self.place.phone_number_id]):
            for change in gone_first:
                if change.section not in ("settings", "message_templates"):
                    getattr(self, f"_{change.section}")(change)
        self._choose_tools(chosen if self.tools is None else {TOOLS: self.tools})
        if any(change.section == "qa_pairs" for change in changes):
            self._end_of_qa_pairs()

    def _choose_tools(self, chosen: dict[str, Any]) -> None:
        """What the file says of them, once they are there. Raises Problem where it offers what the business does not have."""
        if gone := self._one("select gone_tools(%s::jsonb)", json.dumps(chosen.get(TOOLS))):
            raise Problem("tools_gone", tools=", ".join(gone))
        write_settings(self.conn, self.place.phone_number_id, chosen)

    def _run(self, query: str, *values: Any) -> Any:
        return self.conn.execute(query.encode(), list(values))

    def _one(self, query: str, *values: Any) -> Any:
        row = self._run(query, *values).fetchone()
        return next(iter(row.values())) if row else None

    def _refuse_beyond(self, limit: str, table: str, problem: str) -> None:
        most = self._one("select plan_limit(%s)", limit)
        if self._one(f"select count(*) from {table} where tenant_id = %s", self.place.tenant_id) > most:
            raise Problem(problem, most=most)

    def _business(self, change: Change) -> None:
        from deploy.tenants import put_embedding_model

        if change.key == "embedding_model":
            put_embedding_model(self.conn, self.place.tenant_id, change.after)
        else:
            self._run(
                f"update tenants set {change.key} = %s where id = %s", change.after, self.place.tenant_id
            )

    def _qa_pairs(self, change: Change) -> None:
        tenant = self.place.tenant_id
        self._run("select lock_answers(%s)", tenant)
        if change.act == ADD:
            self._run(
                "insert into qa_pairs (tenant_id, question, answer, updated_by) values (%s, %s, %s, %s)",
                *(tenant, change.after["question"], change.after["answer"], BY),
            )
        elif change.act == CHANGE:
            self._run(
                "update qa_pairs set question = %s, answer = %s, updated_by = %s, updated_at = clock_timestamp()"
                " where tenant_id = %s and question = %s",
                *(change.after["question"], change.after["answer"], BY, tenant, change.before["question"]),
            )
        else:
            self._run(
                "delete from qa_pairs where tenant_id = %s and question = %s",
                tenant,
                change.before["question"],
            )

    def _end_of_qa_pairs(self) -> None:
        self._refuse_beyond("qa_pairs", "qa_pairs", "plan_questions")
        if refusal := self._one("select refusal from qa_pairs_changed(%s)", BY):
            raise Problem.of(refusal)

    def _web_sources(self, change: Change) -> None:
        tenant = self.place.tenant_id
        self._run("select lock_sources(%s)", tenant)
        moved = change.act == CHANGE and change.before["kind"] != change.after["kind"]
        if change.act == REMOVE or moved:
            self._run("delete from knowledge_sources where tenant_id = %s and url = %s", tenant, change.key)
        if change.act == ADD or moved:
            self._run(
                "insert into knowledge_sources (tenant_id, kind, url, max_pages, refresh_hours) values (%s, %s, %s, %s, %s)",
                *(
                    tenant,
                    change.after["kind"],
                    change.key,
                    change.after["max_pages"],
                    change.after["refresh_hours"],
                ),
            )
            self._refuse_beyond("sources", "knowledge_sources", "plan_sources")
        elif change.act == CHANGE:
            hours = change.after["refresh_hours"]
            self._run(
                "update knowledge_sources set max_pages = %s, refresh_hours = %s,"
                " next_read_at = case when state in ('ready', 'failed') then coalesce(read_at, now()) + make_interval(hours => %s)"
                " else next_read_at end where tenant_id = %s and url = %s",
                *(change.after["max_pages"], hours, hours, tenant, change.key),
            )

    def _documents(self, change: Change) -> None:
        tenant = self.place.tenant_id
        here = "tenant_id = %s and origin = 'upload' and sha256 = decode(%s, 'hex')"
        if change.act == REMOVE:
            self._run(f"delete from documents where {here}", tenant, change.key)
            return
        if change.act == ADD or change.before["sha256"] != change.key:
            self._upload(
                change.after,
                file_of(change.after["file"], self.folder).read_bytes(),
                self._document_id(change.before),
            )
        elif any(change.before[name] != change.after[name] for name in ("title", "filename")):
            # A title is part of what is searched, so the file is read anew.
            content = self._one(f"delete from documents where {here} returning content", tenant, change.key)
            self._upload(change.after, content, None)
        self._run(
            f"update documents set sendable = %s where {here}", change.after["sendable"], tenant, change.key
        )

    def _document_id(self, document: dict[str, Any] | None) -> str | None:
        if document is None:
            return None
        query = "select id::text from documents where tenant_id = %s and sha256 = decode(%s, 'hex')"
        found: str | None = self._one(query, self.place.tenant_id, document["sha256"])
        return found

    def _upload(self, document: dict[str, Any], content: bytes, replaces: str | None) -> None:
        taken = self._run(
            "select refusal from take_upload(%s, %s, %s, %s, %s)",
            *(BY, document["title"], document["filename"], content, replaces),
        ).fetchone()
        if taken is None or taken["refusal"]:
            raise (
                Problem.of(taken["refusal"])
                if taken
                else ImportFailed(f"“{document['title']}” has just been replaced: import again")
            )

    def _mcp_servers(self, change: Change) -> None:
        tenant = self.place.tenant_id
        if change.act == REMOVE:
            self._run("delete from tenant_tools where tenant_id = %s and name = %s", tenant, change.key)
            return
        server = change.after
        headers = {**server["headers"], **dict.fromkeys(server["secret_headers"])}
        values = (
            server["url"], json.dumps(headers), self._kept_headers(change), json.dumps(server["oauth"]) if server["oauth"] else None,
            server["allowed_tools"], json.dumps(server["tool_settings"]), json.dumps(server["approvals"]), server["timeout_s"], server["enabled"],
        )  # fmt: skip
        self._run(
            "insert into tenant_tools (tenant_id, name, url, headers, sealed_headers, oauth, allowed_tools, tool_settings, approvals, timeout_s,"
            " enabled) values (%s, %s, %s, %s::jsonb, %s, %s::jsonb, %s, %s::jsonb, %s::jsonb, %s, %s) on conflict (tenant_id, name) do update"
            " set url = excluded.url, headers = excluded.headers, sealed_headers = excluded.sealed_headers, oauth = excluded.oauth,"
            " allowed_tools = excluded.allowed_tools, tool_settings = excluded.tool_settings, approvals = excluded.approvals,"
            " timeout_s = excluded.timeout_s, enabled = excluded.enabled, discovered = null, discovered_at = null, warnings = '[]'",
            *(tenant, change.key, *values),
        )

    def _kept_headers(self, change: Change) -> bytes | None:
        """The stored keys that may stay: those for the same address, and an OAuth client's for the same client."""
        if change.act == ADD or change.before["url"] != change.after["url"]:
            return None
        name = f"tool:{change.key}"
        held = held_keys(self.conn, self.master_key, self.place, "tenant_tools", change.key)
        wanted = set(change.after["secret_headers"])
        if change.before["oauth"] == change.after["oauth"]:
            wanted.add(OAUTH_SECRET)
        return seal_all(
            self.master_key, self.place.tenant_id, name, {key: held[key] for key in held if key in wanted}
        )

    def _http_actions(self, change: Change) -> None:
        tenant = self.place.tenant_id
        if change.act == REMOVE:
            self._run("delete from http_actions where tenant_id = %s and name = %s", tenant, change.key)
            return
        held: dict[str, str] = {}
        if change.act == CHANGE and origin_of(change.before["url"]) == origin_of(change.after["url"]):
            wanted = {p["name"] for p in change.after["parameters"] if p["source"] == "secret"}
            held = held_keys(self.conn, self.master_key, self.place, "http_actions", change.key)
            held = {name: value for name, value in held.items() if name in wanted}
        action = {**change.after, "name": change.key}
        write_action(
            self.conn, tenant, action, seal_all(self.master_key, tenant, f"action:{change.key}", held)
        )
        approval = json.dumps(action["approval"]) if action["approval"] is not None else None
        self._run(
            "update http_actions set approval = %s::jsonb where tenant_id = %s and name = %s",
            approval,
            tenant,
            change.key,
        )

    def _saved_replies(self, change: Change) -> None:
        tenant = self.place.tenant_id
        if change.act == REMOVE:
            self._run("delete from saved_replies where tenant_id = %s and shortcut = %s", tenant, change.key)
            return
        # A shortcut is the same in capitals.
        done = self._run(
            "update saved_replies set shortcut = %s, body = %s, author = %s, updated_at = now() where tenant_id = %s and lower(shortcut) = lower(%s)",
            *(change.key, change.after, BY, tenant, change.key),
        )
        if not done.rowcount:
            self._run(
                "insert into saved_replies (tenant_id, shortcut, body, author) values (%s, %s, %s, %s)",
                tenant,
                change.key,
                change.after,
                BY,
            )
            if self._one("select count(*) from saved_replies where tenant_id = %s", tenant) > MOST_REPLIES:
                raise Problem("list_too_long", field="saved_replies", most=MOST_REPLIES)

    def _cases(self, change: Change) -> None:
        names = [self.place.phone_number_id, change.key]
        if change.act == REMOVE:
            self._run("delete from bot_cases where phone_number_id = %s and lower(title) = lower(%s)", *names)
            return
        case = change.after
        values = [
            case["question"],
            json.dumps(case["history"]),
            json.dumps(case["expected"]),
            case["enabled"],
            BY,
        ]
        done = self._run(
            "update bot_cases set question = %s, history = %s::jsonb, expected = %s::jsonb, enabled = %s, person = %s, contact_id = null,"
            " updated_at = now() where phone_number_id = %s and lower(title) = lower(%s)",
            *values,
            *names,
        )
        if not done.rowcount:
            self._run(
                "insert into bot_cases (question, history, expected, enabled, person, phone_number_id, title, tenant_id, origin)"
                " values (%s, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s, 'import')",
                *values,
                *names,
                self.place.tenant_id,
            )

    def _staff(self, change: Change) -> None:
        from deploy.tenants import put_member

        if change.act == REMOVE:
            self._run(
                "delete from tenant_members where tenant_id = %s and email = %s",
                self.place.tenant_id,
                change.key,
            )
        else:
            put_member(self.conn, self.place.tenant_id, change.key, change.after)


def write_settings(conn: Connection, phone_number_id: str, settings: dict[str, Any]) -> None:
    """The one place where an import writes a chatbot's settings."""
    values = checked({name: checked_setting(name, value) for name, value in settings.items()}, OPERATOR)
    for name, value in values.items():
        assert name in definitions()
        conn.execute(
            f"update chatbots set {name} = %s where phone_number_id = %s".encode(), [value, phone_number_id]
        )
