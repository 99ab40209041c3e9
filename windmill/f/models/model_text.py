"""Cleans what a model writes: its thoughts, its vendor's control tokens, words in the customer's name, and endless repetition never go further.

The one place between the vendors and the agent; tool calls written as text are read in written_calls. Servers differ in what they leave in
the text: what is handled here was seen in the field with Ollama, llama.cpp, vLLM, LM Studio and the models that they serve.
"""

# ruff: noqa: RUF001 - control tokens of several models, and the alphabets that models think in
from __future__ import annotations

import re
from collections import Counter
from html import unescape

LONGEST = 20_000  # characters of a reply, which goes out in as many messages as it needs. What is longer is a loop, and would only cost time
LONGEST_READ = 60_000  # of what it writes with its thoughts
_THOUGHT = (
    r"think(?:ing)?|thoughts?|(?:chain_of_|train_of_)thoughts?|cot|reason(?:ing)?(?:_content|_process|_steps)?|(?:self_)?reflection|analysis"
    r"|scratch_?pad|(?:inner|internal)_(?:monologue|thoughts?)|seed:think|antthinking|internal|plan(?:ning)?"
)
_OPEN = re.compile(
    rf"<\s*(?:{_THOUGHT})(?:\s[^<>]*)?>|\[\s*THINK\s*\]|◁think▷|<\|(?:begin_of_thought|START_THINKING|think(?:ing)?|thoughts?)\|>|\ufeff?<｜think｜>"
    r"|<\|channel>\s*(?:thought|analysis)\b",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    rf"<\s*/\s*(?:{_THOUGHT})\s*>|\[\s*/\s*THINK\s*\]|◁/think▷|<\|(?:end_of_thought|END_THINKING|/think(?:ing)?|/thoughts?)\|>|<｜/think｜>|<channel\|>",
    re.IGNORECASE,
)
_NOTHING_THOUGHT = re.compile(rf"<\s*(?:{_THOUGHT})\s*/\s*>", re.IGNORECASE)
_ASIDE = re.compile(
    r"```(?:think(?:ing)?|thoughts?|reasoning|analysis)\b.*?(?:```|\Z)"
    r"|<details\b[^<>]*>\s*<summary>\s*(?:thought|thinking|reasoning)\b.*?(?:</details>|\Z)|<details\b[^<>]*\breasoning\b.*?(?:</details>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# A tag at the very beginning that is no formatting, such as <pensamiento>: models think in all languages. Words must follow it.
_ANSWER = r"answer|response|final|output|final_answer|result|reply|respuesta|antwort|r[ée]ponse|resposta|risposta|ответ|回答|答案"
_FORMATTING = (
    r"b|i|u|s|p|a|q|br|em|strong|small|mark|sub|sup|span|div|ul|ol|li|h[1-6]|hr|code|pre|table|blockquote|font|center|cite|del|ins|img"
    rf"|{_ANSWER}|message|text"
)
_UNKNOWN = re.compile(
    rf"\A\s*<(?!(?:{_FORMATTING})\b)([^\W\d][\w:-]{{1,40}})(?:\s[^<>]*)?>.*?<\s*/\s*\1\s*>(?=\s*\S)",
    re.IGNORECASE | re.DOTALL,
)
_LABELLED = re.compile(
    r"\A\W{0,4}(?:thoughts?|thinking(?: process)?|reasoning|analysis)\W{0,3}:.*?(?:\n|\. )\W{0,4}(?:final )?(?:answer|response|reply)\W{0,3}:[*_\s]*",
    re.IGNORECASE | re.DOTALL,
)
_LOST_CHANNELS = re.compile(r"\Aanalysis(?=[A-Z\s]).*assistant\s*final(?=\W|[A-Z])", re.DOTALL)  # gpt-oss
_TOKEN = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>(?:model|user)?"
    r"|<\|?(?:eot_id|im_end|im_start|endoftext)\|?>"
    rf"|</?(?:{_ANSWER})>",
    re.IGNORECASE,
)
# From here on the model writes in the customer's name. Only a control token tells: "Customer: 20 EUR" is a line of a price list.
_OTHERS_TURN = re.compile(
    r"(?<=\S)\s*(?:<\|im_start\|>\s*user|<start_of_turn>\s*user|<\|start_header_id\|>\s*user|<\|user\|>|<｜User｜>|(?<=[\w.!?])\s*\[INST\]"
    r"|(?:<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|</s>|<end_of_turn>)\s*(?:Human|User|Customer)\s*:).*\Z",
    re.DOTALL,
)
SENTENCE = 25  # letters: a shorter piece may well come twice, as the month of two dates does
SHORT = 8
OFTEN = 3
_ROLE = re.compile(r"^\s*(?:\[platform\]|(?:assistant|model|bot|ai)\s*:)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*\d{1,3}[.)]\s")  # of an item in a list
REPEATED = re.compile(r"(.{6,200}?)(?:\s*\1){3,}", re.DOTALL)
_GARBAGE = re.compile(
    r"(?:(\S)\s*(?:\1\s*){19,}|[\W_]*|null|undefined|\W*no content\W*|\[your answer here\])",
    re.IGNORECASE,
)
_PICTURE = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")  # a smile is an answer


def without_thoughts(text: str) -> str:
    """The text without what the model thought aloud: closed or not, opened or not, in every form that servers leave in."""
    return _LABELLED.sub("", _without_marked(text)).strip()


def _without_marked(text: str) -> str:
    """The text without the thoughts that marks or channels tell from what is said."""
    text = text[:LONGEST_READ]
    if "&lt;" in text and _OPEN.search(plain := unescape(text)):
        text = plain
    text = _NOTHING_THOUGHT.sub("", _ASIDE.sub("", _final_channel(text)))
    while (opened := _OPEN.search(text)) and (closed := _CLOSE.search(text, opened.end())):
        text = text[: opened.start()] + text[closed.end() :]
    if opened:
        text = text[: opened.start()]
    closes = list(_CLOSE.finditer(text))  # the server has kept the opening mark for itself
    if closes:
        text = text[closes[-1].end() :]
    return _LOST_CHANNELS.sub("", text.strip())


def _final_channel(text: str) -> str:
    """Of a text in channels (gpt-oss), what was said on the final one; '' where nothing was."""
    found = list(re.finditer(r"<\|channel\|>\s*(\w+)", text))
    if not found:
        return text
    last = found[-1]
    if last[1].lower() != "final":
        return ""
    said = text[last.end() :]
    begin = said.find("<|message|>")
    return said[begin + len("<|message|>") :] if begin >= 0 else said


def without_tokens(text: str) -> str:
    """The text without control tokens, without a role's name before it, and without what the model wrote in the customer's name."""
    text = _TOKEN.sub("", _OTHERS_TURN.sub("", _UNKNOWN.sub("", text)))
    return _ROLE.sub("", re.sub(r"\\boxed\{([^{}]*)\}", r"\1", text)).strip()


def spoken(text: str) -> str:
    """The text of a call of `reply` without control tokens and thoughts. Nothing else is cut: it was written for the customer."""
    return _TOKEN.sub("", _OTHERS_TURN.sub("", _without_marked(text))).strip()


def bounded(text: str) -> str:
    """The text, or as much of one without end as is looked at, up to the end of a line, a sentence or a word."""
    if len(text) <= LONGEST:
        return text
    head = text[:LONGEST]
    ends = (head.rfind(mark) + 1 for mark in ("\n", ". ", " "))
    return head[: next((end for end in ends if end > LONGEST // 2), LONGEST)].rstrip()


def says_nothing(text: str) -> bool:
    """Whether a text has no word in it: punctuation, one letter for ever, a placeholder."""
    return not _PICTURE.search(text) and bool(_GARBAGE.fullmatch(text.replace("\ufffd", "")[:LONGEST]))


def without_repetition(text: str) -> str:
    """The text with a sentence that comes twice, and a piece that comes again and again, said once."""
    pieces = re.split(r"((?<=[.!?。！？؟।])(?<!\b\d\.)(?<!\b\d\d\.)\s+|\n+)", text)
    keys = [_NUMBER.sub("", " ".join(piece.casefold().split())) for piece in pieces[::2]]
    times = Counter(keys)
    kept: list[str] = []
    seen: set[str] = set()
    for piece, key, space in zip(pieces[::2], keys, [*pieces[1::2], ""], strict=True):
        if key not in seen or len(key) < SHORT or (len(key) < SENTENCE and times[key] <= OFTEN):
            kept += [piece, space]
        seen.add(key)
    once = "".join(kept)
    return REPEATED.sub(r"\1", once).strip()
