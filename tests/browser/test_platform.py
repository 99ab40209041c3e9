"""The operator's page in a browser."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from f.common.secrets import unseal
from local.seed import SHOP, wait_for
from tests.browser.conftest import DESKTOP, PHONE, Visit, check, go, picture
from tests.e2e.conftest import World
from tests.e2e.phone import Phone
from tests.e2e.test_sources import portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OPERATOR = "operator@platform.example"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_operators_page_is_accessible_and_fits(world: World, visit: Visit, size: dict[str, int]) -> None:
    page = visit(OPERATOR, size)
    go(page, "Platform")
    check(page)
    page.get_by_role("button", name="Casa Lumen").click()
    expect(page.get_by_role("heading", name="Casa Lumen")).to_be_visible()
    check(page)


def test_the_operator_opens_a_business_and_dispatches_again(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Gamma {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    still = page.get_by_role("note").filter(has_text="Still missing")
    expect(still.get_by_role("listitem")).to_have_count(4)
    page.get_by_label("E-mail").fill("new@gamma.example")
    page.get_by_role("button", name="Add a person").click()
    expect(page.get_by_text("new@gamma.example Owner")).to_be_visible()
    expect(still.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("suspended", exact=True)).to_be_visible()
    page.get_by_role("button", name="Back to the businesses").click()
    expect(page.locator("li.card", has_text=name)).to_contain_text("no token")
    world.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state, reason)"
        " values ('999', 'dead letter', 'message', '{}', 'dead', 'given up after 6 runs') returning 1"
    )
    page.reload()
    go(page, "Platform")
    page.get_by_role("button", name="Start again").first.click()
    expect(page.get_by_role("button", name="Start again")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "page_name", "create", "rename", "figure"),
    [
        ("en-GB", "Platform", "Create", "Rename", "20,000"),
        ("es-ES", "Plataforma", "Crear", "Cambiar el nombre", "20.000"),
    ],
)
def test_a_business_is_renamed_and_its_plan_shows_what_counts(
    world: World, visit: Visit, locale: str, page_name: str, create: str, rename: str, figure: str
) -> None:
    page = visit(OPERATOR, locale=locale)
    go(page, page_name)
    word = secrets.token_hex(3)
    page.get_by_label("Name of the business" if locale == "en-GB" else "Nombre de la empresa").fill(
        f"Eta {word}"
    )
    page.get_by_role("button", name=create).click()
    page.get_by_role("button", name=rename).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(f"Theta {word}")
    check(page)
    picture(page, f"rename-{locale}")
    dialog.get_by_role("button", name=rename).click()
    expect(page.get_by_role("heading", level=2, name=f"Theta {word}")).to_be_visible()
    turns = page.get_by_label("answers per month" if locale == "en-GB" else "respuestas al mes")
    expect(turns).to_have_attribute("placeholder", figure)
    expect(turns).to_have_value("")
    save = re.compile("^(Save|Guardar)$")
    expect(page.get_by_role("button", name=save)).to_have_count(0)
    check(page)
    picture(page, f"plan-{locale}")


def test_a_key_leaves_the_browser_sealed(world: World, visit: Visit) -> None:
    """What the page seals in JavaScript, the scripts open; and no job holds it."""
    key = f"EAAplanted{secrets.token_hex(12)}"
    page = visit(OPERATOR)
    go(page, "Platform")
    name = f"Epsilon {secrets.token_hex(3)}"
    page.get_by_label("Name of the business").fill(name)
    page.get_by_role("button", name="Create").click()
    form = page.locator("form", has=page.get_by_label(re.compile("New value: WhatsApp")))
    field = form.get_by_role("textbox")
    field.fill(key)
    form.get_by_role("button", name="Save").click()
    expect(field).to_have_value("")
    (row,) = world.rows("select id::text, whatsapp_token from tenants where name = %s", name)
    assert unseal(world.stack.secrets.master_key, row["id"], "whatsapp_token", row["whatsapp_token"]) == key
    jobs = json.dumps(world.jobs())
    assert "sealed_key" in jobs and key not in jobs


def test_a_numbers_models_and_its_rate_are_kept(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    word = secrets.token_hex(3)
    page.get_by_label("Name of the business").fill(f"Delta {word}")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Meta’s phone number ID").fill(str(10**9 + int(word, 16)))  # noqa: RUF001
    page.get_by_label("Name", exact=True).fill("Delta line")
    page.get_by_role("button", name="Add a number").click()
    number = page.get_by_role("form", name="Number Delta line")
    number.get_by_label("Vendor", exact=True).select_option("gemini")
    number.get_by_label("Model", exact=True).fill("first")
    number.get_by_label("Messages per second").fill("0.5")
    for place, model in enumerate(("second", "third"), 1):
        number.get_by_role("button", name="Add a model").click()
        number.get_by_label(f"Model {place}").fill(model)
    check(page)
    number.get_by_role("button", name="Move up").last.click()
    number.get_by_label("Model 2").fill("third")
    number.get_by_role("button", name="Save").click()
    expect(number.get_by_text("Name each model only once")).to_be_visible()
    number.get_by_label("Model 2").fill("second")
    number.get_by_role("button", name="Save").click()
    expect(number.get_by_text("Name each model only once")).to_be_hidden()
    query = "select model, fallbacks, sends_per_s from chatbots where name = 'Delta line' and model = 'first'"
    wait_for(lambda: world.rows(query), 20)
    (row,) = world.rows(query)
    assert [other["model"] for other in row["fallbacks"]] == ["third", "second"]
    assert row["sends_per_s"] == 0.5


def test_an_operator_goes_from_a_number_to_the_run_and_back(world: World, visit: Visit) -> None:
    world.ask(SHOP, "How long do I have to return an item?")
    page = visit(OPERATOR, PHONE)
    go(page, "Platform")
    page.get_by_label("Telephone number, name").fill("600 111 222")
    page.get_by_role("button", name="Find", exact=True).click()
    people = page.get_by_role("list", name="People")
    expect(people.get_by_role("listitem").filter(has_text="Casa Lumen")).to_contain_text("Lucía Ferrer")
    runs = page.get_by_role("list", name="Runs, newest first")
    expect(runs.get_by_role("listitem").first).to_contain_text("answered")
    check(page)
    link = runs.get_by_role("link", name="Open the run").first
    run = str(link.get_attribute("href")).partition("/run/")[2].partition("?")[0]
    page.get_by_label("Telephone number, name").fill(run)
    page.get_by_role("button", name="Find", exact=True).click()
    expect(runs.get_by_role("listitem")).to_have_count(1)
    people.get_by_role("button", name="Show the runs").click()
    expect(runs.get_by_role("listitem").first).to_be_visible()
    page.goto(f"{world.stack.url('runner')}/?token={world.stack.secrets.runner}")
    page.goto(f"{world.stack.url('runner')}/run/{run}?workspace=demo")
    expect(page.get_by_role("heading", name="Steps")).to_be_visible()


def test_an_operator_of_the_staff_goes_from_a_conversation_to_its_runs_and_back(
    world: World, visit: Visit
) -> None:
    phone = Phone(world)
    phone.write("How long do I have to return an item?")
    contact = phone.contact()
    portal(world, "people", "create", person=SHOP.staff, email=OPERATOR, role="viewer")
    try:
        page = visit(OPERATOR)
        page.goto(page.url.split("#")[0] + f"#conversations/all/{contact}")
        page.get_by_role("button", name="Runs", exact=True).click()
        runs = page.get_by_role("list", name="Runs, newest first")
        expect(runs.get_by_role("listitem")).to_have_count(1)
        expect(runs).to_contain_text("answered")
        page.get_by_role("button", name="Open the conversation").click()
        expect(page.get_by_role("log").locator(".bubble").first).to_be_visible()
    finally:
        portal(world, "people", "delete", person=SHOP.staff, email=OPERATOR)


def test_the_operator_connects_a_business(world: World, visit: Visit) -> None:
    page = visit(OPERATOR)
    go(page, "Platform")
    page.get_by_role("button", name="Casa Lumen").click()
    connect = page.get_by_role("region", name="Connection to WhatsApp")
    expect(connect.get_by_text(world.stack.url("ingress") + "/webhook")).to_be_visible()
    expect(connect.get_by_role("button", name="Copy")).to_be_visible()
    connect.get_by_label("To this telephone number").fill("+34 600 111 222")
    connect.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("WhatsApp has taken the message.")).to_be_visible()
    assert world.sent(SHOP, 1)[-1]["text"] == "test"
    connect.get_by_label("To this telephone number").fill("600")
    connect.get_by_role("button", name="Send a test message").click()
    expect(connect.get_by_text("with its country code")).to_be_visible()
    check(page)
