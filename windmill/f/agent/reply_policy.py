# requirements: whatsapp
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
from f.agent.language import in_language
from f.agent.prompt import HOURS_MARK, NO_ANSWER, RULES, hours_in_words
from f.common.references import KEY
from f.whatsapp.choices import OFFER

if TYPE_CHECKING:
    from f.agent.handoff import Staff
    from f.agent.settings import AgentSettings
    from f.agent.tools import Toolbox
    from f.common.shapes import Citation, Context


class Verdict(NamedTuple):
    """What is said, where it comes from, whether it answers. `why`: for the trace. `error`: for the operator, something is to be mended."""

    text: str
    citations: list[Citation]
    answered: bool
    why: str | None = None
    error: str | None = None


def without_model(context: Context, own: AgentSettings, staff: Staff) -> Verdict | None:
    """The answers that need no model: words are given (a cap, a notice), nothing was said, the limit is reached, a person is wanted."""
    if context.get("say"):
        return Verdict(context["say"], [], True, None)
    question = context["question"].strip()
    if not question:
        return unanswered(context, own, "the message has no words")
    reached = own["usage"]["reached"]
    keyword = keyword_of(question, own["handoff_keywords"])
    if keyword or (is_yes(question) and _was_offered(context, own)):
        staff.pass_on("keyword" if keyword else "customer", keyword or "accepted the offer of a person")
        return Verdict(
            in_language(context, own["handoff_message"]), [], True, f"asked for a person: {question[:100]}"
        )
    if reached:
        words = in_language(context, own["limit_message"])
        return Verdict(
            words, [], False, None, f"{reached}: raise it in tenants.limits, or wait for the next month"
        )
    prompt = f"{context['chatbot']['persona']}{context['chatbot']['system_prompt']}"
    if len(prompt.encode()) // 4 > own["max_tokens"]:
        size = (
            f"about {len(prompt.encode()) // 4} tokens, more than the {own['max_tokens']} that a turn may use"
        )
        return given_up(context, own, staff, f"the chatbot's system prompt has {size}: shorten it")
    return None


def _was_offered(context: Context, own: AgentSettings) -> bool:
    """Whether the chatbot's last words were the offer of a human."""
    last = next((u["text"] for u in reversed(context["history"])), "")
    spoke = bool(context["history"]) and context["history"][-1]["role"] == "assistant"
    offers = [*context["chatbot"]["dont_know"].values(), *own["offer_human"].values()]
    return spoke and any(offer and offer.rstrip().endswith("?") and offer.strip() in last for offer in offers)


def given_up(context: Context, own: AgentSettings, staff: Staff, error: str) -> Verdict:
    """A failure in the chatbot's words; it is a human's turn where the chatbot is set so."""
    if not own["handoff_on_failure"]:
        return failed(context, error)
    staff.pass_on("failure", error)
    return failed(context, error)._replace(text=in_language(context, own["handoff_message"]))


def judge(
    context: Context,
    own: AgentSettings,
    tools: Toolbox,
    reply: str,
    passed_on: str | None,
    secrets: list[str],
) -> Verdict:
    """The verdict on a reply that is there. A model's failure is not judged here."""
    chatbot = context["chatbot"]
    prompt = f"{chatbot['persona']} {chatbot['system_prompt']}"
    shown = f"{reply}\n{tools.choices or ''}"
    leak = gives_away(shown, RULES, prompt, secrets) or ("a key" if KEY.search(shown) else None)
    if leak:
        return unanswered(context, own, f"the reply would have given away {leak}")
    verdict = _grounded(context, own, tools, reply)
    if not passed_on:
        return verdict
    words = in_language(context, own["handoff_message"])
    if verdict.answered and verdict.citations:
        return verdict._replace(text=f"{verdict.text}\n\n{words}")
    return Verdict(words, [], True, "passed on to a human")


def _grounded(context: Context, own: AgentSettings, tools: Toolbox, reply: str) -> Verdict:
    hours = hours_told(context, own, reply)
    evidence = [*tools.knowledge.passages.values(), *tools.tool_answers, *filter(None, [hours])]
    said = reply.replace(NO_ANSWER, "").strip(" \n.")
    if not looked_up(tools) and not hours:
        return _without_lookup(context, own, tools, reply)
    if NO_ANSWER in reply and said and evidence:
        part = judge_part(context, tools, reply.replace(NO_ANSWER, "").strip(), evidence, bool(hours))
        if part.answered:  # one of several questions has its answer
            words = unanswered(context, own, "a part of the question is unanswered")
            return words._replace(text=f"{part.text}\n\n{words.text}", citations=part.citations)
    unknown = says_unknown(reply) and not tools.unsure  # of a call that may have been made, it is the answer
    if NO_ANSWER in reply or unknown or not evidence:
        if tools.out_of_order or tools.knowledge.problem:
            return failed(context, "; ".join([*tools.out_of_order, *filter(None, [tools.knowledge.problem])]))
        if not evidence and asks_back(reply):
            return Verdict(MARK.sub("", reply).strip(), [], True, "it asks back")
        why = "nothing fitting was found" if not evidence else "the model found no answer in what was found"
        return unanswered(context, own, why)
    part = judge_part(context, tools, reply, evidence, bool(hours))
    return part if part.answered else unanswered(context, own, part.why or "")


def judge_part(
    context: Context, tools: Toolbox, reply: str, evidence: list[str], of_hours: bool = False
) -> Verdict:
    """Whether a reply follows from the evidence. `of_hours`: it rests on the opening hours, which are no passage that could be cited."""
    text, citations = tools.knowledge.cited(reply)
    if not text:
        return Verdict("", [], False, "it names passages and says nothing")
    if asks_back(text):
        return Verdict(text, citations, True, "it asks back")
    marked = bool(citations or tools.tool_answers or of_hours)
    why = unsupported(text, context["question"], " ".join(evidence), marked)
    if why:
        return Verdict("", [], False, why)
    if not marked:
        citations = tools.knowledge.nearest(text)
    return Verdict(text, citations, True)


def hours_told(context: Context, own: AgentSettings, reply: str) -> str:
    """The opening hours, where a reply speaks of them and rests on them: it cites their line, or names nothing but figures of it."""
    hours, marks = hours_in_words(own), MARK.findall(reply)
    text = MARK.sub("", reply)
    if not hours or not OPENING.search(text):
        return ""
    known, figures = numbers_of(f"{hours} {context['question']}"), NUMBER.findall(text)
    theirs = all(readings(figure) & known for figure in figures)
    if HOURS_MARK in marks:
        return hours if theirs or len(set(marks)) > 1 else ""
    return hours if figures and theirs and not marks else ""


def looked_up(tools: Toolbox) -> bool:
    """Whether anything was asked that could have given evidence."""
    return any(call["tool"] not in (HAND_OFF, REMEMBER, OFFER, SEND_DOCUMENT) for call in tools.trace)


def needs_lookup(context: Context, own: AgentSettings, tools: Toolbox, reply: str) -> bool:
    """Whether a reply claims something although nothing was looked up: then the code looks it up, and asks the model again."""
    question = context["question"]
    if looked_up(tools) or is_courtesy(question) or asks_back(reply) or _of_a_file(context, tools, reply):
        return False
    if hours_told(context, own, reply):
        return False
    return "?" in question or not any(call["tool"] in (HAND_OFF, REMEMBER) for call in tools.trace)


def _without_lookup(context: Context, own: AgentSettings, tools: Toolbox, reply: str) -> Verdict:
    text = MARK.sub("", reply).strip()
    kept = any(call["tool"] == REMEMBER and not call["error"] for call in tools.trace)
    invented = numbers_of(text) - numbers_of(context["question"])
    if NO_ANSWER not in text and (
        asks_back(text)
        or _of_a_file(context, tools, text)
        or (is_courtesy(context["question"]) and not NUMBER.search(text))
        or (kept and "?" not in context["question"] and not invented)
    ):
        return Verdict(text, [], True, None)
    return unanswered(context, own, "nothing was looked up, so nothing is claimed")


def _of_a_file(context: Context, tools: Toolbox, reply: str) -> bool:
    """Whether a reply may speak of a file that the customer has sent or is sent: it is there to be seen, as long as it names no figure."""
    return bool(context.get("attachments") or tools.documents) and not NUMBER.search(reply)


def unanswered(context: Context, own: AgentSettings, why: str) -> Verdict:
    """The chatbot's words for what it does not know, with the offer of a human."""
    words = [in_language(context, context["chatbot"]["dont_know"]), in_language(context, own["offer_human"])]
    return Verdict(" ".join(filter(None, words)), [], False, why)


def failed(context: Context, error: str) -> Verdict:
    """The chatbot's words for a failure; `error` tells the operator what to mend."""
    return Verdict(in_language(context, context["chatbot"]["failure_message"]), [], False, None, error)
