# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# openai==3.54.0
# google-genai==3.4.0
# charset-normalizer==3.5.2
# pypdfium2==5.15.2
# openpyxl==3.1.5
# python-docx==1.2.0
# python-pptx==1.0.2
# selectolax==1.0.2
# pillow==13.0.0
# olefile==0.47
# pillow-heif==1.8.1
# striprtf==0.0.35
# lxml==6.1.3
"""What customers send beside text: fetched from Meta, heard, read, and kept in the table `media`.

Bytes go from Meta into the table, and from there into a model's request: never into a step's arguments, results or log. Every file
ends as words, as an attachment for a model that sees, or as a problem that the customer is told of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from f.common.database import Connection, as_tenant
from f.common.secrets import SecretError, unseal
from f.models.providers import Candidate, candidates_of
from f.whatsapp.canned_replies import canned_reply as say
from f.whatsapp.graph_api import GraphApi, MediaError

if TYPE_CHECKING:
    from f.common.shapes import Context

MB = 1 << 20
# kind → the most bytes we take. Meta delivers documents up to 100 MB: nobody reads those in a chat.
LIMITS = {"image": 5 * MB, "audio": 16 * MB, "document": 20 * MB}
SECONDS = 20.0
IMAGES = ("image/jpeg", "image/png", "image/webp")
# What is known of a file while it is read. Where that ended the step, it is still there when the step is tried again.
UNFINISHED = "unfinished"
TRANSCRIBER = "gpt-4o-mini-transcribe"
SEEING = re.compile(r"gpt-4o|gpt-4\.1|gpt-5|gpt-4-turbo|^o[1-9]|gemini|vision|llava|pixtral|claude|-vl\b")
# A line of a question that says nothing but what kind of message came: [sticker], [image], [document] report.pdf
MARK_ONLY = re.compile(
    r"\[(?!location|contact|order|form|reaction|answers|about|from)[^\]\n]*\](?: [^\s:]+\.\w{1,5})?"
)
# kind → the situation that the customer is told of
UNUSABLE = {
    "image": "cannot_see",
    "audio": "cannot_hear",
    "document": "cannot_open",
    "video": "cannot_watch",
}


class Means(NamedTuple):
    """What files are fetched and understood with."""

    api: GraphApi
    model: Candidate
    seeing: bool
    transcriber: str


def sees(model: str, llm: dict[str, Any]) -> bool:
    """Whether a model takes pictures: as the platform's resource says of its own, else by its name."""
    said = bool(llm.get("reads_images")) and model == llm.get("model")
    return said or bool(SEEING.search(model.lower()))


def take_in(
    conn: Connection,
    context: Context,
    messages: list[dict[str, Any]],
    api: GraphApi,
    llm: dict[str, Any],
    master_key: str,
) -> list[dict[str, Any]]:
    """Fetches what came with the turn's messages and is not here yet. Returns what is known of each: message_id, kind, problem."""
    found, model = [], None
    for row in messages:
        message = row["message"]
        kind = str(message.get("type")) if isinstance(message, dict) else ""
        part = message.get(kind) if kind in (*LIMITS, "video") else None
        if not isinstance(part, dict):
            continue
        with as_tenant(conn, context["tenant_id"]):
            known = conn.execute(
                b"select message_id, kind, problem from media where phone_number_id = %s and message_id = %s",
                [context["phone_number_id"], row["message_id"]],
            ).fetchone()
        if known is None:
            model = model or chosen_model(conn, context, llm, master_key)
            means = Means(
                *(api, model, sees(model["model"], llm)), str(llm.get("transcription_model") or TRANSCRIBER)
            )
            known = _keep(conn, context, row["message_id"], kind, part, means)
        found.append(known)
    return found


def _keep(
    conn: Connection, context: Context, message_id: str, kind: str, part: dict[str, Any], means: Means
) -> dict[str, Any]:
    """One file: fetched, understood, stored. What goes wrong is stored, too, and not tried again in this turn."""
    content: bytes | None = None
    words, problem = None, None
    mime = str(part.get("mime_type") or "").split(";")[0].strip().lower()
    filename = str(part.get("filename") or "")[:200]
    if kind == "document" and mime in IMAGES:
        kind = "image"  # sent as a file, to keep its size
    try:
        if kind == "video":
            raise MediaError("wrong_type", "videos are not watched")
        if kind == "image" and not means.seeing:
            raise MediaError("wrong_type", f"the model {means.model['model']!r} takes no pictures")
        content = means.api.fetch_media(str(part.get("id") or ""), LIMITS[kind], SECONDS)
        if kind == "image" and mime not in IMAGES:
            raise MediaError("wrong_type", f"an image of type {mime}")
        if kind == "audio":
            words = transcribe(means.model, content, mime, means.transcriber)
            if not words:
                raise MediaError("no_words", "nothing was said")
        if kind == "document":
            _store(conn, context, message_id, kind, mime, filename, problem=UNFINISHED)
            words = read(content, filename)
    except MediaError as error:
        content, problem = None, error.problem
        print(f"a message's {kind} is not used: {error}")
    shown = content if kind == "image" else None
    _store(conn, context, message_id, kind, mime, filename, content=shown, words=words, problem=problem)
    return {"message_id": message_id, "kind": kind, "problem": problem}


def _store(
    conn: Connection,
    context: Context,
    message_id: str,
    *what: str,
    content: bytes | None = None,
    words: str | None = None,
    problem: str | None = None,
) -> None:
    """`what`: the kind, the MIME type and the name of the file. What was stored stays, but for the mark that the file is being read."""
    with as_tenant(conn, context["tenant_id"]):
        conn.execute(
            b"insert into media (phone_number_id, message_id, tenant_id, contact_id, kind, mime_type, filename, content, words, problem)"
            b" values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (phone_number_id, message_id) do update"
            b" set content = excluded.content, words = excluded.words, problem = excluded.problem where media.problem = %s",
            [
                *(context["phone_number_id"], message_id, context["tenant_id"], context["contact_id"]),
                *(*what, content, words, problem, UNFINISHED),
            ],
        )


def chosen_model(conn: Connection, context: Context, llm: dict[str, Any], master_key: str) -> Candidate:
    """The chatbot's model with its vendor's address and key, the tenant's own where it has stored one: as the agent chooses it."""
    with as_tenant(conn, context["tenant_id"]):
        row: Any = conn.execute(
            b"select b.provider, b.model, t.llm_api_key from chatbots b join tenants t on t.id = b.tenant_id where b.phone_number_id = %s",
            [context["phone_number_id"]],
        ).fetchone()
    sealed = row["llm_api_key"]
    try:
        own = unseal(master_key, context["tenant_id"], "llm_api_key", bytes(sealed)) if sealed else None
    except SecretError as problem:  # the next step says it to the operator, and answers in words
        print(problem)
        own = "unusable"
    return candidates_of(llm, row, [], own)[0]


def transcribe(model: Candidate, content: bytes, mime: str, by: str) -> str:
    """What is said in a voice note, by the chatbot's provider. `by`: OpenAI's model for it; Gemini's chat models hear by themselves."""
    if model["provider"] == "gemini":
        return _transcribe_gemini(model, content, mime)
    import openai

    ending = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "m4a", "audio/amr": "amr"}.get(
        mime, "ogg"
    )
    try:
        with openai.OpenAI(
            api_key=model["api_key"] or "none", base_url=model["base_url"] or None, timeout=30, max_retries=1
        ) as client:
            answer = client.audio.transcriptions.create(
                model=by, file=(f"voice.{ending}", content, mime or "audio/ogg")
            )
    except openai.OpenAIError as error:
        raise _unheard(error) from None
    return str(answer.text).strip()[:8000]


def _transcribe_gemini(model: Candidate, content: bytes, mime: str) -> str:
    from google import genai
    from google.genai import types

    options = types.HttpOptions(base_url=model["base_url"] or None, timeout=30_000)
    asked = "Write down word for word what is said. If nothing is said, answer with nothing."
    parts: Any = [types.Part.from_bytes(data=content, mime_type=mime or "audio/ogg"), asked]
    try:
        client = genai.Client(api_key=model["api_key"] or "none", vertexai=False, http_options=options)
        answer = client.models.generate_content(model=model["model"], contents=parts)
        return str(answer.text or "").strip()[:8000]
    except Exception as error:  # the SDK lets its HTTP library's own exceptions through, and those of parsing
        raise _unheard(error) from None


def _unheard(error: Exception) -> MediaError:
    return MediaError("unreachable", f"the voice note could not be transcribed: {type(error).__name__}")


def read(content: bytes, filename: str) -> str:
    """The text of a PDF or text file, for this conversation only: it enters no knowledge base."""
    from f.documents import sandbox

    try:
        text = sandbox.text_of(content, filename)
    except sandbox.Unreadable as error:
        raise MediaError("wrong_type", str(error)) from None
    if not text:
        raise MediaError("no_words", "the document holds no text")
    return text


def told(
    context: Any, own_words: dict[str, Any], notice: str | None, files: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the customer is told beside or instead of an answer, and what the model may look at."""
    problems = [
        "too_large" if file["problem"] == "too_large" else UNUSABLE[file["kind"]]
        for file in files
        if file["problem"]
    ]
    # The customer has written nothing but the word for it, and what else came in this turn.
    back = notice == "welcome_back"
    situations = ["welcome_back", *problems] if back else problems
    words = "\n\n".join(say(context, own_words, key) for key in dict.fromkeys(situations))
    found: dict[str, Any] = {
        "attachments": [f["message_id"] for f in files if not f["problem"] and f["kind"] != "audio"]
    }
    asked = "\n".join(
        line for line in context["question"].splitlines() if not MARK_ONLY.fullmatch(line.strip())
    )
    alone = back and len(context["message_ids"]) == 1
    if (asked.strip() and not alone) or found["attachments"]:
        return {**found, "preface": words} if words else found
    return {**found, "say": words or say(context, own_words, notice or "not_understood")}
