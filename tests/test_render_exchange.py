"""The formats for other programs: TSV, TMX, XLIFF, XCES and the ladder, read back by others' readers."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from translate.storage.tmx import tmxfile
from translate.storage.xliff2 import Xliff2File

from aligner.types import Comparison
from cli.render import FORMATS, RenderOptions, ladder, tmx, tsv, xces, xliff
from cli.render.exchange import Bead, beads, fraction, language_tag, segment
from cli.render.sequence import OneSided, reading_order
from cli.render.visible import flowing, hidden
from tests.builders import ANY_TEXT, comparison, comparisons, detail, document, link, museum

PLAIN = RenderOptions()
EXCHANGE = ("tsv", "tmx", "xlf", "xml", "ladder")
XLIFF = f"{{{xliff.NAMESPACE}}}"
# What TMX 1.4b says of the elements used here (https://www.gala-global.org/tmx-14b, section 3).
TMX_DTD = """
<!ELEMENT tmx (header, body)>
<!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note | prop | ude)*>
<!ATTLIST header
  creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block | paragraph | sentence | phrase) #REQUIRED
  o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED srclang CDATA #REQUIRED datatype CDATA #REQUIRED>
<!ELEMENT body (tu*)>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED segtype (block | paragraph | sentence | phrase) #IMPLIED>
<!ELEMENT tuv ((note | prop)*, seg)>
<!ATTLIST tuv xml:lang CDATA #REQUIRED>
<!ELEMENT seg (#PCDATA)>
<!ELEMENT note (#PCDATA)>
<!ELEMENT prop (#PCDATA)>
<!ATTLIST prop type CDATA #REQUIRED>
<!ELEMENT ude EMPTY>
"""
# What XLIFF 2.0 says of the elements used here (section 4.2 of its specification).
XLIFF_DTD = """
<!ELEMENT xliff (file+)>
<!ATTLIST xliff
  xmlns CDATA #FIXED "urn:oasis:names:tc:xliff:document:2.0" version CDATA #FIXED "2.0"
  srcLang NMTOKEN #REQUIRED trgLang NMTOKEN #IMPLIED>
<!ELEMENT file (notes?, (unit | group)+)>
<!ATTLIST file id NMTOKEN #REQUIRED original CDATA #IMPLIED>
<!ELEMENT group (notes?, (unit | group)*)>
<!ATTLIST group id NMTOKEN #REQUIRED>
<!ELEMENT notes (note+)>
<!ELEMENT note (#PCDATA)>
<!ATTLIST note category CDATA #IMPLIED appliesTo (source | target) #IMPLIED>
<!ELEMENT unit (notes?, segment+)>
<!ATTLIST unit id NMTOKEN #REQUIRED>
<!ELEMENT segment (source, target?)>
<!ATTLIST segment state (initial | translated | reviewed | final) "initial">
<!ELEMENT source (#PCDATA)>
<!ELEMENT target (#PCDATA)>
"""
# The part of the Corpus Encoding Standard's cesAlign DTD that OPUS uses.
XCES_DTD = """
<!ELEMENT cesAlign (linkGrp+)>
<!ATTLIST cesAlign version CDATA #REQUIRED>
<!ELEMENT linkGrp (link*)>
<!ATTLIST linkGrp targType CDATA #IMPLIED fromDoc CDATA #REQUIRED toDoc CDATA #REQUIRED>
<!ELEMENT link EMPTY>
<!ATTLIST link id ID #IMPLIED xtargets CDATA #REQUIRED certainty CDATA #IMPLIED>
"""


def hostile() -> Comparison:
    """Markup, escapes, controls and the joint of the table, in texts, names, languages and notes."""
    texts = (
        "]]><script>alert(1)</script>\x1b[2J\x9b2J\x00\x08 &amp; \ufffe\ud800\u202eevil",
        '=HYPERLINK("http://x") ~~~ and \\ and \t tab \r\n line \u2028 end ~~~',
    )
    a = document('"><img src=x>\x00.txt', "pt\x1b", *texts, "@SUM(1)", "#-1+1")
    b = document("b\n\ud800.txt", 'x" y', *reversed(texts), '"quoted\tcell', "#+2\x0b")
    spans = (detail(a, "alert(1)"), detail(a, "\x1b[2J"))
    bead = link((0, 1), (0,), "partial", a_only=spans)
    return comparison(a, b, bead, notes=("<note>\x07&",))


def xml(text: str) -> ET.Element:
    return ET.fromstring(text.encode("utf-8"))  # noqa: S314 (our own)


@pytest.mark.parametrize("name", EXCHANGE)
@given(made=comparisons())
def test_nothing_hidden_reaches_a_file_or_a_terminal(name: str, made: Comparison) -> None:
    """Whatever the texts hold, every format is UTF-8 without a character that steers or hides."""
    for one in (made, hostile()):
        text = FORMATS[name](one, PLAIN)
        text.encode("utf-8")
        assert {char for char in text if hidden(char)} <= {"\n", "\t"}
        assert text == FORMATS[name](one, PLAIN)


@pytest.mark.parametrize(("name", "dtd"), [("tmx", TMX_DTD), ("xlf", XLIFF_DTD), ("xml", XCES_DTD)])
@given(made=comparisons())
def test_xml_is_valid(name: str, dtd: str, made: Comparison) -> None:
    """Each XML format keeps to the structure that its definition asks for."""
    schema = etree.DTD(io.StringIO(dtd))
    for one in (made, hostile()):
        tree = etree.fromstring(FORMATS[name](one, PLAIN).encode("utf-8"))
        assert schema.validate(tree), schema.error_log


# --- TSV


def table(made: Comparison) -> list[dict[str, str]]:
    """The rows as Python's csv reads them with its defaults for tabs."""
    return list(
        csv.DictReader(io.StringIO(tsv.render(made, PLAIN), newline=""), dialect="excel-tab")
    )


def unescaped(cell: str) -> list[str]:
    """The texts of a cell, as the documentation says to take it apart."""
    return [re.sub(r"\\(.)", r"\1", part) for part in cell.split(" ~~~ ")]


def numbers(cell: str) -> tuple[int, ...]:
    return tuple(map(int, cell.split()))


@given(comparisons())
def test_table_read_by_csv_equals_the_result(made: Comparison) -> None:
    """Python's csv gets back every group, its numbers, texts and confidence."""
    for one in (made, hostile()):
        rows = table(one)
        read = [
            Bead(numbers(row["a"]), numbers(row["b"]), float(row["confidence"])) for row in rows
        ]
        assert read == [Bead(x.a, x.b, float(fraction(x.confidence))) for x in beads(one)]
        for row, bead in zip(rows, read, strict=True):
            for side, numbered in (("a", bead.a), ("b", bead.b)):
                sentences = one.document("a" if side == "a" else "b").sentences
                texts = [flowing(sentences[k].text) for k in numbered] or [""]
                assert unescaped(row[f"{side}_text"]) == texts


@given(comparisons())
def test_any_splitter_reads_the_same_cells(made: Comparison) -> None:
    """Cutting lines at tabs gives what csv gives, and as many cells in every row."""
    for one in (made, hostile()):
        lines = tsv.render(one, PLAIN).split("\n")
        assert lines.pop() == ""
        cells = [line.split("\t") for line in lines]
        assert cells == [list(tsv.COLUMNS), *(list(row.values()) for row in table(one))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", '"', "'", "\t=", " =", "＝", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    """A text that a spreadsheet would calculate begins with a backslash."""
    made = comparison(document("a", "pt", f"{start}1+1"), document("b", "fr"))
    assert table(made)[0]["a_text"].startswith("\\")
    assert unescaped(table(made)[0]["a_text"]) == [flowing(f"{start}1+1")]


def test_rows_of_two_articles() -> None:
    """Relation, numbers from 0, joined sentences and details stand where the header says."""
    rows = table(museum())
    assert list(rows[0]) == [
        *("relation", "confidence", "similarity", "a", "b"),
        *("a_text", "b_text", "a_only", "b_only"),
    ]
    assert {row["relation"] for row in rows} == {
        *("same", "partial", "only_a", "only_b", "boilerplate")
    }
    merged = next(row for row in rows if row["b"] == "1 2")
    assert merged["a"] == "2"
    assert merged["b_text"].count(" ~~~ ") == 1
    assert merged["b_only"] == "financé pour moitié par l’Union européenne"
    alone = next(row for row in rows if row["a"] == "5")
    assert (alone["relation"], alone["b"], alone["similarity"]) == ("only_a", "", "")
    assert alone["a_only"] == "Rui Tavares ~~~ setembro"


# --- TMX


def pairs(made: Comparison) -> list[tuple[str, str]]:
    """The two segments of every link, as a translation tool should see them."""
    return [(segment(made.a, one.a), segment(made.b, one.b)) for one in made.links]


WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@given(comparisons(WORDS))
def test_translate_toolkit_reads_the_links_from_tmx(made: Comparison) -> None:
    """The most used reader of TMX gets every link, in order, and nothing else."""
    a = document("a.txt", "pt", *(one.text for one in made.a.sentences))
    b = document("b.txt", "fr", *(one.text for one in made.b.sentences))
    made = Comparison(a, b, made.links, made.only_a, made.only_b, "free")
    store = tmxfile.parsestring(tmx.render(made, PLAIN).encode("utf-8"))
    store.sourcelanguage, store.targetlanguage = "pt", "fr"
    assert [(unit.source, unit.target) for unit in store.units] == pairs(made)


def test_header_of_tmx_is_what_tools_ask_for() -> None:
    """Every required attribute is there, and `srclang` is the language of the first variant."""
    root = xml(tmx.render(museum(), PLAIN))
    header = root.find("header")
    assert header is not None
    assert set(header.attrib) == {
        *("creationtool", "creationtoolversion", "segtype", "o-tmf"),
        *("adminlang", "srclang", "datatype"),
    }
    languages = [one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in root.iter("tuv")]
    assert set(languages[::2]) == {header.get("srclang")} == {"pt"}
    assert set(languages[1::2]) == {"fr"}
    assert len(list(root.iter("tu"))) == len(museum().links)


def test_units_of_tmx_tell_how_sure_they_are() -> None:
    """Confidence, similarity and relation are properties; a group of sentences is called so."""
    unit = xml(tmx.render(museum(), PLAIN)).findall("body/tu")[1]
    assert {one.get("type"): one.text for one in unit.findall("prop")} == {
        "x-confidence": "0.9",
        "x-similarity": "0.7",
        "x-relation": "partial",
    }
    assert unit.get("segtype") == "paragraph"
    assert [one.text for one in unit.iter("seg")] == list(pairs(museum())[1])


def test_one_sided_sentences_are_not_in_a_translation_memory() -> None:
    """What has no counterpart is not offered as a translation."""
    assert "Rui Tavares" not in tmx.render(museum(), PLAIN)


# --- XLIFF


@given(comparisons(WORDS))
def test_translate_toolkit_reads_the_links_from_xliff(made: Comparison) -> None:
    """Units with a target are the links, those without one what only a says."""
    store = Xliff2File.parsestring(xliff.render(made, PLAIN).encode("utf-8"))
    read = [(unit.source, unit.target) for unit in store.units]
    assert [unit for unit in read if unit[1]] == pairs(made)
    alone = [segment(made.a, (one.sentence,)) for one in made.only_a]
    assert [source for source, target in read if not target] == alone


def test_additions_are_notes_where_they_follow() -> None:
    """What only b says stands as a note on the unit before it, or on the file."""
    root = xml(xliff.render(museum(), PLAIN))
    units = root.findall(f".//{XLIFF}unit")
    holders = [
        unit.findtext(f".//{XLIFF}target")
        for unit in units
        if unit.find(f".//{XLIFF}note[@category='only-b']") is not None
    ]
    assert holders == [pairs(museum())[2][1]]
    noted = [one.text for one in root.iter(f"{XLIFF}note") if one.get("category") == "only-b"]
    assert noted == ["Un syndicat regrette que seize gardiens n’aient pas été remplacés."]
    first = comparison(document("a", "pt"), document("b", "fr", "Seul."))
    file = xml(xliff.render(first, PLAIN)).find(f"{XLIFF}file")
    assert file is not None
    assert [one.text for one in file.findall(f"{XLIFF}notes/{XLIFF}note")][-1] == "Seul."


@given(comparisons())
def test_every_addition_is_in_xliff(made: Comparison) -> None:
    """No sentence is lost, though the format has no place for a target alone."""
    root = xml(xliff.render(made, PLAIN))
    told = [one for one in root.iter(f"{XLIFF}note") if one.get("appliesTo") == "target"]
    additions = [one for one in told if (one.get("category") or "").startswith(("only", "boiler"))]
    one_sided = [one for one in reading_order(made) if isinstance(one, OneSided)]
    assert len(additions) == sum(one.side == "b" for one in one_sided)


# --- XCES


@given(comparisons())
def test_xces_links_are_the_beads(made: Comparison) -> None:
    """Each link names its sentences from `s1` on; an empty side has no counterpart."""
    group = xml(xces.render(made, PLAIN)).find("linkGrp")
    assert group is not None
    read = []
    for one in group:
        a, b = (one.get("xtargets") or "").split(";")
        sides = (tuple(int(name[1:]) - 1 for name in side.split()) for side in (a, b))
        read.append((*sides, one.get("certainty")))
    assert read == [(one.a, one.b, fraction(one.confidence)) for one in beads(made)]


def test_xces_of_two_articles() -> None:
    """Documents by name, ids of links, and `;s1` for what only one side has."""
    group = xml(xces.render(museum(), PLAIN)).find("linkGrp")
    assert group is not None
    assert (group.get("fromDoc"), group.get("toDoc")) == ("museu.pt.txt", "musee.fr.txt")
    targets = [one.get("xtargets") for one in group]
    assert {"s1;", "s3;s2 s3", ";s6"} <= set(targets)
    assert group[0].attrib == {"id": "SL1", "xtargets": "s1;", "certainty": "0.9"}


# --- Ladder


def test_ladder_of_two_articles() -> None:
    """Numbers from 0, an empty list for no counterpart, and the confidence."""
    lines = ladder.render(museum(), PLAIN).splitlines()
    assert lines[:3] == ["[0]:[]:0.9", "[1]:[0]:0.9", "[2]:[1, 2]:0.9"]
    assert "[]:[5]:0.9" in lines


# --- What they share


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("pt", "pt"),
        ("PT-br", "pt-BR"),
        ("zh_tw", "zh-TW"),
        ("zh-hant-HK", "zh-Hant-HK"),
        ("und", "und"),
        ("", "und"),
        ("x y", "und"),
        ('pt"><', "und"),
        ("português", "und"),
    ],
)
def test_language_tags_are_bcp_47(code: str, tag: str) -> None:
    """Codes get the separator and the case of BCP 47; what is no code is `und`."""
    assert language_tag(code) == tag


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.93, "0.93"), (0.123456, "0.1235"), (0.00001, "0"), (-0.00001, "0")],
)
def test_fractions_are_plain(value: float, text: str) -> None:
    """No power of ten, no more than four decimals, no minus before a zero."""
    assert fraction(value) == text


def test_segments_are_joined_as_their_script_does() -> None:
    """Sentences meet at a space, but not in Chinese or Japanese; line breaks go."""
    made = document("a", "und", "Um\n\u00a0dois\u202f!", "Três.", "東京。", "大阪。")
    assert segment(made, (0, 1)) == "Um \u00a0dois\u202f! Três."
    assert segment(made, (2, 3)) == "東京。大阪。"


@given(ANY_TEXT)
def test_xml_keeps_every_character_it_can(text: str) -> None:
    """What XML allows comes back from a parser as it was, but for white space."""
    text = text.replace("#", "")
    made = comparison(document("a", "pt", text), document("b", "fr", "Oui."), link((0,), (0,)))
    allowed = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", segment(made.a, (0,))
    )
    assert (xml(tmx.render(made, PLAIN)).findtext(".//seg") or "") == allowed
