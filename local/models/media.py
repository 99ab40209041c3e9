"""What a model here "sees" and "hears": the words that a demo picture carries in its tag Description, a voice note in its tag TRANSCRIPT.

The way of a picture or a sound through the product is the real one; only the looking and the listening are played.
"""

import base64
import io
import struct
from typing import Any

from PIL import Image
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.meta import voice
from local.models.wire import ApiError, read_json

SOUND_TAG = b"TRANSCRIPT="
PICTURE_TAG = "Description"
MAX_SOUND = 25 << 20
MOST_SPOKEN = 4096  # characters


def words_heard(sound: bytes) -> str:
    """The tag's words; nothing for a file without it, as for silence."""
    at = sound.find(SOUND_TAG)
    if at < 4:
        return ""
    (length,) = struct.unpack("<I", sound[at - 4 : at])
    return sound[at + len(SOUND_TAG) : at + length].decode(errors="replace")


def words_seen(picture: bytes) -> str:
    """The tag's words; nothing for a picture without it. What is no picture gets OpenAI's refusal."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            image.load()
            return str(image.info.get(PICTURE_TAG) or "").strip()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        message = "You uploaded an unsupported image. Please make sure it is png, jpeg, gif or webp."
        raise ApiError(message, "messages", code="invalid_image_format") from None


def pictures(messages: list[dict[str, Any]]) -> list[bytes]:
    """The pictures of the newest user message: data URLs in OpenAI's form. Other addresses are not fetched."""
    content = next((m.get("content") for m in reversed(messages) if m["role"] == "user"), None)
    parts = content if isinstance(content, list) else []
    urls = [str(part["image_url"]["url"]) for part in parts if part.get("type") == "image_url"]
    if not all(url.startswith("data:image/") and ";base64," in url for url in urls):
        raise ApiError("Invalid 'image_url': only data URLs of images in base64 are taken here.", "messages")
    return [base64.b64decode(url.partition(";base64,")[2]) for url in urls]


async def create_speech(request: Request) -> Response:
    """POST /v1/audio/speech: Opus in Ogg that says the words by its tag; nothing is to be heard."""
    body = await read_json(request)
    for name in ("model", "input", "voice"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise ApiError(f"you must provide a {name} parameter", name)
    if len(body["input"]) > MOST_SPOKEN:
        raise ApiError(f"'input' must have at most {MOST_SPOKEN} characters.", "input")
    if body.get("response_format", "mp3") != "opus":
        raise ApiError("Only response_format opus is spoken here.", "response_format")
    return Response(voice.ogg(body["input"]), media_type="audio/ogg")


async def create_transcription(request: Request) -> Response:
    """POST /v1/audio/transcriptions: the words as JSON, or as text."""
    async with request.form() as form:
        file, model = form.get("file"), form.get("model")
        if not isinstance(file, UploadFile):
            raise ApiError("'file' is required: a sound file.", "file")
        if not isinstance(model, str) or not model:
            raise ApiError("you must provide a model parameter", "model")
        content, wanted = await file.read(), form.get("response_format")
    if len(content) > MAX_SOUND:
        raise ApiError(f"Maximum content size limit ({MAX_SOUND}) exceeded.", "file", status=413)
    if content[:4] not in (b"OggS", b"ID3\x04", b"RIFF") and content[4:8] != b"ftyp":
        raise ApiError("Invalid file format. Supported formats: ['m4a', 'mp3', 'ogg', 'wav'].", "file")
    text = words_heard(content)
    return PlainTextResponse(text) if wanted == "text" else JSONResponse({"text": text})
