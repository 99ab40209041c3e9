"""A tenant whose token Meta refuses: nothing more goes out, its staff is told, and it goes on by itself."""

from __future__ import annotations

from local.seed import wait_for
from tests.e2e.conftest import World
from tests.e2e.phone import Phone, recover, setting
from tests.local.meta_support import Recorder


def test_a_refused_token_stops_the_tenant_tells_it_and_ends_by_itself(world: World) -> None:
    webhook, windmill = Recorder(), world.stack.windmill()
    settings = windmill.call("GET", "resources/get_value/f/chatbot/settings").json()
    hosts = [*settings["allowed_private_hosts"], webhook.url.split("/")[2]]
    windmill.call(
        "POST", "resources/update/f/chatbot/settings", {"value": {**settings, "allowed_private_hosts": hosts}}
    )
    first, second, third = Phone(world), Phone(world), Phone(world)
    try:
        with setting(world, notify_webhook_url=f"{webhook.url}/alerts"):
            world.control("fail", {"mode": "error", "code": 190, "status": 401, "to": first.number})
            first.deliver({"type": "text", "text": "How long is a gift card valid?"})
            wait_for(lambda: world.rows("select code from send_stops"), 60)
            second.deliver({"type": "text", "text": "How long is a gift card valid?"})
            second.trace()  # its turn is over
            assert (first.sent(), second.sent()) == ([], [])
            (part,) = second.parts()
            assert "can not send at the moment" in part["error"]
            world.rows("update send_stops set until = now() returning code")
            third.write("How long is a gift card valid?")
            wait_for(lambda: not world.rows("select code from send_stops"), 60)
            recover(world)
        assert [body["kind"] for body in webhook.bodies()] == ["sends_stopped", "sends_resumed"]
    finally:
        windmill.call("POST", "resources/update/f/chatbot/settings", {"value": settings})
        webhook.stop()
        world.rows("delete from send_stops returning code")
