# no_postinstall
# requirements: agent
"""Connecting a number of WhatsApp to a business, by its owner.

In: a request of the portal's page (f/common/portal_request.py). Out: the numbers that an access token may use, or what was connected. The
operators' page does the same for any business by f/portal_api/operator.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection
from f.common.portal_request import OWNERS, Action, Fields, Member, answer_page, handle_request
from f.portal_api import number_connection as connection

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_meta_app = dict[str, Any]
c_settings = dict[str, Any]


@answer_page
def main(
    request: str,
    db: postgresql,
    whatsapp: c_whatsapp,
    meta_app: c_meta_app,
    settings: c_settings,
    master_key: str,
) -> dict[str, Any]:
    platform = connection.Platform(whatsapp, meta_app, settings, master_key)

    def action(act: Any) -> Action:
        def acting(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
            done: dict[str, Any] = act(conn, member, fields, platform)
            return done

        return OWNERS, acting

    actions = {
        "get": action(lambda conn, member, fields, platform: connection.describe(platform)),
        "list_numbers": action(connection.list_numbers),
        "connect": action(connection.connect),
        "begin_dialog": action(connection.begin_dialog),
        "finish_dialog": action(connection.finish_dialog),
    }
    return handle_request(request, db, actions)
