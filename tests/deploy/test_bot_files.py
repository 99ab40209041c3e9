"""A bot in a file: the command as an operator runs it, to a file and back into an empty business or one that differs."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from deploy import tenants
from deploy.bots import file
from hypothesis import HealthCheck, given, settings
from psycopg.rows import dict_row

from f.common.secrets import seal_all, unseal_all
from tests.deploy.bots import BOTS
from tests.deploy.conftest import MASTER_KEY, Command

SMALL: dict[str, Any] = {
    "format": 1,
    "settings": {
        "persona": "Warm and brief.\nNever rude.",
        "languages": ["es", "en"],
        "dont_know": {"es": "No lo sé."},
    },
    "qa_pairs": [
        {"question": "Do you ship to the islands?", "answer": "Yes, in 6 to 9 days."},
        {"question": "¿Abren los domingos?", "answer": "No."},
    ],
    "web_sources": [{"url": "https://shop.example/", "kind": "crawl", "max_pages": 20}],
    "mcp_servers": {
        "orders": {
            "url": "https://orders.example/mcp",
            "headers": {"X-Shop": "1"},
            "secret_headers": ["Authorization"],
            "allowed_tools": ["get_order"],
            "approvals": {"get_order": "always"},
        }
    },
    "http_actions": {
        "get_stock": {
            "description": "How many are left of an article.",
            "url": "https://shop.example/stock/{article}",
            "headers": {"X-Key": "{key}"},
            "parameters": [
                {"name": "article", "source": "model", "schema": {"type": "string"}},
                {"name": "key", "source": "secret"},
            ],
        }
    },
    "saved_replies": {"hello": "Hello {{name}}, how can I help?"},
    "cases": {
        "Opening on Sunday": {
            "question": "¿Abren los domingos?",
            "history": [{"role": "user", "text": "Hola"}],
            "expected": {
                "outcome": "answered",
                "must_say": ["de 10 a 14"],
                "source": {"title": "Questions and answers"},
            },
        }
    },
}


def new_number() -> str:
    return str(10**14 + secrets.randbelow(10**14))


class Bots:
    """Imports and exports with files of a folder."""

    def __init__(self, command: Command, folder: Path) -> None:
        self.command, self.folder = command, folder

    def put(self, bot: dict[str, Any] | str, number: str, *options: str) -> tuple[int, str, str]:
        path = self.folder / "bot.yml"
        path.write_text(bot if isinstance(bot, str) else file.written(bot))
        return self.command.run("--import", str(path), "--phone-number-id", number, *options)

    def made(self, bot: dict[str, Any], *options: str) -> str:
        """A new number with this bot."""
        number = new_number()
        code, said, problem = self.put(bot, number, "--name", "Shop", *options)
        assert code == 0, said + problem
        return number

    def text(self, number: str, *options: str) -> str:
        code, _, problem = self.command.run(
            "--export", number, "--to", str(self.folder / "out.yml"), *options
        )
        assert code == 0, problem
        return (self.folder / "out.yml").read_text()

    def bot(self, number: str, *options: str) -> dict[str, Any]:
        made: dict[str, Any] = file.read(self.text(number, *options).encode(), "out.yml").value
        return made


@pytest.fixture
def bots(command: Command, tmp_path: Path) -> Bots:
    return Bots(command, tmp_path)


def test_the_same_bytes_come_back_from_an_empty_database(
    bots: Bots, new_product_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = bots.text(bots.made(SMALL))
    monkeypatch.setenv("DATABASE_URL", new_product_database())
    number = new_number()
    assert bots.put(text, number)[0] == 0
    assert bots.text(number) == text
    for part in (
        "Warm and brief.\n    Never rude.",
        "question: ¿Abren los domingos?",
        "    secret_headers:\n    - Authorization\n",
    ):
        assert part in text
    assert number not in text


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bot=BOTS)
def test_whatever_a_bot_says_comes_back_as_the_same_bytes(bots: Bots, bot: dict[str, Any]) -> None:
    first = bots.text(bots.made(bot), "--with-staff")
    second = new_number()
    code, said, problem = bots.put(first, second)
    assert code == 0, said + problem
    assert bots.text(second, "--with-staff") == first
    code, said, _ = bots.put(first, second, "--dry-run", "--prune")
    assert code == 0 and "nothing differs." in said


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=BOTS, after=BOTS)
def test_whatever_a_bot_was_it_becomes_what_the_file_says(
    bots: Bots, before: dict[str, Any], after: dict[str, Any]
) -> None:
    wanted = bots.text(bots.made(after), "--with-staff")
    number = bots.made(before)
    code, said, problem = bots.put(wanted, number, "--prune", "--yes")
    assert code == 0, said + problem
    assert bots.text(number, "--with-staff") == wanted


def tools_of(bots: Bots, number: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The tenant, and the opened keys of its server and its action."""
    tenant = str(bots.command.tenant(number)["id"])
    (server,) = bots.command.rows("select sealed_headers from tenant_tools where tenant_id = %s", tenant)
    (action,) = bots.command.rows("select sealed_values from http_actions where tenant_id = %s", tenant)
    return (
        tenant,
        unseal_all(MASTER_KEY, tenant, "tool:orders", server["sealed_headers"]),
        unseal_all(MASTER_KEY, tenant, "action:get_stock", action["sealed_values"]),
    )


def with_keys(bots: Bots, number: str) -> None:
    """Enters the keys, as the portal stores them."""
    tenant = str(bots.command.tenant(number)["id"])
    sealed = seal_all(MASTER_KEY, tenant, "tool:orders", {"Authorization": "Bearer orders-1"})
    bots.command.rows("update tenant_tools set sealed_headers = %s where tenant_id = %s", sealed, tenant)
    sealed = seal_all(MASTER_KEY, tenant, "action:get_stock", {"key": "stock-1"})
    bots.command.rows("update http_actions set sealed_values = %s where tenant_id = %s", sealed, tenant)


def test_only_what_differs_changes_and_what_the_file_does_not_name_stays(bots: Bots) -> None:
    number = bots.made(SMALL)
    tenant = bots.command.tenant(number)["id"]
    ids = "select question, answer, id, updated_at from qa_pairs where tenant_id = %s order by question"
    before = bots.command.rows(ids, tenant)
    bot = bots.bot(number)
    bot["settings"]["persona"] = "Warm and brief.\nNever, ever rude."
    bot["qa_pairs"] = [
        {"question": "Do you ship to the islands?", "answer": "Yes, in 4 days."},
        {"question": "New?", "answer": "Yes."},
    ]
    bot["saved_replies"] = {}
    was = bots.text(number)
    code, said, _ = bots.put(bot, number, "--dry-run")
    assert code == 0 and bots.text(number) == was, "a dry run changes nothing"
    code, again, _ = bots.put(bot, number)
    shown = again.partition("3 changes were made")[0]
    assert code == 0 and said.startswith(shown), "what was shown is what was done"
    for line in (
        "~ persona: “Warm and brief. Never rude.” → “Warm and brief. Never, ever rude.”",
        "+ New?",
        "~ Do you ship to the islands?\n    answer: “Yes, in 6 to 9 days.” → “Yes, in 4 days.”",
        "What the file does not name stays; --prune removes it:\nqa_pairs:\n  - ¿Abren los domingos?\nsaved_replies:\n  - hello: “Hello",
    ):
        assert line in again, again
    after = bots.command.rows(ids, tenant)
    assert [row["question"] for row in after] == [
        "Do you ship to the islands?",
        "New?",
        "¿Abren los domingos?",
    ]
    assert (after[0]["id"], after[2]) == (before[0]["id"], before[1])


def test_prune_lists_what_goes_and_asks_first(bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    number = bots.made(SMALL)
    bot = bots.bot(number)
    bot["qa_pairs"], bot["mcp_servers"], bot["web_sources"] = bot["qa_pairs"][:1], {}, []
    del bot["saved_replies"]
    was = bots.text(number)
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "no")
    code, said, problem = bots.put(bot, number, "--prune")
    assert asked == ["3 entries marked with - are removed. Type yes to go on: "]
    assert (code, "  - orders" in said, "nothing was changed" in problem) == (1, True, True)
    assert bots.text(number) == was

    def edit(question: str) -> str:
        bots.command.rows(
            "update chatbots set persona = 'Edited meanwhile' where phone_number_id = %s", number
        )
        return "yes"

    monkeypatch.setattr("builtins.input", edit)
    code, _, problem = bots.put(bot, number, "--prune")
    assert code == 1 and "somebody has changed the bot since you looked" in problem
    assert "Edited meanwhile" in bots.text(number) and len(bots.bot(number)["qa_pairs"]) == 2
    assert bots.put(bot, number, "--prune", "--yes")[0] == 0
    now = bots.bot(number)
    assert (now["mcp_servers"], now["web_sources"], len(now["qa_pairs"])) == ({}, [], 1)
    assert now["saved_replies"] == SMALL["saved_replies"], "a section that the file lacks is left alone"


def test_cases_in_customers_words_stand_in_no_file(bots: Bots) -> None:
    number = bots.made(SMALL)
    assert list(bots.bot(number)["cases"]) == ["Opening on Sunday"]
    bots.command.rows(
        "with c as (insert into contacts (tenant_id, phone) select tenant_id, '34600000077' from chatbots where phone_number_id = %s returning *)"
        " insert into bot_cases (tenant_id, phone_number_id, title, question, expected, origin, contact_id)"
        """ select tenant_id, %s, 'Ana', 'I am Ana', '{"outcome": "answered"}', 'mark', id from c returning 1""",
        number,
        number,
    )
    assert "Ana" not in bots.text(number)
    assert bots.put(SMALL, number, "--prune", "--yes")[0] == 0
    (kept,) = bots.command.rows("select count(*) as n from bot_cases where phone_number_id = %s", number)
    assert kept["n"] == 2, "what the file can't hold stays"


def test_missing_keys_are_named_and_stored_keys_stay(bots: Bots) -> None:
    bots.command._monkeypatch.delenv("WHATSAPP_TOKEN")
    number = new_number()
    code, said, _ = bots.put(SMALL, number, "--name", "Shop")
    assert code == 0
    for line in (
        "the WhatsApp access token",
        "the server orders: Authorization",
        "the action get_stock: key",
    ):
        assert f"  {line}" in said.partition("Keys to give")[2], said
    with_keys(bots, number)
    bot = bots.bot(number)
    assert "orders-1" not in bots.text(number) and "stock-1" not in bots.text(number)
    bot["mcp_servers"]["orders"]["allowed_tools"] = ["get_order", "cancel_order"]
    bot["http_actions"]["get_stock"]["url"] = "https://shop.example/v2/stock/{article}"
    code, said, _ = bots.put(bot, number)
    assert code == 0 and "orders" in said and "the server orders" not in said
    assert tools_of(bots, number)[1:] == ({"Authorization": "Bearer orders-1"}, {"key": "stock-1"})


def test_a_key_does_not_follow_to_another_server(bots: Bots) -> None:
    number = bots.made(SMALL)
    with_keys(bots, number)
    bot = bots.bot(number)
    bot["mcp_servers"]["orders"]["url"] = "https://other.example/mcp"
    bot["http_actions"]["get_stock"]["url"] = "https://other.example/stock/{article}"
    code, said, _ = bots.put(bot, number)
    assert code == 0 and "the server orders: Authorization" in said and "the action get_stock: key" in said
    assert tools_of(bots, number)[1:] == ({}, {})


WRONG = """format: 1
colour: blue
settings:
  persona: fine
  max_rounds: many
  colour: blue
  notify_webhook_url: https://hooks.example/secret
  time_zone: Europe/Madrid
qa_pairs:
- question: One?
  answer: Yes.
- question: ONE?
  answer: No.
- question: Nobody answers?
mcp_servers:
  Orders:
    url: https://orders.example/mcp
  stock:
    url: https://stock.example/mcp
    secret_headers:
      Authorization: Bearer typed-in
    allowed_tools: [a, a]
http_actions:
  get_x:
    url: https://{host}/x
    description: X
  get_y:
    url: https://shop.example/y/{id}
    description: Y
documents:
- filename: ../../etc/passwd
  sha256: 00
- filename: a.pdf
  file: ../../../etc/passwd
saved_replies:
  hi: ''
cases:
  Sunday:
    question: Open?
    expected: {outcome: maybe}
staff:
  somebody: boss
"""


def test_everything_that_is_wrong_is_said_at_once_and_nothing_changes(bots: Bots) -> None:
    number = bots.made(SMALL)
    was = bots.text(number)
    code, _, problem = bots.put(WRONG, number)
    assert code == 1 and problem.startswith("nothing was changed:")
    for line in (
        "bot.yml, line 2: there is no section “colour”",
        "bot.yml, line 5: “max_rounds” must be between 1 and 20.",
        "bot.yml, line 6: There is no setting “colour”.",
        "bot.yml, line 7: “notify_webhook_url” may hold a key",
        "bot.yml, line 12: this stands in “qa_pairs” twice; first: bot.yml, line 10.",
        "bot.yml, line 14: the field “answer” is missing.",
        "bot.yml, line 16: “Orders”: a server's name has",
        "bot.yml, line 18: “stock”: “secret_headers” must be a list of names: a key stands in no file.",
        "bot.yml, line 24: “get_x”: Enter a whole address",
        "bot.yml, line 27: “get_y”: “id” stands in the request, but is not among the parameters.",
        "bot.yml, line 31: “documents”: “filename” must be a file's name",
        "bot.yml, line 33: “documents”: “../../../etc/passwd” lies outside the folder",
        "bot.yml, line 36: a saved reply has a shortcut",
        "bot.yml, line 38: “Sunday”: what a case expects has an outcome",
        "bot.yml, line 42: staff are written as an e-mail address",
    ):
        assert line in problem, problem
    assert "typed-in" not in problem and "Traceback" not in problem
    assert bots.text(number) == was


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format: 2\nsettings: {}\n", "this file has format 2, and this Chatmill reads format 1: update Chatmill"),
        ("format: one\n", "there is no format one"),
        ("settings: {}\n", "it must begin with `format: 1`"),
        ("", "is no bot's file"),
        ("- 1\n", "is no bot's file"),
        ("format: 1\nsettings: [\n", "this is not YAML"),
        ("format: 1\nsettings:\n  persona: a\n  persona: b\n", "line 4: “persona” stands here twice."),
        ("format: 1\nmcp_servers:\n  a: {url: https://a.example}\n  a: {url: https://b.example}\n", "line 4: “a” stands here twice."),
        ("format: 1\nsettings: &x {}\nqa_pairs: *x\n", "write the value itself in place of the reference *x"),
        ("format: 1\nsettings:\n  time_zone: Mars/Olympus\n", "PostgreSQL knows no time zone Mars/Olympus"),
        ("format: 1\nbusiness:\n  embedding_model: ada\n", "this server has no ada"),
        ("format: 1\nqa_pairs: none\n", "“qa_pairs” must be a list."),
        ("format: 1\nsettings:\n  languages: {a: b}\n", "line 3: “languages”: Write languages as codes"),
        ("format: 1\nsettings:\n  window_template: {name: 5}\n", "line 3: “window_template”"),
        ("format: 1\nqa_pairs:\n- question: " + "x" * 1001 + "\n  answer: y\n", "must be a text of at most 1,000 characters"),
    ],
)  # fmt: skip
def test_a_file_of_a_newer_version_or_edited_by_hand_ends_in_a_sentence(
    bots: Bots, text: str, said: str
) -> None:
    number = new_number()
    code, _, problem = bots.put(text, number, "--name", "Nobody")
    assert code == 1 and said in problem and "Traceback" not in problem, problem
    assert bots.command.rows("select from chatbots where phone_number_id = %s", number) == []


def test_a_limit_of_the_plan_takes_all_of_it_back(bots: Bots) -> None:
    number = bots.made(SMALL)
    tenant = bots.command.tenant(number)["id"]
    bots.command.rows("update tenants set limits = '{\"qa_pairs\": 3}' where id = %s", tenant)
    was = bots.text(number)
    bot = bots.bot(number)
    bot["settings"]["persona"] = "Other"
    bot["qa_pairs"] += [{"question": f"Q{n}?", "answer": "A"} for n in range(2)]
    code, _, problem = bots.put(bot, number)
    assert code == 1 and "nothing was changed: Your plan includes 3" in problem, problem
    assert bots.text(number) == was


def test_texts_edited_by_hand_are_what_they_look_like(bots: Bots) -> None:
    number = new_number()
    text = (
        "format: 1\nsettings:\n  name: On\n  languages: [no, en]\n  opening_hours:\n    mon: [[09:00, 14:00]]\n"
        "  closed_on: [2026-12-24]\n  opt_out_words:\n    no: [stopp, no]\n"
    )
    assert bots.put(text, number)[0] == 0
    made = bots.bot(number)["settings"]
    assert (
        made["name"] == "On"
        and made["languages"] == ["no", "en"]
        and made["opening_hours"] == {"mon": [["09:00", "14:00"]]}
    )
    assert made["closed_on"] == ["2026-12-24"] and made["opt_out_words"] == {"no": ["stopp", "no"]}


def test_documents_come_with_their_files_when_asked_for(
    bots: Bots, new_product_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (bots.folder / "prices.txt").write_text("A chair costs 40 EUR.")
    (bots.folder / "año.txt").write_text("Opening hours")
    documents = [
        {"filename": "Prices 2026!.txt", "title": "Prices", "file": "prices.txt", "sendable": True},
        {"filename": "año.txt", "file": "año.txt"},
    ]
    number = bots.made({**SMALL, "documents": documents})
    stored = "select title, filename, state, sendable, uploaded_by, convert_from(content, 'UTF8') as text from documents where origin = 'upload'"
    rows = bots.command.rows(f"{stored} and tenant_id = %s order by title", bots.command.tenant(number)["id"])
    assert [(r["title"], r["state"], r["sendable"], r["text"]) for r in rows] == [
        ("Prices", "received", True, "A chair costs 40 EUR."),
        ("año", "received", False, "Opening hours"),
    ]
    plain = bots.text(number)
    assert "A chair" not in plain and "\n    file:" not in plain and plain.count("sha256:") == 2
    whole = bots.text(number, "--with-documents")
    files = sorted(path.name.partition("-")[0] for path in (bots.folder / "out.documents").iterdir())
    assert files == ["a", "prices"], files
    database = new_product_database()
    monkeypatch.setenv("DATABASE_URL", database)
    other = new_number()
    path = bots.folder / "out.yml"
    assert bots.command.run("--import", str(path), "--phone-number-id", other)[0] == 0
    assert bots.text(other, "--with-documents") == whole
    code, said, _ = bots.put(plain, new_number())
    assert code == 0 and "Documents to upload" in said and "Prices (Prices 2026!.txt, SHA-256" in said
    next((bots.folder / "out.documents").glob("prices-*")).write_text("changed")
    code, _, problem = bots.command.run("--import", str(path), "--phone-number-id", other)
    assert code == 1 and "is another file than “sha256” says" in problem


def test_another_file_under_a_documents_name_is_its_new_version(bots: Bots) -> None:
    (bots.folder / "a.txt").write_text("one")
    number = bots.made({"format": 1, "documents": [{"filename": "a.txt", "file": "a.txt"}]})
    (bots.folder / "a.txt").write_text("two")
    code, said, _ = bots.put({"format": 1, "documents": [{"filename": "a.txt", "file": "a.txt"}]}, number)
    assert code == 0 and "~ a (a.txt" in said and "--prune" not in said
    rows = bots.command.rows(
        "select d.replaces = o.id as newer from documents d left join documents o on o.id = d.replaces where d.tenant_id = %s"
        " order by d.created_at",
        bots.command.tenant(number)["id"],
    )
    assert [row["newer"] for row in rows] == [None, True], "the old one answers until the new one is read"
    assert [d["title"] for d in bots.bot(number)["documents"]] == ["a"]


def test_what_a_file_leaves_out_is_said(bots: Bots) -> None:
    number = bots.made(SMALL)
    tenant = bots.command.tenant(number)["id"]
    bots.command.rows(
        "update chatbots set notify_webhook_url = 'https://hooks.example/s3cret' where tenant_id = %s", tenant
    )
    bots.command.rows(
        "update tenant_tools set headers = '{\"X-Api-Key\": \"abcdef\"}', url = url || '?token=abc' where tenant_id = %s",
        tenant,
    )
    code, said, problem = bots.command.run("--export", number)
    assert code == 0 and "s3cret" not in said
    assert "not in the file: the setting notify_webhook_url" in problem
    assert "careful: “X-Api-Key” of orders looks like a key" in problem
    assert "careful: “token” of orders looks like a key" in problem
    code, _, problem = bots.command.run("--export", "1")
    assert (code, "there is no chatbot with the number 1" in problem) == (1, True)


def test_message_templates_wait_for_their_account(bots: Bots) -> None:
    template = {
        "name": "we_are_back",
        "language": "en",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "We have an answer for you. Write to us."}],
    }
    number = new_number()
    code, said, _ = bots.put({**SMALL, "message_templates": [template]}, number, "--name", "Shop")
    assert (
        code == 1
        and "1 message templates are not at Meta: the number's account is not known yet: give --waba-id"
        in said
    )
    assert bots.bot(number)["qa_pairs"] == SMALL["qa_pairs"], "the rest is there"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--import", "x.yml"], "--phone-number-id is needed"),
        (["--import", "x.yml", "--export", "1"], "choose one of"),
        (["--export", "1", "--with-documents"], "--with-documents needs --to"),
        (["--import-qa", "x.csv", "--phone-number-id", "1", "--prune"], "--prune goes with --import only"),
    ],
)
def test_options_that_do_not_go_together(command: Command, options: list[str], said: str) -> None:
    code, _, problem = command.run(*options)
    assert (code, said in problem) == (2, True)


def test_a_file_that_is_not_there(command: Command) -> None:
    code, _, problem = command.run("--import", "nowhere.yml", "--phone-number-id", "1")
    assert code == 1 and "nothing was changed" in problem and "nowhere.yml" in problem


def test_every_setting_is_in_the_file_but_those_that_may_hold_a_key(bots: Bots) -> None:
    """Also those that are added tomorrow."""
    from f.common.chatbot_settings import definitions

    made = bots.bot(bots.made({"format": 1, "settings": {"name": "Shop"}}))
    assert made["settings"].keys() == definitions().keys() - {"notify_webhook_url"}


def test_without_a_token_the_stored_one_stays(command: Command) -> None:
    number, *_ = command.make()
    was = command.tenant(number)["whatsapp_token"]
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as conn:
        tenants.put_tenant(conn, MASTER_KEY, number, "Renamed", None)
    now = command.tenant(number)
    assert (now["name"], bytes(now["whatsapp_token"])) == ("Renamed", bytes(was))


def chosen(bots: Bots, number: str, tools: dict[str, Any] | None) -> None:
    """An explicit choice, as each change of tools in the portal leaves it."""
    bots.command.rows(
        "update chatbots set tools = %s::jsonb where phone_number_id = %s returning 1",
        None if tools is None else json.dumps(tools),
        number,
    )


def offered(bots: Bots, number: str) -> tuple[Any, Any]:
    """The live choice of tools, and the drafted one."""
    (row,) = bots.command.rows(
        "select tools, (select value from chatbot_drafts d where d.phone_number_id = b.phone_number_id and setting = 'tools') as draft"
        " from chatbots b where phone_number_id = %s",
        number,
    )
    return row["tools"], row["draft"]


def test_the_files_tools_and_rules_are_live_where_the_tools_were_chosen(bots: Bots) -> None:
    number = bots.made(SMALL)
    chosen(bots, number, {"orders.get_order": "never", "HTTP.get_stock": "never"})
    bot = bots.bot(number)
    del bot["settings"]["tools"]
    bot["mcp_servers"]["orders"]["allowed_tools"] = ["cancel_order"]
    bot["mcp_servers"]["orders"]["approvals"] = {"cancel_order": "always"}
    bot["http_actions"]["get_stock"]["approval"] = "always"
    code, said, problem = bots.put(bot, number)
    assert code == 0, said + problem
    assert offered(bots, number) == ({"orders.cancel_order": "always", "HTTP.get_stock": "always"}, None)
    chosen(bots, number, None)
    bot["mcp_servers"]["orders"]["allowed_tools"] += ["get_order"]
    assert bots.put(bot, number)[0] == 0
    assert offered(bots, number) == (None, None), "who has chosen none has all"


def test_a_files_own_choice_holds_and_another_bot_of_the_business_has_a_new_tool_drafted(bots: Bots) -> None:
    number, other = bots.made(SMALL), new_number()
    bots.command.rows(
        "insert into chatbots (phone_number_id, tenant_id, name, tools) values (%s, %s, 'Other', '{}') returning 1",
        *(other, bots.command.tenant(number)["id"]),
    )
    bot = bots.bot(number)
    bot["settings"]["tools"] = {"orders.get_order": "never"}
    assert bots.put(bot, number)[0] == 0
    bot["mcp_servers"]["orders"]["allowed_tools"] += ["cancel_order"]
    assert bots.put(bot, number)[0] == 0
    assert offered(bots, number) == ({"orders.get_order": "never"}, None)
    assert offered(bots, other) == ({}, {"orders.cancel_order": "never"})
    bot["settings"]["tools"] = {"orders.refund": "never"}
    code, _, problem = bots.put(bot, number)
    assert (
        code == 1
        and "nothing was changed: Your business no longer has these tools: orders.refund." in problem
    )
    assert offered(bots, number) == ({"orders.get_order": "never"}, None)
