# no_postinstall
# requirements: media
"""What is said in a voice note: where it is written down, in which language, and what that costs."""

from __future__ import annotations

import math
import re
from typing import Any

from f.models import metering
from f.models.types import NO_KEY, Candidate
from f.whatsapp.graph_api import MediaError

TOKENS_HEARD_PER_SECOND = 10  # as OpenAI counts sound
TOKENS_SAID_PER_SECOND = 4  # of quick speech


def hearing_model(llm: dict[str, Any], model: Candidate) -> Candidate:
    """Where voice notes go: to the platform's address for speech with its own key where there is one, else where the chatbot's model is."""
    address = str(llm.get("transcription_base_url") or "")
    if not address:
        return model
    key = str(llm.get("transcription_api_key") or "").strip()
    return {**model, "provider": "openai", "base_url": address, "api_key": "" if key == NO_KEY else key}


def transcribe(
    model: Candidate,
    content: bytes,
    mime: str,
    by: str,
    meter: metering.Meter | None = None,
    language: str | None = None,
) -> str:
    """What is said in a voice note. `by`: OpenAI's model for it; Gemini's chat models hear by themselves.

    `language`: the code of the one that it is in; without it, transcribers translate now and then: Spanish came out as English.
    `meter` counts the tokens that the provider names; where it names none, those of the seconds or of the words.
    """
    if model["provider"] == "gemini":
        return _transcribe_gemini(model, content, mime, meter, language)
    import openai

    ending = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "m4a", "audio/amr": "amr"}.get(
        mime, "ogg"
    )
    try:
        with openai.OpenAI(
            api_key=model["api_key"] or "none", base_url=model["base_url"] or None, timeout=30, max_retries=1
        ) as client:
            answer = client.audio.transcriptions.create(
                model=by,
                file=(f"voice.{ending}", content, mime or "audio/ogg"),
                language=re.split("[-_]", language)[0] if language else openai.omit,
            )
    except openai.OpenAIError as error:
        raise _unheard(error) from None
    words = str(answer.text).strip()[:8000]
    if meter:
        meter(by, *_tokens_of_speech(getattr(answer, "usage", None), words))
    return words


def _tokens_of_speech(used: Any, words: str) -> tuple[int, int]:
    """Input and output tokens of a transcription: many servers name the seconds alone, or nothing."""
    heard, written = getattr(used, "input_tokens", None), getattr(used, "output_tokens", None)
    if heard is not None:
        return heard, written or 0
    said = metering.tokens_of([words])
    seconds = getattr(used, "seconds", None) or said / TOKENS_SAID_PER_SECOND
    return math.ceil(seconds * TOKENS_HEARD_PER_SECOND), said


def _transcribe_gemini(
    model: Candidate, content: bytes, mime: str, meter: metering.Meter | None, language: str | None
) -> str:
    from google import genai
    from google.genai import types

    options = types.HttpOptions(base_url=model["base_url"] or None, timeout=30_000)
    asked = "Write down word for word what is said, in the language in which it is said. If nothing is said, answer with nothing."
    if language:
        asked += f" It is most likely in the language {language}."
    parts: Any = [types.Part.from_bytes(data=content, mime_type=mime or "audio/ogg"), asked]
    try:
        client = genai.Client(api_key=model["api_key"] or "none", vertexai=False, http_options=options)
        answer = client.models.generate_content(model=model["model"], contents=parts)
        words = str(answer.text or "").strip()[:8000]
    except Exception as error:  # the SDK lets its HTTP library's own exceptions through, and those of parsing
        raise _unheard(error) from None
    used = answer.usage_metadata
    if meter and used:
        meter(model["model"], used.prompt_token_count or 0, used.candidates_token_count or 0)
    return words


def _unheard(error: Exception) -> MediaError:
    return MediaError("unreachable", f"the voice note could not be transcribed: {type(error).__name__}")
