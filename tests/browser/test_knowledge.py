"""What a bot answers from, in a browser: documents, websites, typed answers, and the answers to what was asked in vain."""

from __future__ import annotations

import re
import secrets
import uuid

import pytest
from playwright.sync_api import FilePayload, Route, expect

from f.common.problems import message
from local.seed import CLINIC, SHOP, wait_for
from tests.browser.conftest import DESKTOP, PHONE, Visit, between, broken, check, go, picture
from tests.e2e.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_document_is_added_tried_and_deleted(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Knowledge")
    word = secrets.token_hex(4)
    content = f"# Workshop {word}\n\nThe candle workshop {word} takes place on Thursdays at six.".encode()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Add a document").click()
    chooser = page.locator('input[type="file"]').first
    asked.value.set_files({"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    expect(page.get_by_text("This type of file can’t be read")).to_be_visible()  # noqa: RUF001
    chooser.set_input_files({"name": f"workshop-{word}.md", "mimeType": "text/markdown", "buffer": content})
    card = page.locator("li.card", has_text=f"workshop-{word}.md")
    expect(card).to_be_visible()
    page.reload()
    go(page, "Knowledge")
    expect(card.get_by_text("Ready")).to_be_visible(timeout=60_000)
    page.get_by_label("Question", exact=True).fill(f"When is the candle workshop {word}?")
    page.keyboard.press("Enter")
    expect(page.locator("ol .card").first).to_contain_text("Thursdays at six")
    expect(page.locator("ol .card").first).to_contain_text("The bot would use this")
    may_be_sent = card.get_by_role("checkbox")
    expect(may_be_sent).not_to_be_checked()
    between(page, {"documents update": broken})
    may_be_sent.click()
    expect(card).to_contain_text("failed on our side")
    between(page, {})
    may_be_sent.click()
    expect(may_be_sent).to_be_checked()
    expect(card).not_to_contain_text("failed on our side")
    card.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This deletes the file")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    check(page)
    page.keyboard.press("Escape")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_of_several_files_each_is_taken(world: World, visit: Visit) -> None:
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    word = secrets.token_hex(4)
    files = {name: f"# {name} {word}\n\nOf {name}." for name in (f"{word}{n}.md" for n in range(4))}
    chosen = [("tool.exe", "MZ"), *list(files.items())[:2]]
    page.get_by_label("Add a document").and_(page.locator("input")).set_input_files(
        [FilePayload(name=name, mimeType="text/markdown", buffer=text.encode()) for name, text in chosen]
    )
    dropped = page.evaluate_handle(
        "(files) => files.reduce((all, [name, text]) => { all.items.add(new File([text], name)); return all }, new DataTransfer())",
        list(files.items())[2:],
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    lines = page.get_by_role("status").get_by_role("listitem")
    expect(lines).to_have_text(
        [
            re.compile("^tool.exe: This type of file"),
            *(re.compile(f"^{name}: (Stored|Read)") for name in files),
        ]
    )
    for name in files:
        card = page.locator("li.card", has_text=name)
        expect(card.get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    check(page)


def test_a_file_that_could_not_be_read_is_replaced(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    go(page, "Knowledge")
    word = secrets.token_hex(4)
    page.locator('input[type="file"]').first.set_input_files(
        {"name": f"broken-{word}.pdf", "mimeType": "application/pdf", "buffer": f"%PDF-1.7 {word}".encode()}
    )
    card = page.locator("li.card", has_text=f"broken-{word}.pdf")
    expect(card.get_by_text("Failed", exact=True)).to_be_visible(timeout=60_000)
    line = page.get_by_role("status").get_by_role("listitem").filter(has_text=f"broken-{word}.pdf")
    expect(line).to_contain_text("It was stored, but could not be read: see below.")
    check(page)
    whole = f"# Wrapping {word}\n\nGifts {word} are wrapped for 4 euros.".encode()
    mended: FilePayload = {"name": f"whole-{word}.md", "mimeType": "text/markdown", "buffer": whole}
    with page.expect_file_chooser() as asked:
        card.get_by_role("button", name="Replace").click()
    asked.value.set_files(mended)
    card = page.locator("li.card", has_text=f"whole-{word}.md")
    expect(card.get_by_text("Ready")).to_be_visible(timeout=60_000)
    expect(page.locator("li.card", has_text=f"broken-{word}.pdf")).to_have_count(0)
    line = page.get_by_role("status").get_by_role("listitem").filter(has_text=f"whole-{word}.md")
    expect(line).to_contain_text("Read. The bot uses it.")
    with page.expect_file_chooser() as asked:
        card.get_by_role("button", name="Replace").click()
    asked.value.set_files(mended)
    expect(page.get_by_text("Nothing was replaced")).to_be_visible()


def test_a_slow_answer_is_waited_for(world: World, visit: Visit) -> None:
    page = visit(SHOP.staff)
    page.clock.install()
    go(page, "Knowledge")
    document = {
        "id": "1",
        "title": "Slow",
        "filename": "slow.pdf",
        "size_bytes": 1,
        "warnings": [],
        "created_at": "",
    }
    asked: list[Route] = []

    def show(route: Route, state: str) -> None:
        route.fulfill(json={"ok": True, "documents": [{**document, "state": state}]})

    def slow(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            page.clock.run_for(60_000)
            show(route, "ready")

    between(page, {"list list": lambda route: show(route, "processing")})
    page.reload()
    card = page.locator("li.card", has_text="slow.pdf")
    expect(card.get_by_text("Reading", exact=True)).to_be_visible()
    between(page, {"list list": slow})
    expect(card.get_by_text("Ready", exact=True)).to_be_visible()
    assert len(asked) == 1


def test_a_website_that_can_not_be_read_says_why(world: World, visit: Visit) -> None:
    page = visit("editor@casa-lumen.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Websites").click()
    page.get_by_label("Address").fill("127.0.0.1:9/help")
    page.get_by_label("What to read").select_option("crawl")
    page.get_by_label("Maximum number of pages").fill("7")
    page.get_by_role("button", name="Add website").click()
    card = page.locator("li.card", has_text="https://127.0.0.1:9/help")
    expect(card.get_by_text("Failed", exact=True)).to_be_visible(timeout=60_000)
    expect(card.locator("p.bad")).not_to_be_empty()
    page.reload()
    page.locator(".bell").click()
    told = page.locator("li.card", has_text="https://127.0.0.1:9/help")
    told.get_by_role("button", name="Open knowledge").click()
    expect(page.get_by_role("tab", name="Websites")).to_have_attribute("aria-selected", "true")
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_answers_are_written_changed_and_imported(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Questions and answers").click()
    ready = page.get_by_text("The bot uses all of these answers.")
    page.get_by_label("Question", exact=True).first.fill(f"Where is the {word} garden?")
    page.get_by_label("Answer", exact=True).fill("Behind the north wing.")
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.locator("li.card", has_text=f"the {word} garden")
    expect(card).to_contain_text("Behind the north wing.")
    expect(ready).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="Edit").click()
    page.locator("li.card form").get_by_label("Answer").fill("Behind the south wing.")
    page.locator("li.card form").get_by_role("button", name="Save").click()
    expect(card).to_contain_text("south wing")
    table = f'question;answer\n"Who is {word} ""Bo""?";"Our; dog"\n'.encode()
    page.locator('input[accept^=".csv"]').set_input_files(
        {"name": "faq.csv", "mimeType": "text/csv", "buffer": table}
    )
    expect(page.get_by_text("Added: 1, changed: 0.")).to_be_visible()
    expect(page.locator("li.card", has_text=f'Who is {word} "Bo"?')).to_contain_text("Our; dog")
    expect(ready).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_a_table_is_read_in_the_letters_it_was_saved_in(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Questions and answers").click()
    guess = page.get_by_text("The file is not in UTF-8")
    for letters, guessed in (("cp1252", 1), ("utf-16", 0), ("utf-8-sig", 0)):
        table = f"pregunta;respuesta\n¿Qué año {word} {letters}?;Mañana 5 €\n".encode(letters)
        page.locator('input[accept^=".csv"]').set_input_files(
            {"name": "faq.csv", "mimeType": "text/csv", "buffer": table}
        )
        expect(page.locator("li.card", has_text=f"¿Qué año {word} {letters}?")).to_contain_text("Mañana 5 €")
        expect(page.get_by_text("Added: 1, changed: 0.")).to_be_visible()
        expect(guess).to_have_count(guessed)


def full(route: Route) -> None:
    """The script refuses."""
    route.fulfill(json={"ok": False, "refused": "plan_questions", "values": {"most": 500}})


def test_an_answer_is_added_to_what_was_asked_in_vain(world: World, visit: Visit) -> None:
    word = secrets.token_hex(3)
    world.ask(CLINIC, f"Do you have a {word} hovercraft landing pad?")
    closed = "select from turns where question like %s and closed_at is not null"
    wait_for(lambda: world.rows(closed, f"%{word}%"), 20)  # the reply goes out before
    page = visit(CLINIC.staff)
    go(page, "Insights")
    expect(page.locator(".figures")).to_contain_text("Messages")
    unanswered = page.get_by_role("region", name="Questions without an answer")
    group = unanswered.get_by_role("listitem").filter(has_text=word).first
    group.get_by_role("button", name="Add an answer").click(timeout=60_000)  # the first question is embedded
    answer = page.get_by_label("Answer", exact=True)
    words = f"Yes, the {word} hovercraft landing pad is behind the clinic, by the river."
    answer.fill(words)
    between(page, {"insights get_answer": broken})
    page.get_by_role("button", name="Add and ask again").click()
    expect(page.get_by_text("tried again every few seconds")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Your answer has not been added yet.")).to_be_visible()
    between(page, {"qa_pairs import": full})
    page.get_by_role("button", name="Add and ask again").click()
    expect(page.get_by_role("alert")).to_contain_text("Your plan includes 500", timeout=60_000)
    check(page)
    page.reload()
    go(page, "Insights")
    expect(answer).to_have_value(words)
    between(page, {"qa_pairs list": broken})
    page.get_by_role("button", name="Add and ask again").click()
    expect(page.get_by_text("Asking the bot before")).to_be_visible()
    expect(page.get_by_text("tried again every few seconds")).to_be_visible(timeout=60_000)
    between(page, {})
    page.reload()
    go(page, "Insights")
    expect(page.get_by_text("Done: before and after")).to_be_visible(timeout=90_000)
    after = page.locator(".card .bubble.out").last
    expect(after).to_contain_text("behind the clinic")
    expect(after).to_contain_text(re.compile(r"Questions and answers: Version \d+"))
    expect(
        page.get_by_role("button", name="Add an answer").and_(page.locator(f"li:has-text('{word}') button"))
    ).to_have_count(0)
    # The answer is a test now, and other tests publish, also questions and answers without this one.
    assert world.rows("delete from bot_cases where question like %s returning 1", f"%{word}%")


def test_the_owner_sees_what_the_bot_knows_and_corrects_it(world: World, visit: Visit) -> None:
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    word = secrets.token_hex(4)
    content = (
        f"# Parking {word}\n\nParking {word} costs 3 euros.\n\n# Dogs {word}\n\nDogs {word} wait outside."
    )
    page.locator('input[type="file"]').first.set_input_files(
        {"name": f"house-{word}.md", "mimeType": "text/markdown", "buffer": content.encode()}
    )
    card = page.locator("li.card", has_text=f"house-{word}.md")
    expect(card.get_by_text("Ready")).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="What the bot knows").click()
    passages = page.get_by_role("list", name="Passages").get_by_role("listitem")
    expect(passages).to_have_count(2)
    passages.first.get_by_role("button", name="Correct").click()
    passages.first.get_by_label("Corrected text").fill(f"Parking {word} costs 5 euros.")
    passages.first.get_by_role("button", name="Save").click()
    expect(passages.first.get_by_text("Corrected", exact=True)).to_be_visible()
    expect(passages.first).to_contain_text("editor@clinica-ribera.example")
    passages.nth(1).get_by_role("button", name="Leave out of answers").click()
    expect(passages.nth(1).get_by_role("button", name="Put back")).to_be_visible()
    page.get_by_label("Question", exact=True).fill(f"What does parking {word} cost? And dogs?")
    page.keyboard.press("Enter")
    best = page.locator("section ol .card", has_text=f"Parking {word} costs 5 euros.")
    expect(best).to_contain_text("The bot would use this")
    expect(best).to_contain_text("rank 1")
    out = page.locator("section ol .card", has_text=f"Dogs {word} wait outside.")
    expect(out).to_contain_text("Left out of answers by your staff.")
    expect(out).to_contain_text("matching words:")
    page.get_by_label("Search the passages").fill("dogs")
    page.get_by_role("button", name="Search passages").click()
    expect(passages).to_have_count(1)
    check(page)


def test_a_picture_of_the_page_stands_beside_the_passages(world: World, visit: Visit) -> None:
    for size in (DESKTOP, PHONE):
        page = visit(SHOP.staff, size)
        go(page, "Knowledge")
        page.locator("li.card", has_text=f"{SHOP.document}.pdf").get_by_role(
            "button", name="What the bot knows"
        ).click()
        expect(page.get_by_role("img", name="Page 1 of")).to_be_visible()
        page.get_by_role("button", name="Next page", exact=True).click()
        expect(page.get_by_role("img", name="Page 2 of")).to_be_visible()
        check(page)


def test_a_picture_without_text_is_not_said_to_answer(visit: Visit) -> None:
    page = visit(SHOP.staff)

    def one_more(route: Route) -> None:
        answer = route.fetch().json()
        picture = {
            "id": str(uuid.uuid4()),
            "title": "Shop window",
            "warnings": [message("picture_without_text")],
        }
        answer["documents"].append(answer["documents"][0] | picture)
        route.fulfill(json=answer)

    between(page, {"list list": one_more})
    go(page, "Knowledge")
    card = page.locator("li.card", has_text="Shop window")
    expect(card).to_contain_text("Found by its name only")
    expect(card.get_by_text("Ready", exact=True)).to_have_count(0)
    expect(page.get_by_text("Ready", exact=True).first).to_be_visible()
    check(page)


def test_answers_are_drafted_compared_published_and_restored(world: World, visit: Visit) -> None:
    word = secrets.token_hex(4)
    page = visit("editor@clinica-ribera.example")
    go(page, "Knowledge")
    page.get_by_role("tab", name="Questions and answers").click()
    page.get_by_role("radio", name="Into the draft").check()
    page.get_by_label("Question", exact=True).first.fill(f"Where is the {word} room?")
    page.get_by_label("Answer", exact=True).fill("On the third floor.")
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.locator("li.card", has_text=word).last
    expect(card.get_by_text("new in the draft")).to_be_visible()
    bar = page.get_by_role("note").filter(has_text="Not live yet: 1 new")
    bar.get_by_text("What changes").click()
    expect(bar.locator("ins")).to_contain_text("third floor")
    expect(bar.get_by_role("button", name="Publish")).to_be_enabled(timeout=60_000)  # it is read
    picture(page, "answers-draft")
    check(page)
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "answers-draft-phone")
    check(page)
    page.set_viewport_size({"width": 1280, "height": 850})
    bar.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill(f"Rooms {word}")
    picture(page, "answers-publish")
    check(page)
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile(r"^Version \d+ is live\.$"))).to_be_visible()
    expect(bar).to_have_count(0)
    expect(card.get_by_text("new in the draft")).to_have_count(0)
    page.get_by_text("Versions of the answers").click()
    newest = page.locator("li.card", has_text=f"Rooms {word}")
    newest.get_by_role("button", name="Compare").click()
    expect(newest.locator("ins")).to_contain_text("third floor")
    card = page.locator("li.card", has_text=f"Where is the {word} room?").first
    page.get_by_role("radio", name="Live at once").check()
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name=f"Where is the {word} room?")).to_have_count(0)
    newest.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored as a draft.")).to_be_visible()
    expect(page.locator("li.card", has_text=word).get_by_text("new in the draft")).to_be_visible()
    picture(page, "answers-restored")
    bar.get_by_role("button", name="Delete the draft").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the draft").click()
    expect(page.get_by_role("heading", name=f"Where is the {word} room?")).to_have_count(0)
