"""POST /v1/audio/transcriptions: a stand-in that can't hear. It reads the words that a demo voice note carries in its tag TRANSCRIPT."""

import struct

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.models.errors import ApiError

TAG = b"TRANSCRIPT="
MAX_FILE = 25 << 20


def words_of(content: bytes) -> str:
    """The tag's words; nothing for a file without it, as for silence."""
    at = content.find(TAG)
    if at < 4:
        return ""
    (length,) = struct.unpack("<I", content[at - 4 : at])
    return content[at + len(TAG) : at + length].decode(errors="replace")


async def create_transcription(request: Request) -> Response:
    """The words as JSON, or as text."""
    async with request.form() as form:
        file, model = form.get("file"), form.get("model")
        if not isinstance(file, UploadFile):
            raise ApiError("'file' is required: a sound file.", "file")
        if not isinstance(model, str) or not model:
            raise ApiError("you must provide a model parameter", "model")
        content = await file.read()
        wanted = form.get("response_format") or "json"
    if len(content) > MAX_FILE:
        raise ApiError(f"Maximum content size limit ({MAX_FILE}) exceeded.", "file", status=413)
    if content[:4] not in (b"OggS", b"ID3\x04", b"RIFF") and content[4:8] != b"ftyp":
        raise ApiError("Invalid file format. Supported formats: ['m4a', 'mp3', 'ogg', 'wav'].", "file")
    text = words_of(content)
    return PlainTextResponse(text) if wanted == "text" else JSONResponse({"text": text})
