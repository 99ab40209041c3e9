"""The books over every message: answered once and in order, or accounted for in words; nothing sent twice, no human reply lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from tests.faults.customers import NEW, Letter
from tests.faults.disturbances import Disturbances
from tests.faults.ledger import HANDOFF, STOP
from tests.faults.storm import Storm, until

WHOLE_QUESTION = 4000  # a turn keeps no more of it
OUTCOMES = ("answered", "unanswered", "failed")
MESSAGES = """
    select i.phone_number_id, i.sender, i.message_id as id, i.seq, i.state, i.reason, i.received_at,
           i.payload, t.id::text as turn, t.outcome, t.question, t.error, l.body as logged
    from inbound_messages i left join turns t on t.id = i.turn_id
         left join conversation_logs l on l.phone_number_id = i.phone_number_id and l.message_id = i.message_id and l.direction = 'in'
    where i.kind = 'message' order by i.seq"""
PARTS = """
    select o.send_id::text, o.turn_id::text as turn, o.part, o.attempts, o.state, o.error, o.content, t.outcome
    from outbound_messages o join turns t on t.id = o.turn_id"""
SUSPENDED, HUMAN, DELETED = (
    "the tenant is suspended",
    "the contact is with a human",
    "the customer has deleted it",
)
# Why a part was not sent, and the reason for which a message of that time gets no answer.
UNSENT = {
    SUSPENDED: SUSPENDED,
    "a human took over, or the contact opted out": HUMAN,
    "a human's reply is on its way": HUMAN,
}
Row = dict[str, Any]


class Books:
    """Everything that is written down, as it is when this is made. `letters` and `disturbances`: of a storm."""

    def __init__(
        self, storm: Storm, letters: Sequence[Letter] = (), disturbances: Disturbances | None = None
    ) -> None:
        self.storm, self.letters = storm, {letter.id: letter for letter in letters}
        self.form_of = {id_: letter.form for letter in letters for id_ in (letter.id, *letter.events)}
        self.disturbances = disturbances or Disturbances(storm)
        # To whom words of a person went when they wrote: from then on the bot is quiet.
        waited = storm.admin(
            "select c.phone from turns t join contacts c on c.id = t.contact_id where t.outcome = 'human'"
            " and t.opened_at < c.last_message_at + interval '1 second'"  # Meta's clock has whole seconds
        )
        self.waited_for = {row["phone"] for row in waited}
        self.messages = storm.admin(MESSAGES)
        self.parts = {part["send_id"]: part for part in storm.admin(PARTS)}
        self.taken = [str(message["biz_data"]["send_id"]) for message in storm.accepted()]
        self.takes = Counter(self.taken)
        self.of_turn: dict[str, list[Row]] = defaultdict(list)
        for part in self.parts.values():
            self.of_turn[part["turn"]].append(part)

    def balance(self) -> dict[str, Any]:
        """Asserts all that must hold; returns what there was, counted."""
        self.check_messages()
        self.check_words()
        self.check_sends()
        self.check_order()
        self.check_human_replies()
        self.check_documents()
        self.check_bill()
        return self.summary()

    def check_bill(self) -> None:
        """What Meta bills is what is reckoned here, to the message. Its statuses may still be on their way."""
        until(lambda: self.storm.bill() == self.reckoned(), 120)

    def reckoned(self) -> dict[Any, int]:
        rows = self.storm.admin(
            "select phone_number_id, type, sum(messages)::int as n from charge_months group by 1, 2"
        )
        return {(row["phone_number_id"], row["type"]): row["n"] for row in rows}

    def check_messages(self) -> None:
        """Each message is stored, and answered or accounted for in words."""
        lost = set(self.letters) - {row["id"] for row in self.messages}
        assert not lost, f"acknowledged, and not stored: {[self.letters[id_] for id_ in lost]}"
        open_ends = [
            row | {"parts": self.of_turn[row["turn"]]} for row in self.messages if not self.ends(row)
        ]
        assert not open_ends, f"{len(open_ends)} not answered, and not accounted for: {open_ends[:5]}"

    def ends(self, row: Row) -> bool:
        """Whether a message has found its end: an answer that Meta took, or a reason that the storm explains."""
        if row["state"] == "ended":
            return self.explains(row, row["reason"])
        if row["state"] != "answered":
            return False
        parts = self.of_turn[row["turn"]]
        if any(self.takes[part["send_id"]] for part in parts):
            wished = row["outcome"] == "handed_off" and self.has_wished(row, HANDOFF)
            return wished or row["outcome"] in (*OUTCOMES, "not_sent")
        reasons = [str(part["error"]).rpartition("not sent again: ")[2] for part in parts]
        return bool(parts) and all(self.explains(row, UNSENT.get(reason)) for reason in reasons)

    def explains(self, row: Row, reason: str | None) -> bool:
        """Whether the storm has given cause for a reason."""
        d, form = self.disturbances, self.form_of.get(row["id"], "")
        match reason:
            case "the tenant is suspended":
                times = [s for s in d.suspensions if s.phone_number_id == row["phone_number_id"]]
                return any(row["received_at"] <= s.until for s in times)
            case "the contact is with a human":
                spoken_to = {reply.phone for reply in d.replies} | self.waited_for
                return row["sender"] in spoken_to or self.has_wished(row, HANDOFF)
            case "the contact has opted out":
                return self.has_wished(row, STOP)
            case "the customer has deleted it":
                return "delet" in form
            case str():
                return reason.startswith(("an edit of ", "a deletion of ")) and row["id"] in self.form_of
        return False

    def has_wished(self, row: Row, word: str) -> bool:
        """Whether the customer has written the word of the statement run's customers."""
        return any(each["sender"] == row["sender"] and word in str(each["payload"]) for each in self.messages)

    def check_words(self) -> None:
        """Each turn was asked what its messages say, and the log shows what customers made of them."""
        rows = {row["id"]: row for row in self.messages}
        for letter in self.letters.values():
            row = rows[letter.id]
            about, logged = f"{letter}: {row}", row["logged"] or ""
            asked = row["question"] or ""
            if row["state"] == "answered" and "delet" not in letter.form and len(asked) < WHOLE_QUESTION:
                assert letter.word in asked, f"not in the question: {about}"
            if "delet" in letter.form:
                stored = [(rows[id_]["payload"], rows[id_]["logged"]) for id_ in (letter.id, *letter.events)]
                assert letter.word not in str(stored), f"the words of a deleted message stay: {about}"
            elif "edit" in letter.form:
                assert NEW in logged, f"the log lacks the newest words: {about}"

    def check_sends(self) -> None:
        """Meta took what is in the outbox, each part once for each claim, and only turns that answer something."""
        assert set(self.takes) <= set(self.parts), "Meta took something that is not in the outbox"
        undue = [s for s, n in self.takes.items() if n > 1 and self.parts[s]["attempts"] < n]
        assert not undue, f"sent twice by one claim: {[self.parts[s] for s in undue]}"
        answering = {row["turn"] for row in self.messages}
        idle = [self.parts[s] for s in self.takes if self.parts[s]["turn"] not in answering]
        doubled = [part for part in idle if part["outcome"] not in ("human", "lost")]
        assert not doubled, f"answered by a second turn: {doubled}"

    def check_order(self) -> None:
        """In each conversation, replies went out in the order in which messages came in, and their parts in theirs."""
        seqs: dict[str, list[int]] = defaultdict(list)
        talk: dict[str, tuple[str, str]] = {}
        for row in self.messages:
            if row["turn"]:
                seqs[row["turn"]].append(row["seq"])
                talk[row["turn"]] = (row["phone_number_id"], row["sender"])
        sent: dict[tuple[str, str], list[str]] = defaultdict(list)
        last_part: dict[str, int] = defaultdict(int)
        for send_id in self.taken:
            part = self.parts[send_id]
            turn = part["turn"]
            assert part["part"] <= last_part[turn] + 1, f"turn {turn}: part {part['part']} came too early"
            last_part[turn] = max(last_part[turn], part["part"])
            if turn in talk and turn not in sent[talk[turn]]:
                sent[talk[turn]].append(turn)
        for who, turns in sent.items():
            order = [seq for turn in turns for seq in sorted(seqs[turn])]
            assert order == sorted(order), f"out of order for {who}: {order}"

    def check_human_replies(self) -> None:
        """Each reply of a human reached Meta, once for each claim, or its failure says why."""
        for reply in self.disturbances.replies:
            parts = self.of_turn[reply.reply_id]
            about = f"{reply}: {parts}"
            assert reply.result, f"nobody answered the click: {about}"
            if not parts:
                assert reply.result["ok"] is False and reply.result["refused"], f"lost: {about}"
                continue
            (part,) = parts
            assert part["content"]["text"]["body"] == reply.words
            assert self.takes[part["send_id"]] or part["error"], f"lost without a word: {about}"

    def check_documents(self) -> None:
        """Each document that was uploaded is ready, or went when a later one took its place."""
        for uploads in self.disturbances.uploads.values():
            ids = [upload.document_id for upload in uploads]
            query = "select id::text, state, error from documents where id = any (%s::uuid[])"
            states = {row["id"]: row for row in self.storm.admin(query, ids)}
            for id_ in ids:
                replaced = any(upload.replaces == id_ for upload in uploads)
                assert states[id_]["state"] == "ready" if id_ in states else replaced, f"{id_}: {states}"

    def summary(self) -> dict[str, Any]:
        ends = Counter(
            row["outcome"] if row["state"] == "answered" else row["reason"].partition(" of wamid")[0]
            for row in self.messages
        )
        human = [part for reply in self.disturbances.replies for part in self.of_turn[reply.reply_id]]
        return {
            "messages": len(self.messages),
            "ends": dict(ends),
            "turns": len({row["turn"] for row in self.messages if row["turn"]}),
            "parts": len(self.takes),
            "templates": sum(self.parts[s]["content"]["type"] == "template" for s in self.takes),
            "sent again after an unknown outcome": sum(n > 1 for n in self.takes.values()),
            "human replies": dict(Counter(part["state"] for part in human)),
            "documents": sum(map(len, self.disturbances.uploads.values())),
            "disturbances": dict(self.disturbances.count),
            "others beside a lock": [
                f"{lock.answered} of {lock.written}" for lock in self.disturbances.locks
            ],
        }
