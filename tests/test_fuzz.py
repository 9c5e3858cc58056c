"""Any input at all, stage by stage, the whole flow, and every report.

The short form of `make fuzz`, in which `tests/fuzz.py` lets a coverage-guided fuzzer choose the inputs
of these same tests.
"""

from contextlib import suppress

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import aligner
from aligner.errors import InputError
from aligner.evidence import known_names, names, numbers, phrases, quotations, words
from aligner.options import Options, Split
from aligner.read import read_text
from aligner.segment import segment
from aligner.types import Comparison, Sentence
from aligner.units import shares
from cli.render import FORMATS, RenderOptions
from tests.builders import ANY_TEXT, comparisons
from tests.fakes import WordsEncoder
from tests.soundness import check, check_reports
from tests.test_pipeline import GLUES, WORDS, options
from tests.test_read_kinds import check_reading
from tests.test_visible import LOOKS

SHORT = settings(max_examples=30)
LANGUAGES = ["pt", "fr", "en", "de", "es", "it", "nl", "ja", "zh", "th", "ar", "ru"]
# What the stages look at, mixed with anything.
FRAGMENTS = st.lists(st.sampled_from([*WORDS, *GLUES, ". ", "! ", "。", "\n"]), max_size=25).map(
    "".join
)
TEXTS = FRAGMENTS | ANY_TEXT | st.text(max_size=200)
MARKUP = (
    "<html>|<body>|<p>|</p>|<!--|-->|<![CDATA[|&#0;|&amp;|<script>|</script>|<table>|<td>|# |* |> |```|"
    "[a](b)|![|---\n|\n\n|1\n00:00:01,000 --> 00:00:02,000\n|PK\x03\x04|%PDF-|\ufeff|\x00|\r\n|é|漢"
)
BYTES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from(MARKUP.split("|")), max_size=30).map(
        lambda one: "".join(one).encode()
    ),
    st.builds(
        lambda text, encoding: text.encode(encoding, "replace"),
        TEXTS,
        st.sampled_from(["utf-8", "utf-16", "cp1252", "cp1251", "shift_jis", "gb18030"]),
    ),
)


@SHORT
@given(BYTES, st.sampled_from([".txt", ".html", ".md", ".docx", ".srt", ""]))
def test_read(data: bytes, suffix: str) -> None:
    """Any bytes are a text without NUL and carriage return, or an error of one line."""
    check_reading(data, f"x{suffix}")


@SHORT
@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(["sentences", "lines"]))
def test_segment(text: str, language: str, split: Split) -> None:
    """Sentences of any text hold all of it but white space, in order."""
    found = segment(
        text, name="x", language=language, split="lines" if split == "lines" else "sentences"
    )
    assert "".join("".join(one.text for one in found.document.sentences).split()) == "".join(
        text.split()
    )


@SHORT
@given(TEXTS, st.sampled_from(LANGUAGES))
@example("duizend \ud8ba", "nl")
def test_evidence(text: str, language: str) -> None:
    """Numbers, names, words and phrases are spans of any text, in order."""
    found = numbers(text, language)
    shares(text)
    number_spans = [(one.start, one.end) for one in found]
    for spans in (number_spans, words(text), names(text, known_names([text]), language)):
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(edges)
        assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(0 <= start <= end <= len(text) for start, end in phrases(text, 4, 2))
    assert len(quotations([Sentence(text, 0, len(text), 0)])) == 1


@SHORT
@given(TEXTS, TEXTS, options)
def test_flow(a: str, b: str, wanted: Options) -> None:
    """The whole flow gives a sound comparison of any two texts."""
    for text in (a, b):
        with suppress(InputError):
            read_text(text, "x")
            continue
        assume(condition=False)
    check(aligner.compare(a, b, options=wanted, encoder=WordsEncoder()))


@SHORT
@given(comparisons())
def test_reports(made: Comparison) -> None:
    """Any comparison is a sound report in every format."""
    check_reports(made)


@SHORT
@given(comparisons(), st.sampled_from(sorted(FORMATS)), LOOKS)
def test_looks(made: Comparison, form: str, look: RenderOptions) -> None:
    """Every look of every format can be had of any comparison."""
    FORMATS[form](made, look).encode("utf-8")
