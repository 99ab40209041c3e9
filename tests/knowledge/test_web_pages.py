"""Web pages as people see them: whole, with what is folded up and where their links lead, without menus and hidden text."""

from __future__ import annotations

import time

import pytest

from f.documents.formats import Limits, pages
from f.documents.web.charset import decode_page
from f.documents.web.text import read_html
from f.ingest.sitemaps import addresses

MENU = "<nav><a href=/>Home</a><a href=/menu>Menu</a></nav>"


def text_of(body: str, head: str = "") -> str:
    (one,) = pages(
        f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), "a.html", Limits()
    )
    return one["text"]


def test_header_footer_and_aside_are_read_and_menus_are_not() -> None:
    text = text_of(
        f"<header>{MENU}<h1>Trattoria Lupo</h1><p>Book a table: 020 7946 0100</p></header><main><h2>Today</h2><p>Lasagne</p></main>"
        "<aside>Closed on 4 May.</aside><footer><h3>Opening hours</h3><p>Tuesday to Sunday 12:00 to 22:30</p><p>4 Mill Lane, Bath</p>"
        "<ul><li><a href=/terms>Terms</a><li><a href=/jobs>Jobs</a><li><a href=/press>Press</a></ul><p>© Lupo, all rights reserved</p></footer>"
    )
    for said in (
        "Book a table: 020 7946 0100",
        "Lasagne",
        "Closed on 4 May.",
        "Tuesday to Sunday 12:00 to 22:30",
        "4 Mill Lane, Bath",
    ):
        assert said in text
    assert not any(word in text for word in ("Home", "Press", "rights"))


@pytest.mark.parametrize(
    "panel",
    [
        "<h3><button aria-expanded=false aria-controls=p1>Dogs?</button></h3><div id=p1 role=region hidden>%s</div>",
        "<h3><button>Dogs?</button></h3><div hidden=until-found>%s</div>",
        "<h3><button>Dogs?</button></h3><div aria-hidden=true class=panel>%s</div>",
        "<h3><button>Dogs?</button></h3><div class=collapse style='display:none'>%s</div>",
        "<button>Dogs?</button><div style='display: none'>%s</div>",
        "<details><summary>Dogs?</summary>%s</details>",
        "<a href='#d'>Dogs?</a><div id=d style='display:none'>%s</div>",
        "<p>Dogs?</p><div role=tabpanel aria-hidden=true>%s</div>",
    ],
)
def test_what_is_folded_up_is_read_behind_its_question(panel: str) -> None:
    text = text_of(panel % "They are welcome on the terrace.")
    assert text.index("Dogs?") < text.index("They are welcome on the terrace.")


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>%s</p>",
        "<p style='display:none'>%s</p>",
        "<p style='visibility: hidden'>%s</p>",
        "<p class=old>%s</p>",
    ],
)
def test_hidden_text_is_no_text_and_the_page_says_that_it_was_left_out(hidden: str) -> None:
    style = "<style>@media print { .shop { display: none } } .old { color: red; display: none }</style>"
    body = f"{style}<p class=shop>Lamps: 49</p>{hidden % 'Dealers: 21'}"
    (one,) = pages(f"<!doctype html><body>{body}".encode(), "a.html", Limits())
    assert (
        one["text"] == "Lamps: 49"
        and one["warning"] is not None
        and one["warning"]["code"] == "page_parts_left_out"
    )


def test_a_page_inside_one_form_is_read() -> None:
    inside = "<input type=hidden name=__VIEWSTATE value=/wEPDw><h1>Hours</h1><p>Monday to Friday 8:00 to 20:00.</p>"
    assert (
        text_of(f"<form method=post action=./hours.aspx>{inside}</form>")
        == "# Hours\n\nMonday to Friday 8:00 to 20:00."
    )


def test_a_teaser_does_not_hide_the_page() -> None:
    text = text_of(
        "<div><h1>Plans</h1><p>Basic costs EUR 9.</p></div><article><h3>Blog</h3><p>A new office.</p></article>"
        "<div><h2>Cancel</h2><p>At any time.</p></div>"
    )
    assert all(said in text for said in ("Basic costs EUR 9.", "A new office.", "At any time."))


def test_terms_captions_and_prices_beside_names() -> None:
    text = text_of(
        "<dl><dt>Delivery time<dd>3-5 days<dt>Cost<dd>EUR 4.90</dl>"
        "<table><caption>Express</caption><tr><td>Madrid<td>EUR 9<tr><td>Rome<td>EUR 10</table>"
        "<div class=i><span>Lasagne</span><span>£15</span></div>"
    )
    assert "- Delivery time: 3-5 days\n- Cost: EUR 4.90" in text
    assert "| Express | Madrid: EUR 9 |" in text and "Lasagne £15" in text


def test_links_keep_their_addresses() -> None:
    body = (
        "<p>Book <a href='https://book.example.com/t?shop=7&amp;utm_source=x'>here</a>, <a href='tel:+34960111222'>call us</a>"
        " or <a href='mailto:hola@example.com'>write</a>.</p><p><a href='menu.pdf'>Menu (PDF)</a> <a href='#top'>Top of the page</a></p>"
    )
    _, text = read_html(
        f"<html><head><base href='/files/'></head><body>{body}", 10_000, "https://shop.example/a/b.html"
    )
    for said in (
        "here (https://book.example.com/t?shop=7)", "call us (tel:+34960111222)", "write (mailto:hola@example.com)",
        "Menu (PDF) (https://shop.example/files/menu.pdf)",
    ):  # fmt: skip
        assert said in text
    assert "#top" not in text
    assert "020 7946 0100 (" not in text_of("<p><a href='tel:+442079460100'>020 7946 0100</a></p>")


def test_what_a_page_says_to_search_engines_is_read() -> None:
    data = """{"@context": "https://schema.org", "@graph": [
      {"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "Do you ship to Italy?", "acceptedAnswer": {"text": "Yes, in 4 days."}}]},
      {"@type": "Restaurant", "name": "Lupo", "telephone": "020 7946 0100", "address": {"streetAddress": "4 Mill Lane", "addressLocality": "Bath"},
       "openingHoursSpecification": [{"dayOfWeek": ["Tuesday", "Wednesday", "Thursday"], "opens": "12:00", "closes": "22:30"}]},
      {"@type": "Product", "name": "Lamp LX", "offers": {"price": "49.00", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}}]}"""
    text = text_of("<div id=root></div>", f"<script type='application/ld+json'>{data}</script>")
    for said in (
        "Do you ship to Italy?\nYes, in 4 days.", "telephone 020 7946 0100", "address 4 Mill Lane, Bath", "Tuesday to Thursday 12:00-22:30",
        "Lamp LX: 49.00 EUR, in stock",
    ):  # fmt: skip
        assert said in text


TURKISH = "Ürünü 14 gün içinde ücretsiz iade edebilirsiniz, şubelerimiz İzmir'de."


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (f"<meta charset=windows-1254><p>{TURKISH}".encode("cp1254"), ""),
        (
            f"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-9'><p>{TURKISH}".encode(
                "cp1254"
            ),
            "",
        ),
        (f"<meta charset=iso-8859-2><p>{TURKISH}".encode("cp1254"), "text/html; charset=windows-1254"),
        (f"<meta charset=iso-8859-2><p>{TURKISH}".encode("utf-8-sig"), "text/html; charset=windows-1254"),
        (f"<meta charset=iso-8859-2><p>{TURKISH}".encode("utf-16"), ""),
        (f"<?xml version='1.0' encoding='iso-8859-9'?><p>{TURKISH}".encode("iso8859-9"), ""),
    ],
)
def test_the_declared_charset_holds_in_the_order_of_browsers(content: bytes, header: str) -> None:
    assert TURKISH in (decode_page(content, header) or "")


URL = "https://shop.example/a?b=1&amp;c=2"


@pytest.mark.parametrize(
    "content",
    [
        f"<urlset><url><loc>{URL}</loc></url></urlset>".encode(),
        f"<urlset><url><loc xml:lang='en'>{URL}</loc></url></urlset>".encode(),
        f"<s:urlset xmlns:s='x'><s:url><s:loc>{URL}</s:loc></s:url></s:urlset>".encode(),
        f"<?xml version='1.0' encoding='utf-16'?><urlset><url><loc>{URL}</loc></url></urlset>".encode(
            "utf-16"
        ),
        f"<?xml version='1.0'?><urlset><url><loc>{URL}</loc></url></urlset>".encode("utf-16-le"),
        b"\xef\xbb\xbfhttps://shop.example/a?b=1&c=2\r\nnonsense\r\n",
        b"<rss><channel><item><link>https://shop.example/a?b=1&amp;c=2</link></item></channel></rss>",
    ],
)
def test_sitemaps_in_all_their_forms(content: bytes) -> None:
    assert addresses(content) == (False, ["https://shop.example/a?b=1&c=2"])


def test_an_index_of_sitemaps_is_told_from_a_sitemap() -> None:
    assert addresses(
        f"<s:sitemapindex xmlns:s='x'><s:sitemap><s:loc>{URL}</s:loc></s:sitemap></s:sitemapindex>".encode()
    )[0]
    assert addresses(b"<html><body>https://shop.example/</body></html>") == (False, [])


def test_boxes_with_the_roles_of_a_table_are_one() -> None:
    def row(role: str, *cells: str) -> str:
        return f"<div role=row>{''.join(f'<span role={role}>{cell}</span>' for cell in cells)}</div>"

    head = f"<div role=rowgroup>{row('columnheader', 'Job', 'Car', 'Van')}</div>"
    body = row("cell", "Oil", "64.90", "82.50") + row("cell", "Brakes", "", "143.20")
    text = text_of(f"<div role=table>{head}<div role=rowgroup>{body}</div></div>")
    assert "| Job: Oil | Car: 64.90 | Van: 82.50 |" in text
    assert "| Job: Brakes | Van: 143.20 |" in text


def test_a_name_and_a_price_set_off_from_each_other_stay_apart() -> None:
    text = text_of(
        "<ul><li><span>Quick bath</span><i></i><b>18.50</b><li><strong>Nail trim</strong><em>7.50</em></ul>"
    )
    assert "- Quick bath 18.50" in text and "- Nail trim 7.50" in text
    assert "Harbourside" in text_of("<p><b>Harbour</b><i>side</i></p>")


@pytest.mark.parametrize(
    "struck", ["<del>699 €</del>", "<s>699 €</s>", "<span style='text-decoration: line-through'>699 €</span>"]
)
def test_a_price_that_is_struck_out_is_not_told(struck: str) -> None:
    text = text_of(f"<p>{struck} <ins>549 €</ins> for the folding bike</p>")
    assert "549 €" in text and "699" not in text


def test_what_sizes_cost_is_read_from_a_list_to_choose_from() -> None:
    priced = "<form><label>Size</label><select><option>Choose<option>S: 549 €<option>L: 589 €</select></form>"
    text = text_of(f"<p>Bike</p>{priced}<select><option>Sort by price<option>Sort by name</select>")
    assert "- L: 589 €" in text and "Sort" not in text


def test_an_option_that_asks_to_choose_is_none() -> None:
    text = text_of(
        '<p>Bike</p><select><option value="">Bitte wählen<option value=1>S: 549 €<option value=2>L: 589 €</select>'
    )
    assert "- S: 549 €" in text and "wählen" not in text
    assert "- Small 5 €" in text_of(
        "<p>Pizza</p><select><option value=''>Small 5 €<option value=''>Large 8 €</select>"
    )


def test_what_tags_say_to_search_engines_only_is_read() -> None:
    """Microdata: the same words as JSON-LD's, in attributes. What the page shows is not said again."""
    text = text_of(
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop=name>Lamp Aria</b><div itemprop=offers itemscope '
        'itemtype="https://schema.org/Offer"><meta itemprop=price content="49.90"><meta itemprop=priceCurrency content=EUR></div></div>'
        '<div itemscope itemtype="https://schema.org/Store"><b itemprop=name>Casa Luz</b><meta itemprop=openingHours content="Mo-Fr 09:00-18:00">'
        "</div><div itemscope itemtype='https://schema.org/Person'><b itemprop=name>Ana</b> <i itemprop=telephone>555 0100</i></div>"
    )
    assert "Lamp Aria: 49.90 EUR" in text and "Casa Luz: opening hours Mo-Fr 09:00-18:00" in text
    assert text.count("555 0100") == 1


def test_what_is_struck_out_is_not_told_to_search_engines_either() -> None:
    text = text_of(
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop=name>Lamp</b><div itemprop=offers itemscope>'
        "<del><i itemprop=price content=99>99</i></del><i itemprop=price content=45.5>45.5</i><meta itemprop=priceCurrency content=EUR></div></div>"
    )
    assert "Lamp: 45.5 EUR" in text and "99" not in text


def test_things_within_things_are_read_soon() -> None:
    began = time.process_time()
    text_of("<div itemprop='a b c d e'><meta itemprop=f content=1>words" * 90 + "x" * 300_000)
    text_of("<div itemscope itemprop='a b c d e'><meta itemprop=f content=1>words" * 90 + "x" * 300_000)
    assert time.process_time() - began < 5


def test_a_cell_over_several_columns_holds_for_each_of_them() -> None:
    head = "<tr><th>Day<th>Morning<th>Noon<th>Evening"
    text = text_of(
        f"<table>{head}<tr><td>Mon<td>9-12<td>12-14<td>closed<tr><td>Sun<td colspan=2>10-14<td>closed</table>"
    )
    assert "| Day: Sun | Morning: 10-14 | Noon: 10-14 | Evening: closed |" in text


def test_a_moment_for_search_engines_is_a_date_and_a_time() -> None:
    event = '{"@type": "Event", "name": "Jam", "startDate": "2026-04-11T20:30:00+02:00"}'
    text = text_of("<p>Every second Saturday.</p>", f"<script type='application/ld+json'>{event}</script>")
    assert "Jam: from 2026-04-11 20:30" in text


@pytest.mark.parametrize(
    "sign",
    [
        '<i class="fa fa-check" title="Included"></i>',
        '<svg role="img" aria-label="Included"><path d="M0 0"/></svg>',
        "<svg><title>Included</title></svg>",
        '<img src="y.svg" alt="Included">',
    ],
)
def test_a_sign_that_is_all_of_its_cell_is_said_in_words(sign: str) -> None:
    rows = f"<tr><td>Tyres</td><td>{sign}</td><td>{sign.replace('Included', 'No')}</td></tr><tr><td>Driver</td><td>4 €</td><td>5 €</td></tr>"
    said = text_of(f"<table><tr><th>Cover</th><th>Plus</th><th>Basic</th></tr>{rows}</table>")
    assert "| Cover: Tyres | Plus: Included | Basic: No |" in said


def test_a_cross_before_an_item_is_no_bullet() -> None:
    said = text_of(
        '<ul><li><i class="bi bi-check"></i> Towels</li><li><i class="bi bi-x-lg"></i> Breakfast</li><li><i class="no-print"></i>Pool</li></ul>'
    )
    assert said.split("\n") == ["- Towels", "- ✗ Breakfast", "- Pool"]


@pytest.mark.parametrize(
    ("tabs", "panel"),
    [
        (
            '<button role="tab" aria-controls="a">Dog</button><button role="tab" aria-controls="b">Cat</button>',
            'role="tabpanel" hidden',
        ),
        (
            '<a data-bs-toggle="tab" href="#a">Dog</a><a data-bs-toggle="tab" href="#b">Cat</a>',
            'class="tab-pane"',
        ),
    ],
)
def test_what_a_tab_opens_says_the_tabs_name(tabs: str, panel: str) -> None:
    said = text_of(
        f'<div>{tabs}</div><div {panel} id="a"><p>Bath 60 €</p></div><div {panel} id="b"><p>Bath 75 €</p></div>'
    )
    assert "Dog:\n\nBath 60 €\n\nCat:\n\nBath 75 €" in said


def test_items_keep_the_letters_and_numbers_that_a_text_refers_to() -> None:
    said = text_of(
        "<ol type='a'><li>Passport</li><li>Deed</li></ol><ol start='4'><li>Sign</li><li>Copy</li></ol><ol><li>One</li></ol>"
    )
    assert [line for line in said.split("\n") if line] == [
        "a) Passport",
        "b) Deed",
        "4. Sign",
        "5. Copy",
        "- One",
    ]


def test_a_long_list_of_letters_is_read_soon() -> None:
    started = time.process_time()
    text_of(f"<ol type='a'>{'<li>x</li>' * 50_000}</ol>")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "name",
    ['class="cky-consent-container"', 'id="qc-cmp2-container"', 'class="osano-cm-window"', 'id="klaro"'],
)
def test_more_makers_banners_and_links_that_skip_are_left_out(name: str) -> None:
    said = text_of(
        f"<a class='skip-link' href='#c'>Skip</a><div {name}><p>We value your privacy.</p></div><main id='c'><p>Keys cut: 9 €</p></main>"
    )
    assert said == "Keys cut: 9 €"


def test_what_a_sign_before_an_item_says_to_the_blind_is_said_of_the_item() -> None:
    items = '<li><i role="img" aria-label="Included"></i>Desk</li><li><i role="img" aria-label="Not included"></i>Locker</li>'
    said = text_of(f'<ul>{items}<li>Map <i aria-label="opens elsewhere"></i></li></ul>')
    assert said.split("\n") == ["- Included: Desk", "- Not included: Locker", "- Map"]


def test_a_sentence_that_stands_in_an_image_only_is_read() -> None:
    offer = "Free delivery for orders above 150 riyals"
    image = f'<img src="b.jpg" alt="{offer}"><img src="c.jpg" alt="Our shop">'
    assert offer in text_of(f"<div>{image}</div><p>Open every day.</p>")
    assert "Our shop" not in text_of(f"<div>{image}</div><p>Open every day.</p>")
    assert text_of(f"<div>{image}</div><p>{offer}.</p>").count(offer) == 1
