"""One import: compares the file with the database, shows what differs, writes it, and says what is left to do by hand."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import psycopg
from deploy.bots.changes import ADD, CHANGE, REMOVE, Change, differences, lines
from deploy.bots.export import Connection, Place, exported, place_of
from deploy.bots.file import BotFileError
from deploy.bots.keys import missing_keys
from deploy.bots.write import ImportFailed, Writer

from f.common.ingestion import start_ingestions

WINDMILL = {
    "WINDMILL_URL": "BASE_INTERNAL_URL",
    "WINDMILL_WORKSPACE": "WM_WORKSPACE",
    "WINDMILL_TOKEN": "WM_TOKEN",
}


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
        with self.conn.transaction(force_rollback=self.arguments.dry_run):
            self._check_in_database()
            is_new = place_of(self.conn, self.number) is None
            place = self._new_tenant() if is_new else place_of(self.conn, self.number)
            assert place is not None
            # Nobody changes the business's settings meanwhile, and what is shown is what is written.
            self.conn.execute("select from tenants where id = %s for update", [place.tenant_id])
            wanted, absent = self._without_absent_documents(place)
            changes = differences(exported(self.conn, place, "staff" in wanted), wanted)
            if not (self.arguments.prune or is_new):
                changes, stays = (
                    [c for c in changes if c.act != REMOVE],
                    [c for c in changes if c.act == REMOVE],
                )
            else:
                stays = []
            self._show(is_new, changes, stays)
            if not self._agreed(changes):
                raise ImportFailed("you did not say yes")
            Writer(self.conn, self.master_key, place, self.folder).write(changes)
            keys = missing_keys(self.conn, self.master_key, place, self.bot)
        if self.arguments.dry_run:
            print("Nothing was changed: this was a dry run.")
        elif changes or is_new:
            print(f"{len(changes)} changes were made to the bot of {self.number}.")
        else:
            print(f"The bot of {self.number} is what the file says.")
        problems = [] if self.arguments.dry_run else self._after_commit(place, changes)
        self._show_rest("Keys to give, in the portal under Bot, Tools, unless it says otherwise", keys)
        self._show_rest(
            "Documents to upload: the file names them, and their files are neither here nor stored", absent
        )
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

    def _show(self, is_new: bool, changes: list[Change], stays: list[Change]) -> None:
        print(
            f"A new business is made for the number {self.number}."
            if is_new
            else f"The bot of {self.number}:"
        )
        for line in lines(changes):
            print(line)
        if not changes:
            print("nothing differs.")
        if stays:
            print("What the file does not name stays; --prune removes it:")
            for line in lines(stays):
                print(line)

    def _agreed(self, changes: list[Change]) -> bool:
        """Whether removals may be made: the person says so, or --yes did."""
        count = sum(change.act == REMOVE for change in changes)
        if not count or self.arguments.dry_run or self.arguments.yes:
            return True
        try:
            return (
                input(f"{count} entries marked with - are removed. Type yes to go on: ").strip().lower()
                == "yes"
            )
        except EOFError:
            print()
            return False

    def _after_commit(self, place: Place, changes: list[Change]) -> list[str]:
        """What works outside the database: readings are started, templates brought to Meta. Returns what did not work."""
        sections = {change.section for change in changes if change.act != REMOVE}
        if sections & {"documents", "qa_pairs"} and not self._start(place):
            print("Windmill reads the new documents and Q&A pairs within two minutes.")
        if "web_sources" in sections:
            print("Windmill reads the new web sources within two minutes, one after the other.")
        wanted = [
            change.after
            for change in changes
            if change.section == "message_templates" and change.act in (ADD, CHANGE)
        ]
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
