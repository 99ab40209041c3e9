# requirements: whatsapp
"""The files of conversations: one file's bytes for the staff of its tenant, and a file that they send.

Whatever a script returns stands in Windmill's database as the job's result, and what it is given as the job's arguments: readable to every
member of the workspace who has the job's ID, and part of each backup. So no bytes travel plain. The page makes a key pair for itself and asks
with its public key; a piece of the file comes back sealed to it (f/portal_api/sealed_transport), and what stays in the result opens for nobody
once the page is gone. A file to send is sealed in the page to the platform's key, for this one reply. Blanking the jobs afterwards, as for
uploaded documents (f/ingest/upload_document), comes on top; alone it would leave the bytes there for minutes.
In: a request of the portal's page (f/common/portal_request.py). Out: a sealed piece, or what became of the reply.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import (
    AGENTS,
    ANYONE,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    note_job,
    text_field,
    whole_number_field,
)

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
PIECE = 1_000_000  # bytes
MOST_SEALED = 70_000_000  # characters of base64: a document of 50 MB


@answer_page
def main(request: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "get_key": (ANYONE, lambda conn, member, fields: get_key(master_key)),
            "get": (ANYONE, get),
            "send": (AGENTS, lambda conn, member, fields: send(conn, member, fields, whatsapp, master_key)),
        },
    )


def get_key(master_key: str) -> dict[str, Any]:
    """The public key that the page seals a file to: 32 bytes in base64."""
    from f.portal_api.sealed_transport import sealing_key

    return {"sealing_key": sealing_key(master_key)}


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """One piece of a file, from byte `first` (0) on, sealed to `page_key`. `next`: the first byte of the next piece; null: this is the last.

    Row-level security decides whose files there are: another tenant's ID is not found.
    """
    from f.portal_api.sealed_transport import SealError, seal_to_page

    note_job(conn, 1)
    file_id, first = id_field(fields, "file_id"), whole_number_field(fields, "first", 2**31 - 1 - PIECE)
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(b"select * from staff_file(%s, %s, %s)", [file_id, first, PIECE]).fetchone()
    if row is None:
        raise not_found()
    if row["piece"] is None:
        raise Refused("attachment_gone")
    end = first + len(row["piece"])
    try:
        info = info_of_piece(member["tenant_id"], file_id, first)
        sealed = seal_to_page(text_field(fields, "page_key", 100), row["piece"], info)
    except SealError:
        raise Refused("bad_request") from None
    about = {
        "kind": row["kind"],
        "mime": row["mime_type"],
        "name": row["filename"],
        "size": row["size_bytes"],
    }
    return {
        **about,
        "first": first,
        "next": end if row["piece"] and end < row["size_bytes"] else None,
        "sealed": sealed,
    }


def send(
    conn: Connection, member: Member, fields: Fields, whatsapp: c_whatsapp, master_key: str
) -> dict[str, Any]:
    """Sends a file to a contact, once for each `reply_id`, like a human's words. `sealed_file`: its bytes. `caption`: words under it.

    `voice`: it is a voice note, if it is Opus in Ogg. The file is what its content says, whatever its name.
    """
    from f.portal_api.human_replies import HumanReply
    from f.portal_api.sealed_transport import SealError, open_sealed
    from f.whatsapp.outgoing_files import FileProblem, outgoing_kind

    note_job(conn, 1)
    reply = HumanReply(conn, member, id_field(fields, "reply_id"), id_field(fields, "contact_id"))
    name = PurePath(text_field(fields, "filename").replace("\\", "/")).name[:240] or "file"
    caption = text_field(fields, "caption", 1024).strip()
    try:
        info = info_of_upload(member["tenant_id"], reply.contact_id, reply.reply_id)
        content = open_sealed(text_field(fields, "sealed_file", MOST_SEALED), master_key, info)
        file = outgoing_kind(content, name)
    except SealError:
        raise Refused("attachment_seal") from None
    except FileProblem as problem:
        raise Refused.of(problem.message) from None
    part: dict[str, Any] = {"file": reply.reply_id}
    if file.kind == "audio":
        part |= {"voice": True} if fields.get("voice") is True and file.mime_type == "audio/ogg" else {}
    elif caption:
        part["caption"] = caption
    if file.kind == "document":
        part["filename"] = name
    stored = {**file._asdict(), "filename": name, "content": content}
    return reply.send({"type": file.kind, file.kind: part}, whatsapp, master_key, stored)


def info_of_piece(tenant_id: str, file_id: str, first: int) -> bytes:
    """What a sealed piece is for; the page opens it with the same bytes."""
    return f"portal: piece of a file\n{tenant_id}\n{file_id}\n{first}".encode()


def info_of_upload(tenant_id: str, contact_id: str, reply_id: str) -> bytes:
    """What a sealed file is for; the page seals it with the same bytes."""
    return f"portal: file to send\n{tenant_id}\n{contact_id}\n{reply_id}".encode()
