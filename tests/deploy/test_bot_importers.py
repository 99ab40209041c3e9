"""Bots and answers of other systems: what is recognised, what is taken over, and what has no counterpart. The files have the real exports' form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from deploy.bots import file
from deploy.bots.checks import checked_bot
from deploy.bots.dify import read_dify
from deploy.bots.qa_table import read_table
from deploy.bots.taken_over import TakenOver
from deploy.bots.typebot import read_typebot
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deploy.bots import words
from tests.deploy.test_bot_files import Bots, bots, new_number

__all__ = ["bots"]
EXPORTS = Path(__file__).with_name("exports")


def pairs(made: TakenOver) -> list[tuple[str, str]]:
    return list(made.pairs.values())


TWO = [("¿Envían a las islas?", "Sí, en 6 días."), ("¿Abren?", "Sí; «de 9 a 14»\ny los sábados no, nunca.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header", [None, "Pregunta{0}Respuesta", "ID{0}Categoría{0}Respuesta{0}Pregunta frecuente"]
)
def test_tables_as_programs_save_them(encoding: str, separator: str, header: str | None) -> None:
    lines = [header.format(separator)] if header else []
    for number, (question, answer) in enumerate(TWO):
        quoted = '"' + answer.replace('"', '""') + '"'
        cells = (
            [question, quoted]
            if not header or "ID" not in header
            else [str(number), "Envíos", quoted, question]
        )
        lines.append(separator.join(cells))
    made = read_table("\r\n".join(lines).encode(encoding), "faq.csv")
    assert pairs(made) == TWO
    report = made.report()
    assert "2 pairs, such as:" in report and "¿Envían a las islas? → Sí, en 6 días." in report
    if header and "ID" in header:
        assert "Questions: column 4 (“Pregunta frecuente”). Answers: column 3 (“Respuesta”)." in report
        assert "Left out: ID, Categoría." in report
    if not header:
        assert "The first row names no columns" in report


@pytest.mark.parametrize(
    "names",
    [
        ("Question", "Answer"), ("PREGUNTA", "RESPUESTA"), ("Frage:", "Antwort"), ("Question", "Réponse"), ("Pergunta", "Resposta"),
        ("Domanda", "Risposta"), ("Q", "A"), ("customer question", "our answer (EN)"),
    ],
)  # fmt: skip
def test_headers_in_six_languages(names: tuple[str, str]) -> None:
    made = read_table(f"{names[1]};{names[0]}\nWe do.;Do you ship\n".encode(), "faq.csv")
    assert pairs(made) == [("Do you ship", "We do.")]


def test_a_table_without_names_and_more_columns() -> None:
    text = '1,Shipping,Do you ship to Malta?,"Yes, in a week.",2024-01-01\n2,Shop,Where is the shop?,In Valencia at the port.,2024-01-02\n'
    made = read_table(text.encode(), "faq.csv")
    assert pairs(made) == [
        ("Do you ship to Malta?", "Yes, in a week."),
        ("Where is the shop?", "In Valencia at the port."),
    ]
    assert "Left out: column 1, column 2, column 5." in made.report()


def test_rows_that_are_no_pair_are_named_by_their_line() -> None:
    text = 'sep=;\nquestion;answer\nA?;"one\ntwo"\n;lost\nB?;\n\na?;other\nC?;yes\n'
    made = read_table(text.encode(), "faq.csv")
    assert pairs(made) == [("A?", "one\ntwo"), ("C?", "yes")]
    assert made.missing == [
        "line 5: the question is empty",
        "line 6: the answer is empty",
        "line 8: the question “a?” has another answer before; the first counts",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is no text"),
        (b"one\ntwo\nthree\n", "has one column only"),
        (b"question,answer\n,\n", "has no row with a question and an answer"),
    ],
)
def test_what_is_no_table_ends_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(file.BotFileError, match=said):
        read_table(content, "faq.csv")


def test_a_table_joins_the_pairs_that_are_there(bots: Bots) -> None:
    number = bots.made(
        {
            "format": 1,
            "qa_pairs": [{"question": "A?", "answer": "old"}, {"question": "B?", "answer": "stays"}],
        }
    )
    table = bots.folder / "faq.csv"
    table.write_text("Frage;Antwort\na?;new\nC?;added\n")
    was = bots.text(number)
    code, said, _ = bots.command.run("--import-qa", str(table), "--phone-number-id", number, "--dry-run")
    assert (
        code == 0
        and "2 pairs, such as:" in said
        and "+ C?" in said
        and "~ a?" in said
        and bots.text(number) == was
    )
    assert bots.command.run("--import-qa", str(table), "--phone-number-id", number)[0] == 0
    assert bots.bot(number)["qa_pairs"] == [
        {"question": "a?", "answer": "new"}, {"question": "B?", "answer": "stays"}, {"question": "C?", "answer": "added"},
    ]  # fmt: skip
    documents = bots.command.rows(
        "select state, origin from documents where tenant_id = %s", bots.command.tenant(number)["id"]
    )
    assert documents == [{"state": "received", "origin": "qa_pairs"}], "as the portal writes them, to be read"


def test_typebot(bots: Bots) -> None:
    made = read_typebot((EXPORTS / "typebot.json").read_bytes(), "bot.json")
    assert pairs(made) == [
        (
            "How long does delivery take?",
            "Two days on the mainland.\n- Islands: a week\n- all prices (https://lumen.example/ship)",
        ),
        ("Can I return a lamp?", "Within 30 days."),
    ]
    assert made.fields == ["Order number", "Email"]
    assert made.settings == {"provider": "openai", "model": "gpt-4o-mini"}
    assert made.prompts == [
        "When a customer only greets you, answer in words like these:\nHi, I am Lumen 💡\nWhat can I do for you?",
        "You sell lamps. Be brief. Never promise a date. Key: [key]",
    ]
    action = made.actions["create_orders"]
    assert action["url"] == "https://api.lumen.example/v1/orders/{Order_number}"
    assert action["query"] == {"api_key": "{api_key}", "lang": "es"}
    assert action["headers"] == {"Authorization": "{Authorization}", "X-Shop": "lumen"}
    assert action["body"] == {
        "email": "{Email}",
        "count": "{Count}",
        "note": "from {Email}",
        "token": "{token}",
    }
    assert [p["name"] for p in action["parameters"] if p["source"] == "secret"] == [
        "api_key",
        "Authorization",
        "token",
    ]
    assert not action["enabled"]
    report = made.report()
    for line in (
        "group “Menu”, block 1 (choice input), button “Start again”: it leads back",
        "group “Menu”, block 1 (choice input), button “Something else”: it leads to no text",
        "group “Delivery”, block 3 (image): pictures",
        "group “Order status”, block 4 (Webhook): its host is a variable",
        "group “Order status”, block 5 (Condition): there are no branches",
        "group “Order status”, block 6 (Set variable): there are no variables",
        "group “Order status”, block 7 (payment input): payments",
        "group “AI”, block 2 (hologram): nothing here does this",
        "theme: the look is WhatsApp's",
        "HTTP actions are switched off",
    ):
        assert line in report, report
    imported(
        bots,
        "--import-typebot",
        EXPORTS / "typebot.json",
        ("secret.value", "tok_secret", "live_51", "sk-abc"),
    )


def test_dify_chat(bots: Bots) -> None:
    made = read_dify((EXPORTS / "dify_chat.yml").read_bytes(), "app.yml")
    assert made.settings == {
        "provider": "openai",
        "model": "gpt-4o-mini",
        "temperature": 0.4,
        "max_output_tokens": 512,
    }
    assert made.fields == ["Customer name"]
    assert (
        made.prompts[0].startswith("You help customers of a lamp shop.")
        and "Hello! Ask me about lamps." in made.prompts[1]
    )
    report = made.report()
    for line in (
        "pre_prompt: its instructions name variables in {{ }}",
        "model: the model's parameter top_p",
        "tool “Current time”: connect it as an MCP server",
        "1 knowledge bases: upload its documents here",
        "annotation_reply: export the annotations as CSV, and take them with --import-qa",
        "1 suggested questions",
        "file_upload: customers may send files",
        "speech_to_text: voice notes",
        "plugin langgenius/openai:0.0.20",
    ):
        assert line in report, report
    imported(bots, "--import-dify", EXPORTS / "dify_chat.yml", ())


def test_dify_chatflow(bots: Bots) -> None:
    made = read_dify((EXPORTS / "dify_chatflow.yml").read_bytes(), "app.yml")
    assert pairs(made) == [("When are you open?", "From nine to six, Monday to Friday.")]
    assert made.settings == {"provider": "gemini", "model": "gemini-2.5-flash", "temperature": 0.2}
    assert made.prompts == ["You sell lamps and know orders."] and made.fields == ["Order number"]
    action = made.actions["create_orders"]
    assert action["url"] == "https://api.lamps.example/orders" and action["query"] == {"lang": "es"}
    assert action["headers"] == {"X-Shop": "lamps", "X-Api-Key": "{X_Api_Key}"}
    assert action["body"] == {"order": "{order}", "source": "chat"}
    report = made.report()
    for line in (
        "node “Kind of question” (question-classifier)",
        "node “Tidy up” (code): code: put it behind an HTTP action",
        "environment variable “SHOP_KEY”: enter it as a key",
        "conversation variable “basket”",
    ):
        assert line in report, report
    imported(bots, "--import-dify", EXPORTS / "dify_chatflow.yml", ("shop-secret-value", "dify-stored-key"))


def imported(bots: Bots, option: str, path: Path, secrets: tuple[str, ...]) -> None:
    """Into a new number at once, and by way of a file: the same bot, and no key anywhere."""
    number, other = new_number(), new_number()
    code, said, problem = bots.command.run(option, str(path), "--phone-number-id", number, "--name", "Lamps")
    assert code == 0, said + problem
    assert "No counterpart:" in said
    converted = bots.folder / "converted.yml"
    assert bots.command.run(option, str(path), "--to", str(converted))[0] == 0
    assert bots.command.run("--import", str(converted), "--phone-number-id", other, "--name", "Lamps")[0] == 0
    assert bots.text(number) == bots.text(other)
    for text in (said, converted.read_text(), bots.text(number)):
        assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize(
    ("read", "content", "said"),
    [
        (read_typebot, b"{", "is no JSON"),
        (read_typebot, b"[]", "is no bot of Typebot"),
        (read_typebot, b'{"groups": [{}], "edges": []}', "has not the form in which Typebot exports"),
        (read_typebot, b'{"groups": [1], "edges": []}', "has not the form in which Typebot exports"),
        (read_typebot, b"[" * 100_000, "is no JSON"),
        (read_dify, b"a: [", "is no YAML"),
        (read_dify, b"- 1", "is no app of Dify"),
        (read_dify, b"kind: rag_pipeline\napp: {}", "is no app of Dify"),
        (
            read_dify,
            b"app: {}\nmodel_config: {user_input_form: [1]}",
            "has not the form in which Dify exports",
        ),
        (read_dify, b"a: &x 1\nb: *x\napp: {}", "has references"),
    ],
)
def test_another_file_ends_in_a_sentence(read: Any, content: bytes, said: str) -> None:
    with pytest.raises(file.BotFileError, match=said):
        read(content, "x")


def test_what_does_not_fit_is_written_for_a_person_to_correct(bots: Bots) -> None:
    app = bots.folder / "app.yml"
    app.write_text("kind: app\napp: {mode: chat, name: X}\nmodel_config:\n  pre_prompt: " + "word " * 2000)
    code, _, problem = bots.command.run(
        "--import-dify", str(app), "--phone-number-id", new_number(), "--name", "X"
    )
    assert code == 1 and "nothing was changed" in problem and "at most 8,000 characters" in problem
    code, said, _ = bots.command.run("--import-dify", str(app), "--to", str(bots.folder / "bot.yml"))
    assert (
        code == 0
        and "To correct before it can be imported:" in said
        and "the instructions are longer than 8,000" in said
    )
    assert "system_prompt: word word" in (bots.folder / "bot.yml").read_text()


def test_an_app_with_nothing_says_so() -> None:
    made = read_dify(b"kind: app\napp: {mode: chat, name: X}", "app.yml")
    assert "nothing to take over" in made.report() and made.bot == {"format": 1}


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.tuples(words(200), words(200)),
        min_size=2,
        max_size=6,
        unique_by=lambda row: " ".join(row[0].split()).lower(),
    ),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_whatever_stands_in_quoted_cells_is_read(rows: list[tuple[str, str]], separator: str) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [f"question{separator}answer", *(separator.join(map(cell, row)) for row in rows)]
    made = read_table(("\ufeff" + "\r\n".join(lines)).encode(), "faq.csv")
    assert pairs(made) == [(" ".join(question.split()), answer.strip()) for question, answer in rows]
    checked_bot(file.Source("faq.csv", made.bot))
