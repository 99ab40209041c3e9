# requirements: whatsapp
"""What the customer reads: words that need no model; and a model's reply, once it holds against its evidence.

A reply that does not hold goes back to the model with the reasons, within the turn's bounds (f/agent/loop). What does not hold in the end is
replaced by the chatbot's own words, which say no more than is true.
"""

# ruff: noqa: RUF001 - question marks of many scripts
from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from f.agent.handoff import keyword_of
from f.agent.language import is_yes
from f.agent.policy.awaiting import REQUESTED
from f.agent.policy.claims import REASONS, Draft, Finding
from f.agent.policy.deeds import deeds_in
from f.agent.policy.drafts import names_passages
from f.agent.policy.heard import akin_to, placed
from f.agent.policy.leaks import leak
from f.agent.policy.reply_check import Check
from f.agent.prompt import opening_hours
from f.common.figures.amounts import same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks
from f.common.figures.segments import Source, segments, sentences, terms

if TYPE_CHECKING:
    from f.agent.policy.evidence import Evidence
    from f.agent.turn import Turn
    from f.common.shapes import Citation

OFFERED_WITHIN = 6  # messages of the history in which an offer of a human still stands


class Verdict(NamedTuple):
    """What is said, where it comes from, whether it answers. `why`: for the trace. `error`: for the operator, something to mend."""

    text: str
    citations: list[Citation]
    answered: bool
    why: str | None = None
    error: str | None = None


def without_model(turn: Turn) -> Verdict | None:
    """The answers that need no model: words are given (a cap, a canned reply), nothing was said, a limit is reached, a person is wanted."""
    context, settings = turn.context, turn.settings
    if context.get("say"):
        return Verdict(context["say"], [], True, None)
    question = context["question"].strip()
    if not question:
        return unknown(turn, "the message has no words")
    keyword = keyword_of(question, settings.handoff_keywords)
    if keyword or (is_yes(question) and offered(turn, last_only=True)):
        turn.hand_off("keyword" if keyword else "customer", keyword or "accepted the offer of a person")
        return Verdict(turn.handoff_words(), [], True, f"asked for a person: {question[:100]}")
    if reached := turn.surroundings.usage["reached"]:
        why = f"{reached}: raise it in tenants.limits, or wait for the next month"
        return Verdict(turn.say("limit_message"), [], False, None, why)
    tokens = len(f"{settings.persona}{settings.system_prompt}".encode()) // 4
    if tokens > settings.max_tokens:
        size = f"about {tokens} tokens, more than the {settings.max_tokens} that a turn may use"
        return given_up(turn, f"the chatbot's system prompt has {size}: shorten it")
    return None


def offered(turn: Turn, last_only: bool = False) -> bool:
    """Whether the chatbot has offered a human a moment ago; `last_only`: with its last words."""
    history, settings = turn.context["history"], turn.settings
    if last_only and (not history or history[-1]["role"] != "assistant"):
        return False
    recent = [u["text"] for u in history[-1 if last_only else -OFFERED_WITHIN :] if u["role"] == "assistant"]
    offers = [
        o.strip()
        for o in (*settings.dont_know.values(), *settings.offer_human.values())
        if o.rstrip().endswith(("?", "？", "؟"))
    ]
    return any(offer in text for text in recent for offer in offers)


def problems(turn: Turn, evidence: Evidence, draft: Draft, secrets: list[str]) -> list[Finding]:
    """Why a draft is not sent; empty: it is."""
    if given_away := leak(turn, evidence, draft, secrets):
        return [Finding("leak", draft.text, given_away)]
    if draft.kind == "unknown" and not draft.claims:
        return []  # the chatbot's own words are said in its place
    about = sources(turn, evidence)
    outcome = (
        today(turn),
        bool(evidence.changed),
        bool(turn.handed_off),
        evidence.failed,
        [name for name, _ in evidence.awaiting],
    )
    found = Check(draft, about, *outcome).problems()
    if not found and (heard := akin_to(draft, about)) != draft:
        found = placed(Check(heard, about, *outcome).problems(), draft, heard)
    if not found and unsourced(turn, evidence, draft):
        found = [Finding("unsourced", draft.text, "")]
    return found


def feedback(found: list[Finding]) -> str:
    """What the model is told of a reply that was not sent."""
    reasons = list(
        dict.fromkeys(REASONS[p.code].format(detail=p.detail[:200], says=p.says[:200]) for p in found[:5])
    )
    return (
        f"Your reply was NOT sent: {'; '.join(reasons)}. Correct it and reply again. You may search again in other words or in the documents'"
        " language, quote the exact words of a source, reckon with figures of your sources only, ask the customer back, or reply with kind unknown."
    )


def accepted(turn: Turn, evidence: Evidence, draft: Draft) -> Verdict:
    """The verdict on a draft without problems."""
    if draft.kind == "unknown" and not draft.claims:
        if evidence.out_of_order or evidence.knowledge.problem:
            return failed(
                turn, "; ".join([*evidence.out_of_order, *filter(None, [evidence.knowledge.problem])])
            )
        return _with_handoff(turn, unknown(turn, "the model found no answer"))
    marks = [mark for _, named in draft.sentences for mark in named]
    citations = evidence.knowledge.cited(marks)
    uncited = (
        draft.kind is None
        and evidence.searched_by_model
        and not (
            citations or evidence.tool_answers or evidence.done or evidence.awaiting or evidence.enclosed
        )
        and not _from_hours(turn, draft)
    )
    return _with_handoff(turn, Verdict(draft.text, citations, not uncited))


def refused(turn: Turn, evidence: Evidence, found: list[Finding]) -> Verdict:
    """The chatbot's words in place of a reply that never held. They say that it does not know only where nothing was found."""
    why = "not sent: " + "; ".join(f"{p.code} {p.detail[:80]!r} in {p.says[:120]!r}" for p in found[:5])
    if evidence.out_of_order or evidence.knowledge.problem:
        return failed(turn, "; ".join([*evidence.out_of_order, *filter(None, [evidence.knowledge.problem])]))
    if not evidence.knowledge.sources and not evidence.tool_answers:
        return _with_handoff(turn, unknown(turn, why))
    words = [turn.canned_reply("not_sure"), _offer(turn)]
    return _with_handoff(turn, Verdict(" ".join(filter(None, words)), [], False, why))


def unknown(turn: Turn, why: str) -> Verdict:
    """The chatbot's words for what it does not know. The offer of a human is made once."""
    words = turn.say("dont_know")
    if offered(turn):
        words = " ".join(s for s in sentences(words) if not s.endswith(("?", "？", "؟"))) or words
    return Verdict(" ".join(filter(None, [words, _offer(turn)])), [], False, why)


def _offer(turn: Turn) -> str:
    return "" if offered(turn) else turn.say("offer_human")


def _with_handoff(turn: Turn, verdict: Verdict) -> Verdict:
    """The verdict with the words for a handoff, where the turn hands off."""
    if not turn.handed_off:
        return verdict
    words = turn.handoff_words()
    if verdict.answered and verdict.citations:
        return verdict._replace(text=f"{verdict.text}\n\n{words}")
    return Verdict(words, [], True, "passed on to a human")


def given_up(turn: Turn, error: str) -> Verdict:
    """A failure in the chatbot's words; a human takes over where the chatbot is set so."""
    if not turn.settings.handoff_on_failure:
        return failed(turn, error)
    turn.hand_off("failure", error)
    return failed(turn, error)._replace(text=turn.handoff_words())


def in_words_for_asking(turn: Turn, evidence: Evidence, verdict: Verdict) -> Verdict:
    """The verdict; where a colleague was asked and the model found no words that hold, those for that."""
    is_trial = turn.dry_run and not turn.replays
    if not evidence.awaiting or is_trial or turn.handed_off or (verdict.answered and not verdict.error):
        return verdict
    return verdict._replace(text=turn.canned_reply("approval_asked"), citations=[], answered=True)


def failed(turn: Turn, error: str) -> Verdict:
    """The chatbot's words for a failure; `error` tells the operator what to mend."""
    return Verdict(turn.say("failure_message"), [], False, None, error)


def needs_lookup(turn: Turn, evidence: Evidence, draft: Draft) -> bool:
    """Whether the code searches before a reply is judged: nothing was looked up, and it may be more than talk."""
    if _from_hours(turn, draft, unnamed=True):
        return False
    if evidence.looked_up or turn.context.get("attachments") or evidence.enclosed or turn.handed_off:
        return False
    if draft.kind in ("talk", "clarify", "handoff"):
        return False
    question = turn.context["question"]
    return (
        bool(re.search(r"[?？؟]", question))
        or len(terms(question)) > 3
        or draft.kind in ("answer", "unknown")
    )


def sources(turn: Turn, evidence: Evidence) -> list[Source]:
    """All that a reply of this turn may rest on."""
    context, settings, history = turn.context, turn.settings, turn.context["history"]
    bot = "\n".join(u["text"] for u in history if u["role"] == "assistant")
    customer = "\n".join(u["text"] for u in history if u["role"] == "user")
    contact = context["contact"]
    about = f"{contact['name'] or ''}\n{json.dumps(contact['lead'], ensure_ascii=False) if contact['lead'] else ''}"
    return [
        *evidence.knowledge.sources.values(),
        *(Source(name, outcome) for name, outcome in (*evidence.tool_answers, *evidence.done)),
        *(Source(REQUESTED, f"not done yet: {name} {arguments}") for name, arguments in evidence.awaiting),
        Source("hours", opening_hours(turn).partition(" Questions about")[0]),
        Source("conversation", bot),
        Source("persona", f"{settings.name}\n{settings.persona}\n{settings.system_prompt}"),
        Source("clock", turn.surroundings.local_time),
        Source("said", f"{customer}\n{about}"),
        Source("customer", context["question"]),
    ]


def today(turn: Turn) -> date:
    """The day by the business's clock."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", turn.surroundings.local_time)
    return date.fromisoformat(found[0]) if found else date.today()


def unsourced(turn: Turn, evidence: Evidence, draft: Draft) -> bool:
    """Whether a reply rests on nothing: an answer without a claim, or plain text of a model that has looked and names nothing that it found.

    A question to the customer after a statement is how one asks back or offers a person; a statement after the reply's own question is not.
    """
    if (
        evidence.awaiting
        or evidence.tool_answers
        or evidence.enclosed
        or names_passages(draft, evidence.knowledge.sources)
    ):
        return False
    if evidence.done and _of_deeds(turn, evidence, draft):
        return False
    if draft.kind == "answer":
        return not draft.claims and not _from_hours(turn, draft)
    if draft.kind in ("clarify", None) and _answers_itself(turn, draft):
        return True
    if draft.kind is not None or not evidence.searched_by_model or _from_hours(turn, draft):
        return False
    questions = [asks(s) for s, _ in draft.sentences]
    return not any(questions) or (questions[0] and not all(questions))


def _of_deeds(turn: Turn, evidence: Evidence, draft: Draft) -> bool:
    """Whether a reply says what was done, and names no figure but those that the customer wrote, or that it was done with."""
    if not any(deeds_in(sentence) for sentence, _ in draft.sentences):
        return False
    words = [turn.context["question"], *(with_what for _, with_what in evidence.done)]
    known = [figure for text in words for figure in figures(text)]
    return all(any(same(figure, other) for other in known) for figure in figures(draft.text))


def _answers_itself(turn: Turn, draft: Draft) -> bool:
    """Whether a reply asks what the customer has asked, and goes on with a statement: "Outdoor seating? Absolutely, ..."."""
    first, rest = draft.sentences[0][0], draft.sentences[1:]
    words = terms(first)
    return (
        asks(first)
        and bool(rest)
        and not asks(rest[0][0])
        and bool(words)
        and words <= terms(turn.context["question"])
    )


def _from_hours(turn: Turn, draft: Draft, unnamed: bool = False) -> bool:
    """Whether a draft rests on the opening hours: it names them and says times or days of theirs. `unnamed`: or says no others."""
    theirs = [f for s in segments(Source("hours", opening_hours(turn))) for f in s.figures]
    stand = [any(same(f, g) for g in theirs) for f in figures(draft.text)]
    named = any("hours" in marks for _, marks in draft.sentences)
    return any(stand) if named else unnamed and bool(stand) and all(stand)
