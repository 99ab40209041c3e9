# requirements: statements
"""The service statement of a number and a month: what came, what became of each message, what Meta delivered and charged, what models cost, and
whether anything contradicts it; as figures with their rows, and as a PDF.

In: a request of the portal's page (f/common/portal_request.py); `phone_number_id`, `month` as 2026-11, and `language`, each may be absent. Out:
the statement, the rows behind one of its figures, or the PDF as base64.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    ANYONE,
    Fields,
    Member,
    answer_page,
    handle_request,
    not_found,
    text_field,
    whole_number_field,
)
from f.portal_api import statement_figures, statement_words
from f.portal_api.statement_figures import span_of

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {"get": (ANYONE, get), "list_rows": (ANYONE, list_rows), "get_pdf": (ANYONE, get_pdf)},
    )


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The statement; `statement` is null where the business has no number."""
    return made(conn, member, fields, statement_words.of(text_field(fields, "language", 5)))


def made(conn: Connection, member: Member, fields: Fields, words: statement_words.Words) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        numbers = conn.execute(statement_figures.NUMBERS).fetchall()
        span = span_of(fields, numbers)
        return {
            "numbers": numbers,
            "statement": statement_figures.of(conn, span, words) if span else None,
        }


def list_rows(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The rows behind `figure`, `after` so many of them: {"rows": [{at, ending?, usd?, seconds?, contact_id?, name?, run_id?}], "more"}."""
    words = statement_words.of(text_field(fields, "language", 5))
    with as_tenant(conn, member["tenant_id"]):
        span = span_of(fields, conn.execute(statement_figures.NUMBERS).fetchall())
        if span is None:
            raise not_found()
        after = whole_number_field(fields, "after")
        return statement_figures.rows_of(conn, span, text_field(fields, "figure", 60), after, words)


def get_pdf(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    from f.portal_api.statement_pdf import pdf_of

    words = statement_words.of(text_field(fields, "language", 5))
    statement = made(conn, member, fields, words)["statement"]
    if statement is None:
        raise not_found()
    with as_tenant(conn, member["tenant_id"]):
        tenant = conn.execute(
            b"select id::text, name, branding_of(id) ->> 'name' as heading from tenants"
        ).fetchone()
    assert tenant is not None
    name = f"statement-{statement['phone_number_id']}-{statement['month']}.pdf"
    return {"filename": name, "content": b64encode(pdf_of(statement, tenant, words)).decode()}
