"""Says an order's state in one sentence, in the customer's language."""

from typing import Any

# {id} {items} {status}, then what is known of: carrier, tracking, expected date.
SENTENCES = {
    "en": ("Order {id} ({items}) is {status}", ", with {carrier}", ", tracking number {tracking}",
           ", expected on {date}"),
    "es": ("El pedido {id} ({items}) está {status}", ", con {carrier}", ", número de seguimiento {tracking}",
           ", llegada prevista el {date}"),
    "de": ("Die Bestellung {id} ({items}) ist {status}", ", mit {carrier}", ", Sendungsnummer {tracking}",
           ", erwartet am {date}"),
    "fr": ("La commande {id} ({items}) est {status}", ", avec {carrier}", ", numéro de suivi {tracking}",
           ", attendue le {date}"),
    "pt": ("O pedido {id} ({items}) está {status}", ", com {carrier}", ", código de rastreio {tracking}",
           ", previsto para {date}"),
    "it": ("L'ordine {id} ({items}) è {status}", ", con {carrier}", ", codice di tracciamento {tracking}",
           ", previsto per il {date}"),
}  # fmt: skip
DELIVERED_ON = {
    "en": ", delivered on {date}", "es": ", entregado el {date}", "de": ", zugestellt am {date}",
    "fr": ", livrée le {date}", "pt": ", entregue em {date}", "it": ", consegnato il {date}",
}  # fmt: skip
STATUSES = {
    "processing": {"en": "being prepared", "es": "en preparación", "de": "in Vorbereitung",
                   "fr": "en préparation", "pt": "em preparação", "it": "in preparazione"},
    "shipped": {"en": "shipped", "es": "enviado", "de": "versandt", "fr": "expédiée",
                "pt": "enviado", "it": "spedito"},
    "in transit": {"en": "in transit", "es": "en camino", "de": "unterwegs", "fr": "en route",
                   "pt": "a caminho", "it": "in viaggio"},
    "out for delivery": {"en": "out for delivery", "es": "en reparto", "de": "in Zustellung",
                         "fr": "en cours de livraison", "pt": "em entrega", "it": "in consegna"},
    "delivered": {"en": "delivered", "es": "entregado", "de": "zugestellt", "fr": "livrée", "pt": "entregue",
                  "it": "consegnato"},
    "cancelled": {"en": "cancelled", "es": "cancelado", "de": "storniert", "fr": "annulée", "pt": "cancelado",
                  "it": "annullato"},
    "returned": {"en": "returned", "es": "devuelto", "de": "zurückgesandt", "fr": "retournée",
                 "pt": "devolvido", "it": "restituito"},
}  # fmt: skip
PROBLEMS = {
    "not_found": {
        "en": "I can't find that order for your number. Please check the order number.",
        "es": "No encuentro ese pedido para su número. Compruebe el número de pedido.",
        "de": "Ich finde diese Bestellung zu Ihrer Nummer nicht. Bitte prüfen Sie die Bestellnummer.",
        "fr": "Je ne trouve pas cette commande pour votre numéro. Vérifiez le numéro de commande.",
        "pt": "Não encontro esse pedido para o seu número. Verifique o número do pedido.",
        "it": "Non trovo quest'ordine per il suo numero. Controlli il numero d'ordine.",
    },
    "unreachable": {
        "en": "The order system can't be reached at the moment. Please try again later.",
        "es": "Ahora mismo no se puede consultar el sistema de pedidos. Inténtelo más tarde.",
        "de": "Das Bestellsystem ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.",
        "fr": "Le système de commandes est injoignable pour le moment. Réessayez plus tard.",
        "pt": "O sistema de pedidos não está acessível neste momento. Tente mais tarde.",
        "it": "Il sistema degli ordini non è raggiungibile al momento. Riprovi più tardi.",
    },
    "none": {
        "en": "There are no orders for your number.",
        "es": "No hay pedidos para su número.",
        "de": "Zu Ihrer Nummer gibt es keine Bestellungen.",
        "fr": "Il n'y a pas de commande pour votre numéro.",
        "pt": "Não há pedidos para o seu número.",
        "it": "Non ci sono ordini per il suo numero.",
    },
}
ASK_FOR_ID = {
    "en": "Which order is it? Please send me the order number.",
    "es": "¿De qué pedido se trata? Envíeme el número de pedido.",
    "de": "Um welche Bestellung geht es? Bitte senden Sie mir die Bestellnummer.",
    "fr": "De quelle commande s'agit-il ? Envoyez-moi le numéro de commande.",
    "pt": "De que pedido se trata? Envie-me o número do pedido.",
    "it": "Di quale ordine si tratta? Mi mandi il numero d'ordine.",
}


def _items(order: dict[str, Any]) -> str:
    """'2 x Lamp, 1 x Rug' from a list of names or of objects."""
    listed = order.get("items")
    told = []
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict):
            name = item.get("name") or item.get("title") or item.get("product") or item.get("sku")
            count = item.get("quantity") or item.get("qty") or 1
            told.append(f"{count} x {name}" if count != 1 else str(name))
        else:
            told.append(str(item))
    return ", ".join(told)


def _first(order: dict[str, Any], *keys: str) -> str:
    return next((str(order[key]) for key in keys if order.get(key)), "")


def describe(order: dict[str, Any], language: str) -> str:
    """One sentence with status, carrier, expected date and items."""
    main, carrier, tracking, expected = SENTENCES[language]
    status = str(order["status"]).replace("_", " ").lower()
    items = _items(order)
    text = main if items else main.replace(" ({items})", "")
    said = STATUSES.get(status, {}).get(language, status)
    text = text.format(id=_first(order, "order_id", "id", "number"), items=items, status=said)
    parts = {"carrier": _first(order, "carrier"), "tracking": _first(order, "tracking_number", "tracking")}
    text += carrier.format(**parts) if parts["carrier"] else ""
    text += tracking.format(**parts) if parts["tracking"] else ""
    delivered = _first(order, "delivered_date", "delivered_on", "delivered_at")
    due = _first(order, "expected_date", "expected_delivery", "expected", "eta")
    if delivered:
        text += DELIVERED_ON[language].format(date=delivered)
    elif due:
        text += expected.format(date=due)
    return text + "."
