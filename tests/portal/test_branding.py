"""How a business's portal looks: what counts where, what is refused with a sentence and leaves nothing behind, and whose address is whose."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import httpx2
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from f.common.problems import ENGLISH
from f.portal_api import branding
from f.portal_api.branding import fetch_proof
from f.portal_api.branding_colours import (
    DARK_PAGE,
    LIGHT_PAGE,
    SHADES,
    contrast,
    luminance,
    palette_of,
)
from local.mail import Mailbox
from tests.portal.conftest import A, B, Portal

BRANDING, PLATFORM = "f.portal_api.branding", "f.portal_api.platform_branding"
OWNER, OTHER, OPERATOR = "owner@alpha.example", "owner@beta.example", "op@platform.example"
PROOFS: dict[str, str] = {}


@pytest.fixture
def mailbox(portal: Portal) -> Iterator[Mailbox]:
    box = Mailbox()
    portal.values["settings"] = {**portal.values["settings"], **box.settings}
    yield box
    box.stop()


@pytest.fixture(autouse=True)
def _internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the hosts of the tests serve, by their domains."""
    PROOFS.clear()
    monkeypatch.setattr(branding, "fetch_proof", lambda domain, allowed: PROOFS.get(domain, ""))


def change(portal: Portal, who: str = OWNER, /, **changes: Any) -> dict[str, Any]:
    return portal.ask(who, PLATFORM if who == OPERATOR else BRANDING, "update", changes=changes)


def shown(portal: Portal, who: str = OWNER) -> dict[str, Any]:
    found: dict[str, Any] = portal.ask(who, PLATFORM if who == OPERATOR else BRANDING, "get")["shown"]
    return found


def picture(size: tuple[int, int] = (40, 20), kind: str = "PNG") -> str:
    target = io.BytesIO()
    Image.new("RGB", size, "#cc3300").save(target, kind)
    return b64encode(target.getvalue()).decode()


def allow_domains(portal: Portal, most: int = 2) -> None:
    for tenant in (A, B):
        limits = {"own_domains": most}
        portal.ask(OPERATOR, "f.portal_api.operator", "update_limits", tenant=tenant, limits=limits)


def own(portal: Portal, domain: str, tenant: str = A, owner: str = OWNER) -> None:
    allow_domains(portal)
    assert portal.ask(owner, BRANDING, "add_domain", domain=domain)["ok"]
    assert portal.ask(OPERATOR, PLATFORM, "verify_domain", tenant=tenant, domain=domain)["ok"]


def sign_in_at(portal: Portal, domain: str) -> None:
    """What the door does when somebody of the business first has the portal there."""
    portal.rows("select note_served(%s)", domain)


def test_a_business_inherits_what_it_leaves_empty(portal: Portal) -> None:
    assert (shown(portal)["name"], shown(portal)["product"]) == ("Chatmill", "Chatmill")
    platform = {"name": "Bots & Co", "accent": "#AA0011", "support": "help@bots.example", "icon": picture()}
    assert change(portal, OPERATOR, **platform)["ok"]
    assert change(portal, name="Alpha Chat", logo=picture(), names_product=False)["ok"]
    mine, theirs = shown(portal), shown(portal, OTHER)
    assert (mine["name"], mine["accent"], mine["support"]) == ("Alpha Chat", "#aa0011", "help@bots.example")
    assert mine["short_name"] == "Alpha Chat" and mine["product"] is None
    assert (theirs["name"], theirs["logo"], theirs["product"]) == ("Bots & Co", None, "Chatmill")
    assert theirs["icon"] and mine["icon"] is None, "its name stands beside no picture of the platform's"
    assert change(portal, name="", logo=None, names_product=None)["shown"] == theirs, "all is inherited again"
    assert change(portal, OPERATOR, names_product=False, name=None)["ok"]
    assert shown(portal)["name"] == "Alpha", "without a name of anybody, the business's own"
    actions = {(row["action"], row["person"]) for row in portal.rows("select action, person from audit_log")}
    assert {("brandings.insert", OWNER), ("brandings.update", OPERATOR)} <= actions


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("text_too_long", {"name": "x" * 200}),
    ("branding_line", {"name": "Acme\r\nBcc: everybody@acme.example"}),
    ("branding_line", {"sender_name": "Acme\u202eemcA"}),
    ("branding_line", {"short_name": "A\u2028B"}),
    ("branding_colour", {"accent": "reddish"}),
    ("branding_colour", {"accent": "#12345"}),
    ("branding_colour", {"accent": "#fff;}body{display:none"}),
    ("branding_link", {"privacy_url": "http://acme.example"}),
    ("branding_link", {"privacy_url": "javascript:alert(1)"}),
    ("branding_link", {"support": 'https://acme.example/"><script>'}),
    ("email_invalid", {"sender_address": "nobody"}),
    ("email_invalid", {"sender_address": "a..b@acme.example"}),
    ("email_invalid", {"sender_address": '"a@acme.example'}),
    ("email_invalid", {"sender_address": "a@b.example\r\nBcc: c@d.example"}),
    ("sender_domain", {"sender_address": "team@bank.example"}),
    ("logo_too_large", {"logo": "A" * 27_000_000}),
    ("logo_kind", {"logo": b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()}),
    ("logo_kind", {"logo": b64encode(b"GIF89a").decode()}),
    ("logo_damaged", {"logo": "not base64"}),
    ("logo_damaged", {"icon": picture((400, 400))[:80]}),
    ("bad_request", {"icon": 7}),
    ("bad_request", {"names_product": "no"}),
    ("bad_request", {"tenant_id": B}),
]


@pytest.mark.parametrize(("code", "wrong"), REFUSED)
def test_what_is_wrong_is_said_and_nothing_is_half_done(
    portal: Portal, code: str, wrong: dict[str, Any]
) -> None:
    answer = change(portal, **{"privacy_url": "https://acme.example/privacy", "name": "Alpha"} | wrong)
    assert answer["refused"] == code and code in ENGLISH
    assert portal.rows("select from brandings") == []


@given(st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}"))
def test_any_colour_can_be_read_as_the_products_own(colour: str) -> None:
    palette = palette_of(colour)
    assert contrast(colour, palette["on"]) >= 4.5 and contrast(palette["hover"], palette["on"]) >= 4.5
    assert (
        contrast(palette["shades"][7], LIGHT_PAGE) >= 4.5 and contrast(palette["shades"][4], DARK_PAGE) >= 4.5
    )
    for shade, green in zip(palette["shades"], SHADES, strict=True):
        assert abs(luminance(shade) - luminance(green)) < 0.01


def test_what_a_colour_would_look_like(portal: Portal) -> None:
    look = portal.ask(OWNER, BRANDING, "look", accent="#FD0")
    assert (look["accent"], look["palette"]["on"]) == ("#ffdd00", "#000000")
    assert look["contrasts"]["on"] > 14 and look["contrasts"]["light"] < 2 < look["contrasts"]["dark"]
    assert portal.ask(OWNER, BRANDING, "look", accent="yellow")["refused"] == "branding_colour"


WRONG_DOMAINS = [
    ("https://portal.alpha.example", "domain_invalid"), ("portal.alpha.example:8443", "domain_invalid"),
    ("portal.alpha.example/x", "domain_invalid"), ("alpha", "domain_invalid"), ("127.0.0.1", "domain_invalid"),
    ("a.b", "domain_invalid"), ("a..example", "domain_invalid"), ("-a.example", "domain_invalid"), ("portal.alpha.example.", "domain_invalid"),
    ("*.alpha.example", "domain_invalid"), ("x" * 64 + ".example", "domain_invalid"), ("a b.example", "domain_invalid"),
    ("xn--lpha-53d.example", "domain_letters"), ("\u0430lpha.example", "domain_letters"), ("PORTAL.example", "domain_taken"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code"), WRONG_DOMAINS)
def test_an_address_is_a_domain_alone(portal: Portal, typed: str, code: str) -> None:
    allow_domains(portal)
    assert portal.ask(OWNER, BRANDING, "add_domain", domain=typed)["refused"] == code
    assert portal.rows("select from branding_domains") == []


def listed(portal: Portal) -> Any:
    return portal.ask(OWNER, BRANDING, "get")["domains"][0]


def test_an_address_is_of_one_business_and_of_whoever_proves_it(portal: Portal) -> None:
    add = {"action": "add_domain", "domain": "Chat.Alpha.example"}

    def ask(who: str, action: str, domain: str = "chat.alpha.example") -> Any:
        return portal.ask(who, BRANDING, action, domain=domain).get("refused")

    assert ask(OWNER, "add_domain") == "domains_none", "the operator says who may have one"
    allow_domains(portal, 1)
    assert ask(OWNER, "add_domain", add["domain"]) is None and ask(OWNER, "add_domain") == "domain_there"
    assert ask(OWNER, "add_domain", "other.alpha.example") == "domains_count"
    assert ask(OTHER, "add_domain") is None, "nobody keeps an address from its owner by asking first"
    mine = listed(portal)
    sign_in_at(portal, "chat.alpha.example")
    assert ask(OWNER, "check_domain") == "domain_unproved" and not listed(portal)["verified_at"]
    PROOFS["chat.alpha.example"] = mine["proof"]
    assert ask(OTHER, "check_domain") == "domain_unproved", "the other business's letters are others"
    assert ask(OWNER, "check_domain") is None and listed(portal)["verified_at"]
    assert shown(portal)["domain"] is None, "nobody has signed in there"
    PROOFS["chat.alpha.example"] = portal.ask(OTHER, BRANDING, "get")["domains"][0]["proof"]
    assert ask(OTHER, "check_domain") == "domain_taken"
    everybodys = portal.ask(OPERATOR, PLATFORM, "get")["domains"]
    assert [(d["tenant"], d["verified_at"] is None) for d in everybodys] == [("Beta", True), ("Alpha", False)]
    verify = {"tenant": B, "domain": "chat.alpha.example"}
    assert portal.ask(OPERATOR, PLATFORM, "verify_domain", **verify)["refused"] == "domain_taken"
    assert ask(OWNER, "delete_domain") is None
    assert portal.ask(OPERATOR, PLATFORM, "verify_domain", **verify)["ok"]
    sign_in_at(portal, "chat.alpha.example")
    assert shown(portal, OTHER)["domain"] == "chat.alpha.example"


def test_links_have_the_businesss_own_address(portal: Portal) -> None:
    own(portal, "chat.alpha.example")
    assert portal.ask(OWNER, "f.portal_api.developers", "list")["address"] == "https://portal.example/api/v1"
    sign_in_at(portal, "chat.alpha.example")
    link = portal.ask(OWNER, "f.portal_api.people", "invite", email="new@alpha.example", role="agent")["link"]
    assert link.startswith("https://chat.alpha.example/invitation#")
    address = portal.ask(OWNER, "f.portal_api.developers", "list")["address"]
    assert address == "https://chat.alpha.example/api/v1"
    theirs = portal.ask(OTHER, "f.portal_api.people", "invite", email="new@beta.example", role="agent")
    assert theirs["link"].startswith("https://portal.example/")


def test_a_sender_is_of_an_own_domain_and_one_that_the_mail_server_takes(
    portal: Portal, mailbox: Mailbox
) -> None:
    own(portal, "alpha.example")
    mailbox.refuses = "MAIL FROM:<no@"
    refused = change(portal, sender_address="no@alpha.example")
    assert refused["refused"] == "sender_refused" and refused["values"]["code"] == 550
    assert (
        change(portal, sender_address="team@alpha.example")["shown"]["sender_address"] == "team@alpha.example"
    )
    assert mailbox.mails == [], "it was only asked"
    own(portal, "chat.alpha.example")
    for domain in ("alpha.example", "chat.alpha.example"):
        sign_in_at(portal, domain)
    assert shown(portal)["domain"] == "chat.alpha.example", "links do not lead to what is there for mails"
    portal.ask(OWNER, BRANDING, "delete_domain", domain="alpha.example")
    assert shown(portal)["sender_address"] is None, "it was the domain's"
    portal.values["settings"] = {"portal_url": "https://portal.example"}
    assert change(portal, OPERATOR, sender_address="a@bots.example")["refused"] == "sender_no_server"


def test_a_businesss_name_stands_before_its_own_address_only(portal: Portal, mailbox: Mailbox) -> None:
    """An owner types any name: from the platform's address nobody writes as somebody else."""
    change(portal, OPERATOR, sender_name="Bots & Co")
    change(portal, name="Big Bank", sender_name="Big Bank Security")
    assert shown(portal)["sender_name"] == "Bots & Co"
    invite = {"email": "new@alpha.example", "role": "agent"}
    assert portal.ask(OWNER, "f.portal_api.people", "invite", **invite)["mail"] == "sent"
    own(portal, "alpha.example")
    change(portal, sender_address="team@alpha.example")
    assert portal.ask(OWNER, "f.portal_api.people", "invite", **invite)["mail"] == "sent"
    senders = [str(mail["From"]) for _, mail in mailbox.mails]
    assert senders == ["Bots & Co <bot@platform.example>", "Big Bank Security <team@alpha.example>"]


def test_who_is_in_two_businesses_sees_each_in_its_looks(portal: Portal) -> None:
    portal.rows("insert into tenant_members (tenant_id, email, role) values (%s, %s, 'agent')", B, OWNER)
    change(portal, OTHER, name="Beta Chat", accent="#123456")
    me = portal.ask(OWNER, "f.portal_api.me", "get")
    names = {business["name"]: business["branding"]["name"] for business in me["businesses"]}
    assert names == {"Alpha": "Chatmill", "Beta": "Beta Chat"} and me["branding"]["name"] == "Chatmill"


def test_a_statement_is_headed_by_the_portals_name(portal: Portal) -> None:
    change(portal, name="Acme Ω Chat", names_product=False)
    content = b64decode(portal.ask(OWNER, "f.portal_api.statement", "get_pdf", language="en")["content"])
    read = pypdf.PdfReader(io.BytesIO(content))
    text = "\n".join(page.extract_text() for page in read.pages)
    assert text.startswith("Acme ? Chat") and "chatmill" not in f"{text} {read.metadata}".lower()


def test_the_file_is_looked_for_on_public_hosts_only() -> None:
    """One that nobody knows, and one of the operator's own network."""
    assert fetch_proof("nobody.invalid", []) == fetch_proof("localhost", []) == ""


def test_the_file_on_a_host_is_read_whichever_way_it_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """https comes first; one that sends elsewhere has no file."""
    served = {
        "https://one.example": httpx2.Response(200, text="letters\n"),
        "http://two.example": httpx2.Response(200, text="letters"),
        "http://three.example": httpx2.Response(301, headers={"location": "http://one.example"}),
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == branding.PROOF_PATH
        if found := served.get(f"{request.url.scheme}://{request.url.host}"):
            return found
        raise httpx2.ConnectError("nobody listens")

    def client(*_: Any, **__: Any) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))

    monkeypatch.setattr(branding, "guarded_client", client)
    assert [fetch_proof(f"{name}.example", []) for name in ("one", "two", "three")] == [
        "letters",
        "letters",
        "",
    ]
