# no_postinstall
# requirements: agent
"""Drafts of HTTP actions from what somebody else has written: a curl command, or an OpenAPI document, pasted or at an address."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from f.common.database import Connection
from f.common.portal_request import Fields, Member, Refused, text_field
from f.common.problems import Problem
from f.common.secrets import seal_all
from f.portal_api.mcp_server_rows import ADDRESS, origin_of, refuse_private
from f.portal_api.typed_keys import typed_key

LONGEST_SEALED = 120_000  # characters of a sealed curl command
MOST_DRAFTS = 20
CURL = "action curl"  # what a pasted command is sealed for


def read_curl_command(conn: Connection, member: Member, fields: Fields, master_key: str) -> dict[str, Any]:
    """A draft of a pasted command. It may hold keys, so it comes sealed, and they go back sealed: as `held`, which `save` and `try` take."""
    from f.tools.curl_commands import read_curl

    text = typed_key(fields, master_key, member["tenant_id"], CURL, LONGEST_SEALED)
    draft = refused(lambda: read_curl(text))
    sealed = seal_all(master_key, member["tenant_id"], held_for(draft.action["url"]), draft.secrets)
    held = b64encode(sealed).decode() if sealed else ""
    return {"drafts": [{"action": draft.action, "samples": draft.samples}], "held": held}


def read_openapi(
    conn: Connection, member: Member, fields: Fields, master_key: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """A document's operations; with `operations`, a list of {method, path}, their drafts. The document is the text `document`, or what stands at
    `url`, which is fetched each time. `base`: the server where the document names none."""
    document = refused(lambda: _document(fields, settings))
    wanted = fields.get("operations")
    if not isinstance(wanted, list):
        return {"operations": document.operations()}
    base = text_field(fields, "base", 500).rstrip("/")
    drafts = []
    for each in wanted[:MOST_DRAFTS]:
        method, path = (
            (str(each.get("method")), str(each.get("path"))) if isinstance(each, dict) else ("", "")
        )
        draft = refused(lambda method=method, path=path: document.draft(method, path, base))
        drafts.append({"action": draft.action, "samples": draft.samples})
    return {"drafts": drafts, "held": ""}


def _document(fields: Fields, settings: dict[str, Any]) -> Any:
    from f.tools.openapi import LARGEST, Document

    url = text_field(fields, "url", 2000).strip()
    if not url:
        return Document(text_field(fields, "document", LARGEST + 1))
    from f.tools.openapi_fetch import fetch_document

    if not ADDRESS.fullmatch(url):
        raise Refused("import_address")
    refuse_private(url, settings)
    return Document(fetch_document(url, settings.get("allowed_private_hosts") or []), url)


def held_for(url: str) -> str:
    """What a draft's keys are sealed for: the server that the command named."""
    return f"action draft {origin_of(url)}"


def refused(make: Any) -> Any:
    """What `make` returns; its problem as a refusal."""
    try:
        return make()
    except Refused:
        raise
    except Problem as problem:
        raise Refused.of(problem.message) from None
