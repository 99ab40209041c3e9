"""What the stand-in says of a token, a number and a subscription, and how a test breaks each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.meta_support import NUMBER, OTHER_NUMBER, OTHER_TOKEN, TOKEN, Meta, configuration

WABA = "102290129340398"


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    directory: Path = tmp_path_factory.mktemp("account")
    with Meta(directory, configuration("http://127.0.0.1:9/webhook")) as running:
        yield running


def get(meta: Meta, path: str, token: str = TOKEN, **query: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return meta.client.get(f"/graph/v26.0/{path}", params=query, headers=headers).json()


def test_a_token_a_number_and_a_subscription_are_in_order(meta: Meta) -> None:
    token = get(meta, "debug_token", input_token=TOKEN)["data"]
    assert (token["is_valid"], token["granular_scopes"][0]["target_ids"]) == (True, [WABA])
    (app,) = get(meta, f"{WABA}/subscribed_apps")["data"]
    assert app["whatsapp_business_api_data"]["id"] == token["app_id"]
    assert get(meta, NUMBER, fields="status,is_pin_enabled") == {
        "status": "CONNECTED",
        "is_pin_enabled": True,
        "id": NUMBER,
    }


def test_what_is_not_the_tokens_is_not_there(meta: Meta) -> None:
    for path in (NUMBER, f"{WABA}/subscribed_apps"):
        error = get(meta, path, OTHER_TOKEN)["error"]
        assert (error["code"], error["error_subcode"]) == (100, 33)
    assert get(meta, "debug_token", OTHER_TOKEN, input_token=TOKEN)["error"]["code"] == 100
    assert get(meta, "debug_token")["error"]["code"] == 100


def test_an_account_is_broken_and_mended(meta: Meta) -> None:
    meta.control("account", phone_number_id=NUMBER, token_expired=True)
    error = get(meta, NUMBER)["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)
    assert get(meta, OTHER_NUMBER, OTHER_TOKEN)["id"] == OTHER_NUMBER, "that is another token"
    meta.control("account", phone_number_id=NUMBER, scopes=["whatsapp_business_messaging"])
    assert get(meta, f"{WABA}/subscribed_apps")["error"]["code"] == 200
    meta.control("account", phone_number_id=NUMBER, subscribed=False, callback="https://b.example/")
    assert get(meta, f"{WABA}/subscribed_apps")["data"] == []
    hooks = get(meta, NUMBER, fields="webhook_configuration")["webhook_configuration"]
    assert hooks["whatsapp_business_account"] == "https://b.example/"
    meta.control("account", phone_number_id=NUMBER)
    assert len(get(meta, f"{WABA}/subscribed_apps")["data"]) == 1
