"""The page in HTML: what is in the document; how it behaves is tested in `tests/browser`."""

import base64
import hashlib
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from hypothesis import given

from aligner.types import Comparison, Document, Side
from cli.render import RenderOptions
from cli.render.dotplot import dot_plot
from cli.render.html import render
from cli.render.visible import flowing, hidden
from tests.builders import comparison, comparisons, detail, document, link, museum

PLAIN = RenderOptions()
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "'><svg/onload=alert(4)>",
    "]]> <!-- --> &lt;b&gt; {{ 7 * 7 }} {% raw %}",
    "</li></ol></style><style>* { display: none }",
    "user\u202egnp.exe\u2066 \x1b[2J\x00\ufeff \ud800 end",
    "a\u2028b\u2029c\x85d",
]


@dataclass
class Row:
    """A sentence as it stands in the page."""

    attributes: dict[str, str | None]
    text: str = ""
    marked: list[str] = field(default_factory=list)
    leads_to: list[str | None] = field(default_factory=list)


class Page(HTMLParser):
    """The elements of a page, and its sentences with text, details and counterparts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[Row] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._open.append(tag)
        if tag == "li":
            self.rows.append(Row(attributes))
        elif tag == "mark" and "li" in self._open:
            self.rows[-1].marked.append("")
        elif tag == "a":
            self.rows[-1].leads_to.append(attributes["href"])

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and those inside that have no end of their own."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text between tags; the anchors' numbers are not of the sentence."""
        if "li" in self._open and "a" not in self._open:
            self.rows[-1].text += data
            if self._open[-1] == "mark":
                self.rows[-1].marked[-1] += data

    def of(self, side: Side) -> list[Row]:
        """The sentences of one side, in the order in which they stand."""
        return [row for row in self.rows if (row.attributes["id"] or "").startswith(side)]


def page(made: Comparison, options: RenderOptions = PLAIN) -> Page:
    """The page of a comparison, read."""
    return Page(render(made, options))


def classes(row: Row) -> set[str]:
    """What the style sheet and the script know of a sentence."""
    return set((row.attributes["class"] or "").split())


SKELETON = {tag for tag, _ in page(museum()).elements} | {"mark", "a", "li", "ol", "p", "code"}


@given(comparisons())
def test_every_sentence_stands_once_in_the_order_of_its_text(made: Comparison) -> None:
    """Both documents can be read from top to bottom, whatever became of their sentences."""
    read = page(made)
    documents: tuple[tuple[Side, Document], ...] = (("a", made.a), ("b", made.b))
    for side, of in documents:
        rows = read.of(side)
        assert [row.attributes["value"] for row in rows] == [
            str(k + 1) for k in range(len(of.sentences))
        ]
        assert ["".join(row.text.split()) for row in rows] == [
            # A heap of combining marks is cut where a detail begins as well.
            "".join(row.text.split()) if "…" in row.text else "".join(flowing(one.text).split())
            for row, one in zip(rows, of.sentences, strict=True)
        ]


@given(comparisons())
def test_no_text_becomes_markup(made: Comparison) -> None:
    """Elements and attributes are those of the template, nothing hidden is left, UTF-8 can hold it."""
    text = render(made, PLAIN)
    elements = page(made).elements
    assert {tag for tag, _ in elements} <= SKELETON
    assert [tag for tag, _ in elements].count("script") == 1
    names = {name for _, attributes in elements for name in attributes}
    assert not any(name.startswith("on") or name in {"src", "style", "action"} for name in names)
    assert {one for one in text if hidden(one)} <= {"\n"}
    text.encode("utf-8")


def hostile() -> Comparison:
    """Texts, names, notes and a signature that would like to be more than text."""
    a = document(HOSTILE[0], HOSTILE[2], *HOSTILE)
    b = document(HOSTILE[2], "fr", *reversed(HOSTILE))
    marked = link((0,), (1,), "partial", a_only=(detail(a, "alert(1)"),))
    made = comparison(a, b, marked, notes=tuple(HOSTILE))
    return replace(made, signature=" ".join(HOSTILE))


def test_hostile_text_is_shown_as_text() -> None:
    """Scripts, handlers, closing tags and template code are there to be read, and do nothing."""
    read = page(hostile())
    assert [row.text.strip() for row in read.of("a")] == [flowing(text) for text in HOSTILE]
    assert read.of("a")[0].marked == ["alert(1)"]
    assert {tag for tag, _ in read.elements} <= SKELETON
    assert next(row for row in read.of("a") if "gnp" in row.text).text.strip() == (
        "user<U+202E>gnp.exe<U+2066> ␛[2J␀ <U+D800> end"
    )


def test_the_page_asks_for_nothing() -> None:
    """No address but places in the page and the icon in it, and a policy against any other."""
    text = render(museum(), PLAIN)
    links = {
        value for _, one in page(museum()).elements for name, value in one.items() if name == "href"
    }
    assert all(value and value.startswith(("#", "data:image/svg+xml,")) for value in links)
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)|@import|url\(", text)


@pytest.mark.parametrize("element", ["style", "script"])
def test_policy_allows_this_very_style_and_script(element: str) -> None:
    """The hash in the policy is that of what stands in the page."""
    text = render(museum(), PLAIN)
    found = re.search(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    policy = re.search(rf"{element}-src &#39;sha256-(.*?)&#39;", text)
    assert found
    assert policy
    digest = hashlib.sha256(found[1].encode()).digest()
    assert policy[1].replace("&#43;", "+") == base64.b64encode(digest).decode()
    assert "unsafe" not in text.split("<style>")[0]


@given(comparisons())
def test_equal_comparisons_give_equal_bytes(made: Comparison) -> None:
    """Nothing of the time, the machine or the order of a set is in the page."""
    assert render(made, PLAIN) == render(replace(made), PLAIN)


def test_sentences_lead_to_their_counterparts() -> None:
    """Links have anchors to every sentence of the other side, with relation, doubt and details."""
    read = page(museum())
    merged, unsure = read.of("a")[2], read.of("a")[7]
    assert merged.leads_to == ["#b2", "#b3"]
    assert classes(merged) == {"partial", "opens"}
    assert [row.leads_to for row in read.of("b")[1:3]] == [["#a3"], ["#a3"]]
    assert read.of("b")[2].marked == ["financé pour moitié par l’Union européenne"]
    assert classes(unsure) == {"same", "opens", "unsure"}
    assert (merged.attributes["data-c"], unsure.attributes["data-c"]) == ("90", "52")
    ids = {row.attributes["id"] for row in read.rows}
    assert {(one or "")[1:] for row in read.rows for one in row.leads_to} <= ids


def test_one_sided_sentences_and_boilerplate_are_told_apart() -> None:
    """What only one side says has its details and the closest sentence; furniture is muted."""
    read = page(museum())
    label, restaurant, shop = (read.of("a")[k] for k in (0, 5, 6))
    assert classes(label) == {"boilerplate", "opens"}
    assert classes(restaurant) == {"only", "opens"}
    assert classes(shop) == {"only", "opens", "unsure"}
    assert restaurant.marked == ["Rui Tavares", "setembro"]
    assert restaurant.attributes["data-n"] == "1"
    assert restaurant.leads_to == []


def test_boilerplate_has_no_details() -> None:
    """A number in 'three minutes to read' is no news."""
    a = document("a", "en", "#3 min read", "Sim.")
    made = comparison(a, document("b", "fr", "Oui."), link((1,), (0,)))
    noted = replace(made.only_a[0], details=(detail(a, "3", "number"),))
    assert page(replace(made, only_a=(noted,))).of("a")[0].marked == []


def test_overlapping_details_are_one_stretch() -> None:
    """A number inside a clause is not marked twice, and both kinds are named."""
    text = render(museum(), PLAIN)
    stretch = "uma vista de Lisboa anterior ao terramoto de 1755"
    assert f'<mark data-kind="clause, number">{stretch}</mark>' in text


def test_sentences_of_a_paragraph_stand_together() -> None:
    """Only the first sentence of a paragraph opens one."""
    a = document("a", "pt", "Um.", "Dois.", "Três.")
    first, second, third = a.sentences
    a = replace(a, sentences=(first, replace(second, paragraph=0), replace(third, paragraph=1)))
    rows = page(comparison(a, document("b", "fr"))).of("a")
    assert ["opens" in classes(row) for row in rows] == [True, False, True]


@pytest.mark.parametrize(
    ("language", "tag", "direction"),
    [
        ("pt", "pt", "ltr"),
        ("zh-TW", "zh-TW", "ltr"),
        ("ar", "ar", "rtl"),
        ("he", "he", "rtl"),
        ("und", "", "auto"),
        ("", "", "auto"),
        ('ar" onclick="x', "", "auto"),
    ],
)
def test_language_and_direction_of_a_column(language: str, tag: str, direction: str) -> None:
    """A known language sets both; of an unknown one the browser decides by the letters."""
    made = comparison(document("a", language, "Sim."), document("b", "fr", "Oui."))
    column = next(one for tag, one in page(made).elements if "text a" in (one.get("class") or ""))
    assert (column["lang"], column["dir"]) == (tag, direction)


@pytest.mark.parametrize(("only", "chosen"), [(None, "all"), ("a", "only-a"), ("b", "only-b")])
def test_the_page_opens_with_what_was_asked_for(only: Side | None, chosen: str) -> None:
    """`--only` chooses a filter; the rest of the page is there all the same."""
    inputs = [
        one
        for tag, one in page(museum(), RenderOptions(only=only)).elements
        if tag == "input" and one.get("name") == "show"
    ]
    assert [one["value"] for one in inputs if "checked" in one] == [chosen]


def test_filters_count_what_they_show() -> None:
    """The filters are the legend of the signs, with counts as on the console."""
    text = re.sub(r"<[^>]+>", "", render(museum(), PLAIN).split("</header>")[0])
    for label in (
        "= Same 2",
        "~ Partial 4",
        "− Only in museu.pt.txt 2",
        "+ Only in musee.fr.txt 1",
    ):
        assert label in text
    assert "? Unsure 2" in text
    assert "no differences" not in text


def test_counts_notes_and_signature_are_told() -> None:
    """How the answer came about is part of the page."""
    text = render(museum(), PLAIN)
    assert "10 sentences: 6 linked, 2 only here, 2 boilerplate" in text
    assert "The order was taken for free: 2 of 6 links cross others." in text
    assert museum().signature in text


def test_faithful_and_empty_texts_do_not_differ() -> None:
    """Where nothing differs the page says so, also where there is nothing."""
    pair = comparison(document("a", "pt", "Sim."), document("b", "fr", "Oui."), link((0,), (0,)))
    assert "no differences" in render(pair, PLAIN)
    empty = render(comparison(document("a", "und"), document("b", "und")), PLAIN)
    assert "no differences" in empty
    assert "0 sentences: 0 linked, 0 only here" in empty


@pytest.mark.parametrize(("confidence", "shown"), [(0.5999, "59"), (0.29, "29"), (1.0, "100")])
def test_confidence_is_never_rounded_up(confidence: float, shown: str) -> None:
    """What is marked as less than 60 % certain does not read 60 %."""
    a, b = document("a", "pt", "Sim."), document("b", "fr", "Oui.")
    made = comparison(a, b, link((0,), (0,), confidence=confidence))
    assert page(made).of("a")[0].attributes["data-c"] == shown


def test_map_has_dots_and_bands() -> None:
    """A dot where sentences meet, by relation; a band for each stretch of one side, boilerplate none."""
    a = document("a", "pt", "#Menu", "Um.", "Dois.", "Três.", "Quatro.")
    b = document("b", "fr", "Trois.", "Un.", "Suite.")
    plot = dot_plot(comparison(a, b, link((1,), (1, 2)), link((4,), (0,), "partial")))
    assert (plot.width, plot.height, plot.dense) == (5, 3, False)
    assert plot.same == "M1.5 1.5h.001M1.5 2.5h.001"
    assert plot.partial == "M4.5 0.5h.001"
    assert plot.only_a == "M2 0h2v3h-2z"
    assert plot.only_b == ""


def test_map_of_nothing_has_a_size() -> None:
    """An SVG of no width would not be shown at all."""
    plot = dot_plot(comparison(document("a", "und"), document("b", "und")))
    assert (plot.width, plot.height) == (1, 1)
    assert dot_plot(comparison(document("a", "pt", *"x" * 101), document("b", "fr"))).dense
