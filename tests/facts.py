"""Questions about the demo's documents with what an answer must hold, and on which page it stands.

The end-to-end tests ask them; a test reads the PDFs and checks that every fact is where this table says.
"""

from dataclasses import dataclass
from typing import Literal

Tenant = Literal["shop", "clinic"]
RETURNS = "returns-and-delivery.pdf"
GUIDE = "patient-guide.pdf"


@dataclass(frozen=True)
class Fact:
    """A question, a part of the document's text that answers it, and where it stands."""

    tenant: Tenant
    question: str
    answer: str
    document: str
    page: int
    language: str = "en"


@dataclass(frozen=True)
class Unanswered:
    """A question that the tenant's documents don't answer."""

    tenant: Tenant
    question: str


def _facts(
    tenant: Tenant, document: str, rows: list[tuple[str, str, int]], language: str = "en"
) -> list[Fact]:
    return [Fact(tenant, question, answer, document, page, language) for question, answer, page in rows]


FACTS = [
    *_facts(
        "shop",
        RETURNS,
        [
            ("How much does express delivery cost?", "EUR 11.90", 1),
            ("How long does delivery to the Canary Islands take?", "6 to 9", 1),
            ("How long do I have to return an item?", "30 days", 2),
            ("Can I return a pillow?", "packaging has been opened", 2),
            ("Is the first return free?", "free in Spain and Portugal", 2),
            ("How long does it take to check a return?", "5 working days", 3),
            ("Can I pay in instalments?", "three instalments without interest", 3),
            ("How many photographs must I send of damaged goods?", "two photographs", 4),
            ("How long is the warranty of solid wood furniture?", "10 years on the frame", 4),
            ("How long is a gift card valid?", "24 months", 5),
            ("How much is the installation of a ceiling lamp?", "EUR 55", 5),
            ("When does the store in Valencia open on Saturday?", "10:00 to 21:00", 6),
        ],
    ),
    *_facts(
        "shop",
        RETURNS,
        [
            ("¿Cuánto cuesta el envío exprés?", "EUR 11.90", 1),
            ("¿Cuántos días tengo para devolver un artículo?", "30 days", 2),
            ("¿Cuánto tiempo es válida una tarjeta regalo?", "24 months", 5),
            ("¿Dentro de cuántas horas tengo que avisar si algo llega dañado?", "within 48 hours", 4),
        ],
        "es",
    ),
    *_facts(
        "shop",
        RETURNS,
        [
            ("Wie viel kostet die Expresslieferung?", "EUR 11.90", 1),
            ("Wie viele Tage habe ich, um einen Artikel zurückzugeben?", "30 days", 2),
            ("Wie lange ist ein Geschenkgutschein gültig?", "24 months", 5),
            ("Wie lange gilt die Garantie für Massivholzmöbel?", "10 years on the frame", 4),
        ],
        "de",
    ),
    *_facts(
        "clinic",
        GUIDE,
        [
            ("When does the laboratory open on Saturday?", "8:30 to 10:30", 1),
            ("Until when can I cancel an appointment free of charge?", "24 hours before it begins", 1),
            ("How long does a first visit last?", "30 minutes", 1),
            ("How long must I fast before a blood test?", "8 hours before a blood test", 2),
            ("Can I drive after sedation?", "24 hours", 2),
            ("When are routine blood results published?", "within 48 hours", 3),
            ("How much does a medical certificate for sports cost?", "EUR 38", 3),
            ("How much is the flu vaccination?", "EUR 18", 4),
            ("May my child come without a parent?", "must come with a parent or guardian", 4),
            ("Which insurance companies do you work with?", "Adeslas, Sanitas, DKV", 5),
            ("How long is parking free for patients?", "90 minutes", 6),
            ("Which number do I call in an emergency?", "112", 6),
        ],
    ),
    *_facts(
        "clinic",
        GUIDE,
        [
            (
                "¿Cuántas horas debo estar en ayunas antes de un análisis de sangre?",
                "8 hours before a blood test",
                2,
            ),
            ("¿Hasta cuándo puedo cancelar una cita gratis?", "24 hours before it begins", 1),
            ("¿Con qué aseguradoras trabajan?", "Adeslas, Sanitas, DKV", 5),
            ("¿Es gratis el aparcamiento para los pacientes?", "90 minutes", 6),
        ],
        "es",
    ),
    *_facts(
        "clinic",
        GUIDE,
        [
            (
                "Wie viele Stunden muss ich vor einer Blutabnahme nüchtern sein?",
                "8 hours before a blood test",
                2,
            ),
            ("Bis wann kann ich einen Termin kostenlos absagen?", "24 hours before it begins", 1),
            ("Mit welchen Versicherungen arbeiten Sie zusammen?", "Adeslas, Sanitas, DKV", 5),
            ("Wie lange bleiben Ergebnisse im Portal?", "5 years", 3),
        ],
        "de",
    ),
]

UNANSWERED = [
    Unanswered("shop", "Do you sell electric bicycles?"),
    Unanswered("shop", "Who is the prime minister of Portugal?"),
    Unanswered("shop", "Can you recommend a recipe for lentil soup?"),
    Unanswered("shop", "What is the salary of a shop assistant at your company?"),
    Unanswered("clinic", "Do you treat dogs and cats?"),
    Unanswered("clinic", "What is the capital of Mongolia?"),
    Unanswered("clinic", "How do I change the tyres of my car?"),
    Unanswered("clinic", "Can I rent a room for a wedding?"),
]
