"""The segment stage: sentences with offsets, paragraphs, notes."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.errors import InputError
from aligner.options import Split
from aligner.segment import LONGEST_LINE, segment
from aligner.segment.sentences import WINDOW, detector_for
from aligner.types import Sentence

CASES = Path(__file__).parent / "segment"


def _cases() -> list[object]:
    """Every case of `segment/*.txt`; a first line `# xfail: reason` marks a known failure."""
    found: list[object] = []
    for path in sorted(CASES.glob("*.txt")):
        for number, case in enumerate(path.read_text(encoding="utf-8").split("\n===\n")):
            given_text, expected = case.strip("\n").split("\n---\n")
            marks: list[pytest.MarkDecorator] = []
            if given_text.startswith("# xfail: "):
                reason, given_text = given_text.split("\n", 1)
                marks = [pytest.mark.xfail(reason=reason[9:])]
            found.append(
                pytest.param(
                    path.stem,
                    given_text,
                    expected.splitlines(),
                    marks=marks,
                    id=f"{path.stem}-{number}",
                )
            )
    return found


def _sentences(text: str, language: str = "pt", split: Split = "sentences") -> tuple[Sentence, ...]:
    return segment(text, name="x.txt", language=language, split=split).document.sentences


def _texts(text: str, language: str = "pt", split: Split = "sentences") -> list[str]:
    return [one.text for one in _sentences(text, language, split)]


@pytest.mark.parametrize(("language", "text", "expected"), _cases())
def test_case(language: str, text: str, expected: list[str]) -> None:
    """A text of the case files falls into the sentences written under it."""
    assert _texts(text, language) == expected


_tricky = st.text(
    alphabet=st.sampled_from("aZé1 .!?…\"'«»“”’()[]—-,;\n\t\x0b\x0c\x85\u2028。」\u00a0")
)


@given(
    text=st.text() | _tricky,
    language=st.sampled_from(["pt", "fr", "en", "de", "ja", "zh", "th", "ar", "sq"]),
    split=st.sampled_from(["sentences", "lines"]),
)
def test_sentences_give_the_text_back(text: str, language: str, split: Split) -> None:
    """In any text, sentences stand in order, apart, and hold every character but white space."""
    sentences = _sentences(text, language, split)
    covered = []
    last = 0
    for one in sentences:
        assert last <= one.start < one.end
        assert text[one.start : one.end] == one.text == one.text.strip()
        covered.append(one.text)
        last = one.end
    assert "".join("".join(covered).split()) == "".join(text.split())


@given(text=_tricky)
def test_marks_do_not_stand_alone(text: str) -> None:
    """A sentence without a letter or digit is the only one of its paragraph."""
    sentences = _sentences(text, "fr")
    paragraphs = [one.paragraph for one in sentences]
    for one in sentences:
        if not any(map(str.isalnum, one.text)):
            assert paragraphs.count(one.paragraph) == 1


def test_each_line_is_a_paragraph() -> None:
    """Lines that are not empty count as paragraphs, and no sentence crosses them."""
    found = [(one.text, one.paragraph) for one in _sentences("Uma manchete\n\n Foi. Veio. \nFim")]
    assert found == [("Uma manchete", 0), ("Foi.", 1), ("Veio.", 1), ("Fim", 2)]


@pytest.mark.parametrize("newline", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_rare_line_breaks(newline: str) -> None:
    """Rare line breaks end a paragraph, but not a line of a file that has one sentence a line."""
    text = f"uma manchete{newline}outra coisa"
    assert _texts(text) == ["uma manchete", "outra coisa"]
    assert _texts(text, split="lines") == [text]


def test_split_lines() -> None:
    """With `lines`, every non-empty line is one sentence whatever stands in it."""
    assert _texts("Foi. Veio.\n\n \nFim", split="lines") == ["Foi. Veio.", "Fim"]


def test_a_line_too_long_for_a_sentence_is_told() -> None:
    """A book in one line is no sentence, even where each line is said to be one."""
    text = "Foi.\n" + "palavra " * (LONGEST_LINE // 8 + 1)
    with pytest.raises(InputError, match=r"^x\.txt has a line of 20,007 characters, too many for"):
        _texts(text, split="lines")
    assert len(_texts(text)) > 2


def test_empty_text_has_no_sentences() -> None:
    """A text of nothing or of white space gives a document without sentences."""
    assert _sentences("") == _sentences(" \n\t") == ()


def test_sentence_across_windows() -> None:
    """A sentence that crosses the window of the boundary rules stays whole."""
    sentence = "A mesma frase de sempre aqui."
    assert set(_texts(" ".join([sentence] * 2 * (WINDOW // len(sentence))))) == {sentence}


@given(
    text=st.text(st.characters(categories=["L", "N"]) | st.sampled_from("aA1 漢ก\t"), min_size=1),
    last=st.sampled_from(["", ".", "。", "!", "»"]),
    language=st.sampled_from(["pt", "fr", "en", "de", "ja", "zh", "th", "ar", "hy", "und"]),
)
def test_text_without_a_mark_inside_is_one_sentence(text: str, last: str, language: str) -> None:
    """The boundary rules, which are not asked there, find none either."""
    assert list(detector_for(language).detect(text + last)) in ([], [len(text + last)])


def test_endless_sentence_is_cut_at_a_space() -> None:
    """A sentence longer than the window is cut between words."""
    pieces = _texts("palavra " * WINDOW)
    assert len(pieces) > 1
    assert {word for piece in pieces for word in piece.split()} == {"palavra"}


@pytest.mark.parametrize(
    "unit",
    ["Uma frase. ", "x", "7", "...", "!", ". ", "( ", "(a. ", ". » ", "— a", "\n", "« "],
)
@pytest.mark.parametrize("language", ["pt", "ja"])
def test_time_is_linear(unit: str, language: str) -> None:
    """200,000 characters of anything take well under a second or so; squared work took minutes."""
    started = time.process_time()
    _sentences(unit * (200_000 // len(unit)), language)
    assert time.process_time() - started < 10


def test_language_without_rules_is_noted() -> None:
    """A language that has no sentence rules gets generic ones, and a note."""
    result = segment("Ai erdhi. Ajo iku.", name="x.txt", language="sq")
    assert [one.text for one in result.document.sentences] == ["Ai erdhi.", "Ajo iku."]
    assert result.notes == ("x.txt: no sentence rules for language sq, generic ones used",)


def test_language_with_rules_needs_no_note() -> None:
    """A language that was named and has rules leaves nothing to tell."""
    assert segment("Foi. Veio.", name="x.txt", language="pt-BR").notes == ()


def test_notes_escape_the_name() -> None:
    """Control characters of a file name do not reach the notes."""
    (note,) = segment("1 2 3", name="a\x1b[31mb").notes
    assert note.startswith("a\ufffd[31mb: language not recognised")


def test_notes_call_standard_input_by_its_name() -> None:
    """The name `-` reads as standard input in notes, as in errors."""
    (note,) = segment("1 2 3", name="-").notes
    assert note.startswith("standard input: language not recognised")
