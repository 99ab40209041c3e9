# requirements:
# cryptography==50.0.2
# google-genai==3.4.0
# httpx2==2.16.2
# mcp==2.3.0
# openai==3.54.0
# pgvector==0.5.1
# psycopg[binary]==3.3.9

"""What the customer reads: the answers that need no model; and what the model said, held against the evidence, in the chatbot's own words
where it does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from f.agent.builtin_tools import HAND_OFF, REMEMBER, SEND_DOCUMENT
from f.agent.grounding import (
    MARK,
    NUMBER,
    OPENING,
    asks_back,
    gives_away,
    is_courtesy,
    is_yes,
    numbers_of,
    readings,
    says_unknown,
    unsupported,
)
from f.agent.handoff import keyword_of
from f.agent.prompt import HOURS_MARK, NO_ANSWER, RULES, hours_in_words
from f.common.redaction import KEY
from f.whatsapp.choices import OFFER

if TYPE_CHECKING:
    from f.agent.evidence import Evidence
    from f.agent.turn import Turn
    from f.common.shapes import Citation


class Verdict(NamedTuple):
    """What is said, where it comes from, whether it answers. `why`: for the trace. `error`: for the operator, something is to be mended."""

    text: str
    citations: list[Citation]
    answered: bool
    why: str | None = None
    error: str | None = None


def without_model(turn: Turn) -> Verdict | None:
    """The answers that need no model: words are given (a cap, a notice), nothing was said, the limit is reached, a person is wanted."""
    context, settings = turn.context, turn.settings
    if context.get("say"):
        return Verdict(context["say"], [], True, None)
    question = context["question"].strip()
    if not question:
        return unanswered(turn, "the message has no words")
    reached = turn.surroundings.usage["reached"]
    keyword = keyword_of(question, settings.handoff_keywords)
    if keyword or (is_yes(question) and _was_offered(turn)):
        turn.hand_off("keyword" if keyword else "customer", keyword or "accepted the offer of a person")
        return Verdict(turn.say("handoff_message"), [], True, f"asked for a person: {question[:100]}")
    if reached:
        return Verdict(
            turn.say("limit_message"),
            [],
            False,
            None,
            f"{reached}: raise it in tenants.limits, or wait for the next month",
        )
    prompt = f"{settings.persona}{settings.system_prompt}"
    if len(prompt.encode()) // 4 > settings.max_tokens:
        size = f"about {len(prompt.encode()) // 4} tokens, more than the {settings.max_tokens} that a turn may use"
        return given_up(turn, f"the chatbot's system prompt has {size}: shorten it")
    return None


def _was_offered(turn: Turn) -> bool:
    """Whether the chatbot's last words were the offer of a human."""
    history, settings = turn.context["history"], turn.settings
    last = next((u["text"] for u in reversed(history)), "")
    spoke = bool(history) and history[-1]["role"] == "assistant"
    offers = [*settings.dont_know.values(), *settings.offer_human.values()]
    return spoke and any(offer and offer.rstrip().endswith("?") and offer.strip() in last for offer in offers)


def given_up(turn: Turn, error: str) -> Verdict:
    """A failure in the chatbot's words; it is a human's turn where the chatbot is set so."""
    if not turn.settings.handoff_on_failure:
        return failed(turn, error)
    turn.hand_off("failure", error)
    return failed(turn, error)._replace(text=turn.say("handoff_message"))


def judge(turn: Turn, evidence: Evidence, reply: str, secrets: list[str]) -> Verdict:
    """The verdict on a reply that is there. A model's failure is not judged here."""
    prompt = f"{turn.settings.persona} {turn.settings.system_prompt}"
    shown = f"{reply}\n{evidence.choices or ''}"
    leak = gives_away(shown, RULES, prompt, secrets) or ("a key" if KEY.search(shown) else None)
    if leak:
        return unanswered(turn, f"the reply would have given away {leak}")
    verdict = _grounded(turn, evidence, reply)
    if not turn.handed_off:
        return verdict
    words = turn.say("handoff_message")
    if verdict.answered and verdict.citations:
        return verdict._replace(text=f"{verdict.text}\n\n{words}")
    return Verdict(words, [], True, "passed on to a human")


def _grounded(turn: Turn, evidence: Evidence, reply: str) -> Verdict:
    hours = hours_told(turn, reply)
    texts = [*evidence.knowledge.passages.values(), *evidence.tool_answers, *filter(None, [hours])]
    said = reply.replace(NO_ANSWER, "").strip(" \n.")
    if not looked_up(evidence) and not hours:
        return _without_lookup(turn, evidence, reply)
    if NO_ANSWER in reply and said and texts:
        part = judge_part(turn, evidence, reply.replace(NO_ANSWER, "").strip(), texts, bool(hours))
        if part.answered:  # one of several questions has its answer
            words = unanswered(turn, "a part of the question is unanswered")
            return words._replace(text=f"{part.text}\n\n{words.text}", citations=part.citations)
    unknown = (
        says_unknown(reply) and not evidence.unsure
    )  # of a call that may have been made, it is the answer
    if NO_ANSWER in reply or unknown or not texts:
        if evidence.out_of_order or evidence.knowledge.problem:
            return failed(
                turn, "; ".join([*evidence.out_of_order, *filter(None, [evidence.knowledge.problem])])
            )
        if not texts and asks_back(reply):
            return Verdict(MARK.sub("", reply).strip(), [], True, "it asks back")
        why = "nothing fitting was found" if not texts else "the model found no answer in what was found"
        return unanswered(turn, why)
    part = judge_part(turn, evidence, reply, texts, bool(hours))
    return part if part.answered else unanswered(turn, part.why or "")


def judge_part(
    turn: Turn, evidence: Evidence, reply: str, texts: list[str], of_hours: bool = False
) -> Verdict:
    """Whether a reply follows from the evidence. `of_hours`: it rests on the opening hours, which are no passage that could be cited."""
    text, citations = evidence.knowledge.cited(reply)
    if not text:
        return Verdict("", [], False, "it names passages and says nothing")
    if asks_back(text):
        return Verdict(text, citations, True, "it asks back")
    marked = bool(citations or evidence.tool_answers or of_hours)
    why = unsupported(text, turn.context["question"], " ".join(texts), marked)
    if why:
        return Verdict("", [], False, why)
    if not marked:
        citations = evidence.knowledge.nearest(text)
    return Verdict(text, citations, True)


def hours_told(turn: Turn, reply: str) -> str:
    """The opening hours, where a reply speaks of them and rests on them: it cites their line, or names nothing but figures of it."""
    hours, marks = hours_in_words(turn), MARK.findall(reply)
    text = MARK.sub("", reply)
    if not hours or not OPENING.search(text):
        return ""
    known, figures = numbers_of(f"{hours} {turn.context['question']}"), NUMBER.findall(text)
    theirs = all(readings(figure) & known for figure in figures)
    if HOURS_MARK in marks:
        return hours if theirs or len(set(marks)) > 1 else ""
    return hours if figures and theirs and not marks else ""


def looked_up(evidence: Evidence) -> bool:
    """Whether anything was asked that could have given evidence."""
    return any(call["tool"] not in (HAND_OFF, REMEMBER, OFFER, SEND_DOCUMENT) for call in evidence.trace)


def needs_lookup(turn: Turn, evidence: Evidence, reply: str) -> bool:
    """Whether a reply claims something although nothing was looked up: then the code looks it up, and asks the model again."""
    question = turn.context["question"]
    if looked_up(evidence) or is_courtesy(question) or asks_back(reply) or _of_a_file(turn, evidence, reply):
        return False
    if hours_told(turn, reply):
        return False
    return "?" in question or not any(call["tool"] in (HAND_OFF, REMEMBER) for call in evidence.trace)


def _without_lookup(turn: Turn, evidence: Evidence, reply: str) -> Verdict:
    text = MARK.sub("", reply).strip()
    kept = any(call["tool"] == REMEMBER and not call["error"] for call in evidence.trace)
    invented = numbers_of(text) - numbers_of(turn.context["question"])
    if NO_ANSWER not in text and (
        asks_back(text)
        or _of_a_file(turn, evidence, text)
        or (is_courtesy(turn.context["question"]) and not NUMBER.search(text))
        or (kept and "?" not in turn.context["question"] and not invented)
    ):
        return Verdict(text, [], True, None)
    return unanswered(turn, "nothing was looked up, so nothing is claimed")


def _of_a_file(turn: Turn, evidence: Evidence, reply: str) -> bool:
    """Whether a reply may speak of a file that the customer has sent or is sent: it is there to be seen, as long as it names no figure."""
    return bool(turn.context.get("attachments") or evidence.documents) and not NUMBER.search(reply)


def unanswered(turn: Turn, why: str) -> Verdict:
    """The chatbot's words for what it does not know, with the offer of a human."""
    words = [turn.say("dont_know"), turn.say("offer_human")]
    return Verdict(" ".join(filter(None, words)), [], False, why)


def failed(turn: Turn, error: str) -> Verdict:
    """The chatbot's words for a failure; `error` tells the operator what to mend."""
    return Verdict(turn.say("failure_message"), [], False, None, error)
