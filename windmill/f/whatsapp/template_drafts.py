# requirements: whatsapp
"""A new message template: checked as Meta checks it, and brought to Meta for review.

A draft is what the page sends: {name, language, category, body, header, footer, buttons: [text], examples: {place: text}}; a place is
`header.1` or `body.2`. Each problem has the value `field`, which says where on the page it is: name, language, category, header, body, footer,
button0 …, or the place of a missing example.
"""

from __future__ import annotations

import re
from typing import Any

import httpx2

from f.common.http_clients import tls
from f.common.problems import Problem
from f.common.redaction import redact
from f.whatsapp.graph_reading import TIMEOUT_S, address
from f.whatsapp.templates import FIELD, FIELDS

# As Meta documents them.
CATEGORIES = ("UTILITY", "MARKETING")  # codes to sign in (AUTHENTICATION) have words that Meta writes
LONGEST = {"name": 512, "header": 60, "body": 1024, "footer": 60, "button": 25, "example": 200}
MOST_BUTTONS = 10
NAME = re.compile(r"[a-z0-9_]+")
NUMBERED = re.compile(r"\{\{(\d+)\}\}")
# What a title can't have: formatting and emoji, but degrees and trademarks.
NOT_PLAIN = re.compile("[*_~`\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")
LANGUAGE_CODES = (
    "af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr ka de el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG"
    " lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te th tr uk ur uz vi zu"
)
LANGUAGES = LANGUAGE_CODES.split()
# Meta's subcodes for a name that has words in this language already, or that was deleted less than 30 days ago.
TAKEN = (2388023, 2388024)


class DraftError(Problem):
    """What is wrong with a draft, or why Meta does not take it."""


def at(field: str, problem: DraftError) -> DraftError:
    """The problem with the field that it is about, which its sentence need not name."""
    problem.message["values"]["field"] = field
    return problem


def checked(draft: dict[str, Any]) -> dict[str, Any]:
    """The template as the Graph API takes it: {name, language, category, components}. Raises DraftError for the first thing that is wrong."""
    name = draft["name"]
    if not NAME.fullmatch(name):
        raise at("name", DraftError("template_name"))
    _check_length("name", name)
    if draft["language"] not in LANGUAGES:
        raise at("language", DraftError("template_language_unknown"))
    if draft["category"] not in CATEGORIES:
        raise at("category", DraftError("template_category"))
    components = [*_header(draft), _body(draft), *_footer(draft), *_buttons(draft["buttons"])]
    return {**{key: draft[key] for key in ("name", "language", "category")}, "components": components}


def _header(draft: dict[str, Any]) -> list[dict[str, Any]]:
    header = draft["header"]
    if not header:
        return []
    _check_line("header", header)
    if NOT_PLAIN.search(FIELD.sub("", header)):
        raise at("header", DraftError("template_header_plain"))
    if len(places := _places("header", header)) > 1:
        raise at("header", DraftError("template_header_places", first="{{1}}"))
    examples = _examples(draft, "header", places)
    return [{"type": "HEADER", "format": "TEXT", "text": header} | _with("header_text", examples)]


def _body(draft: dict[str, Any]) -> dict[str, Any]:
    body = draft["body"]
    if not body:
        raise at("body", DraftError("template_body_missing"))
    _check_length("body", body)
    places = _places("body", body)
    if body.startswith("{{") or body.endswith("}}"):
        raise at("body", DraftError("template_place_edge"))
    examples = _examples(draft, "body", places)
    return {"type": "BODY", "text": body} | _with("body_text", [examples] if examples else [])


def _footer(draft: dict[str, Any]) -> list[dict[str, Any]]:
    footer = draft["footer"]
    if not footer:
        return []
    _check_line("footer", footer)
    if "{{" in footer:
        raise DraftError("template_no_places", field="footer")
    return [{"type": "FOOTER", "text": footer}]


def _buttons(titles: list[str]) -> list[dict[str, Any]]:
    if len(titles) > MOST_BUTTONS:
        raise at(f"button{MOST_BUTTONS}", DraftError("template_buttons", most=MOST_BUTTONS))
    for n, title in enumerate(titles):
        if not title or len(title) > LONGEST["button"] or "\n" in title or "{{" in title:
            raise at(f"button{n}", DraftError("template_button", most=LONGEST["button"]))
        if title.casefold() in (before.casefold() for before in titles[:n]):
            raise at(f"button{n}", DraftError("template_button_twice"))
    buttons = [{"type": "QUICK_REPLY", "text": title} for title in titles]
    return [{"type": "BUTTONS", "buttons": buttons}] if buttons else []


def _check_length(field: str, text: str) -> None:
    if len(text) > LONGEST[field]:
        raise DraftError("text_too_long", field=field, most=LONGEST[field])


def _check_line(field: str, text: str) -> None:
    _check_length(field, text)
    if "\n" in text:
        raise DraftError("template_one_line", field=field)


def _places(field: str, text: str) -> list[str]:
    """The numbers of a text's places, each once."""
    rest = NUMBERED.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise at(field, DraftError("template_place_form", first="{{1}}"))
    found = sorted({int(number) for number in NUMBERED.findall(text)})
    if found != list(range(1, len(found) + 1)):
        raise at(field, DraftError("template_place_numbers", first="{{1}}", second="{{2}}"))
    return [str(number) for number in found]


def _examples(draft: dict[str, Any], component: str, places: list[str]) -> list[str]:
    examples = []
    for number in places:
        place = f"{component}.{number}"
        example = draft["examples"].get(place, "")
        if not example or len(example) > LONGEST["example"]:
            raise at(
                place, DraftError("template_example", place=f"{{{{{number}}}}}", most=LONGEST["example"])
            )
        examples.append(example)
    return examples


def _with(name: str, examples: list[Any]) -> dict[str, Any]:
    return {"example": {name: examples}} if examples else {}


class Account:
    """A WhatsApp account's templates at Meta. Holds the access token: never put it in a result or a log."""

    def __init__(self, resource: dict[str, Any], token: str, waba_id: str) -> None:
        self._resource = resource
        self._url = address(resource, f"{waba_id}/message_templates")
        self._token = token

    def create(self, template: dict[str, Any]) -> dict[str, Any]:
        """Brings a template to Meta; returns it as Meta lists it. Raises DraftError.

        A name has words once in each language. So a request whose answer was lost may be made again: what it finds there is the same
        template, and nothing is created twice.
        """
        answer = self._request("POST", json=template)
        if answer and "error" not in answer and answer.get("status"):
            return {
                **template,
                "status": answer["status"],
                "category": answer.get("category") or template["category"],
            }
        problem = (answer or {}).get("error")
        subcode = problem.get("error_subcode") if isinstance(problem, dict) else None
        if (answer is None or subcode in TAKEN) and (listed := self.find(template)) is not None:
            if words_of(listed) == words_of(template):
                return listed
            raise at("name", DraftError("template_exists", name=template["name"]))
        raise _refusal(answer)

    def update(self, template: dict[str, Any]) -> dict[str, Any]:
        """Brings new words for a template that Meta has to its review; returns it as it is there now. Raises DraftError."""
        listed = self._listed(template)
        same_words = words_of(listed) == words_of(template)
        if not same_words or listed.get("category") != template["category"]:
            about = {name: template[name] for name in ("category", "components")}
            answer = self._request("POST", str(listed["id"]), json=about)
            if not (answer or {}).get("success"):
                raise _refusal(answer)
            listed = {**template, "status": "PENDING"}
        return {**template, "status": listed["status"]}

    def delete(self, template: dict[str, Any]) -> None:
        """Deletes the template in this language. Nothing happens where it is gone. Raises DraftError."""
        try:
            listed = self._listed(template)
        except DraftError as problem:
            if problem.message["code"] == "template_gone":
                return
            raise
        answer = self._request("DELETE", params={"hsm_id": listed["id"], "name": template["name"]})
        if not (answer or {}).get("success") and self.find(template) is not None:
            raise _refusal(answer)

    def find(self, template: dict[str, Any]) -> dict[str, Any] | None:
        """The template of this name and language that Meta has; None: it has none, or gives no answer."""
        try:
            return self._listed(template)
        except DraftError:
            return None

    def _listed(self, template: dict[str, Any]) -> dict[str, Any]:
        """The template of this name and language, as Meta lists it. Raises DraftError: it has none, or gives no answer."""
        answer = self._request("GET", params={"fields": FIELDS, "name": template["name"], "limit": "100"})
        if answer is None or "error" in answer:
            raise _refusal(answer)
        for listed in answer.get("data") or []:
            found = isinstance(listed, dict) and (listed.get("name"), listed.get("language"))
            if found == (template["name"], template["language"]):
                return dict(listed)
        raise DraftError("template_gone")

    def _request(self, method: str, path: str | None = None, **about: Any) -> dict[str, Any] | None:
        """Meta's answer; None where there is none that makes sense: the request may have done its work. `path`: None for the account's templates."""
        headers = {"Authorization": f"Bearer {self._token}"}
        url = self._url if path is None else address(self._resource, path)
        try:
            with httpx2.Client(timeout=TIMEOUT_S, verify=tls(self._url)) as client:
                response = client.request(method, url, headers=headers, **about)
            answer = redact(response.json(), [self._token])
        except (httpx2.HTTPError, ValueError) as error:
            print(f"no answer about templates: {type(error).__name__}")
            return None
        return answer if isinstance(answer, dict) and response.status_code < 500 else None


def _refusal(answer: dict[str, Any] | None) -> DraftError:
    """Why Meta has not done what it was asked."""
    problem = (answer or {}).get("error")
    if not isinstance(problem, dict):
        return DraftError("template_unanswered")
    return DraftError("template_refused", problem=_reason(problem))


def _reason(problem: dict[str, Any]) -> str:
    """Why Meta refuses: its words for people, else those for programs."""
    details = (problem.get("error_data") or {}) if isinstance(problem.get("error_data"), dict) else {}
    words = (
        problem.get("error_user_msg")
        or details.get("details")
        or problem.get("message")
        or problem.get("code")
    )
    return str(words)[:500]


def draft_of(template: dict[str, Any]) -> dict[str, Any] | None:
    """The draft of a template that Meta lists, to go on from; None where the page has no field for a part of it."""
    draft: dict[str, Any] = {"header": "", "body": "", "footer": "", "buttons": [], "examples": {}}
    for part in template.get("components") or []:
        kind = str(part.get("type")).lower()
        if kind in ("header", "body", "footer") and part.get("format", "TEXT") == "TEXT":
            draft[kind] = str(part.get("text") or "")
            given = (part.get("example") or {}).get(f"{kind}_text") or []
            examples = given[0] if kind == "body" and given else given
            draft["examples"] |= {f"{kind}.{n}": str(words) for n, words in enumerate(examples, 1)}
        elif kind == "buttons" and all(b.get("type") == "QUICK_REPLY" for b in part.get("buttons") or []):
            draft["buttons"] = [str(button.get("text")) for button in part["buttons"]]
        else:
            return None
    named = FIELD.sub(lambda place: "" if place[1].isdigit() else place[0], draft["header"] + draft["body"])
    return None if FIELD.search(named) or not draft["body"] else draft


def words_of(template: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a template says, without its examples and what Meta adds to it."""
    return sorted(
        (
            str(part.get("type")),
            part.get("text") or [button.get("text") for button in part.get("buttons") or []],
        )
        for part in template.get("components") or []
    )
