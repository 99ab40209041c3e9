"""The documents of this folder before a program writes them: flat OpenDocument XML, and a web page."""

from __future__ import annotations

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}"'
    for name, urn in {
        "office": "office:1.0",
        "style": "style:1.0",
        "text": "text:1.0",
        "table": "table:1.0",
        "draw": "drawing:1.0",
        "fo": "xsl-fo-compatible:1.0",
        "svg": "svg-compatible:1.0",
        "form": "form:1.0",
        "presentation": "presentation:1.0",
        "number": "datastyle:1.0",
        "meta": "meta:1.0",
    }.items()
)
SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
SPACES += (
    ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:ooo="http://openoffice.org/2004/office"'
)

STYLES = """<office:automatic-styles>
<number:date-style style:name="D"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/>
<number:text>-</number:text><number:day number:style="long"/></number:date-style>
<style:style style:name="Date" style:family="table-cell" style:data-style-name="D"/>
<style:style style:name="Wide-column" style:family="table-column"><style:table-column-properties style:column-width="4cm"/></style:style>
<style:style style:name="Right" style:family="paragraph"><style:paragraph-properties style:writing-mode="rl-tb"/></style:style>
<style:style style:name="Columns" style:family="section"><style:section-properties>
<style:columns fo:column-count="2" fo:column-gap="1cm"/></style:section-properties></style:style>
<style:style style:name="Wide" style:family="paragraph" style:master-page-name="Landscape"/>
<style:style style:name="Tall" style:family="paragraph" style:master-page-name="Standard"/>
<style:page-layout style:name="P"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin="2cm"/>
<style:footer-style/></style:page-layout>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm"
 style:print-orientation="landscape" fo:margin="2cm"/></style:page-layout>
</office:automatic-styles><office:master-styles>
<style:master-page style:name="Standard" style:page-layout-name="P"><style:footer><text:p>Casa Lumen, Mill Street 5 - page <text:page-number/>
</text:p></style:footer></style:master-page>
<style:master-page style:name="Landscape" style:page-layout-name="L"/></office:master-styles>"""

PROSE = "".join(
    f"<text:p>Sentence {n} of the left and right column goes on long enough to be wrapped by the program.</text:p>"
    for n in range(1, 41)
)
GUIDE = """<text:tracked-changes><text:changed-region text:id="gone"><text:deletion><office:change-info><dc:creator>Ann</dc:creator>
<dc:date>2026-03-01T10:00:00</dc:date></office:change-info><text:p>This sentence was struck out.</text:p></text:deletion>
</text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Returns</text:h>
<text:p>Items may be sent back within 30 days<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>
<text:note-body><text:p>Made-to-measure curtains are excluded.</text:p></text:note-body></text:note>
of delivery<office:annotation><dc:creator>Ann</dc:creator><text:p>ask the lawyer</text:p></office:annotation>.
<text:change text:change-id="gone"/>Keep the <text:a xlink:href="https://shop.example/label">return label</text:a>.</text:p>
<text:h text:outline-level="2">How it is done</text:h>
<text:list text:style-name="Numbering_20_123"><text:list-item><text:p>Print the label.</text:p>
<text:list><text:list-item><text:p>On plain paper.</text:p></text:list-item></text:list></text:list-item>
<text:list-item><text:p>Hand in the parcel.</text:p></text:list-item></text:list>
<text:h text:outline-level="2">Fees</text:h>
<table:table table:name="Fees"><table:table-column table:number-columns-repeated="3"/>
<table:table-header-rows><table:table-row><table:table-cell><text:p>Country</text:p></table:table-cell>
<table:table-cell><text:p>Days</text:p></table:table-cell><table:table-cell><text:p>Fee</text:p></table:table-cell></table:table-row>
</table:table-header-rows>
<table:table-row><table:table-cell><text:p>Spain</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell>
<table:table-cell><text:p>4.50</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>Italy</text:p></table:table-cell>
<table:table-cell table:number-columns-spanned="2"><text:p>on request</text:p></table:table-cell><table:covered-table-cell/>
</table:table-row></table:table>
<text:p><draw:frame text:anchor-type="paragraph" svg:width="6cm" svg:height="2cm"><draw:text-box>
<text:p>Boxed: the hotline is 600 123 456.</text:p></draw:text-box></draw:frame></text:p>
<text:h text:outline-level="1">In your language</text:h>
<text:p text:style-name="Right">يمكن إرجاع المنتجات خلال ثلاثين يوما</text:p><text:p>आप तीस दिनों के भीतर उत्पाद वापस कर सकते हैं</text:p>
<text:p>商品在收到后三十天内可以退货</text:p><text:p>Parcels 📦 arrive 🚚 with care</text:p>"""
COLUMNS = f"""<text:h text:outline-level="1">Two columns</text:h>
<text:section text:name="S" text:style-name="Columns">{PROSE}</text:section>"""
LANDSCAPE = """<text:h text:outline-level="1">Upright page</text:h><text:p>The first page stands upright and says so in one sentence.</text:p>
<text:h text:outline-level="1" text:style-name="Wide">Page on its side</text:h>
<text:p>The second page lies on its side, as wide tables want it. It has enough words to be set in two lines of a wide page, or nearly so.</text:p>
<text:h text:outline-level="1" text:style-name="Tall">Upright again</text:h><text:p>The third page stands upright again.</text:p>"""
CONTROLS = (
    ("text", "name", "Full name", 'form:current-value="Ann Example"'),
    ("text", "iban", "Account for the refund", 'form:current-value="ES12 3456 7890"'),
    ("checkbox", "agree", "I agree to the terms", 'form:current-state="checked"'),
    ("checkbox", "news", "Send me news", 'form:current-state="unchecked"'),
)
SHEETS = """<table:table table:name="Prices"><table:table-column table:style-name="Wide-column" table:number-columns-repeated="4"/>
<table:table-row><table:table-cell table:number-columns-spanned="4"><text:p>Price list, spring 2026</text:p></table:table-cell></table:table-row>
<table:table-row/>
<table:table-row>{head}</table:table-row>{rows}
</table:table>
<table:table table:name="Countries"><table:table-column table:number-columns-repeated="2"/>
<table:table-row><table:table-cell office:value-type="string"><text:p>Country</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Days</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Österreich</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell></table:table-row></table:table>"""
SLIDE = """<draw:page draw:name="{n}" draw:master-page-name="Default"><draw:frame presentation:class="title" svg:x="2cm" svg:y="1cm"
 svg:width="20cm" svg:height="3cm"><draw:text-box><text:p>{title}</text:p></draw:text-box></draw:frame>
<draw:frame presentation:class="outline" svg:x="2cm" svg:y="5cm" svg:width="20cm" svg:height="9cm"><draw:text-box><text:list>
{items}</text:list></draw:text-box></draw:frame>
<presentation:notes><draw:frame presentation:class="notes" svg:x="2cm" svg:y="14cm" svg:width="16cm" svg:height="10cm"><draw:text-box>
<text:p>{note}</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"""
WEB = """<!doctype html><meta charset="utf-8"><style>
@page {{ size: A4 }} .two {{ columns: 2 }} body {{ font-family: "Noto Sans", sans-serif }}</style>
<h1>Help centre</h1><p>We deliver to Spain and Portugal.</p><form><label>Your town <input value="Valencia"></label></form>
<div class="two">{columns}</div><table border="1"><tr><th>Country<th>Days<tr><td>Spain<td>2<tr><td>Portugal<td>3</table>
<p dir="rtl">يمكن إرجاع المنتجات خلال ثلاثين يوما</p><p dir="rtl">اتصل بالرقم 600 123 456 من Casa Lumen اليوم</p>
<p dir="rtl">אפשר להחזיר מוצרים תוך 30 יום</p>
<p>आप तीस दिनों के भीतर उत्पाद वापस कर सकते हैं</p><p>商品在收到后三十天内可以退货</p>"""

PRINTED = f"""<!doctype html><meta charset="utf-8"><title>Handbook of Casa Lumen</title><style>@page {{ size: A5 }}</style>
<h1>Handbook</h1><p>{
    " ".join(
        f"Rule {n} says that lamp {n} may be sent back within {n + 10} days, unused and in its box."
        for n in range(1, 51)
    )
}</p>"""
RIGHT_TO_LEFT = """<!doctype html><html dir="rtl"><meta charset="utf-8"><style>@page { size: A5 }</style>
<p>الشحن مجاني للطلبات التي تزيد على 200 درهم.</p><p>من الأحد إلى الخميس: 9:00 - 18:00</p>
<p>اتصل على &lrm;+971 4 555 0101 أو اكتب إلى info@example.ae.</p>
<p>אפשר להחזיר מוצרים תוך 31 יום ממועד הקבלה (סעיף 7), ובתנאי שהאריזה לא נפתחה.</p>
<p>לפרטים: support@example.com או 03-555-1000.</p></html>"""


def flat(kind: str, body: str, styles: str = STYLES) -> str:
    """A flat OpenDocument file. kind: text, spreadsheet or presentation."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} office:version="1.3"'
        f' office:mimetype="application/vnd.oasis.opendocument.{kind}">{styles}'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    )


def form() -> str:
    """A page with form controls: two filled fields, a checked box and an empty one."""
    controls = "".join(
        f'<form:{kind} form:name="{name}" form:id="{name}" xml:id="{name}" form:title="{label}" {state}'
        f' form:control-implementation="ooo:com.sun.star.form.component.{"TextField" if kind == "text" else "CheckBox"}"/>'
        for kind, name, label, state in CONTROLS
    )
    fields = "".join(
        f'<text:p>{label}</text:p><text:p><draw:control text:anchor-type="as-char" svg:width="6cm" svg:height="0.7cm"'
        f' draw:control="{name}"/></text:p>'
        for _, name, label, _ in CONTROLS
    )
    forms = f'<office:forms><form:form form:name="F">{controls}</form:form></office:forms>'
    return f'{forms}<text:h text:outline-level="1">Return form</text:h>{fields}'


def sheets() -> str:
    """A sheet with a title above the table, dates, money and a formula; and a second one."""
    names = ("Article", "Price", "Since", "With tax")
    head = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{n}</text:p></table:table-cell>' for n in names
    )
    rows = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>Lamp {n}</text:p></table:table-cell>'
        f'<table:table-cell office:value-type="float" office:value="{n}.5"><text:p>{n}.5</text:p></table:table-cell>'
        f'<table:table-cell table:style-name="Date" office:value-type="date" office:date-value="2026-03-{n:02}"/>'
        f'<table:table-cell table:formula="of:=[.B{n + 3}]*1.2" office:value-type="float"/></table:table-row>'
        for n in range(1, 13)
    )
    return SHEETS.format(head=head, rows=rows)


def slides() -> str:
    """Two slides with titles, points and notes."""
    return "".join(
        SLIDE.format(
            n=n,
            title=title,
            note=f"Say more about {title.lower()}.",
            items="".join(f"<text:list-item><text:p>{item}</text:p></text:list-item>" for item in items),
        )
        for n, (title, items) in enumerate(
            (
                ("Opening hours", ("Monday to Saturday", "Closed on Sundays")),
                ("Parking", ("Behind the house",)),
            ),
            1,
        )
    )


MASTERS = """<office:automatic-styles><style:page-layout style:name="S"><style:page-layout-properties fo:page-width="28cm"
 fo:page-height="21cm"/></style:page-layout></office:automatic-styles><office:master-styles>
<style:master-page style:name="Default" style:page-layout-name="S"/></office:master-styles>"""
