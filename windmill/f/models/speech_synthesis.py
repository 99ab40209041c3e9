# no_postinstall
# requirements: media
"""Text as speech, in Opus in an Ogg file: the only sound that WhatsApp shows as a voice note. Of OpenAI's /audio/speech, or of Gemini's models."""

from __future__ import annotations

import math
import struct
from typing import Any, NamedTuple

from f.models.metering import tokens_of
from f.models.types import Candidate, ModelError

OPENAI_MODEL, OPENAI_VOICE = "gpt-4o-mini-tts", "alloy"
GEMINI_MODEL, GEMINI_VOICE = "gemini-3.8-flash-lite-tts", "Kore"
# OpenAI's answer names no tokens. Its page on prices has 0.015 USD a minute beside 12 USD a million tokens of sound.
TOKENS_PER_SECOND = 1250 / 60
SAMPLES_PER_SECOND = 48_000  # as Opus counts in Ogg, whatever it was recorded with
OGG_OPUS = "audio/ogg_opus"


class Speech(NamedTuple):
    """An Ogg file, and what it counts."""

    content: bytes
    model: str
    input_tokens: int
    output_tokens: int


def synthesize(model: Candidate, text: str, llm: dict[str, Any], seconds: float) -> Speech:
    """The text, spoken. `model`: whose vendor, address and key are used; `llm`: names the model for speech and the voice. Raises ModelError."""
    by, voice = str(llm.get("speech_model") or ""), str(llm.get("speech_voice") or "")
    try:
        if model["provider"] == "gemini":
            made = _of_gemini(model, text, by or GEMINI_MODEL, voice or GEMINI_VOICE, seconds)
        else:
            made = _of_openai(model, text, by or OPENAI_MODEL, voice or OPENAI_VOICE, seconds)
    except (
        Exception
    ) as error:  # both SDKs let exceptions of their HTTP libraries through, and those of parsing
        raise ModelError("server", f"the answer could not be spoken: {type(error).__name__}") from None
    if made.content[:4] != b"OggS" or b"OpusHead" not in made.content[:200]:
        raise ModelError("shape", f"the answer could not be spoken: {made.model} gives no Opus in Ogg")
    return made


def _of_openai(model: Candidate, text: str, by: str, voice: str, seconds: float) -> Speech:
    import openai

    with openai.OpenAI(
        api_key=model["api_key"] or "none",
        base_url=model["base_url"] or None,
        timeout=seconds,
        max_retries=0,
    ) as client:
        answer = client.audio.speech.create(model=by, voice=voice, input=text, response_format="opus")
        content = answer.read()
    return Speech(content, by, tokens_of([text]), math.ceil(seconds_of(content) * TOKENS_PER_SECOND))


def _of_gemini(model: Candidate, text: str, by: str, voice: str, seconds: float) -> Speech:
    from google import genai
    from google.genai import types

    # The SDK has no name for the format yet; without it the answer is bare samples.
    wanted = {"generationConfig": {"responseFormat": [{"audio": {"mimeType": OGG_OPUS}}]}}
    options = types.HttpOptions(
        base_url=model["base_url"] or None, timeout=round(seconds * 1000), extra_body=wanted
    )
    client = genai.Client(api_key=model["api_key"] or "none", vertexai=False, http_options=options)
    config = types.GenerateContentConfig(
        response_modalities=["AUDIO"],
        speech_config=types.SpeechConfig(
            voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=voice))
        ),
    )
    answer = client.models.generate_content(model=by, contents=text, config=config)
    part: Any = answer.parts[0] if answer.parts else None
    content = bytes(part.inline_data.data)
    used: Any = answer.usage_metadata
    return Speech(content, by, used.prompt_token_count or 0, used.candidates_token_count or 0)


def seconds_of(ogg: bytes) -> float:
    """How long an Ogg file of Opus plays, by the position of its last page; 0 where it has none."""
    last = ogg.rfind(b"OggS")
    if last < 0 or len(ogg) < last + 14:
        return 0.0
    (position,) = struct.unpack_from("<q", ogg, last + 6)
    return float(max(position, 0) / SAMPLES_PER_SECOND)
