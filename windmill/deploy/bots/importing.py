"""One import: compares the file with the database, shows what differs, writes it, and says what is left to do by hand."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from deploy.bots.changes import REMOVE, Change, differences, lines
from deploy.bots.export import Connection, Place, exported, place_of
from deploy.bots.file import BotFileError
from deploy.bots.keys import missing_keys
from deploy.bots.write import ImportFailed, Writer

from f.common.ingestion import start_ingestions
from f.portal_api.tool_choices import TOOLS

WINDMILL = {
    "WINDMILL_URL": "BASE_INTERNAL_URL",
    "WINDMILL_WORKSPACE": "WM_WORKSPACE",
    "WINDMILL_TOKEN": "WM_TOKEN",
}


class Plan(NamedTuple):
    """`stays`: removals that nobody has asked for; `absent`: documents whose files are nowhere, a line each."""

    place: Place
    is_new: bool
    changes: list[Change]
    stays: list[Change]
    absent: list[str]


class Import:
    """An import of a checked bot into a number. `conn` commits each statement by itself."""

    def __init__(
        self, conn: Connection, arguments: argparse.Namespace, bot: dict[str, Any], folder: Path | None
    ) -> None:
        self.conn, self.arguments, self.bot, self.folder = conn, arguments, bot, folder
        self.number: str = arguments.phone_number_id
        self.master_key = os.environ["MASTER_KEY"]

    def run(self) -> int:
        """The exit code. Raises what stops it, with nothing changed."""
        self.conn.execute("set role chatbot_owner")
        agreed = self._agreed() if self._asks() else None
        with self.conn.transaction(force_rollback=self.arguments.dry_run):
            plan = self._plan()
            if agreed is None:
                self._show(plan)
            elif plan.changes != agreed:
                raise ImportFailed("somebody has changed the bot since you looked: run it again")
            tools = (self.bot.get("settings") or {}).get(TOOLS)
            Writer(self.conn, self.master_key, plan.place, self.folder, tools).write(plan.changes)
            keys = missing_keys(self.conn, self.master_key, plan.place, self.bot)
        return self._finish(plan, keys)

    def _asks(self) -> bool:
        """Whether a person has to agree to removals."""
        return bool(self.arguments.prune and not self.arguments.dry_run and not self.arguments.yes)

    def _agreed(self) -> list[Change]:
        """The changes, to which the person has agreed. Nothing is locked while they think. Raises ImportFailed."""
        with self.conn.transaction(force_rollback=True):
            plan = self._plan()
        self._show(plan)
        count = sum(change.act == REMOVE for change in plan.changes)
        try:
            words = (
                input(f"{count} entries marked with - are removed. Type yes to go on: ") if count else "yes"
            )
        except EOFError:
            words = ""
            print()
        if words.strip().lower() != "yes":
            raise ImportFailed("you did not say yes")
        return plan.changes

    def _plan(self) -> Plan:
        """What is to be done. In a transaction: it makes a new tenant, and locks an old one's settings and knowledge against other editors."""
        self._check_in_database()
        is_new = place_of(self.conn, self.number) is None
        place = self._new_tenant() if is_new else place_of(self.conn, self.number)
        assert place is not None
        self.conn.execute("select lock_answers(%s)", [place.tenant_id])
        self.conn.execute("select lock_publications(%s)", [place.tenant_id])
        self.conn.execute("select from chatbots where phone_number_id = %s for update", [self.number])
        wanted, absent = self._without_absent_documents(place)
        changes = differences(exported(self.conn, place, "staff" in wanted), wanted)
        made = [change for change in changes if change.act != REMOVE or self.arguments.prune]
        stays = [change for change in changes if change.act == REMOVE and not self.arguments.prune]
        return Plan(place, is_new, made, stays, absent)

    def _finish(self, plan: Plan, keys: list[str]) -> int:
        """Does what follows the commit, and says what is left to do."""
        if self.arguments.dry_run:
            print("Nothing was changed: this was a dry run.")
        elif plan.changes or plan.is_new:
            print(f"{len(plan.changes)} changes were made to the bot of {self.number}.")
        else:
            print(f"The bot of {self.number} is what the file says.")
        problems = [] if self.arguments.dry_run else self._after_commit(plan.place, plan.changes)
        self._show_rest("Keys to give, in the portal under Bot, Tools, unless it says otherwise", keys)
        nowhere = "Documents to upload: the file names them, and their files are neither here nor stored"
        self._show_rest(nowhere, plan.absent)
        self._show_rest("What did not work", problems)
        return 1 if problems else 0

    def _new_tenant(self) -> Place:
        from deploy.tenants import put_tenant

        name = self.arguments.name or (self.bot.get("settings") or {}).get("name")
        if not name:
            raise ImportFailed(
                f"nobody has the number {self.number}: give --name for a new business, or correct the number"
            )
        put_tenant(self.conn, self.master_key, self.number, name, os.environ.get("WHATSAPP_TOKEN"))
        place = place_of(self.conn, self.number)
        assert place is not None
        return place

    def _check_in_database(self) -> None:
        """What only PostgreSQL knows. Raises BotFileError."""
        problems = []
        zone = (self.bot.get("settings") or {}).get("time_zone")
        if zone is not None and not self._is_zone(zone):
            problems.append(f"“time_zone”: PostgreSQL knows no time zone {zone}.")
        questions = [pair["question"] for pair in self.bot.get("qa_pairs") or []]
        twice = self.conn.execute(
            "select min(q) as q from unnest(%s::text[]) q group by md5(lower(q)) having count(*) > 1",
            [questions],
        ).fetchall()
        problems += [
            f"the question “{row['q'][:100]}” stands there twice, apart from capitals." for row in twice
        ]
        model = (self.bot.get("business") or {}).get("embedding_model")
        known = [row["name"] for row in self.conn.execute("select name from embedding_models order by id")]
        if model is not None and model not in known:
            problems.append(
                f"“embedding_model”: this server has no {model}. Its table embedding_models has {', '.join(known)}."
            )
        if problems:
            raise BotFileError(problems)

    def _is_zone(self, name: str) -> bool:
        try:
            with self.conn.transaction():
                self.conn.execute("select now() at time zone %s", [name])
        except psycopg.errors.InvalidParameterValue:
            return False
        return True

    def _without_absent_documents(self, place: Place) -> tuple[dict[str, Any], list[str]]:
        """The bot without documents whose bytes are nowhere, and a line for each of those."""
        if "documents" not in self.bot:
            return self.bot, []
        rows = self.conn.execute(
            "select encode(sha256, 'hex') as sha256 from documents where tenant_id = %s and origin = 'upload' and state <> 'failed'",
            [place.tenant_id],
        ).fetchall()
        stored = {row["sha256"] for row in rows}
        here = [d for d in self.bot["documents"] if d.get("file") or d["sha256"] in stored]
        absent = [
            f"{d['title']} ({d['filename']}, SHA-256 {d['sha256']})"
            for d in self.bot["documents"]
            if d not in here
        ]
        return {**self.bot, "documents": here}, absent

    def _show(self, plan: Plan) -> None:
        new = f"A new business is made for the number {self.number}."
        print(new if plan.is_new else f"The bot of {self.number}:")
        print(*(lines(plan.changes) or ["nothing differs."]), sep="\n")
        if plan.stays:
            print("What the file does not name stays; --prune removes it:", *lines(plan.stays), sep="\n")

    def _after_commit(self, place: Place, changes: list[Change]) -> list[str]:
        """What works outside the database: readings are started, templates brought to Meta. Returns what did not work."""
        sections = {change.section for change in changes if change.act != REMOVE}
        if sections & {"documents", "qa_pairs"} and not self._start(place):
            print("Windmill reads the new documents and Q&A pairs within two minutes.")
        if "web_sources" in sections:
            print("Windmill reads the new web sources within two minutes, one after the other.")
        wanted = [change for change in changes if change.section == "message_templates"]
        if not wanted:
            return []
        from deploy.bots.meta_templates import bring_templates

        return bring_templates(self.conn, place, wanted, self.arguments.waba_id, self.master_key)

    def _start(self, place: Place) -> bool:
        """Starts the readings now, where Windmill's address is given; else its schedule does so."""
        if not all(os.environ.get(name) for name in WINDMILL):
            return False
        os.environ.update({theirs: os.environ[ours] for ours, theirs in WINDMILL.items()})
        return bool(start_ingestions(self.conn, place.tenant_id))

    def _show_rest(self, heading: str, rest: list[str]) -> None:
        if rest:
            print(f"{heading}:", *rest, sep="\n  ")
