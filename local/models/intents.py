"""What a customer's message wants, by the tables: courtesy, a person, orders, or knowledge."""

from local.models import tables
from local.models.conversation import Conversation
from local.models.words import content_words, language, words

MOST_ORDERS = 4
MOST_QUESTIONS = 3


def courtesy(message: str) -> str | None:
    """The answer to a message that only greets or thanks; None when it says more."""
    spoken = words(message)
    if not spoken:
        return tables.GREETING_ANSWER["en"]  # an emoji or a sticker
    for table, answers in ((tables.THANKS, tables.THANKS_ANSWER), (tables.GREETING, tables.GREETING_ANSWER)):
        best, most = "", 0
        for name, known in table.items():
            polite = (
                frozenset(known.split())
                | frozenset(tables.GREETING[name].split())
                | frozenset(tables.FILLERS.split())
            )
            hits = sum(word in known.split() for word in spoken)
            if hits > most and all(word in polite for word in spoken):
                best, most = name, hits
        if best:
            return answers[best]
    return None


def wants_person(message: str) -> bool:
    """Whether the customer asks for a human."""
    return bool(tables.WANTS_PERSON.search(message))


def _order_ids(text: str, context: str) -> list[str]:
    """Ids of orders in a text; the context tells whether a bare number is one."""
    marked = [match.lstrip("#").upper() for match in tables.MARKED_ID.findall(text)]
    found = [name for name in marked if name.rstrip("-0123456789") not in tables.NOT_IDS]
    if tables.ORDER_WORD.search(context) or len(words(text)) <= 3:
        found += [number for number in tables.BARE_ID.findall(text) if not tables.YEAR.fullmatch(number)]
    return list(dict.fromkeys(found))[:MOST_ORDERS]


def order_ids(talk: Conversation) -> list[str]:
    """Ids of the orders that the message is about, perhaps named in the message before it."""
    found = _order_ids(talk.message, f"{talk.message} {talk.previous}")
    if not found and talk.is_follow_up() and tables.ABOUT_THE_ORDER.search(talk.message):
        found = _order_ids(talk.previous, talk.previous)
    return found


def wants_my_orders(message: str) -> bool:
    """Whether the customer asks where 'my order' is without saying which."""
    return bool(tables.MY_ORDERS.search(message) and tables.ORDER_STATE.search(message))


def _asks(clause: str) -> bool:
    return bool(content_words(clause)) and ("?" in clause or bool(tables.QUESTION_WORD.search(clause)))


def questions(talk: Conversation, about_order: bool) -> list[str]:
    """The questions for the knowledge base, without the clauses that the order's tool answers."""
    if not about_order:
        parts = _separate(talk.message)
        return parts if len(parts) > 1 else [" ".join(talk.whole_question().split())]
    left = []
    for clause in tables.CLAUSE.split(talk.message):
        named = bool(_order_ids(clause, talk.message)) or wants_my_orders(clause)
        of_order = named or tables.ABOUT_THE_ORDER.search(clause)
        if not of_order and _asks(clause) and len(content_words(clause)) >= 2:
            left.append(clause.strip())
    return left[:MOST_QUESTIONS]


def _separate(message: str) -> list[str]:
    """Questions that stand on their own; a short one stays with the one before it."""
    parts: list[str] = []
    for piece in message.replace("?", "?\n").splitlines():
        piece = piece.strip(" ,;")
        if not words(piece) or courtesy(piece):
            continue
        follows = len(words(piece)) < tables.FOLLOW_UP_WORDS or tables.FOLLOW_UP.search(piece)
        alone = _asks(piece) and not follows
        if parts and not alone:
            parts[-1] = f"{parts[-1]} {piece}"
        elif parts and not _asks(parts[-1]):
            parts[-1] = f"{parts[-1]} {piece}"  # a statement belongs to the question that follows it
        else:
            parts.append(piece)
    return parts[:MOST_QUESTIONS]


def tongue(talk: Conversation) -> str:
    """The language to answer in."""
    short = len(words(talk.message)) < 3
    return language(f"{talk.message} {talk.previous}" if short else talk.message)
