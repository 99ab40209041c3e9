"""Bots as hypothesis makes them: everything that a file may say, with odd texts."""

from __future__ import annotations

from typing import Any

from deploy.bots.file import FORMAT
from hypothesis import strategies as st

LANGUAGES = ("en", "es", "de", "no", "pt-BR", "zh")
ODD = (
    "no", "yes", "null", "~", "true", "1e5", "012", "14:00", "2026-12-24", "- a", "# b", "a: b", "'", '"', "{x}", "[", "*a", "&a", "!b", "%", "|",
    "مرحبا بالعالم", "שלום", "नमस्ते", "สวัสดี", "你好世界", "こんにちは", "안녕하세요", "Ünïcödé", "İstanbul", "ß", "e\u0301", "👩‍👩‍👧‍👦 🏳️‍🌈",
    "a\nb", "a\n\n  b\n", " a", "a ", "a\tb", "a\r\nb", "\u2028a", "\x85", "\ufeff", "\u200b", "\u202eabc", "a\\nb", "<<", "=",
)  # fmt: skip


def words(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """Texts of every script that PostgreSQL can store, and those that YAML takes for something else."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    return (st.text(letters, max_size=min(most, 60)) | st.sampled_from(ODD) | st.just("x" * most)).filter(
        lambda text: len(text.strip()) >= least and len(text) <= most
    )


def by_language(least: int = 1) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(LANGUAGES), words(1000).map(str.strip), min_size=least)


SPANS = st.lists(
    st.sampled_from([["09:00", "14:00"], ["14:00", "24:00"], ["22:00", "02:00"], ["00:00", "12:30"]]),
    max_size=3,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | words(100),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words(20), inner, max_size=3),
    max_leaves=8,
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "name": words(200),
        "enabled": st.booleans(),
        "persona": words(4000, 0),
        "system_prompt": words(8000, 0),
        "provider": st.sampled_from([None, "openai", "gemini"]),
        "model": st.none() | words(100).map(str.strip),
        "fallbacks": st.lists(
            st.fixed_dictionaries({"provider": st.just("openai"), "model": words(40)}), max_size=2
        ),
        "temperature": st.none() | st.floats(0, 2, width=32),
        "max_output_tokens": st.none() | st.sampled_from([100, 100_000]),
        "reasoning_effort": st.sampled_from([None, "low", "high"]),
        "languages": st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True),
        "dont_know": by_language(),
        "offer_human": by_language(0),
        "canned_replies": st.dictionaries(st.sampled_from(["not_understood", "too_large"]), by_language()),
        "opt_out_words": st.dictionaries(
            st.sampled_from(LANGUAGES),
            st.lists(words(60).map(str.strip), min_size=1, max_size=3, unique=True),
        ),
        "max_rounds": st.sampled_from([1, 20]),
        "merge_window_s": st.sampled_from([0, 0.5, 30]),
        "max_cost_usd": st.sampled_from([0.001, 0.5, 100]),
        "handoff_keywords": st.lists(words(60).map(str.strip), max_size=3, unique=True),
        "notify_phone": st.sampled_from([None, "34600111222"]),
        "window_template": st.sampled_from([None, {"name": "we_are_back", "language": "en"}]),
        "time_zone": st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kathmandu"]),
        "opening_hours": st.dictionaries(st.sampled_from(["mon", "tue", "sun"]), SPANS),
        "closed_on": st.lists(st.dates().map(str), max_size=3, unique=True).map(sorted),
        "outside_hours": st.sampled_from(["answer", "close"]),
    },
)
PAIRS = st.lists(
    st.fixed_dictionaries({"question": words(1000), "answer": words(8000)}),
    max_size=5,
    unique_by=lambda pair: " ".join(pair["question"].split()).lower(),
)
SOURCES = st.lists(
    st.fixed_dictionaries(
        {
            "url": st.integers(1, 10**6).map(lambda n: f"https://shop.example/ü/{n}?a=ñ"),
            "kind": st.sampled_from(["page", "sitemap", "crawl"]),
        },
        optional={"max_pages": st.integers(1, 2000), "refresh_hours": st.integers(1, 8760)},
    ),
    max_size=3,
    unique_by=lambda source: source["url"],
)
RULES = st.sampled_from(["always", {"parameter": "amount", "over": 50}, {"parameter": "número", "over": 0.5}])
SERVERS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True),
    st.fixed_dictionaries(
        {"url": st.just("https://orders.example/mcp")},
        optional={
            "headers": st.sampled_from([{}, {"X-Shop": "1"}, {"X-B": "b", "X-A": "a"}]),
            "secret_headers": st.sampled_from([[], ["Authorization"], ["X-Key", "Authorization"]]),
            "oauth": st.sampled_from([None, {"issuer": "https://login.example", "client_id": "ñ"}]),
            "allowed_tools": st.lists(words(100), max_size=3, unique=True),
            "tool_settings": st.dictionaries(
                words(20), st.sampled_from([{"read_only": True}, {"timeout_s": 2.5}]), max_size=2
            ),
            "approvals": st.dictionaries(words(20), RULES, max_size=2),
            "timeout_s": st.sampled_from([1, 2.5, 60]),
            "enabled": st.booleans(),
        },
    ),
    max_size=3,
)


@st.composite
def actions(draw: Any) -> dict[str, Any]:
    model = {
        "name": "id",
        "source": "model",
        "schema": {"type": "string"},
        "description": draw(words(100, 0)),
    }
    fixed = {"name": "fixed", "source": "fixed", "value": draw(JSON)}
    return {
        "description": draw(words(1000)),
        "method": "POST",
        "url": "https://shop.example/orders/{id}",
        "query": {"q": "{fixed}"},
        "headers": {"X-Key": "{key}", "X-Contact": "{phone}"},
        "body": {"text": draw(words(50).filter(lambda text: "{" not in text)), "more": [1, None, True]},
        "body_kind": "json",
        "parameters": [
            model,
            fixed,
            {"name": "key", "source": "secret"},
            {"name": "phone", "source": "contact", "value": "phone", "required": draw(st.booleans())},
        ],
        "approval": draw(st.none() | RULES),
        "enabled": draw(st.booleans()),
    }


BOTS = st.fixed_dictionaries(
    {
        "format": st.just(FORMAT),
        "business": st.fixed_dictionaries(
            {},
            optional={"speaker_notes": st.booleans(), "assignment": st.sampled_from(["manual", "in_turn"])},
        ),
        "settings": SETTINGS,
        "qa_pairs": PAIRS,
        "web_sources": SOURCES,
        "mcp_servers": SERVERS,
        "http_actions": st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_]{0,59}", fullmatch=True), actions(), max_size=2
        ),
        "saved_replies": st.dictionaries(words(60), words(4000), max_size=3).filter(
            lambda made: len({name.strip().lower() for name in made}) == len(made)
        ),
        "cases": st.dictionaries(
            words(200),
            st.fixed_dictionaries(
                {
                    "question": words(2000),
                    "expected": st.fixed_dictionaries(
                        {"outcome": st.sampled_from(["answered", "unanswered", "handed_off"])},
                        optional={
                            "must_say": st.lists(words(200), max_size=3),
                            "source": st.fixed_dictionaries({"title": words(100)}),
                            "tool": words(50),
                        },
                    ),
                },
                optional={"enabled": st.booleans()},
            ),
            max_size=2,
        ).filter(lambda made: len({name.lower() for name in made}) == len(made)),
        "staff": st.dictionaries(
            st.sampled_from(["a@shop.example", "b@shop.example"]), st.sampled_from(["owner", "viewer"])
        ),
    }
)
