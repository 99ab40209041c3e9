"""A bot in a file, in the running product: the same file gives the same bot, and a changed one shows in what its answers differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.bot_answers import answer
from local.seed import SHOP, wait_for
from tests.e2e.conftest import World
from tests.e2e.test_after_24_hours import read_templates

ROOT = Path(__file__).resolve().parents[2]
NEW = "106540352242999"
QUESTIONS = (
    "How long is a gift card valid?",
    "How much does express delivery cost?",
    "Do you offer piano lessons?",
)


def tenants(world: World, *options: str) -> subprocess.CompletedProcess[str]:
    stack = world.stack
    (account,) = world.rows("select waba_id from chatbots where phone_number_id = %s", SHOP.phone_number_id)
    assert account["waba_id"]
    given = {
        "DATABASE_URL": stack.database,
        "MASTER_KEY": stack.secrets.master_key,
        "WINDMILL_URL": stack.url("runner"),
        "WINDMILL_WORKSPACE": stack.workspace,
        "WINDMILL_TOKEN": stack.secrets.runner,
        "WHATSAPP_TOKEN": stack.whatsapp_token(SHOP.phone_number_id),
        "GRAPH_URL": stack.url("meta") + "/graph",
    }
    command = [sys.executable, str(ROOT / "windmill" / "deploy" / "tenants.py"), *options]
    return subprocess.run(
        command, env={**os.environ, **given}, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def without_new_number(world: World) -> Iterator[None]:
    yield
    world.rows(
        "delete from tenants where id in (select tenant_id from chatbots where phone_number_id = %s)", NEW
    )


@pytest.mark.usefixtures("without_new_number")
def test_the_same_file_gives_the_same_bot(world: World, tmp_path: Path) -> None:
    world.ask(SHOP, "Hello!")  # Meta's envelope tells the account
    (account,) = world.rows("select waba_id from chatbots where phone_number_id = %s", SHOP.phone_number_id)
    world.rows("update template_readings set due_at = now() returning waba_id")
    read_templates(world)
    first, second = tmp_path / "shop.yml", tmp_path / "again.yml"
    exported = tenants(world, "--export", SHOP.phone_number_id, "--to", str(first), "--with-documents")
    assert exported.returncode == 0, exported.stderr
    assert not world.secrets_in(first.read_text()) and SHOP.phone_number_id not in first.read_text()
    done = tenants(world, "--import", str(first), "--phone-number-id", NEW, "--waba-id", account["waba_id"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Keys to give" in done.stdout and "the server orders: Authorization" in done.stdout
    assert tenants(world, "--export", NEW, "--to", str(second), "--with-documents").returncode == 0
    assert second.read_text().replace("again.documents/", "shop.documents/") == first.read_text()
    unread = "select 1 as one from documents where state <> 'ready' and tenant_id in (select tenant_id from chatbots where phone_number_id = %s)"
    assert wait_for(lambda: not world.rows(unread, NEW), 120), "read as uploads are"
    for question in QUESTIONS:
        old, new = (answer(world.stack, number, question) for number in (SHOP.phone_number_id, NEW))
        assert (new["reply"], new["outcome"], new["citations"]) == (
            old["reply"],
            old["outcome"],
            old["citations"],
        )
    listed = "select name, status from templates where tenant_id = (select tenant_id from chatbots where phone_number_id = %s)"
    assert world.rows(listed, NEW) != []
    assert {row["name"] for row in world.rows(listed, NEW)} == {
        row["name"] for row in world.rows(listed, SHOP.phone_number_id)
    }
    again = tenants(world, "--import", str(first), "--phone-number-id", NEW, "--prune", "--dry-run")
    assert "nothing differs." in again.stdout, again.stdout


def compared(folder: Path, seconds: float, *more: str) -> subprocess.CompletedProcess[str]:
    """What the command says of the folder's before.yml and after.yml."""
    return subprocess.run(
        [sys.executable, "-m", "local.bot_answers", "before.yml", "after.yml", *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'windmill'}"},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def test_a_changed_file_shows_in_what_the_answers_differ(tmp_path: Path) -> None:
    (tmp_path / "hours.txt").write_text("Parking is free for customers for two hours.")
    before = (
        "format: 1\nsettings:\n  name: Lumen\nqa_pairs:\n- question: Do you ship to the Canary Islands?\n  answer: Yes, in 6 to 9 days.\n"
        "- question: Do you repair lamps?\n  answer: Yes, in the shop.\ndocuments:\n- filename: hours.txt\n  file: hours.txt\n"
    )
    (tmp_path / "before.yml").write_text(before)
    after = before.replace("6 to 9 days", "4 days") + f"- filename: elsewhere.pdf\n  sha256: {'0' * 64}\n"
    (tmp_path / "after.yml").write_text(after)
    (tmp_path / "after.questions.txt").write_text("Is parking free?\n")
    done = compared(tmp_path, 280, "--json", "pairs.json")
    assert done.returncode == 0, done.stderr
    assert "answer: “Yes, in 6 to 9 days.” → “Yes, in 4 days.”" in done.stdout
    assert "1 documents have no file beside after.yml" in done.stdout
    assert "3 questions: 1 with another answer, 0 with the same words from elsewhere" in done.stdout
    pairs = json.loads((tmp_path / "pairs.json").read_text())
    changed = [pair for pair in pairs if pair["differs"]]
    assert [pair["question"] for pair in changed] == ["Do you ship to the Canary Islands?"]
    assert "4 days" in changed[0]["new"]["reply"] and "6 to 9 days" in changed[0]["old"]["reply"]
    assert "two hours" in pairs[0]["new"]["reply"]
    assert done.stdout.count("* reply") == 1 and "two hours" not in done.stdout, "only what differs is shown"


def test_what_a_branch_changes_in_the_answers(tmp_path: Path) -> None:
    """As the workflow of a pull request asks, in a repository of its own: a bot that is new, one that is gone, and one that stays."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("local", "windmill", "sql", "ingress"):
        (tmp_path / name).symlink_to(ROOT / name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".ci" / "bot-answers").write_bytes((ROOT / ".ci" / "bot-answers").read_bytes())
    (tmp_path / "bots").mkdir()

    def git(*command: str) -> str:
        settings = (
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@test.example",
            "-c",
            "commit.gpgsign=false",
        )
        return subprocess.run(
            ["git", *settings, *command], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    git("init", "--quiet")
    (tmp_path / "bots" / "stays.yml").write_text("format: 1\n")
    (tmp_path / "bots" / "goes.yml").write_text("format: 1\n")
    git("add", "bots")
    git("commit", "--quiet", "--message", "Begin")
    base = git("rev-parse", "HEAD").strip()
    (tmp_path / "bots" / "goes.yml").unlink()
    new = "format: 1\nqa_pairs:\n- question: Do you repair lamps?\n  answer: Yes, in the shop.\n"
    (tmp_path / "bots" / "new.yml").write_text(new)
    git("add", "--all", "bots")
    git("commit", "--quiet", "--message", "Change")
    done = subprocess.run(
        ["bash", ".ci/bot-answers", base],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bots/goes.yml\nThe file is deleted." in done.stdout and "stays.yml" not in done.stdout
    assert "+ Do you repair lamps?" in done.stdout and "Yes, in the shop." in done.stdout
    assert "1 questions: 1 with another answer" in done.stdout


def test_a_wrong_file_ends_in_a_sentence_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "before.yml").write_text("")
    (tmp_path / "after.yml").write_text("format: 7\n")
    done = compared(tmp_path, 60)
    assert done.returncode == 1 and "this file has format 7" in done.stderr and "Traceback" not in done.stderr
