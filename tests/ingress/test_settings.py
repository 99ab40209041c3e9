"""Settings: each invalid one is a sentence, and none of the sentences gives a value away."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from ingress.settings import Settings
from local.ports import free_port


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingress"],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_every_invalid_setting_is_reported_at_once() -> None:
    done = start(
        META_APP_SECRET="s3cret ",
        DATABASE_URL="nonsense with a password",
        WINDMILL_URL="http://user:hidden@windmill:8000",
        WINDMILL_TOKEN="",
        INGRESS_PORT="http",
        JOB_ID_KEY="short",
        DISPATCH_RETRY_S="-1",
        INGRESS_LOG_LEVEL="loud",
    )
    assert done.returncode == 2
    sentences = {line.split()[0]: line for line in done.stderr.splitlines()}
    assert set(sentences) == {
        "DATABASE_URL",
        "META_APP_SECRET",
        "META_VERIFY_TOKEN",
        "WINDMILL_URL",
        "WINDMILL_WORKSPACE",
        "WINDMILL_TOKEN",
        "JOB_ID_KEY",
        "INGRESS_PORT",
        "DISPATCH_RETRY_S",
        "INGRESS_LOG_LEVEL",
    }
    assert sentences["WINDMILL_TOKEN"] == "WINDMILL_TOKEN is missing: a token that may run that flow."
    assert all(line.endswith(".") for line in sentences.values())
    for value in ("s3cret", "nonsense", "hidden", "short", "loud"):
        assert value not in done.stderr


def test_settings_that_contradict_each_other_are_refused() -> None:
    done = start(**GOOD, DISPATCH_LEASE_S="10", DISPATCH_TIMEOUT_S="8")
    assert done.returncode == 2
    assert done.stderr.startswith("DISPATCH_LEASE_S is less than twice DISPATCH_TIMEOUT_S")


def test_help_lists_every_setting_with_its_default() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingress", "--help"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert {name.upper() for name in Settings.model_fields} <= listed
    assert "port to listen on (default: 8080)" in done.stdout


GOOD = {
    "DATABASE_URL": "postgresql://a@127.0.0.1:1/a",
    "META_APP_SECRET": "a",
    "META_VERIFY_TOKEN": "a",
    "WINDMILL_URL": "http://127.0.0.1:9",
    "WINDMILL_WORKSPACE": "a",
    "WINDMILL_TOKEN": "a",
    "JOB_ID_KEY": "a" * 16,
}


def test_a_busy_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        for name in ("INGRESS_PORT", "INGRESS_ADMIN_PORT"):
            done = start(**GOOD | {"INGRESS_PORT": str(free_port())} | {name: str(port)})
            assert done.returncode == 1
            assert done.stderr == f"Port {port} on 127.0.0.1 is not available: Address already in use.\n"
