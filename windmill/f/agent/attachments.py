# requirements:
# psycopg[binary]==3.3.9
"""The files of a turn that the model may look at: from the table `media` into the model's request.

A module apart from f/whatsapp/media: this step does not need the libraries that read files.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from f.agent.turn import Turn


def attachments(turn: Turn, message_ids: list[str]) -> list[dict[str, Any]]:
    """The files of these messages, as parts of a user message in OpenAI's form."""
    parts: list[dict[str, Any]] = []
    rows = turn.db.rows(
        "select kind, mime_type, filename, content, words from media where phone_number_id = %s and message_id = any(%s)"
        " order by created_at",
        turn.phone_number_id,
        message_ids,
    )
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
