"""tenants.py --export, --import and the importers from other systems: what the options are, and what each does."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import psycopg
from deploy.bots import export, file
from deploy.bots.checks import checked_bot
from deploy.bots.importing import Import
from deploy.bots.write import ImportFailed
from psycopg.rows import dict_row

from f.common.problems import Problem
from f.common.secrets import SecretError

IMPORTERS = ("qa", "typebot", "dify")
HELP = """a bot in a file (windmill/OPERATING.md, "A bot in a file"):
  --export NUMBER --to bot.yml [--with-documents] [--with-staff]
  --import bot.yml --phone-number-id NUMBER [--dry-run] [--prune]
  --import-qa answers.csv --phone-number-id NUMBER [--dry-run]
  --import-typebot bot.json --to bot.yml      then read bot.yml, change what you like, and --import it
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("a bot in a file")
    _add_export(group)
    _add_imports(group)


def _add_export(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--export",
        metavar="PHONE_NUMBER_ID",
        help="write the bot of this number as YAML for people and Git: settings, words, Q&A pairs, web sources, documents, tools without their keys,"
        " message templates, saved replies. The same bot is always the same text",
    )
    group.add_argument(
        "--to", type=Path, metavar="FILE", help="where to write it; without it, to standard output"
    )
    group.add_argument(
        "--with-documents",
        action="store_true",
        help="also write the documents' files beside FILE; without it they are named by their SHA-256",
    )
    group.add_argument("--with-staff", action="store_true", help="also name the staff and their roles")


def _add_imports(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--import",
        dest="import_file",
        type=Path,
        metavar="FILE",
        help="bring the bot of --phone-number-id to what the file says, all of it or nothing; a number that nobody has gets a new business. Shows"
        " what differs, and at the end which keys are missing. Stored keys stay. A section that the file lacks is left alone",
    )
    group.add_argument(
        "--import-qa",
        type=Path,
        metavar="FILE.csv",
        help="add the Q&A pairs of a table: any separator and encoding, its columns named or not",
    )
    group.add_argument(
        "--import-typebot",
        type=Path,
        metavar="FILE.json",
        help="take over what has a counterpart of a bot that Typebot exported",
    )
    group.add_argument(
        "--import-dify",
        type=Path,
        metavar="FILE.yml",
        help="the same for an app that Dify exported (its DSL)",
    )
    group.add_argument("--dry-run", action="store_true", help="with an import: only show what would change")
    group.add_argument(
        "--prune",
        action="store_true",
        help="with --import: also remove what the file's sections don't name; it is listed first",
    )
    group.add_argument(
        "--waba-id",
        metavar="ID",
        help="with --import: the number's WhatsApp Business account, as long as no message has told it; message templates are brought there for"
        " review with WHATSAPP_TOKEN",
    )


def chosen(arguments: argparse.Namespace) -> bool:
    """Whether the command line asks for one of these."""
    return bool(arguments.export or any(_files(arguments)))


def needed(arguments: argparse.Namespace, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The settings that it needs. `otherwise`: those of what else the command line may ask for."""
    if not chosen(arguments):
        return otherwise
    return (
        ("DATABASE_URL",)
        if arguments.export
        else ()
        if _converts(arguments)
        else ("DATABASE_URL", "MASTER_KEY")
    )


def problem_of(arguments: argparse.Namespace) -> str | None:
    """What is wrong with the combination of options, as far as these are among them."""
    if not chosen(arguments):
        return None
    wanted = [
        arguments.export,
        *_files(arguments),
        arguments.remove,
    ]
    if sum(value is not None for value in wanted) > 1:
        return "choose one of --export, --import, --import-qa, --import-typebot, --import-dify and --remove"
    if arguments.export and arguments.with_documents and not arguments.to:
        return "--with-documents needs --to: the files are written beside it"
    if not arguments.export and not arguments.phone_number_id and not _converts(arguments):
        return "--phone-number-id is needed: whose bot it is"
    if arguments.prune and not arguments.import_file:
        return "--prune goes with --import only: what another system exports is never the whole bot"
    return None


def run(arguments: argparse.Namespace) -> int:
    try:
        if arguments.export:
            return export_bot(arguments)
        if _converts(arguments):
            return convert(arguments)
        bot, folder = read_bot(arguments)
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, autocommit=True) as conn:
            return Import(conn, arguments, bot, folder).run()
    except file.BotFileError as error:
        print("nothing was changed:", *error.problems, sep="\n  ", file=sys.stderr)
    except (psycopg.Error, Problem, SecretError, ImportFailed, OSError) as error:
        print(f"nothing was changed: {str(error).strip()}", file=sys.stderr)
    return 1


def export_bot(arguments: argparse.Namespace) -> int:
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as conn, conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        conn.execute("set local role chatbot_owner")
        place = export.place_of(conn, arguments.export)
        if place is None:
            print(f"there is no chatbot with the number {arguments.export}", file=sys.stderr)
            return 1
        bot = export.exported(conn, place, arguments.with_staff)
        beside = export.left_out(conn, place)
        left_over = export.write_documents(conn, place, bot, arguments.to) if arguments.with_documents else []
    if arguments.to:
        temporary = arguments.to.with_name(f".{arguments.to.name}.new")
        temporary.write_text(file.written(bot), encoding="utf-8", newline="\n")
        temporary.replace(arguments.to)
    else:
        print(file.written(bot), end="")
    for line in beside:
        print(f"not in the file: {line}", file=sys.stderr)
    for line in export.plain_keys(bot):
        print(f"careful: {line}", file=sys.stderr)
    for path in left_over:
        print(f"no document of this bot any more: {path}", file=sys.stderr)
    return 0


def read_bot(arguments: argparse.Namespace) -> tuple[dict[str, Any], Path | None]:
    """The bot that a file describes, and the folder of its documents. Raises BotFileError and OSError."""
    path = _imported(arguments)
    if arguments.import_file:
        return checked_bot(file.read(path.read_bytes(), path.name), path.parent), path.parent
    return checked_bot(file.Source(path.name, taken_over(arguments))), None


def taken_over(arguments: argparse.Namespace) -> dict[str, Any]:
    """What another system's file becomes, unchecked; says what was recognised and what has no counterpart. Raises BotFileError and OSError."""
    path = _imported(arguments)
    if arguments.import_qa:
        from deploy.bots.qa_table import read_table as read
    elif arguments.import_typebot:
        from deploy.bots.typebot import read_typebot as read
    else:
        from deploy.bots.dify import read_dify as read
    found = read(path.read_bytes(), path.name)
    print(found.report())
    return found.bot


def convert(arguments: argparse.Namespace) -> int:
    """Writes another system's bot as a bot's file. What does not fit yet is written all the same: a person corrects it there."""
    bot = taken_over(arguments)
    try:
        bot = checked_bot(file.Source(arguments.to.name, bot))
    except file.BotFileError as error:
        print("To correct before it can be imported:", *error.problems, sep="\n  ")
    arguments.to.write_text(file.written(bot), encoding="utf-8", newline="\n")
    print(
        f"{arguments.to} is written. Read it, change what you like, then: tenants.py --import {arguments.to} --phone-number-id …"
    )
    return 0


def _option(kind: str) -> str:
    return f"import_{kind}"


def _files(arguments: argparse.Namespace) -> list[Path | None]:
    return [getattr(arguments, _option(kind)) for kind in ("file", *IMPORTERS)]


def _imported(arguments: argparse.Namespace) -> Path:
    """The file that is imported, where there is one."""
    return next(path for path in _files(arguments) if path)


def _converts(arguments: argparse.Namespace) -> bool:
    """Whether another system's file only becomes a bot's file."""
    return bool(arguments.to and any(_files(arguments)) and not arguments.import_file)
