"""What a message names of the business's own account: products of its catalogue, its published forms."""

from typing import Any

from local.meta.config import Number
from local.meta.errors import GraphError


def check(number: Number, interactive: dict[str, Any]) -> None:
    """Refuses a product of another catalogue or none, and a form that the account does not have or that has another first screen."""
    action = interactive["action"]
    if interactive["type"] in ("product", "product_list"):
        if action["catalog_id"] != number.catalog_id:
            raise GraphError(131009, "The catalog is not connected to this WhatsApp Business Account.")
        sections = action.get("sections") or [{"product_items": [action]}]
        for item in (item for section in sections for item in section["product_items"]):
            if item["product_retailer_id"] not in number.products:
                raise GraphError(131009, f"Products not found in FB Catalog: {item['product_retailer_id']}.")
    if interactive["type"] == "flow" and "flow_id" in action["parameters"]:
        flow = number.flows.get(action["parameters"]["flow_id"])
        if flow is None:
            raise GraphError(131009, "Flow not found: it does not exist, or is not published.")
        payload = action["parameters"].get("flow_action_payload")
        if payload and payload["screen"] != flow.screen:
            raise GraphError(131009, f"The flow has no first screen {payload['screen']}.")
