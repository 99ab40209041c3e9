"""`make env`: a newcomer's .env without a secret made by hand, and never over one that is there."""

from __future__ import annotations

import base64
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "windmill/deploy/first_env.py"
WANTED = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))


def make(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    # As on a fresh server: Python alone, without this project's packages.
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, "--file", file, *more], capture_output=True, text=True
    )


def test_every_secret_that_is_ours_is_made_and_the_rest_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    done = make(file, "--domain", "example.com", "--operator", "me@example.com")
    assert done.returncode == 0, done.stderr
    made = {name: value or "" for name, value in dotenv_values(file, interpolate=False).items()}
    assert {name for name in WANTED if not made[name]} == {"META_APP_SECRET"}, "Meta gives that one"
    assert re.findall(r"[A-Z_]{5,}", done.stdout) == ["META_APP_SECRET", "LLM_API_KEY", "EMBEDDINGS_API_KEY"]
    assert len(base64.b64decode(made["MASTER_KEY"])) == 32
    assert made["DATABASE_URL"] == f"postgresql://postgres:{made['POSTGRES_PASSWORD']}@localhost:5432/chatbot"
    secrets = [made[name] for name in made if "PASSWORD" in name and name != "SMTP_PASSWORD"]
    assert len({*secrets, made["JOB_ID_KEY"], made["META_VERIFY_TOKEN"]}) == len(secrets) + 2 == 8
    assert all(value.isalnum() and len(value) == 48 for value in secrets)
    assert (made["WEBHOOK_URL"], made["PORTAL_PROXIES"]) == ("https://bot.example.com/webhook", "1")
    assert made["OPERATOR_EMAILS"] == "me@example.com"
    example = dotenv_values(ROOT / ".env.example", interpolate=False)
    assert made.keys() == example.keys()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_not_filled_in_is_named_before_anything_is_built(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert "make env" in (done := make(file, "--check")).stderr and done.returncode == 1
    make(file, "--operator", "me@example.com")
    done = make(file, "--check")
    assert re.findall(r"[A-Z_]{5,}", done.stderr) == ["META_APP_SECRET", "LLM_API_KEY", "EMBEDDINGS_API_KEY"]
    given = re.sub(r"^(META_APP_SECRET|LLM_API_KEY)=$", r"\1=given", file.read_text(), flags=re.MULTILINE)
    file.write_text(given.replace("EMBEDDINGS_API_KEY=", "EMBEDDINGS_API_KEY='' # later"))
    done = make(file, "--check")
    assert (done.returncode, re.findall(r"[A-Z_]{5,}", done.stderr)) == (1, ["EMBEDDINGS_API_KEY"])
    file.write_text(given.replace("EMBEDDINGS_API_KEY=", "EMBEDDINGS_API_KEY=given"))
    done = make(file, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MASTER_KEY=mine\n")
    done = make(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{file} exists already and was left as it was" in done.stdout
    assert file.read_text() == "MASTER_KEY=mine\n"


@pytest.mark.parametrize(
    "domain", ["https://example.com", "example.com/", "example.com:443", "localhost", "a b.com"]
)
def test_what_is_no_bare_host_name_is_refused_in_a_sentence(tmp_path: Path, domain: str) -> None:
    done = make(tmp_path / ".env", "--domain", domain)
    assert done.returncode == 1
    assert done.stderr.startswith("DOMAIN must be a bare host name such as example.com, and is ")
    assert list(tmp_path.iterdir()) == []


def test_without_the_example_no_empty_file_is_left(tmp_path: Path) -> None:
    script = tmp_path / "windmill/deploy/first_env.py"
    script.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, script)
    done = subprocess.run([sys.executable, "-I", "-S", script], capture_output=True, text=True)
    assert done.returncode and ".env.example" in done.stderr
    assert not (tmp_path / ".env").exists()
