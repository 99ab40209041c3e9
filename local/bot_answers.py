"""Asks two versions of a bot's file the same questions and shows in what their answers differ: python -m local.bot_answers BEFORE.yml AFTER.yml

For pull requests that change a bot's file (.github/workflows/bot.yml). Both versions are imported into the embedded stack, each as a business of
its own, their documents are read, and each question runs as the flow f/chatbot/whatsapp_message with mode dry_run: nothing is sent.

The questions are those of both files' Q&A pairs, and those of --questions, one a line; as shipped AFTER.questions.txt, where there is one. The
answers come from the embedded model, which is rules and no language model: it shows which passages answer, not how a persona speaks. With
OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL a real model is asked. Tools are switched off and web sources are left out: nothing of the
business is called. A file that is empty stands for no bot yet.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy import replay
from deploy.bootstrap import DeployError
from deploy.bots import file
from deploy.bots.changes import differences, lines
from deploy.bots.checks import checked_bot
from deploy.bots.importing import Import

from local import seed
from local.postgres import PostgresError
from local.stack import Stack

NUMBERS = {"before": "100000000000001", "after": "100000000000002"}
READING_S = 900


def read_version(path: Path) -> dict[str, Any]:
    """A version of the bot. Raises BotFileError and OSError."""
    content = path.read_bytes()
    if not content.strip():
        return {"format": file.FORMAT}
    return checked_bot(file.read(content, path.name), path.parent)


def on_this_machine(bot: dict[str, Any]) -> dict[str, Any]:
    """The bot without what this machine can't reach, or must not."""
    model: dict[str, Any] = (
        {}
        if os.environ.get("OPENAI_BASE_URL")
        else {"provider": None, "model": None, "fallbacks": [], "judge_model": None}
    )
    made = {
        name: value
        for name, value in bot.items()
        if name not in ("web_sources", "message_templates", "staff")
    }
    made["settings"] = {
        "name": "Bot",
        **bot.get("settings", {}),
        **model,
        "enabled": True,
        "outside_hours": "answer",
        "merge_window_s": 0,
    }
    made["business"] = {**bot.get("business", {}), "embedding_model": seed.EMBEDDING_MODEL}
    for tools in ("mcp_servers", "http_actions"):
        made[tools] = {name: {**tool, "enabled": False} for name, tool in bot.get(tools, {}).items()}
    return made


def questions_of(versions: list[dict[str, Any]], path: Path | None) -> list[str]:
    """Each once, in the order of the file and of the pairs."""
    written = path.read_text(encoding="utf-8").splitlines() if path else []
    pairs = [pair["question"] for bot in versions for pair in bot.get("qa_pairs", [])]
    return list(dict.fromkeys(question.strip() for question in [*written, *pairs] if question.strip()))


@contextlib.contextmanager
def running_stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="chatmill-bots-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as an unprivileged user, which must come in
        stack = Stack(Path(folder))
        try:
            numbers = [
                {"phone_number_id": number, "waba_id": number, "name": name, "display_phone_number": number}
                for name, number in NUMBERS.items()
            ]
            stack.start(seed.meta_config() | {"numbers": numbers}, durable=False)
            yield stack
        finally:
            stack.stop()


def import_version(stack: Stack, bot: dict[str, Any], number: str, folder: Path) -> None:
    """Imports as an operator does, and waits until everything is read."""
    os.environ |= {
        "MASTER_KEY": stack.secrets.master_key,
        "WINDMILL_URL": stack.url("runner"),
        "WINDMILL_WORKSPACE": stack.workspace,
        "WINDMILL_TOKEN": stack.secrets.runner,
    }
    arguments = argparse.Namespace(
        phone_number_id=number, name="Bot", dry_run=False, prune=False, yes=True, waba_id=None
    )
    with stack.connect() as conn, contextlib.redirect_stdout(io.StringIO()):
        Import(conn, arguments, bot, folder).run()
    unread = "select 1 from documents where state in ('received', 'processing') limit 1"

    def is_read() -> bool:
        with stack.connect() as conn:
            return conn.execute(unread).fetchone() is None

    seed.wait_for(is_read, READING_S, every_s=0.5)


def answer(stack: Stack, number: str, question: str) -> dict[str, Any]:
    """What the bot would send, and by what: as replay.py shows it."""
    message = {"id": "dry run", "from": "0", "timestamp": "0", "type": "text", "text": {"body": question}}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
        "contacts": [],
        "messages": [message],
    }
    payload = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}],
    }
    nothing = dict.fromkeys(("turn_id", "usage", "reply", "outcome", "trace", "citations"))
    found: dict[str, Any] = replay.compared(
        {**nothing, "question": question}, replay.run(stack.windmill(), payload)
    )["new"]
    return found


def compared(number: int, question: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A pair as replay.py shows pairs; `number`: the question's."""
    counted = ("reply", "outcome", "tools", "citations")  # tokens and cost follow from them
    old, new = ({name: side[name] for name in counted} for side in (before, after))
    return {
        "turn_id": number,
        "question": question,
        "old": old,
        "new": new,
        "differs": [n for n in counted if old[n] != new[n]],
    }


def compare(arguments: argparse.Namespace) -> int:
    versions = {name: read_version(getattr(arguments, name)) for name in NUMBERS}
    beside = arguments.after.with_suffix(".questions.txt")
    path = arguments.questions or (beside if beside.exists() else None)
    questions = questions_of(list(versions.values()), path)[: arguments.limit]
    changes = differences(versions["before"], versions["after"])
    print(
        f"{arguments.after.name} changes this:" if changes else "The two files say the same.",
        *lines(changes),
        sep="\n",
    )
    absent = sum("file" not in document for document in versions["after"].get("documents", []))
    if absent:
        print(
            f"\n{absent} documents have no file beside {arguments.after.name}: they answer nothing here (--with-documents)"
        )
    if not questions:
        print("\nThere are no questions: the bot has no Q&A pairs, and --questions names no file.")
        return 0
    with running_stack() as stack:
        for name, number in NUMBERS.items():
            import_version(stack, on_this_machine(versions[name]), number, getattr(arguments, name).parent)
        pairs = [
            compared(n, q, *(answer(stack, bot, q) for bot in NUMBERS.values()))
            for n, q in enumerate(questions, 1)
        ]
    for pair in (pair for pair in pairs if pair["differs"]):
        replay.show(pair)
    changed = sum("reply" in pair["differs"] for pair in pairs)
    otherwise = sum(bool(pair["differs"]) for pair in pairs) - changed
    print(
        f"\n{len(pairs)} questions: {changed} with another answer, {otherwise} with the same words from elsewhere"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(pairs, ensure_ascii=False, indent=1, default=str))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument(
        "--questions", type=Path, help="a file with a question in each line (as shipped: AFTER.questions.txt)"
    )
    parser.add_argument("--limit", type=int, default=200, help="at most so many questions (default: 200)")
    parser.add_argument("--json", type=Path, help="also write every pair of answers to this file")
    arguments = parser.parse_args()
    try:
        return compare(arguments)
    except file.BotFileError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
    except (OSError, DeployError, PostgresError) as error:
        print(f"the answers could not be compared: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
