"""search_chunks: the right passages, in any language, by a plan that depends on the tenant's size and on nothing else."""

from __future__ import annotations

import json
import math
import random
import re
from typing import Any

import pytest

from tests.knowledge.conftest import Knowledge, vector

FILLER = [(f"Filler passage number {n} says nothing of note.", vector(200 + n)) for n in range(40)]


def test_identifiers_decide_where_vectors_are_alike(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    knowledge.put(
        tenant, [(f"The lamp LX-{n} takes a bulb of {n} W.", vector(1)) for n in range(300, 340)] + FILLER
    )
    best = knowledge.search(tenant, "Which bulb does the LX-317 take?", vector(1))[0]
    assert "LX-317" in best["passage"] and best["coverage"] > 0.5


def test_words_find_what_vectors_miss(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    knowledge.put(
        tenant,
        [
            ("Ask for the Zanzibar tariff.", vector(9)),
            *(("Some words.", vector(1, n)) for n in range(20, 80)),
        ],
    )
    found = knowledge.search(tenant, "zanzibar", vector(1), 50)
    assert any("Zanzibar" in row["passage"] for row in found)


def test_words_do_not_drown_the_vectors(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    knowledge.put(
        tenant,
        [
            ("Goods may be sent back within a month.", vector(1, 2)),
            ("What is a question? How long is a piece of string?", vector(5)),
            *FILLER,
        ],
    )
    best = knowledge.search(tenant, "How long do I have to change my mind?", vector(1, 2))[0]
    assert best["passage"].startswith("Goods")


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("english", "We have been returning the parcels of the customers to the senders for them.", "return parcel sender"),
        ("spanish", "Las devoluciones de los artículos se aceptan en la tienda y no hay que pagar por ellas.", "articulo devolucion aceptar"),
        ("german", "Die Rücksendungen der Kunden werden von uns in den Filialen angenommen und nicht berechnet.", "rucksendung filiale kunde"),
        ("russian", "Возврат товаров возможен в течение тридцати дней после покупки в нашем магазине.", "возврат товара магазин"),
        ("arabic", "يمكن إرجاع المنتجات خلال ثلاثين يوما من تاريخ الشراء في متجرنا", "إرجاع المنتجات"),
        ("hindi", "आप तीस दिनों के भीतर उत्पाद वापस कर सकते हैं और पूरा पैसा पा सकते हैं", "उत्पाद वापस"),
        ("simple", "商品在收到后三十天内可以退货。运费由买方承担。", "退货运费"),
        ("simple", "商品は到着後三十日以内に返品できます。送料はお客様の負担です。", "返品と送料"),
        ("simple", "สินค้าสามารถส่งคืนได้ภายในสามสิบวัน", "ส่งคืน"),
    ],
)  # fmt: skip
def test_every_language_is_asked_in_its_own_words(
    knowledge: Knowledge, language: str, text: str, question: str
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.put(tenant, [(text, vector(1))])
    knowledge.put(tenant, FILLER)
    assert knowledge.value("select language from documents where id = %s", document) == language
    best = knowledge.search(tenant, question, vector(1))[0]
    assert best["passage"] == text and best["coverage"] > 0.4


@pytest.mark.field_failure(11)
def test_an_unrelated_question_stays_below_the_floor(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    knowledge.put(tenant, FILLER)
    floor = knowledge.value("select floor from embedding_models where id = 1")
    assert all(
        row["relevance"] < floor for row in knowledge.search(tenant, "Do you sell bicycles?", vector(7))
    )


@pytest.mark.parametrize(
    "question", ["", "   ", "'", "\\", "a'b\\c & | ! :* <->", "🙂", "%s %(x)s", "x" * 5000]
)
def test_any_question_is_safe(knowledge: Knowledge, question: str) -> None:
    tenant = knowledge.tenant()
    knowledge.put(tenant, [("It's a \\ backslash & 'quotes' 🙂.", vector(1))])
    assert len(knowledge.search(tenant, question, vector(1))) == 1


def test_the_counts_follow_what_is_stored(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    documents = [knowledge.put(tenant, FILLER[n : n + 5]) for n in (0, 5, 10)]
    knowledge.rows("delete from documents where id = %s", documents[1])
    counted = "select lexeme, chunks from tenant_words where tenant_id = %s order by 1"
    real = (
        "select lexeme, count(*)::int as chunks from chunks, unnest(tsvector_to_array(words)) lexeme"
        " where tenant_id = %s group by 1 order by 1"
    )
    assert knowledge.rows(counted, tenant) == knowledge.rows(real, tenant) != []
    assert knowledge.value("select sum(chunks) from tenant_languages where tenant_id = %s", tenant) == 10
    knowledge.rows("delete from tenants where id = %s", tenant)
    assert knowledge.rows(counted, tenant) == []


def fill(knowledge: Knowledge, tenant: str, count: int, seed: int) -> None:
    """A document of random clustered vectors, stored without the detour over single rows."""
    chance = random.Random(seed)
    topics = [[chance.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(20)]
    document = knowledge.document(tenant)
    rows = []
    for n in range(count):
        values = [x + 0.6 * chance.gauss(0, 1) for x in topics[n % 20]]
        rows.append((f"number{n} topic{n % 20}", json.dumps([round(x, 3) for x in values])))
    knowledge.stage(tenant, document, rows)
    knowledge.publish(tenant, document)


DIMENSIONS = 384


@pytest.fixture(scope="module")
def crowd(knowledge: Knowledge) -> list[str]:
    """A large tenant, and small ones that write about the same things."""
    tenants = [knowledge.tenant() for _ in range(5)]
    fill(knowledge, tenants[0], 1500, 1)
    for n, tenant in enumerate(tenants[1:], 2):
        fill(knowledge, tenant, 60, n)
    return tenants


def ids(knowledge: Knowledge, tenant: str, function: str, near: str, count: int = 10) -> list[int]:
    with knowledge.as_tenant(tenant) as conn:
        query = f"select chunk_id from {function}(1::smallint, %s::vector, %s) order by cosine desc"
        return [row["chunk_id"] for row in conn.execute(query.encode(), [near, count]).fetchall()]


@pytest.mark.field_failure(16)
def test_the_index_finds_what_exact_search_finds(knowledge: Knowledge, crowd: list[str]) -> None:
    for tenant in (crowd[0], crowd[1]):
        hits = 0
        for n in range(20):
            near = json.dumps([math.sin(i * (n + 1)) for i in range(DIMENSIONS)])
            right = ids(knowledge, tenant, "nearest_exact", near)
            assert len(right) == 10
            hits += len(set(right) & set(ids(knowledge, tenant, "nearest_indexed", near, 40)[:10]))
        assert hits >= 0.97 * 200


def plan(knowledge: Knowledge, tenant: str, function: str) -> str:
    """What PostgreSQL does inside a function, as the steps' role."""
    notices: list[str] = []
    with knowledge.as_tenant(tenant) as conn:
        conn.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary or ""))
        for statement in (
            b"reset role",
            b"load 'auto_explain'",
            b"set auto_explain.log_min_duration = 0",
            b"set auto_explain.log_nested_statements = on",
            b"set client_min_messages = log",
            b"set role chatbot_app",
        ):
            conn.execute(statement)
        conn.execute(f"select * from {function}".encode(), {"near": vector(1)})
    return "\n".join(notices)


@pytest.mark.field_failure(16)
def test_the_size_chooses_the_plan(knowledge: Knowledge, crowd: list[str]) -> None:
    search = "search_chunks('number7 topic3', %(near)s::vector, 1::smallint)"
    small = plan(knowledge, crowd[1], search)
    assert (
        "nearest_exact" in small
        and "_embedding_idx" not in small
        and "Seq Scan on chunk_embeddings" not in small
    )
    knowledge.rows("update tenant_languages set chunks = 100000 where tenant_id = %s", crowd[0])
    try:
        large = plan(knowledge, crowd[0], search)
    finally:
        knowledge.rows("update tenant_languages set chunks = 1500 where tenant_id = %s", crowd[0])
    assert "nearest_indexed" in large and "_embedding_idx" in large and "Sort Key" not in vectors_part(large)
    for seen in (small, large):
        assert "chunks_words" in seen and "Seq Scan on chunks" not in seen


def test_a_search_plans_for_its_own_partition_only(knowledge: Knowledge, crowd: list[str]) -> None:
    locked = "select relation::regclass::text as name from pg_locks where pid = pg_backend_pid()"
    with knowledge.as_tenant(crowd[1]) as conn, conn.transaction():
        query = "select * from search_chunks('number7 topic3', %s::vector, 1::smallint)"
        assert conn.execute(query.encode(), [vector(1)]).fetchall()
        names = [row["name"] or "" for row in conn.execute(locked.encode()).fetchall()]
        assert len([name for name in names if re.fullmatch(r"chunk_embeddings_\d+", name)]) == 1


def vectors_part(plans: str) -> str:
    return next(part for part in plans.split("Query Text:") if "<=>" in part and "_embedding_idx" in part)


@pytest.mark.field_failure(12)
def test_no_function_of_search_shows_another_tenants_rows(knowledge: Knowledge, crowd: list[str]) -> None:
    own = {row["id"] for row in knowledge.rows("select id from chunks where tenant_id = %s", crowd[1])}
    with knowledge.as_tenant(crowd[1]) as conn:
        queries: list[tuple[str, dict[str, Any]]] = [
            ("select word_hits(array['topic3'], array[1::real], 1000) as id", {}),
            ("select chunk_id as id from nearest_exact(1::smallint, %(v)s::vector, 1000)", {"v": vector(1)}),
            ("select chunk_id as id from nearest_indexed(1::smallint, %(v)s::vector, 1000)", {"v": vector(1)}),
            ("select chunk_id as id from search_chunks('topic3', %(v)s::vector, 1::smallint, 1000)", {"v": vector(1)}),
        ]  # fmt: skip
        for query, parameters in queries:
            found = {row["id"] for row in conn.execute(query.encode(), parameters).fetchall()}
            assert found and found <= own, query
        conn.execute(b"select set_config('app.tenant_id', '', false)")
        for query, parameters in queries:
            assert conn.execute(query.encode(), parameters).fetchall() == [], query


def handed(knowledge: Knowledge, tenant: str, near: str, limit: int = 5) -> list[dict[str, Any]]:
    with knowledge.as_tenant(tenant) as conn:
        query = b"select passage, fits from find_passages('anything', %s::vector, %s::smallint, %s)"
        return conn.execute(query, [near, 1, limit]).fetchall()


@pytest.mark.parametrize(
    ("tokens", "limit", "expected"),
    [
        (60, 5, 10),  # short ones: twice as many, and no more
        (130, 5, 8),  # what finds room where five of 220 would
        (220, 5, 5),
        (600, 5, 5),  # never fewer
        (60, 3, 6),
    ],
)
def test_short_passages_leave_room_for_more(
    knowledge: Knowledge, tokens: int, limit: int, expected: int
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant)
    knowledge.stage(tenant, document, FILLER)
    knowledge.rows("update staged_chunks set tokens = %s where document_id = %s", tokens, document)
    knowledge.publish(tenant, document)
    found = handed(knowledge, tenant, vector(200, 207), limit)
    assert len(found) == expected
    assert {found[0]["passage"], found[1]["passage"]} == {FILLER[0][0], FILLER[7][0]}


@pytest.mark.field_failure(11)
def test_a_question_far_from_every_passage_gets_none_and_a_near_one_gets_all(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    knowledge.put(tenant, FILLER)
    far, near = handed(knowledge, tenant, vector(7)), handed(knowledge, tenant, vector(205))
    assert far and not any(row["fits"] for row in far)
    assert len(near) == 10 and all(row["fits"] for row in near)


@pytest.mark.field_reply("search-2")
def test_a_model_that_nobody_has_measured_holds_nothing_back(knowledge: Knowledge) -> None:
    floors = knowledge.rows("select name, floor from embedding_models order by id")
    assert [row["floor"] is None for row in floors] == [False, True], "the second was never measured"
    tenant = knowledge.tenant()
    knowledge.put(tenant, FILLER)
    knowledge.rows("update embedding_models set floor = null where id = 1")
    try:
        assert all(row["fits"] for row in handed(knowledge, tenant, vector(7)))
    finally:
        knowledge.rows("update embedding_models set floor = %s where id = 1", floors[0]["floor"])


@pytest.mark.field_reply("search-3")
def test_a_floor_is_measured_on_what_a_chatbot_is_given(knowledge: Knowledge) -> None:
    """bench/calibrate finds the floor by the relevance of these very passages: all of them fit at the lowest that it sees, not above it."""
    from bench.calibrate import search

    tenant = knowledge.tenant()
    knowledge.put(tenant, FILLER)
    with knowledge.as_tenant(tenant) as conn:
        seen = search(conn, 1, "anything", [float(n) for n in json.loads(vector(205))], 5)
    assert len(seen) == len(handed(knowledge, tenant, vector(205)))
    was = knowledge.rows("select floor from embedding_models where id = 1")[0]["floor"]
    try:
        for floor, fits in ((min(seen.values()) - 0.001, True), (max(seen.values()) + 0.001, False)):
            knowledge.rows("update embedding_models set floor = %s where id = 1", floor)
            assert {row["fits"] for row in handed(knowledge, tenant, vector(205))} == {fits}
    finally:
        knowledge.rows("update embedding_models set floor = %s where id = 1", was)
