"""What a text may do to a display: nothing."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes, strip_sequences, width

from aligner.types import Comparison
from cli.render import FORMATS, RenderOptions
from cli.render.options import MIN_WIDTH, MIN_WIDTH_BESIDE
from cli.render.visible import flowing, visible
from tests.builders import ANY_TEXT, comparison, comparisons, document

LOOK = {
    "context": st.none() | st.integers(0, 3),
    "only": st.sampled_from((None, "a", "b")),
    "quiet": st.booleans(),
}
LOOKS = st.one_of(
    st.builds(RenderOptions, width=st.integers(MIN_WIDTH, 130), **LOOK),
    st.builds(
        RenderOptions,
        width=st.integers(MIN_WIDTH_BESIDE, 200),
        side_by_side=st.just(value=True),
        **LOOK,
    ),
)
EVIL = "\x1b[31m\x9b2J\u202e\u2066\u200f\x00\x7f\r\ud800\ue000\U000e0041" + "e" + "\u0301" * 500


def harmful(text: str) -> set[str]:
    """What must never reach a terminal, by Unicode category rather than by our own rule."""
    categories = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    joiners = "\u200c\u200d"
    return {one for one in text if unicodedata.category(one) in categories} - {"\n", *joiners}


@pytest.mark.parametrize("name", FORMATS)
@given(made=comparisons(), look=LOOKS)
@example(
    made=comparison(document(EVIL, EVIL, EVIL, EVIL), document(EVIL, EVIL, EVIL), notes=(EVIL,)),
    look=RenderOptions(),
)
def test_no_format_lets_harmful_characters_through(
    name: str, made: Comparison, look: RenderOptions
) -> None:
    """Controls, escapes, bidi controls, surrogates and the like survive in no output."""
    between_cells = {"\t"} if name == "tsv" else set()
    assert harmful(FORMATS[name](made, look)) <= between_cells


@given(made=comparisons(), look=LOOKS)
def test_no_line_of_the_report_is_wider_than_asked(made: Comparison, look: RenderOptions) -> None:
    """The width holds for every line, unless one grapheme alone is wider than the text column."""
    for line in FORMATS["diff"](made, look).splitlines():
        widest = max((width(one) for one in iter_graphemes(line)), default=0)
        assert width(line) <= look.width or widest > 2


@given(made=comparisons(), look=LOOKS)
def test_color_adds_nothing_but_color(made: Comparison, look: RenderOptions) -> None:
    """A coloured report without its escape sequences is the plain report."""
    colored = replace(look, color=True)
    render = FORMATS["diff"]
    assert strip_sequences(render(made, colored)) == render(made, look)


@given(ANY_TEXT)
def test_visible_text_stays_visible(text: str) -> None:
    """Making visible what is visible already changes nothing."""
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("red \x1b[31malert", "red ␛[31malert"),
        ("a\nb\x00\x7f", "a␊b␀␡"),
        ("\x9b2J", "<U+009B>2J"),
        ("abc\u202edcba", "abc<U+202E>dcba"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("a\u2028b\u2029", "a<U+2028>b<U+2029>"),
        ("\ud800\ue000\uffff", "<U+D800><U+E000><U+FFFF>"),
        ("soft\u00adhy\u200bphen\ufeff\u200e", "softhyphen"),
        ("« oui »", "« oui »"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏿", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏿"),
    ],
)
def test_hidden_characters_are_shown_or_dropped(text: str, shown: str) -> None:
    """Controls become pictures, the rest code points; what scripts and typography need stays."""
    assert visible(text) == shown


def test_heaps_of_combining_marks_are_cut() -> None:
    """A letter keeps nine marks of a heap, and the cut is told."""
    assert visible("Z" + "\u0301" * 1000 + "!") == "Z" + "\u0301" * 9 + "…!"


def test_running_text_has_no_line_breaks() -> None:
    """Breaks and tabs inside a sentence are single spaces; no-break spaces are left alone."""
    assert flowing("one\r\n\t two\u00a0!") == "one two\u00a0!"


def test_ordinary_text_is_left_alone() -> None:
    """Letters of living scripts, vocalised or not, pass unchanged."""
    text = "Ação, œuvre, Grüße, שָׁלוֹם, العَرَبِيَّة, हिन्दी, ภาษาไทย, 漢字かな, 한국어"
    assert visible(text) == text
    assert not re.search("<U\\+", visible(text))
