"""The command that makes tenants, as an operator runs it: its settings, and which embedding model a tenant gets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from deploy import tenants
from psycopg.rows import dict_row

from tests.deploy.conftest import MASTER_KEY, Command, store
from tests.knowledge.conftest import vector

ROOT = Path(__file__).resolve().parents[2]
OPENAI, E5 = "text-embedding-3-small", "multilingual-e5-small"


def test_a_new_tenant_has_a_model_that_the_documented_endpoint_offers(command: Command) -> None:
    number, code, said, _ = command.make("--owner", "Owner@shop.example")
    assert (code, f"answers on {number}" in said) == (0, True)
    (model,) = command.rows(
        "select * from embedding_models where name = %s", command.tenant(number)["embedding_model"]
    )
    assert (model["name"], model["passage_model"], model["query_model"]) == (OPENAI, OPENAI, OPENAI)
    assert "\nEMBEDDINGS_BASE_URL=https://api.openai.com/v1\n" in (ROOT / ".env.example").read_text()


def test_a_model_is_chosen_and_changed(command: Command) -> None:
    number, code, _, _ = command.make("--embedding-model", E5)
    assert (code, command.tenant(number)["embedding_model"]) == (0, E5)
    again = ("--phone-number-id", number, "--name", "Shop")
    assert command.run(*again)[0] == 0
    assert command.tenant(number)["embedding_model"] == E5, "what is not said stays"
    assert command.run(*again, "--embedding-model", OPENAI)[0] == 0
    assert command.tenant(number)["embedding_model"] == OPENAI


def test_a_tenant_with_documents_is_not_cut_off_from_them(command: Command) -> None:
    number, *_ = command.make("--embedding-model", E5)
    tenant = str(command.tenant(number)["id"])
    with psycopg.connect(command.url, autocommit=True) as conn:
        store(conn, tenant, 1, vector(1))
    again = ("--phone-number-id", number, "--name", "Renamed", "--embedding-model")
    code, _, problem = command.run(*again, OPENAI)
    assert code == 1 and f"run f/ingest/change_model in Windmill with tenant_id {tenant}" in problem
    assert (command.tenant(number)["embedding_model"], command.tenant(number)["name"]) == (E5, "Shop")
    assert command.run(*again, E5)[0] == 0, "the same model is no change"


def test_an_unknown_model_ends_in_a_sentence_and_makes_no_tenant(command: Command) -> None:
    number, code, _, problem = command.make("--embedding-model", "ada", name="Nobody")
    assert code == 1 and "nothing was changed: there is no embedding model 'ada'" in problem
    assert OPENAI in problem and E5 in problem
    assert command.rows("select from chatbots where phone_number_id = %s", number) == []
    assert command.rows("select from tenants where name = 'Nobody'") == []


def test_the_help_names_the_models(command: Command) -> None:
    code, said, _ = command.run("--help")
    words = re.sub(r"\s+", "", said)  # a long name may be broken at a hyphen
    assert code == 0 and "tableembedding_models" in words
    for row in command.rows("select name from embedding_models where id <= 2"):
        assert row["name"] in words


def test_the_row_that_the_example_adds_is_a_model_that_answers(command: Command) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    statements = " ".join(line[1:].strip() for line in lines if line.startswith("#   ")).split(";")
    with psycopg.connect(command.url) as conn:
        for statement in filter(str.strip, statements):
            conn.execute(statement.encode())
        (made,) = conn.execute(
            "insert into tenants (name) values ('T') returning id::text, embedding_model"
        ).fetchall()
        (model,) = conn.execute(
            "select id, dimensions from embedding_models where name = %s", [made[1]]
        ).fetchall()
        assert (made[1], model[1]) == ("gemini-embedding-001", 3072)
        store(conn, made[0], model[0], vector(7, dimensions=3072))
        conn.execute("select set_config('app.tenant_id', %s, true)", [made[0]])
        query = (
            "select passage from search_chunks('How long is a gift card valid?', %s::vector, %s::smallint)"
        )
        found = conn.execute(query, [vector(7, dimensions=3072), model[0]]).fetchall()
        assert found == [("A gift card is valid for 24 months.",)]
        by_index = "select from nearest_indexed(%s::smallint, %s::vector, 5)"
        assert conn.execute(by_index, [model[0], vector(7, dimensions=3072)]).rowcount == 1
        conn.rollback()


@pytest.mark.parametrize(
    ("program", "options", "done"),
    [
        ("tenants.py", ["--phone-number-id", "10155", "--name", "Shop"], (0, "answers on 10155")),
        ("replay.py", ["--day", "1999-01-01"], (1, "there is no such turn")),
    ],
)
def test_what_the_environment_lacks_is_taken_from_the_file_of_secrets(
    migrated: str, tmp_path: Path, program: str, options: list[str], done: tuple[int, str]
) -> None:
    """As after `make deploy`: nothing is exported, all of it stands in .env."""
    settings = {
        "DATABASE_URL": migrated,
        "MASTER_KEY": MASTER_KEY,
        "WHATSAPP_TOKEN": "EAA-token",
        "WINDMILL_URL": "http://127.0.0.1:9",
        "WINDMILL_TOKEN": "token",
        "WINDMILL_WORKSPACE": "chatmill",
    }
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in settings.items()))
    bare = {name: value for name, value in os.environ.items() if name not in settings}
    command = [sys.executable, str(ROOT / "windmill" / "deploy" / program), *options]
    ran = [
        subprocess.run([*command, *more], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
        for more in ([], ["--env-file", "other"])
    ]
    assert ran[0].returncode == done[0] and done[1] in ran[0].stdout + ran[0].stderr, ran[0]
    assert ran[1].returncode == 2 and "missing in the environment and in other: DATABASE_URL" in ran[1].stderr


def test_any_setting_is_given_by_name(command: Command) -> None:
    number, code, _, _ = command.make("--set", "max_rounds=4", "--set", "time_zone=Europe/Madrid")
    assert code == 0
    (bot,) = command.rows("select max_rounds, time_zone from chatbots where phone_number_id = %s", number)
    assert bot == {"max_rounds": 4, "time_zone": "Europe/Madrid"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("colour=blue", "There is no setting “colour”."),
        ("max_rounds=many", "“max_rounds” must be between 1 and 20."),
        ("enabled", "write NAME=VALUE in place of 'enabled'"),
    ],
)
def test_a_setting_that_does_not_fit_ends_in_a_sentence(command: Command, given: str, said: str) -> None:
    number, code, _, problem = command.make("--set", given)
    assert (code, f"nothing was changed: {said}" in problem) == (1, True)
    assert command.rows("select from chatbots where phone_number_id = %s", number) == []


def test_a_folder_of_scripts_is_one_tenants(command: Command) -> None:
    number, code, _, _ = command.make("--tool-folder", "shop")
    assert (code, command.tenant(number)["tool_folder"]) == (0, "shop")
    _, code, _, problem = command.make("--tool-folder", "shop")
    assert code == 1 and "f/tenant_tools/shop is Shop's: a folder is for one tenant" in problem
    _, code, _, problem = command.make("--tool-folder", "shared")
    assert code == 1 and "f/tenant_tools/shared is for all" in problem
    again = ("--phone-number-id", number, "--name", "Shop")
    assert command.run(*again)[0] == 0 and command.tenant(number)["tool_folder"] == "shop"
    assert command.run(*again, "--tool-folder", "-")[0] == 0
    assert command.tenant(number)["tool_folder"] is None


def test_what_an_operator_registers_is_offered_at_once_by_bots_that_have_chosen_their_tools(
    command: Command,
) -> None:
    number, *_ = command.make()
    tenant = str(command.tenant(number)["id"])
    read = "select tools, (select count(*) from chatbot_drafts d where d.tenant_id = b.tenant_id) as drafts from chatbots b"
    read += " where phone_number_id = %s"
    action = {"name": "get_stock", "description": "How many.", "url": "https://shop.example/stock"}
    with psycopg.connect(command.url, row_factory=dict_row, autocommit=True) as conn:
        tenants.put_tool(conn, MASTER_KEY, tenant, "orders", "https://o.example", "Bearer 1", ["look"])
        assert command.rows(read, number) == [{"tools": None, "drafts": 0}]
        command.rows("update chatbots set tools = '{}' where phone_number_id = %s returning 1", number)
        tenants.put_tool(conn, MASTER_KEY, tenant, "orders", "https://o.example", "Bearer 1", ["refund"])
        tenants.put_action(conn, MASTER_KEY, tenant, action, {})
    offered = {"orders.refund": "never", "HTTP.get_stock": "never"}
    assert command.rows(read, number) == [{"tools": offered, "drafts": 0}]
