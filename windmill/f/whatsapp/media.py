# no_postinstall
# requirements: media
"""Fetches the files that customers send, transcribes or reads them, and stores them in the table `media`.

Bytes go from Meta into the table, and from there into a model's request, or sealed to the page of the tenant's staff: never plain into a
step's arguments, results or log. Every file of a turn becomes words, an attachment for a model that sees, or a problem for which the chatbot
has words. The staff see the file itself in any case, also where no turn was opened (fetch_missed).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from f.common.secrets import SecretError
from f.models import metering
from f.models.providers import candidates_of
from f.models.types import Candidate
from f.whatsapp.canned_replies import canned_reply as say
from f.whatsapp.graph_api import GraphApi, MediaError
from f.whatsapp.speech import hearing_model, transcribe

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import Context

MB = 1 << 20
# kind → the most bytes we take. Meta delivers documents up to 100 MB: nobody reads those in a chat.
LIMITS = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 20 * MB, "sticker": MB}
SECONDS = 20.0
IMAGES = ("image/jpeg", "image/png", "image/webp")
# The problem of a file while it is being read. If reading ended the step, the mark is still there when the step is tried again.
UNFINISHED = "unfinished"
TRANSCRIBER = "gpt-4o-mini-transcribe"
SEEING = re.compile(r"gpt-4o|gpt-4\.1|gpt-5|gpt-4-turbo|^o[1-9]|gemini|vision|llava|pixtral|claude|-vl\b")
# A line of a question that says nothing but what kind of message came: [sticker], [image], [document] report.pdf
MARK_ONLY = re.compile(
    r"\[(?!location|contact|order|form|reaction|answers|about|from)[^\]\n]*\](?: [^\s:]+\.\w{1,5})?"
)
# kind → the situation whose words the customer gets
UNUSABLE = {
    "image": "cannot_see",
    "audio": "cannot_hear",
    "document": "cannot_open",
    "video": "cannot_watch",
}


class Means(NamedTuple):
    """Fetches and understands files: the Graph API, the model, whether it sees, and what transcribes voice notes, in which language."""

    api: GraphApi
    model: Candidate
    seeing: bool
    hearing: Candidate
    transcriber: str
    language: str | None


class File(NamedTuple):
    """A file as its message describes it. `kind`: image, audio, document or video."""

    message_id: str
    kind: str
    mime_type: str
    name: str


def sees(model: str, llm: dict[str, Any]) -> bool:
    """Whether a model takes pictures: as the platform's resource says of its model, else by the model's name."""
    declared = bool(llm.get("reads_images")) and model == llm.get("model")
    return declared or bool(SEEING.search(model.lower()))


def take_in(turn: Turn, messages: list[dict[str, Any]], api: GraphApi) -> list[dict[str, Any]]:
    """Fetches what came with the turn's messages and is not here yet. Returns message_id, kind and problem of each."""
    files: list[dict[str, Any]] = []
    means: Means | None = None
    for row in messages:
        message = row["message"]
        kind = str(message.get("type")) if isinstance(message, dict) else ""
        part = message.get(kind) if kind in LIMITS else None
        if not isinstance(part, dict):
            continue
        file = turn.db.row(
            "select message_id, kind, problem from media where phone_number_id = %s and message_id = %s",
            turn.phone_number_id,
            row["message_id"],
        )
        if file is None:
            means = means or _means(turn, api)
            file = _take_file(turn, row["message_id"], kind, part, means)
        if kind != "sticker":  # for the staff only: receive_message has the words for it
            files.append(file)
    return files


def fetch_missed(turn: Turn, missed: dict[str, Any], api: GraphApi) -> str | None:
    """Fetches a file that no turn took in, a row of claim_files, and writes down what a voice note says. Its problem; None: all went well."""
    content: bytes | None = None
    words, problem = None, None
    try:
        content = api.fetch_media(str(missed["file"] or ""), LIMITS[missed["kind"]], SECONDS)
        if missed["kind"] == "audio" and not turn.db.value("select is_budget_spent()"):
            words = _heard(turn, content, missed["mime_type"], _means(turn, api))
    except MediaError as error:
        problem = error.problem
        print(f"a message's {missed['kind']}: {error}")
    keys = [missed["phone_number_id"], missed["message_id"]]
    turn.db.value("select keep_file(%s, %s, %s, %s, %s)", *keys, content, words, problem)
    return problem


def _means(turn: Turn, api: GraphApi) -> Means:
    llm = turn.resources["llm"]
    model = chosen_model(turn)
    return Means(
        api,
        model,
        sees(model["model"], llm),
        hearing_model(llm, model),
        str(llm.get("transcription_model") or TRANSCRIBER),
        turn.spoken_language(),
    )


def _take_file(turn: Turn, message_id: str, kind: str, part: dict[str, Any], means: Means) -> dict[str, Any]:
    """One file: fetched, understood, stored. A problem is stored, too, and the file is not tried again in this turn."""
    content: bytes | None = None
    words, problem = None, None
    mime = str(part.get("mime_type") or "").split(";")[0].strip().lower()
    if kind == "document" and mime in IMAGES:
        kind = "image"  # sent as a file, to keep its size
    file = File(message_id, kind, mime, str(part.get("filename") or "")[:200])
    try:
        content = means.api.fetch_media(str(part.get("id") or ""), LIMITS[kind], SECONDS)
        if kind in ("video", "sticker"):
            raise MediaError("wrong_type", f"no model watches a {kind}")
        if kind == "image" and not means.seeing:
            raise MediaError("wrong_type", f"the model {means.model['model']!r} takes no pictures")
        if kind == "image" and mime not in IMAGES:
            raise MediaError("wrong_type", f"an image of type {mime}")
        if kind == "audio":
            words = _heard(turn, content, mime, means)
        if kind == "document":
            _store(turn, file, content, problem=UNFINISHED)
            words = read(content, file.name)
    except MediaError as error:
        problem = error.problem
        print(f"a message's {kind} is not used: {error}")
    _store(turn, file, content, words, problem)
    return {"message_id": message_id, "kind": kind, "problem": problem}


def _heard(turn: Turn, content: bytes, mime: str, means: Means) -> str:
    """What a voice note says. Raises MediaError."""
    words = transcribe(
        means.hearing, content, mime, means.transcriber, partial(_count_speech, turn), means.language
    )
    if not words:
        raise MediaError("no_words", "nothing was said")
    return words


def _store(
    turn: Turn,
    file: File,
    content: bytes | None = None,
    words: str | None = None,
    problem: str | None = None,
) -> None:
    """A file that was stored stays as it is, unless its mark says that it was still being read. What did not come is fetched again later."""
    turn.db.rows(
        "insert into media (phone_number_id, message_id, tenant_id, contact_id, kind, mime_type, filename, content, words, problem,"
        " size_bytes, fetch_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, case when %s then now() + interval '1 minute' end)"
        " on conflict (phone_number_id, message_id) do update"
        " set content = excluded.content, words = excluded.words, problem = excluded.problem where media.problem = %s",
        turn.phone_number_id,
        file.message_id,
        turn.tenant_id,
        turn.context["contact_id"],
        file.kind,
        file.mime_type,
        file.name,
        content,
        words,
        problem,
        None if content is None else len(content),
        problem == "unreachable",
        UNFINISHED,
    )


def chosen_model(turn: Turn) -> Candidate:
    """The chatbot's model with its vendor's address and key, the tenant's own where it has stored one: as the agent chooses it."""
    try:
        key = turn.model_key()
    except SecretError as problem:  # the next step says it to the operator, and answers in words
        print(problem)
        key = "unusable"
    return candidates_of(turn.resources["llm"], turn.settings, key)[0]


def _count_speech(turn: Turn, model: str, input_tokens: int, output_tokens: int) -> None:
    counted = metering.of_tokens(model, input_tokens, output_tokens, "speech", turn.phone_number_id)
    turn.db.value(metering.COUNT, *counted)


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


def file_outcome(
    context: Context, canned_replies: dict[str, Any], notice: str | None, files: list[dict[str, Any]]
) -> dict[str, Any]:
    """What becomes of a turn's files: `attachments` for the model, and a `preface` to the reply or what to `say` in place of one.

    `notice`: the situation that receive_message found, such as welcome_back.
    """
    problems = [
        "too_large" if file["problem"] == "too_large" else UNUSABLE[file["kind"]]
        for file in files
        if file["problem"]
    ]
    # The customer has written nothing but the word for it, and what else came in this turn.
    back = notice == "welcome_back"
    situations = ["welcome_back", *problems] if back else problems
    words = "\n\n".join(say(context, canned_replies, key) for key in dict.fromkeys(situations))
    outcome: dict[str, Any] = {
        "attachments": [f["message_id"] for f in files if not f["problem"] and f["kind"] != "audio"]
    }
    asked = "\n".join(
        line for line in context["question"].splitlines() if not MARK_ONLY.fullmatch(line.strip())
    )
    alone = back and len(context["message_ids"]) == 1
    if (asked.strip() and not alone) or outcome["attachments"]:
        return {**outcome, "preface": words} if words else outcome
    return {**outcome, "say": words or say(context, canned_replies, notice or "not_understood")}
