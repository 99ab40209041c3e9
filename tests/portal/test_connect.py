"""Connecting a number through its script: by a typed token, and by Meta's dialog with the ingress's page; and what must be refused."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from starlette.testclient import TestClient

from f.common.secrets import unseal
from local.meta.accounts import APP_ID
from tests.local.meta_support import NUMBER, OTHER_NUMBER, SECRET, configuration
from tests.local.meta_support import Meta as StandIn
from tests.portal.conftest import MASTER_KEY, A, B, Portal
from tests.portal.sign_in_page import come_back

OWNER, RIVAL, OPERATOR = "owner@alpha.example", "owner@beta.example", "op@platform.example"
SCRIPT = "f.portal_api.connect"
TOKEN = "EAA" + "t" * 40
WABA = "102290129340398"
DISPLAY = "+1 555 078 3881"


class House:
    """Alpha, without a number yet, and the stand-in for Meta, where one token may use two numbers of one account."""

    def __init__(self, portal: Portal, meta: StandIn) -> None:
        self.portal, self.meta = portal, meta

    def account(self, **state: Any) -> None:
        self.meta.control("account", phone_number_id=NUMBER, **state)

    def ask(
        self, action: str, who: str = OWNER, token: str = TOKEN, pin: str = "", **fields: Any
    ) -> dict[str, Any]:
        tenant = B if who == RIVAL else A
        if token:
            fields["sealed_key"] = self.portal.typed(tenant, "whatsapp_token", token)
        if pin:
            fields["sealed_pin"] = self.portal.typed(tenant, "number_pin", pin)
        answer = self.portal.ask(who, SCRIPT, action, **fields)
        assert TOKEN not in json.dumps(answer) and SECRET not in json.dumps(answer)
        return answer

    def connect(self, number: str = NUMBER, **fields: Any) -> dict[str, Any]:
        return self.ask("connect", phone_number_id=number, **fields)

    def stored(self) -> tuple[list[str], str | None]:
        """Alpha's numbers, and its token."""
        numbers = self.portal.rows("select phone_number_id from chatbots where tenant_id = %s order by 1", A)
        (row,) = self.portal.rows("select whatsapp_token from tenants where id = %s", A)
        token = (
            unseal(MASTER_KEY, A, "whatsapp_token", row["whatsapp_token"]) if row["whatsapp_token"] else None
        )
        return [n["phone_number_id"] for n in numbers], token

    def at_meta(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.meta.client.get(f"/graph/v26.0/{path}", headers=headers).json()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    config = configuration("http://127.0.0.1:9/webhook")
    config["numbers"][1]["waba_id"] = config["numbers"][0]["waba_id"]
    tokens = {NUMBER: TOKEN, OTHER_NUMBER: TOKEN}
    with StandIn(tmp_path_factory.mktemp("meta"), config, tokens=tokens) as running:
        yield running


@pytest.fixture
def house(process: StandIn, portal: Portal) -> House:
    process.control("reset")
    portal.values |= {
        "whatsapp": {"graph_url": f"{process.url}/graph", "api_version": "v26.0"},
        "settings": {"webhook_url": "https://bots.example/webhook"},
        "meta_app": {
            "app_id": APP_ID,
            "app_secret": SECRET,
            "signup_config_id": "77",
            "dialog_url": f"{process.url}/facebook",
        },
    }
    portal.rows("delete from chatbots where tenant_id = %s returning 1", A)
    return House(portal, process)


def test_a_new_number_is_registered_subscribed_and_given_to_the_business(house: House) -> None:
    house.account(
        number={"status": "PENDING", "platform_type": "NOT_APPLICABLE", "is_pin_enabled": False},
        subscribed=False,
    )
    listed = house.ask("list_numbers")["numbers"]
    assert [(n["phone_number_id"], n["account"], n["connected"], n["state"]) for n in listed] == [
        (NUMBER, WABA, False, "new"),
        (OTHER_NUMBER, WABA, True, "new"),
    ]
    assert house.stored() == ([], None), "looking stores nothing"
    assert house.connect()["refused"] == "connect_pin_new"
    assert house.connect(pin="12345")["refused"] == "connect_pin_digits"
    done = house.connect(pin="123456")
    assert (done["ok"], done["connected"]) == (True, NUMBER)
    assert house.stored() == ([NUMBER], TOKEN)
    assert house.at_meta(f"{NUMBER}?fields=status,is_pin_enabled") == {
        "status": "CONNECTED",
        "is_pin_enabled": True,
        "id": NUMBER,
    }
    assert len(house.at_meta(f"{WABA}/subscribed_apps")["data"]) == 1
    # A second time, and another number of the same account: nothing is asked for, nothing is lost.
    assert house.connect()["ok"] is True and house.connect(OTHER_NUMBER)["ok"] is True
    assert house.stored() == (sorted([NUMBER, OTHER_NUMBER]), TOKEN)
    audit = house.portal.rows(
        "select action, after from audit_log where tenant_id = %s and person = %s", A, OWNER
    )
    assert {"chatbots.insert", "tenants.update"} == {row["action"] for row in audit}
    assert TOKEN not in json.dumps([row["after"] for row in audit])


def test_a_wrong_pin_changes_nothing(house: House) -> None:
    house.account(number={"status": "PENDING", "is_pin_enabled": True}, pin="654321")
    assert house.connect()["refused"] == "connect_pin_old"
    assert house.connect(pin="111111")["refused"] == "connect_pin_wrong"
    assert house.stored() == ([], None)
    assert house.connect(pin="654321")["ok"] is True


REFUSED: dict[str, tuple[Callable[[House], Any], dict[str, Any], str]] = {
    "an expired token": (lambda h: h.account(token_expired=True), {}, "connect_token_refused"),
    "another token": (lambda h: None, {"token": "EAA" + "x" * 40}, "connect_token_refused"),
    "no token": (lambda h: None, {"token": ""}, "key_missing"),
    "a token in plain": (lambda h: None, {"key": TOKEN}, "key_in_plain"),
    "no right to manage": (lambda h: h.account(scopes=["whatsapp_business_messaging"]), {}, "connect_scopes"),
    "a token for everything": (lambda h: h.account(targets=False), {}, "connect_which_account"),
    "somebody else's account": (lambda h: None, {"account": "999999"}, "connect_refused"),
    "an account that is none": (lambda h: None, {"account": "../me"}, "connect_account"),
    "a number of none of its accounts": (lambda h: None, {"number": "424242"}, "not_found"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_refused_stores_nothing(house: House, how: str) -> None:
    prepare, fields, code = REFUSED[how]
    prepare(house)
    assert house.connect(**fields)["refused"] == code
    assert house.stored() == ([], None)


def test_a_token_of_another_app_is_refused(house: House) -> None:
    """What customers write would be reported to that app, and never come here."""
    house.portal.values["meta_app"] |= {"app_id": "123456789"}
    answer = house.connect()
    assert (answer["refused"], answer["values"]) == ("connect_other_app", {"app": "Chatmill"})
    fields = {"tenant": A, "sealed_key": house.portal.typed(A, "whatsapp_token", TOKEN)}
    listed = house.portal.ask(OPERATOR, "f.portal_api.operator", "list_numbers", **fields)
    assert listed["refused"] == "connect_other_app" and house.stored() == ([], None)


def test_of_two_tokens_at_once_the_later_one_takes_nothing_from_the_other_number(house: House) -> None:
    """Both were checked before either was stored: the database looks again."""
    query = "select connect_number(%s, %s, 'A', 'sealed', array[%s])"
    with psycopg.connect(house.portal.url, autocommit=True) as conn:
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        assert conn.execute(query, [OWNER, NUMBER, NUMBER]).fetchone() == ("ok",)
        assert conn.execute(query, [OWNER, OTHER_NUMBER, OTHER_NUMBER]).fetchone() == ("others",)
    numbers = house.portal.rows("select phone_number_id from chatbots where tenant_id = %s", A)
    assert numbers == [{"phone_number_id": NUMBER}]


def test_a_token_for_everything_needs_the_account(house: House) -> None:
    house.account(targets=False)
    assert house.connect(account=WABA)["ok"] is True


def test_a_number_of_another_business_is_not_taken_over(house: House) -> None:
    assert house.connect()["ok"] is True
    states = {n["phone_number_id"]: n["state"] for n in house.ask("list_numbers", who=RIVAL)["numbers"]}
    assert states == {NUMBER: "taken", OTHER_NUMBER: "new"}
    assert house.connect(who=RIVAL)["refused"] == "number_taken"
    assert house.stored() == ([NUMBER], TOKEN)


def test_a_token_that_the_other_numbers_could_not_use_is_refused(house: House) -> None:
    house.portal.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values ('2001', %s, 'Branch') returning 1", A
    )
    house.portal.store_whatsapp_token(A, "EAA" + "o" * 40)
    assert (answer := house.connect())["refused"] == "connect_others" and answer["values"] == {
        "names": "Branch"
    }
    assert house.stored() == (["2001"], "EAA" + "o" * 40)


def test_meta_that_does_not_answer_changes_nothing(house: House) -> None:
    house.portal.values["whatsapp"] = {"graph_url": "http://127.0.0.1:9/graph", "api_version": "v26.0"}
    assert house.connect()["refused"] == "connect_silent" and house.stored() == ([], None)


def test_an_operator_connects_a_number_for_a_business(house: House) -> None:
    fields = {"tenant": A, "sealed_key": house.portal.typed(A, "whatsapp_token", TOKEN)}
    operator = "f.portal_api.operator"
    assert len(house.portal.ask(OPERATOR, operator, "list_numbers", **fields)["numbers"]) == 2
    done = house.portal.ask(OPERATOR, operator, "connect_number", **fields, phone_number_id=NUMBER)
    assert done["ok"] is True and house.stored() == ([NUMBER], TOKEN)
    fields = {"tenant": "cccccccc-0000-4000-8000-000000000001"}
    fields["sealed_key"] = house.portal.typed(fields["tenant"], "whatsapp_token", TOKEN)
    nobody = house.portal.ask(OPERATOR, operator, "connect_number", **fields, phone_number_id=OTHER_NUMBER)
    assert nobody["refused"] == "not_found"


def choose(house: House, url: str, what: str) -> str:
    """At Meta's dialog: the address that the choice of a number, or Cancel, leads back to."""
    page = httpx.get(url, trust_env=False).text
    links = {
        html.unescape(label): html.unescape(link)
        for link, label in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page)
    }
    return next(link for label, link in links.items() if what in label)


def begun(house: House, who: str = OWNER, **fields: Any) -> str:
    return str(house.ask("begin_dialog", who=who, token="", **fields)["url"])


def finish(house: House, who: str = OWNER) -> dict[str, Any]:
    return house.ask("finish_dialog", who=who, token="")


def test_the_dialog_leads_from_the_link_to_the_connected_number(house: House, browser: TestClient) -> None:
    house.account(subscribed=False)
    url = begun(house, coexistence=True)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (query["config_id"], query["redirect_uri"]) == ("77", "https://bots.example/oauth/callback")
    assert json.loads(query["extras"])["featureType"] == "whatsapp_business_app_onboarding"
    assert SECRET not in url and finish(house) == {"ok": True, "state": "waiting"}
    address = choose(house, url, DISPLAY)
    assert OWNER in browser.get(address).text and finish(house)["state"] == "waiting", (
        "nothing before the button"
    )
    assert "it goes on there" in come_back(browser, address)
    (row,) = house.portal.rows("select * from number_sign_ins")
    assert parse_qs(urlsplit(address).query)["code"][0] not in str(row), "sealed"
    given = finish(house)
    assert given["state"] == "given" and given == finish(house), "asked twice, the code is used once"
    assert house.stored() == ([], None)
    done = house.ask("connect", token="", dialog=True, phone_number_id=NUMBER)
    assert done["ok"] is True and house.stored() == ([NUMBER], TOKEN)
    assert house.portal.rows("select from number_sign_ins") == []
    assert house.ask("connect", token="", dialog=True, phone_number_id=NUMBER)["refused"] == "sign_in_late"
    assert "too old, or was used already" in browser.get(address).text


def test_who_gives_nothing_at_meta_hears_so(house: House, browser: TestClient) -> None:
    browser.get(choose(house, begun(house), "Cancel"))
    assert finish(house)["refused"] == "connect_denied" and finish(house)["refused"] == "sign_in_late"


def test_a_visit_is_of_the_person_who_began_it(house: House, browser: TestClient) -> None:
    address = choose(house, begun(house), DISPLAY)
    come_back(browser, address)
    assert finish(house, RIVAL)["refused"] == "sign_in_late"
    house.portal.rows(
        "insert into tenant_members values (%s, 'partner@alpha.example', 'owner') returning 1", A
    )
    assert finish(house, "partner@alpha.example")["refused"] == "sign_in_late"
    assert finish(house)["state"] == "given"
    stolen = house.ask("connect", who="partner@alpha.example", token="", dialog=True, phone_number_id=NUMBER)
    assert stolen["refused"] == "sign_in_late"


def test_a_visit_is_over_after_ten_minutes_or_a_new_one(house: House, browser: TestClient) -> None:
    old = choose(house, begun(house), DISPLAY)
    new = choose(house, begun(house), DISPLAY)
    assert "too old" in browser.get(old).text
    house.portal.rows(
        "update number_sign_ins set expires_at = expires_at - interval '11 minutes' returning 1"
    )
    assert "too old" in browser.get(new).text
    house.portal.rows("select clean_whatsapp()")
    assert (
        house.portal.rows("select from number_sign_ins") == [] and finish(house)["refused"] == "sign_in_late"
    )


def test_two_owners_visits_do_not_end_each_other(house: House, browser: TestClient) -> None:
    house.portal.rows(
        "insert into tenant_members values (%s, 'partner@alpha.example', 'owner') returning 1", A
    )
    address = choose(house, begun(house), DISPLAY)
    begun(house, "partner@alpha.example")
    come_back(browser, address)
    assert finish(house)["state"] == "given"


def test_a_code_of_another_app_s_secret_is_refused_in_words(house: House, browser: TestClient) -> None:
    house.portal.values["meta_app"] |= {"app_secret": "not the app's secret"}
    come_back(browser, choose(house, begun(house), DISPLAY))
    answer = finish(house)
    assert answer["refused"] == "connect_code_refused" and "client secret" in answer["values"]["problem"]


def test_without_an_app_there_is_no_dialog(house: House) -> None:
    house.portal.values["meta_app"] |= {"signup_config_id": ""}
    assert house.ask("get", token="")["dialog"] is False
    assert house.ask("begin_dialog", token="")["refused"] == "connect_no_dialog"
    house.portal.values["meta_app"] |= {"signup_config_id": "77"}
    house.portal.values["settings"] = {}
    assert house.ask("begin_dialog", token="")["refused"] == "sign_in_address"
