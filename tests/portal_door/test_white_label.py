"""A business's own address: whose looks it shows, who is served there, and where the product's name is said."""

from __future__ import annotations

import io
import re
import uuid
from base64 import b64decode
from collections.abc import Callable
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pypdf
import pytest
from PIL import Image

from local.mail import words_of
from portal.api_document import DOCUMENT_PATH
from portal.pages import BUILT
from tests.portal_door.house import ALPHA, DOMAIN, OTHER, OWN_ORIGIN, OWNER, SITE, Browser, House, house_code

Make = Callable[[], Browser]
PRODUCT = re.compile("chatmill", re.I)


def test_an_address_shows_the_looks_of_its_business_before_anybody_signs_in(
    at_own: Make, browser: Make
) -> None:
    page = at_own().get("/").text
    assert "Acme &quot;Chat&quot; &lt;b&gt;" in page and "<b>" not in page
    assert re.search(r'<img class="logo" src="/looks/[0-9a-f]{64}\.png"', page) and "#ffd400" in page
    assert 'href="mailto:help@alpha.example"' in page and "?a=1&amp;b=2" in page
    theirs = browser().get("/").text
    assert "Acme" not in theirs and "Chatmill" in theirs


def test_what_a_browser_keeps_of_it(at_own: Make, browser: Make) -> None:
    here = at_own()
    manifest = here.get("/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    said = manifest.json()
    assert (said["short_name"], said["theme_color"]) == ("Acme", "#ffd400")
    for path in ("/manifest.webmanifest", "/looks.css"):
        answer = here.get(path)
        assert answer.headers["cache-control"] == "no-cache"
        again = here.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304 and not again.content
    assert browser().get("/looks.css").text == "" and "#ffd400" in here.get("/looks.css").text
    icon = here.get(said["icons"][0]["src"])
    assert icon.headers["content-type"] == "image/png" and "immutable" in icon.headers["cache-control"]
    assert Image.open(io.BytesIO(icon.content)).size == (256, 256)
    for name in ("0" * 64, "..%2Fx", "x"):
        assert here.get(f"/looks/{name}.png").status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example", f"x.{DOMAIN}", f"{DOMAIN}.", f"{DOMAIN}:8080", f"{DOMAIN}@elsewhere.example", f"{DOMAIN}/",
        f"{DOMAIN}'", "", "beta.example", "testserver:80",
    ],
)  # fmt: skip
def test_a_host_that_nobody_has_is_served_nothing(browser: Make, label: Browser, host: str) -> None:
    for path in ("/", "/static/sign_in.css", "/manifest.webmanifest"):
        assert browser().client.get(path, headers={"host": host}).status_code == 421, path


def test_a_forged_host_gives_looks_and_nothing_else(
    house: House, at_own: Make, browser: Make, label: Browser
) -> None:
    """Somebody who sends another Host: with the platform's session, with its page's origin, or to have a link made."""
    here, forged = browser().sign_in(house, OTHER), {"host": DOMAIN}
    assert "Acme" in here.client.get("/", headers=forged).text
    assert here.post("/api/call", {}, headers=forged).status_code == 403, "the origin is the platform's"
    forged["origin"] = OWN_ORIGIN
    assert here.post("/api/call", {}, headers=forged).status_code == 401, "the session is the platform's"
    code = {"person": OTHER, "language": "en"}
    before = len(house.mailbox.mails)
    assert here.post("/api/code", code, headers=forged).json() == {"ok": True}
    assert here.post("/api/enter", {"code": "123456"}, headers=forged).json()["refused"] == "wrong"
    assert house.mailbox.mails[before:] == [], "who is not of that business gets no code there"
    link = label.call("people", "invite", email="guest@alpha.example", role="viewer").json()["link"]
    assert link.startswith(f"{OWN_ORIGIN}/invitation#"), "by the database, not by the address that was asked"


def test_an_invitation_of_another_business_is_worth_nothing_here(
    house: House, at_own: Make, browser: Make
) -> None:
    person = f"{uuid.uuid4().hex}@guests.example"
    other = browser().sign_in(house, OTHER)
    token = other.call("people", "invite", email=person, role="viewer").json()["link"].partition("#")[2]
    here, before = at_own(), len(house.mailbox.mails)
    here.post("/api/code", {"person": person, "invitation": token})
    assert here.enter("123456").json()["refused"] == "wrong" and house.mailbox.mails[before:] == []


def test_a_proxy_gets_certificates_for_verified_names_only(house: House, label: Browser) -> None:
    with house.open() as client:
        client.headers["host"] = "portal:8090"  # as the proxy beside it calls it
        for name, status in ((DOMAIN, 200), (DOMAIN.upper(), 200), ("elsewhere.example", 404), ("", 404)):
            assert client.get("/domain-allowed", params={"domain": name}).status_code == status, name


def test_who_gives_an_address_up_is_served_there_no_more(house: House, label: Browser, at_own: Make) -> None:
    assert label.call("branding", "add_domain", domain="old.alpha.example").json()["ok"]
    house.rows(
        "update branding_domains set verified_at = now() where domain = 'old.alpha.example' returning 1"
    )
    forged = {"host": "old.alpha.example"}
    here = at_own().sign_in(house, OWNER)
    assert here.client.get("/", headers=forged).status_code == 200
    assert label.call("branding", "delete_domain", domain="old.alpha.example").json()["ok"]
    assert here.client.get("/", headers=forged).status_code == 421
    assert here.call("me", "get").status_code == 401, "signed out"
    house.rows("update tenants set status = 'suspended' where id = %s returning 1", ALPHA)
    assert at_own().get("/").status_code == 421
    house.rows("update tenants set status = 'active' where id = %s returning 1", ALPHA)


def mail_to(house: House, make: Make, person: str, language: str, **options: Any) -> Message:
    before = len(house.mailbox.mails)
    make().post("/api/code", {"person": person, "language": language}, **options)
    return house.mailbox.wait_for(person, before)


def test_a_code_says_at_which_address_it_counts(house: House, at_own: Make, browser: Make) -> None:
    second = {"host": "alpha.example", "origin": "http://alpha.example"}
    assert "Your code for alpha.example is " in words_of(mail_to(house, at_own, OWNER, "en", headers=second))
    assert f"Your code for {DOMAIN} is " in words_of(mail_to(house, at_own, OWNER, "en"))
    assert f"Your code for {SITE} is " in words_of(mail_to(house, browser, OWNER, "en"))


def test_a_mail_goes_by_the_businesss_name_and_arrives_all_the_same(house: House, at_own: Make) -> None:
    mail = mail_to(house, at_own, OWNER, "es")
    assert str(make_header(decode_header(mail["From"]))) == '"Acme \\"Chat\\" <b>" <team@alpha.example>'
    assert str(make_header(decode_header(mail["Subject"]))) == 'Acme "Chat" <b>: su código'
    assert f"para {DOMAIN}" in words_of(mail) and "help@alpha.example" in words_of(mail)
    house.mailbox.refuses = "MAIL FROM:<TEAM@"
    assert "bot@platform.example" in mail_to(house, at_own, OWNER, "en")["From"]
    house.mailbox.refuses = ""


def test_a_sender_refused_as_late_as_postfix_does_keeps_no_mail_back(house: House, at_own: Make) -> None:
    """It answers to RCPT what it holds against MAIL. What it holds against the addressee it says again."""
    house.mailbox.refuses_late = "team@alpha.example"
    assert mail_to(house, at_own, OWNER, "en")["From"] == "bot@platform.example", (
        "without the business's name"
    )
    house.mailbox.refuses = "RCPT TO:<GONE@"
    invited = (
        at_own().sign_in(house, OWNER).call("people", "invite", email="gone@guests.example", role="agent")
    )
    house.mailbox.refuses = house.mailbox.refuses_late = ""
    assert invited.json()["mail"] == "failed"


def test_the_products_name_is_nowhere_where_it_is_switched_off(
    house: House, at_own: Make, label: Browser
) -> None:
    before = len(house.mailbox.mails)
    visitor, here = at_own(), at_own()
    here.ask_code(OWNER)
    assert here.enter(house_code(house, OWNER, before)).json() == {"ok": True}
    parts = [*BUILT, *(f"pages/{path.name}" for path in (house.settings.portal_pages / "pages").iterdir())]
    assert len(parts) > 20
    paths = [
        "/",
        "/invitation",
        "/passkey",
        "/ways",
        "/manifest.webmanifest",
        "/looks.css",
        DOCUMENT_PATH,
        "/nowhere",
    ]
    files = [
        f"/static/{name}"
        for name in ("texts.js", "page.js", "sign_in.js", "sign_in.css", "passkey.js", "icon.svg")
    ]
    found = {path: who.get(path) for who in (visitor, here) for path in (*paths, *files)}
    found |= {f"/static/{name}": here.get(f"/static/{name}") for name in parts}
    calls = {
        name: here.call(name, action)
        for name, action in (
            *(
                ("me", "get"),
                ("home", "get"),
                ("people", "list"),
                ("sessions", "list"),
                ("developers", "list"),
            ),
            *(("statement", "get"), ("bot", "get"), ("notifications", "list"), ("conversations", "list")),
            *(("insights", "get"), ("templates", "list_all"), ("sources", "list"), ("tools", "list")),
        )
    }
    calls["passkey"] = here.post("/api/passkey/begin")
    answers: dict[str, Any] = found | calls
    missing = {name for name, a in answers.items() if a.status_code != 200}
    assert missing == {"/nowhere"}
    named = [name for name, a in answers.items() if PRODUCT.search(a.text) or PRODUCT.search(str(a.headers))]
    assert named == []
    pdf = pypdf.PdfReader(io.BytesIO(b64decode(here.call("statement", "get_pdf").json()["content"])))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert text.startswith('Acme "Chat" <b>') and not PRODUCT.search(f"{text} {pdf.metadata}")
    mails = [mail for to, mail in house.mailbox.mails[before:] if to == OWNER]
    mails += [mail_to(house, at_own, OWNER, language) for language in ("en", "es")]
    assert [m for m in mails if PRODUCT.search(f"{m.items()} {words_of(m)}")] == []


def test_where_it_is_said_it_is_said_once_at_the_foot(house: House, at_own: Make, label: Browser) -> None:
    assert label.call("branding", "update", changes={"names_product": True}).json()["ok"]
    assert '<span data-powered="Chatmill">' in at_own().get("/").text
    assert words_of(mail_to(house, at_own, OWNER, "es")).rstrip().endswith("Con la tecnología de Chatmill")
    assert label.call("branding", "update", changes={"names_product": False}).json()["ok"]
