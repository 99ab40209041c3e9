"""Passing on to a human, pausing, what is remembered, what a month may cost, and what the model is shown."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from f.agent import history
from f.agent.handoff import keyword_of
from f.agent.language import detect
from f.common.database import Database, as_tenant, connect
from tests.agent.conftest import SHOP, Bench, notes, places, tools_called
from tests.agent.vendors import UNKNOWN, call, replied

QUESTION = "How long can I return an item?"
SEARCH = call("search_knowledge_base", {"question": QUESTION})


def paused(bench: Bench, contact: str) -> Any:
    return bench.rows("select paused_until > now() as paused from contacts where id = %s", contact)[0][
        "paused"
    ]


def close(bench: Bench, result: dict[str, Any]) -> None:
    with connect(bench.db) as conn, as_tenant(conn, bench.tenants[SHOP]):
        conn.execute(
            "select close_turn(%s, %s, 'done', 'handed_off', '{}')", [result["turn_id"], result["epoch"]]
        )


@pytest.mark.field_failure(10)
def test_the_model_hands_off(bench: Bench) -> None:
    bench.set(notify_webhook_url=f"{bench.gemini.url}/hook")
    bench.settings["allowed_private_hosts"].append(bench.gemini.url.removeprefix("http://"))
    bench.gemini.says("ok")
    result = bench.live("I am very angry", call("hand_off", {"reason": "complaint"}), "Passed on.")
    assert result["handed_off"] == "model" and result["reply"].startswith("I've passed your question on")
    assert not paused(bench, result["contact_id"])  # the customer is still to read these words
    close(bench, result)
    assert paused(bench, result["contact_id"])
    assert bench.gemini.asked[0]["event"] == "handoff" and "very angry" in bench.gemini.asked[0]["text"]
    row = bench.rows("select * from handoffs where turn_id = %s", result["turn_id"])[0]
    assert row["source"] == "model" and row["notified"]["webhook"] == "HTTP 200"


def test_keyword_and_accepted_offer(bench: Bench) -> None:
    bench.set(handoff_keywords=["human being"])
    result = bench.live("a HUMAN being, please!", "never asked")
    assert result["handed_off"] == "keyword" and not bench.openai.asked
    offer = bench.context("x")["chatbot"]["dont_know"]["es"]
    past = [{"role": "user", "text": "¿Venden coches?"}, {"role": "assistant", "text": offer}]
    result = bench.live("sí, por favor", "never asked", history=past)
    assert result["handed_off"] == "customer" and result["reply"].startswith("He pasado")
    assert keyword_of("humanity", ["human"]) is None


def test_failure_hands_off_where_it_is_set(bench: Bench) -> None:
    bench.set(handoff_on_failure=True)
    result = bench.live(QUESTION, "")
    assert result["handed_off"] == "failure" and result["error"] and result["reply"].startswith("I've passed")


@pytest.mark.field_failure(10)
def test_an_operator_pauses_during_a_turn_and_resumes(bench: Bench) -> None:
    contact = bench.contact()
    turn, epoch = bench.turn(contact)
    with connect(bench.db) as conn:
        with as_tenant(conn, bench.tenants[SHOP]):
            conn.execute(
                "select queue_parts(%s, %s, %s::jsonb)", [turn, epoch, json.dumps([{"type": "text"}])]
            )
            conn.execute("select pause_contact(%s, now() + interval '1 hour', 'I take this')", [contact])
            row: Any = conn.execute(
                "select claim_part(%s, %s, 1, interval '20 seconds') as what", [turn, epoch]
            ).fetchone()
        assert row["what"]["do"] == "cancelled"
        assert paused(bench, contact)
        with as_tenant(conn, bench.tenants[SHOP]):
            conn.execute("select resume_contact(%s)", [contact])
        assert not paused(bench, contact)
        with pytest.raises(Exception, match="does not exist"), as_tenant(conn, bench.tenants["502"]):
            conn.execute("select pause_contact(%s)", [contact])


@pytest.mark.field_failure(10)
def test_while_paused_messages_are_logged_not_answered(bench: Bench) -> None:
    phone = "34699000111"
    contact = bench.contact(phone=phone)
    bench.rows("update contacts set paused_until = 'infinity' where id = %s", contact)
    message = {
        "id": f"wamid.{uuid.uuid4()}",
        "from": phone,
        "type": "text",
        "text": {"body": "are you there?"},
    }
    payload = json.dumps({"entry": [{"changes": [{"value": {"messages": [message]}}]}]})
    with connect(bench.db) as conn:
        row: Any = conn.execute(
            "select open_turn(%s, %s, %s, %s, null, null, %s) as opened",
            [SHOP, message["id"], str(uuid.uuid4()), phone, payload],
        ).fetchone()
    assert row["opened"]["status"] == "ended" and "with a human" in row["opened"]["reason"]
    assert bench.rows("select body from conversation_logs where contact_id = %s", contact) == [
        {"body": "are you there?"}
    ]


def test_only_what_the_customer_wrote_is_remembered(bench: Bench) -> None:
    bench.set(lead_fields=["email", "order_number"])
    details = {"email": "ana@example.com", "order_number": "CL-7", "vip": "yes"}
    result = bench.live(
        "My e-mail is ana@example.com", call("remember_contact_details", details), "Thanks, noted!"
    )
    lead = bench.rows("select lead from contacts where id = %s", result["contact_id"])[0]["lead"]
    assert lead == {"email": "ana@example.com"} and result["reply"] == "Thanks, noted!"


def test_limits_answer_in_words_and_warn_once(bench: Bench) -> None:
    bench.set(notify_webhook_url=f"{bench.gemini.url}/hook")
    bench.settings["allowed_private_hosts"].append(bench.gemini.url.removeprefix("http://"))
    bench.rows("update tenants set limits = '{\"monthly_turns\": 10}' where id = %s", bench.tenants[SHOP])
    month = "insert into usage_months (tenant_id, month, turns) values (%s, date_trunc('month', now() at time zone 'utc')::date, 8)"
    bench.rows(month, bench.tenants[SHOP])
    bench.gemini.says("ok")
    for _ in range(2):
        assert bench.live(QUESTION, SEARCH, "30 days [S1].")["answered"]
    assert [body["event"] for body in bench.gemini.asked] == ["usage_warning"]
    assert bench.gemini.headers[-1]["webhook-signature"].startswith("v1,")
    bench.rows("update usage_months set turns = 10")
    result = bench.ask(QUESTION, "never asked")
    assert (
        not bench.openai.asked
        and "can't answer automatically" in result["reply"]
        and "monthly_turns" in result["error"]
    )


@pytest.mark.field_failure(11)
@pytest.mark.parametrize(
    ("question", "reply", "why"),
    [
        ("You have 90 days to return, right?", "Yes, 90 days [S1].", "confirmed '90 days'"),
        (QUESTION, "You have 45 days [S1].", "figure '45 days'"),
        (QUESTION, "We recommend skiing holidays for everybody.", "unsourced"),
        (QUESTION, replied("You have plenty of time."), "unsourced"),
        (
            QUESTION,
            replied("You have 30 days.", "answer", ("S1", "within 30 weeks")),
            "quote 'within 30 weeks'",
        ),
    ],
)
def test_a_reply_must_follow_from_what_was_found(bench: Bench, question: str, reply: str, why: str) -> None:
    result = bench.ask(question, SEARCH, reply)
    assert not result["answered"] and result["reply"].startswith("I'm not sure") and why in notes(result)


def test_what_the_model_does_not_know_is_said_in_the_chatbots_words(bench: Bench) -> None:
    result = bench.ask(QUESTION, SEARCH, UNKNOWN)
    assert not result["answered"] and result["reply"].startswith("I'm sorry")
    assert "the model found no answer" in notes(result)


@pytest.mark.field_failure(11)
def test_a_claim_without_a_lookup_is_looked_up(bench: Bench) -> None:
    result = bench.ask(QUESTION, "You have a year!", "You have 30 days [S1].")
    assert tools_called(result) == ["search_knowledge_base"] and result["reply"] == "You have 30 days."
    result = bench.ask("Do you sell bicycles in Mongolia?", replied("Yes, we do!"))
    assert tools_called(result) == ["search_knowledge_base"]
    assert not result["answered"] and "Yes, we do" not in result["reply"]
    for greeting in ("Hello", "¡Hola! buenos días", "thank you so much", "👍"):
        assert bench.ask(greeting, "Hello! How can I help?")["answered"]
    assert bench.ask("Where is my order?", "Which order is it? Please send me the number.")["answered"]


@pytest.mark.field_failure(11)
def test_dont_know_in_the_customers_language(bench: Bench) -> None:
    for question, start in (
        ("¿Venden coches?", "Lo siento"),
        ("Verkaufen Sie Autos?", "Das weiß"),
        ("Vendez-vous des voitures ?", "Désolé"),
    ):
        assert bench.ask(question, UNKNOWN)["reply"].startswith(start)


def test_a_language_without_words_says_those_of_the_first_one_that_has_some(bench: Bench) -> None:
    """As the portal's page of messages tells whoever leaves them empty."""
    words = {"es": "Lo siento, no lo sé.", "de": "Das weiß ich nicht."}
    for languages, said in ((["en", "de", "es"], words["de"]), (["es", "en", "de"], words["es"])):
        bench.set(languages=languages, dont_know=words)
        assert bench.ask("Do you sell cars?", UNKNOWN)["reply"] == said


@pytest.mark.field_reply("search-5")
def test_follow_up_is_searched_with_its_context(bench: Bench) -> None:
    past = [
        {"role": "user", "text": "How long must I fast before a blood test?"},
        {"role": "assistant", "text": "8 hours."},
    ]
    wanted = call("search_knowledge_base", {"question": "And for children?"})
    result = bench.ask(
        "And for children?", wanted, "Under 6 years 4 hours only [S1].", bot="502", history=past
    )
    assert result["answered"] and result["citations"][0]["page"] == 2


@pytest.mark.field_reply("search-5")
def test_a_short_question_that_stands_alone_is_not_lost_in_the_one_before(bench: Bench) -> None:
    past = [
        {"role": "user", "text": "How long is a gift card valid?"},
        {"role": "assistant", "text": "24 months."},
    ]
    question = "what does it cost, express?"
    wanted = call("search_knowledge_base", {"question": question})
    result = bench.ask(question, wanted, "Express delivery costs EUR 11.90 [S1].", history=past)
    assert result["answered"] and places(result) == [{"document": "Returns", "page": 1}]


@pytest.mark.field_failure(17)
def test_history_drops_whole_turns_from_the_oldest() -> None:
    turns: Any = [
        [{"role": "user", "text": f"q{n} " * 50}, {"role": "assistant", "text": f"a{n} " * 50}]
        for n in range(30)
    ]
    kept = history.newest_that_fit(turns, 700)
    assert 0 < len(kept) < 60 and len(kept) % 2 == 0
    assert kept[0]["role"] == "user" and kept[-1]["text"].startswith("a29")
    assert history.newest_that_fit(turns, 0) == []


@pytest.mark.field_failure(17)
def test_a_long_conversation_stays_within_the_budget_and_in_the_database(bench: Bench) -> None:
    contact = bench.contact()
    bench.rows(
        "insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, body)"
        " select %s, %s, %s, d, d || n || repeat(' word', 60)"
        " from generate_series(1, 150) n, unnest(array['in', 'out']) d order by n, d",
        *(bench.tenants[SHOP], contact, SHOP),
    )
    with Database.open(bench.db) as database:
        (rows,) = database.of_tenant(bench.tenants[SHOP]).batch(history.past(contact))
    shown = history.utterances(rows, 2000)
    assert shown[-1]["text"].startswith("out150") and 10 < len(shown) < 60
    assert sum(len(u["text"]) for u in shown) < 4 * 2000
    kept = bench.rows("select count(*) as n from conversation_logs where contact_id = %s", contact)
    assert kept == [{"n": 300}]


def test_the_language_of_a_message() -> None:
    assert detect("Wie lange habe ich?", ["en", "de"]) == "de" and detect("Привет", ["en", "ru"]) == "ru"
