"""What a number brings along whose phone goes on with the WhatsApp Business app: POST /{phone_number_id}/smb_app_data, and the webhooks after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.meta import envelope
from local.meta.control import json_of
from local.meta.errors import GraphError
from local.meta.graph import number_of, platform_of

if TYPE_CHECKING:
    from local.meta.accounts import Account

NOT_SHARED = {
    "code": 2593109,
    "title": "History sync is turned off by the business from the WhatsApp Business App",
    "message": "History sharing is turned off by the business from the WhatsApp Business App",
}
CONTACTS, HISTORY = "smb_app_state_sync", "history"


def told(account: Account, kind: str) -> list[dict[str, Any]]:
    """The values of the webhooks of one kind, in Meta's order: the conversations in chunks of one thread."""
    if kind == CONTACTS:
        entries = [
            {"type": "contact", "contact": contact, "action": "add", "metadata": {"timestamp": "1790000000"}}
            for contact in account.phone_book
        ]
        return [{"state_sync": entries}] if entries else []
    if account.threads is None:
        return [{"history": [{"errors": [NOT_SHARED]}]}]
    size = len(account.threads)
    return [
        {
            "history": [
                {
                    "metadata": {"phase": 0, "chunk_order": n, "progress": 100 * n // size},
                    "threads": [thread],
                }
            ]
        }
        for n, thread in enumerate(account.threads, 1)
    ]


async def smb_app_data(request: Request) -> Response:
    """POST /{phone_number_id}/smb_app_data {messaging_product, sync_type}: good once for each kind."""
    number, body = number_of(request), await json_of(request)
    platform = platform_of(request)
    account, kind = platform.accounts.of(number.phone_number_id), body.get("sync_type")
    if body.get("messaging_product") != "whatsapp" or kind not in (CONTACTS, HISTORY):
        raise GraphError(100, message="(#100) Param sync_type must be one of {SMB_APP_STATE_SYNC, HISTORY}")
    if account.number.get("is_on_biz_app") is not True:
        raise GraphError(100, message="(#100) The number is not in use with the WhatsApp Business app.")
    if kind in account.synchronized:
        raise GraphError(100, message="(#100) This was synchronized already. Onboard the number again.")
    account.synchronized.append(kind)
    for value in told(account, kind):
        platform.deliverer.enqueue(envelope.encode(envelope.envelope(number, value, kind)), [])
    return JSONResponse({"messaging_product": "whatsapp", "request_id": f"{number.phone_number_id}{kind}"})


ROUTES = [Route("/graph/{version}/{object_id}/smb_app_data", smb_app_data, methods=["POST"])]
