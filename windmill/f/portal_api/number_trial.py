# requirements: whatsapp
"""A message that an operator sends from a business's number to try it: the access token, the number and Meta's permission in one.

It belongs to no conversation, so it goes to Meta directly: whoever asks twice gets it twice.
"""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

from f.common.database import Connection, one
from f.common.portal_request import Fields, Refused, id_field, not_found, phone_field, text_field
from f.common.secrets import SecretError, unseal
from f.common.windmill import run_id

WORDS = {"type": "text", "text": {"body": "test", "preview_url": False}}


def send(
    conn: Connection, email: str, fields: Fields, whatsapp: dict[str, Any], master_key: str
) -> dict[str, Any]:
    """Sends "test" from `phone_number_id` of `tenant` to the telephone number `to`. Out: the message's ID. Raises Refused with Meta's reason."""
    from f.whatsapp.graph_api import GraphApi

    tenant, number = id_field(fields, "tenant"), text_field(fields, "phone_number_id", 40).strip()
    to = phone_field(fields, "to")
    try:
        sealed = one(conn, "select operator_token(%s, %s, %s)", [email, tenant, number])
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    if sealed is None:
        raise Refused("no_token")
    try:
        token = unseal(master_key, tenant, "whatsapp_token", sealed)
    except SecretError:
        raise Refused("token_sealed") from None
    outcome = GraphApi(whatsapp, number, token, to, None).send(WORDS, str(uuid.uuid4()), str(run_id()))
    if outcome["state"] == "sent":
        return {"sent": outcome["message_id"]}
    if outcome["code"] is None:
        raise Refused("not_sent", problem=outcome["error"])
    meaning = one(conn, "select problem(send_error(%s) ->> 'meaning')", [outcome["code"]])
    raise Refused("not_sent_code", problem=meaning, words=outcome["error"])
