"""What the tests of tenants.py share: the command as an operator runs it, on a migrated database."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deploy import tenants

from tests.administrator import administrator

MASTER_KEY = base64.b64encode(bytes(32)).decode()


class Command:
    """tenants.py against a database of its own."""

    def __init__(
        self, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self.url, self._monkeypatch, self._capsys = url, monkeypatch, capsys
        for name, value in (
            ("DATABASE_URL", url),
            ("MASTER_KEY", MASTER_KEY),
            ("WHATSAPP_TOKEN", "EAA-token"),
        ):
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)

    def run(self, *options: str) -> tuple[int, str, str]:
        """Exit code, and what it says."""
        self._monkeypatch.setattr(sys, "argv", ["tenants.py", *options])
        try:
            code = tenants.main()
        except SystemExit as left:
            code = int(left.code or 0)
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def make(self, *options: str, name: str = "Shop") -> tuple[str, int, str, str]:
        """A tenant with a number of its own, and that number."""
        number = str(10**14 + secrets.randbelow(10**14))
        return number, *self.run("--phone-number-id", number, "--name", name, *options)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return administrator(self.url).rows(query, *values)

    def tenant(self, number: str) -> dict[str, Any]:
        (row,) = self.rows(
            "select t.* from tenants t join chatbots b on b.tenant_id = t.id where b.phone_number_id = %s",
            number,
        )
        return row


@pytest.fixture(scope="module")
def migrated(new_product_database: Callable[[], str]) -> str:
    return new_product_database()


@pytest.fixture
def command(
    migrated: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    return Command(migrated, monkeypatch, capsys, tmp_path)


def store(conn: psycopg.Connection[Any], tenant: str, model: int, embedding: str) -> None:
    """A published document of one passage."""
    document = conn.execute(
        "insert into documents (tenant_id, title, filename, sha256, size_bytes, content) values (%s, 'T', 'a', %s, 1, 'x') returning id",
        [tenant, os.urandom(32)],
    ).fetchone()
    assert document
    with conn.transaction():
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant])
        conn.execute(
            "insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens, text, model_id,"
            " embedding) values (%s, 0, %s, 1, 0, 1, 1, '', 1, 'A gift card is valid for 24 months.', %s, %s::vector)",
            [document[0], tenant, model, embedding],
        )
        conn.execute("select publish_document(%s)", [document[0]])
