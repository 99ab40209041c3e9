"""How a reply names its sources: a page where there are pages, the address of a web page, else the title alone."""

from __future__ import annotations

from typing import Any

import pytest

from f.chatbot.send_reply import sources
from f.documents.formats import DOCX, PPTX, QA, XLSX
from tests.knowledge.conftest import Knowledge

ADDRESS = "https://shop.example/help/a_b_c?x=1"


@pytest.mark.parametrize(
    ("media_type", "pages", "address", "expected"),
    [
        ("application/pdf", 1, None, {"page": 3}),
        (None, None, None, {"page": 3}),
        (DOCX, 9, None, {"page": 3}),
        (PPTX, 9, None, {"page": 3}),
        (DOCX, 1, None, {}),
        *((kind, 9, None, {}) for kind in (XLSX, QA, "text/csv", "text/plain", "text/markdown", "image/png")),
        ("text/markdown", 1, ADDRESS, {"url": ADDRESS}),
    ],
)
def test_where_a_passage_is_found(
    knowledge: Knowledge,
    media_type: str | None,
    pages: int | None,
    address: str | None,
    expected: dict[str, Any],
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, title="Help")
    knowledge.rows(
        "update documents set media_type = %s, pages = %s, source_url = %s where id = %s",
        *(media_type, pages, address, document),
    )
    with knowledge.as_tenant(tenant) as conn:
        row = conn.execute(b"select citation(%s, 3) as found", [document]).fetchone()
    assert row and row["found"] == {"document": "Help", **expected}
    with knowledge.as_tenant(knowledge.tenant()) as conn:
        row = conn.execute(b"select citation(%s, 3) as found", [document]).fetchone()
    assert row and row["found"] is None, "another tenant's document"


@pytest.mark.parametrize(
    ("citations", "line"),
    [
        (
            [{"document": "Returns", "page": 2}, {"document": "Sale", "page": 1}],
            "_Returns, p. 2; Sale, p. 1_",
        ),
        ([{"document": "Prices"}, {"document": "Returns", "page": 2}], "_Prices; Returns, p. 2_"),
        ([{"document": "Help", "url": ADDRESS}], f"_Help_, {ADDRESS}"),
        ([{"document": ADDRESS, "url": ADDRESS}], ADDRESS),
        (
            [{"document": "Help", "url": ADDRESS}, {"document": "Returns", "page": 2}],
            f"_Returns, p. 2_\n_Help_, {ADDRESS}",
        ),
    ],
)
def test_the_line_under_a_reply(citations: list[dict[str, Any]], line: str) -> None:
    assert sources({"citations": citations}) == line  # type: ignore[typeddict-item]
