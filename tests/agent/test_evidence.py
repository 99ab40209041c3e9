"""What search hands to the model and what it holds back, with the real embedding model."""

from __future__ import annotations

import pytest

from tests.agent.conftest import SHOP, Bench, notes, places
from tests.agent.vendors import UNKNOWN, Raw, Vendor, call, openai_shape


@pytest.mark.field_failure(11)
@pytest.mark.parametrize(
    "question",
    [
        "How long is a gift card valid?",
        "¿Cuánto tiempo es válida una tarjeta regalo?",
        "Wie lange ist ein Geschenkgutschein gültig?",
        "Combien de temps la carte cadeau est-elle valable ?",
        "礼品卡有效期是多久",
    ],
)
def test_a_question_in_another_language_finds_its_passage(bench: Bench, question: str) -> None:
    searched = call("search_knowledge_base", {"question": question})
    result = bench.ask(question, searched, "24 [S1].")
    assert result["answered"], notes(result)
    assert places(result) == [{"document": "Returns", "page": 5}]


@pytest.mark.field_reply("search-4")
@pytest.mark.field_failure(11)
@pytest.mark.parametrize(
    "question", ["Who won the football world cup in 1974?", "What is the boiling point of tungsten?"]
)
def test_an_unrelated_question_finds_nothing(bench: Bench, question: str) -> None:
    """The model hears that nothing is near to these words, and to search once more; a reply of its own invention is not sent."""
    result = bench.ask(question, call("search_knowledge_base", {"question": question}), "It is 24 [S1].")
    fed = [m["content"] for m in bench.openai.asked[1]["messages"] if m["role"] == "tool"]
    assert "Search once more in other words" in fed[0]
    assert (
        not result["answered"] and result["reply"].startswith("I'm sorry") and "figure '24'" in notes(result)
    )


@pytest.mark.field_reply("search-2")
@pytest.mark.parametrize(("floor", "answered"), [(2, False), (0, True), (None, True)])
def test_the_floor_holds_back_all_or_nothing_and_a_model_without_one_nothing(
    bench: Bench, floor: float | None, answered: bool
) -> None:
    before = bench.rows("select floor from embedding_models where id = 1")[0]["floor"]
    bench.rows("update embedding_models set floor = %s where id = 1", floor)
    try:
        question = "Wie lange ist ein Geschenkgutschein gültig?"
        result = bench.ask(question, call("search_knowledge_base", {"question": question}), "24 [S1].")
    finally:
        bench.rows("update embedding_models set floor = %s where id = 1", before)
    assert result["answered"] is answered, notes(result)


def telling_words(bench: Bench, business: str, question: str) -> str:
    with bench.admin() as conn, conn.transaction(force_rollback=True):
        tenant = bench.tenants[SHOP]
        conn.execute("update tenants set name = %s where id = %s", [business, tenant])
        conn.execute(
            "select set_config('app.tenant_id', %s, true), set_config('role', 'chatbot_app', true)", [tenant]
        )
        row = conn.execute("select telling_words(%s) as words", [question]).fetchone()
    assert row
    return str(row["words"])


@pytest.mark.field_failure(11)
@pytest.mark.parametrize(
    ("business", "question", "words"),
    [
        # The business's own name stands on every page: found there, it makes no page an answer.
        ("Casa Lumen", "Who founded Casa Lumen?", "founded"),
        ("Casa Lumen", "How long is a gift card of Casa Lumen valid?", "long gift card valid?"),
        ("Müller & Söhne (Wien) AG", "Who owns Müller & Söhne (Wien) AG today?", "owns today?"),
        # Where the question is of nothing else, it is what is asked.
        ("Casa Lumen", "What is Casa Lumen?", "What is Casa Lumen?"),
        ("Casa Lumen", "Casa Lumen", "Casa Lumen"),
        # A name of one word may be what the business sells; another's name is not its own.
        ("Lampen", "Verkaufen Sie Lampen?", "Verkaufen Lampen?"),
        ("Casa Lumen", "Do you work with Casa Lumenara?", "work Casa Lumenara?"),
        # A small word of the question's language is none of the documents' language.
        ("Casa Lumen", "¿Venden coches de segunda mano?", "¿Venden coches segunda mano?"),
        ("Casa Lumen", "Wie lange ist der Gutschein gültig?", "lange Gutschein gültig?"),
        ("Casa Lumen", "CL-1042", "CL-1042"),
        ("Casa Lumen", "礼品卡有效期是多久", "礼品卡有效期是多久"),
        ("Casa Lumen", "", ""),
    ],
)  # fmt: skip
def test_the_words_that_tell_what_is_asked(bench: Bench, business: str, question: str, words: str) -> None:
    assert " ".join(telling_words(bench, business, question).split()) == words


@pytest.mark.parametrize("answer", [Raw(hang=True), Raw(trickle="body")], ids=["hangs", "trickles"])
def test_an_embeddings_endpoint_has_no_more_time_than_the_turn(bench: Bench, answer: Raw) -> None:
    endpoint = Vendor(openai_shape)
    endpoint.says(answer)
    bench.models_url = endpoint.url
    bench.set(max_seconds=5)
    question = "How long is a gift card valid?"
    try:
        result = bench.ask(question, call("search_knowledge_base", {"question": question}), UNKNOWN)
    finally:
        endpoint.close()
    assert "did not answer within" in result["error"] and result["trace"][0]["ms"] < 12_000
