# requirements: database
"""The files of a turn that the model may look at: from the table `media` into the model's request.

Apart from f/whatsapp/media, whose libraries for reading files this step does not need.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant

if TYPE_CHECKING:
    from f.common.shapes import Context


def attachments(conn: Connection, context: Context) -> list[dict[str, Any]]:
    """The files named in context["attachments"], as parts of a user message in OpenAI's form."""
    parts: list[dict[str, Any]] = []
    with as_tenant(conn, context["tenant_id"]):
        rows = conn.execute(
            b"select kind, mime_type, filename, content, words from media where phone_number_id = %s and message_id = any(%s)"
            b" order by created_at",
            [context["phone_number_id"], context.get("attachments") or []],
        ).fetchall()
    for row in rows:
        if row["kind"] == "image" and row["content"]:
            data = base64.b64encode(row["content"]).decode()
            parts.append(
                {"type": "image_url", "image_url": {"url": f"data:{row['mime_type']};base64,{data}"}}
            )
        elif row["kind"] == "document" and row["words"]:
            words = row["words"].replace("</data>", "(/data)")
            parts.append(
                {
                    "type": "text",
                    "text": f"The customer sent the file {json.dumps(row['filename'])}:\n<data>\n{words}\n</data>",
                }
            )
    return parts
