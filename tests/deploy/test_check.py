"""Each check of the bundle fails on a bundle that is broken in its way, and none on the real one."""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy import access, bootstrap, check, metadata, wmill
from deploy.bootstrap import DeployError, Server

FLOW = "f/chatbot/whatsapp_message__flow/flow.yaml"
PERSIST = "f/chatbot/persist"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the real bundle, to break."""
    shutil.copytree(
        check.WINDMILL / "f", tmp_path / "f", ignore=shutil.ignore_patterns("__pycache__", "node_modules")
    )
    for name in ("resources", "dependencies"):
        shutil.copytree(check.WINDMILL / name, tmp_path / name)
    return tmp_path


def findings(folder: Path) -> list[str]:
    return check.Bundle(folder).check() + check.resources(folder / "resources")


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text, f"{file} no longer holds {old!r}"
        (folder / file).write_text(text.replace(old, new, 1))

    return change


def removed(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


BROKEN = {
    "a main that lets its errors out": (
        replaced(f"{PERSIST}.py", "@contain_errors\n", ""),
        "its errors would show secrets",
    ),
    "a connection of its own": (
        replaced(f"{PERSIST}.py", "@contain_errors\n", "OTHER = psycopg.connect()\n\n\n@contain_errors\n"),
        "only f/common/database.py does",
    ),
    "a class that connects": (
        replaced(
            f"{PERSIST}.py",
            "from f.agent.language",
            "from psycopg import AsyncConnection\nfrom f.agent.language",
        ),
        "only f/common/database.py does",
    ),
    "a step's script is gone": (removed(f"{PERSIST}.py"), "there is no script f/chatbot/persist"),
    "a result of a later step": (
        replaced(FLOW, "results.load_context", "results.persist"),
        "names no step before it",
    ),
    "a result of no step": (
        replaced(FLOW, "results.send_reply", "results.sent_reply"),
        "`results.sent_reply` names no step",
    ),
    "an input that the flow lacks": (
        replaced(FLOW, "flow_input.entry", "flow_input.entries"),
        "is no input of the flow",
    ),
    "an argument that main lacks": (
        replaced(FLOW, "          delivery:", "          deliveries:"),
        "does not take deliveries",
    ),
    "an argument that main needs": (
        replaced(FLOW, "          delivery:", "          deliveries:"),
        "needs delivery",
    ),
    "an unknown key": (
        replaced(FLOW, "      timeout:", "      time_out:"),
        "is not a key that the server knows",
    ),
    "the paid edition": (replaced(FLOW, "      timeout:", "      priority:"), "needs the paid edition"),
    "no failure handler": (
        replaced(FLOW, "  failure_module:", "  preprocessor_module:"),
        "has no failure_module",
    ),
    "no lock": (removed(f"{PERSIST}.script.lock"), "its lock is missing"),
    "a header that names no file": (
        removed("dependencies/database.requirements.in"),
        "find_run.py: there is no dependencies/database.requirements.in",
    ),
    "no form": (removed(f"{PERSIST}.script.yaml"), "persist.script.yaml is missing"),
    "a form that does not fit": (
        replaced(f"{PERSIST}.py", "def main(", "def main(extra: str, "),
        "main takes",
    ),
    "an undescribed argument": (
        replaced(f"{PERSIST}.script.yaml", "description: The result of send_reply", "description: ''"),
        "'delivery' has no description",
    ),
    "a schedule of no script": (
        replaced(
            "f/chatbot/recover.schedule.yaml",
            "script_path: f/chatbot/recover",
            "script_path: f/chatbot/recovery",
        ),
        "there is no script f/chatbot/recovery",
    ),
    "an app without its script": (
        removed("f/ingest/upload_document.py"),
        "there is no script f/ingest/upload_document",
    ),
    "a password in a resource": (
        replaced("resources/resources.json", "$var:f/chatbot/database_password", "hunter2"),
        "must be a reference to a variable",
    ),
    "a resource without a type": (
        replaced("resources/resources.json", '"resource_type": "c_llm"', '"resource_type": "c_model"'),
        "there is no resource type c_model",
    ),
}


def test_the_bundle_has_no_finding(bundle: Path) -> None:
    assert findings(bundle) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_bundle_is_found(bundle: Path, kind: str) -> None:
    change, words = BROKEN[kind]
    change(bundle)
    assert [finding for finding in findings(bundle) if words in finding], findings(bundle)


def test_what_is_no_bundle_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["check.py", str(tmp_path)])
    assert check.main() == 2
    assert "is no bundle" in capsys.readouterr().err


def test_an_argument_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(metadata.MetadataError, match="describe the argument 'unheard_of'"):
        metadata.form("f/x/y", {"unheard_of": metadata.REQUIRED})


def test_without_node_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WMILL", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DeployError, match="install Node"):
        wmill.command()


def test_a_push_that_hangs_ends_in_a_sentence_without_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "wmill"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("WMILL", str(program))
    monkeypatch.setattr(wmill, "LONGEST_S", 0.2)
    with pytest.raises(DeployError, match="sync push did not end") as told:
        wmill.diff(Server("http://127.0.0.1:9", "a-secret-token", "demo"))
    assert "a-secret-token" not in str(told.value)
    assert "TimeoutExpired" not in "".join(
        traceback.format_exception(told.value)
    )  # its words are the command


def test_a_retention_that_is_no_number_is_refused() -> None:
    with pytest.raises(DeployError, match="JOB_RETENTION_DAYS must be"):
        access.retention(Server("http://127.0.0.1:9", "token", "demo"), "a month")


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(DeployError, match="CHATBOT_DB_PORT must be a number"):
        bootstrap._filled({"env": "CHATBOT_DB_PORT", "default": 5432}, {"CHATBOT_DB_PORT": "postgres"})


def test_the_variables_of_the_bootstrap_are_references_in_its_resources() -> None:
    resources = (check.WINDMILL / "resources" / "resources.json").read_text()
    for variable in json.loads((check.WINDMILL / "resources" / "variables.json").read_text()):
        assert variable["env"].isupper()
        assert variable["description"]
    assert "$var:" in resources
