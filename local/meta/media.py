"""Media: an upload gives an id, an id gives a URL that lives for minutes, the URL gives the bytes."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from local.meta.errors import GraphError, wrong_object
from local.meta.store import Store

MB = 1024 * 1024
# What the Cloud API takes, and how much of it.
TYPES: dict[str, int] = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MB),
    "image/webp": MB // 2,
    **dict.fromkeys(
        ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"), 16 * MB
    ),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MB),
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 * MB,
    ),
}


@dataclass
class Media:
    """One stored file of one number."""

    id: str
    phone_number_id: str
    mime_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


class MediaShelf:
    """All files by id."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key = secrets.token_bytes(32)
        self.load()

    def load(self) -> None:
        self.files = {
            data["id"]: Media(**data, content=content or b"") for data, content in self.store.all("media")
        }

    def add(self, phone_number_id: str, mime_type: str, content: bytes) -> Media:
        """Keep a file, if Meta would take it."""
        kind = mime_type.split(";")[0].strip().lower()
        if kind not in TYPES:
            raise GraphError(
                100, f"Param file must be a file with one of the allowed types. Received {mime_type}."
            )
        if not 0 < len(content) <= TYPES[kind]:
            raise GraphError(
                100, f"Media of type {kind} may have 1 to {TYPES[kind]} bytes; this has {len(content)}."
            )
        media = Media(str(10**15 + secrets.randbelow(9 * 10**15)), phone_number_id, mime_type, content)
        self.files[media.id] = media
        data = {"id": media.id, "phone_number_id": phone_number_id, "mime_type": mime_type}
        self.store.put("media", media.id, data, content)
        return media

    def get(self, media_id: str, phone_number_ids: set[str], method: str = "get") -> Media:
        media = self.files.get(media_id)
        if media is None or media.phone_number_id not in phone_number_ids:
            raise wrong_object(media_id, method)
        return media

    def delete(self, media: Media) -> None:
        del self.files[media.id]
        self.store.delete("media", media.id)

    def url(self, base: str, media: Media, expires: int) -> str:
        return f"{base}/lookaside/{media.id}?ext={expires}&hash={self.seal(media.id, expires)}"

    def seal(self, media_id: str, expires: int) -> str:
        return hmac.digest(self.key, f"{media_id}/{expires}".encode(), "sha256").hex()[:32]

    def open(self, media_id: str, expires: str, seal: str, now: float) -> Media | None:
        """The file behind a URL, unless that is forged or over."""
        if not expires.isascii() or not expires.isdigit() or int(expires) < now:
            return None
        expected = self.seal(media_id, int(expires))
        return self.files.get(media_id) if hmac.compare_digest(expected.encode(), seal.encode()) else None

    def incoming(self, phone_number_id: str, base: str, part: dict[str, Any], expires: int) -> dict[str, Any]:
        """A customer's media as the webhook shows it; `data` (base64) becomes a stored file."""
        part = dict(part)
        if "data" in part:
            content = base64.b64decode(part.pop("data"))
            media = self.add(phone_number_id, str(part.get("mime_type", "application/octet-stream")), content)
            part |= self.webhook_part(base, media, expires)
        return part

    def webhook_part(self, base: str, media: Media, expires: int) -> dict[str, str]:
        return {
            "mime_type": media.mime_type,
            "sha256": base64.b64encode(media.sha256).decode(),
            "id": media.id,
            "url": self.url(base, media, expires),
        }
