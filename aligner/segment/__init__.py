"""The segment stage: a text becomes a document of sentences in a known language, furniture marked."""

from collections.abc import Iterator
from dataclasses import dataclass

from aligner.errors import InputError
from aligner.options import Split
from aligner.segment.boilerplate import furniture
from aligner.segment.language import SURE, checked, detected
from aligner.segment.sentences import (
    Span,
    boundary_rules,
    detector_for,
    line_spans,
    sentence_spans,
)
from aligner.segment.wrapped import Wrapping, paragraph_spans, wrapping_of
from aligner.types import UNDETERMINED, Document, Sentence

__all__ = ["Segmented", "segment"]

# Characters of a line that is one sentence; whole books in one line are not asked for as such.
LONGEST_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Segmented:
    """A document, and what its reader should know about how it came about."""

    document: Document
    notes: tuple[str, ...]


def segment(
    text: str, *, name: str, language: str | None = None, split: Split = "sentences"
) -> Segmented:
    """Find the language of a text, its sentences, and which of them are page furniture.

    Args:
        text: as it was read; the offsets of the sentences refer to it.
        name: of the document, for display.
        language: an ISO 639-1 code or a tag that starts with one; None guesses it.
        split: `lines` takes every non-empty line as one sentence. There only a line feed ends one, as
            for `wc -l` and for the tools that write such files; `sentences` knows all line breaks, and
            takes them for spaces inside the paragraphs of a text wrapped at a fixed width.

    Raises:
        LanguageError: `language` is not a code.
        InputError: a line that is to be one sentence has more than `LONGEST_LINE` characters.
    """
    shown = _shown(name)
    code, notes = _language(text, shown, language)
    if split == "lines":
        paragraphs = list(line_spans(text, breaks="\n"))
        _check_lengths(paragraphs, shown)
        spans = list(enumerate(paragraphs))
    else:
        paragraphs, wrapping = _paragraphs(text)
        spans = list(_sentences(text, paragraphs, code))
        if wrapping:
            notes = (
                *notes,
                f"{shown}: lines taken as wrapped at {wrapping.width} columns and joined to paragraphs; "
                "--split lines keeps each by itself",
            )
        if not boundary_rules(code) and code != UNDETERMINED:
            notes = (*notes, f"{shown}: no sentence rules for language {code}, generic ones used")
    marked = furniture([text[start:end] for start, end in paragraphs], code)
    sentences = tuple(
        Sentence(text[start:end], start, end, paragraph, boilerplate=marked[paragraph])
        for paragraph, (start, end) in spans
    )
    return Segmented(Document(name, code, text, sentences), notes)


def _check_lengths(lines: list[Span], name: str) -> None:
    """Raise InputError for a line that no one wrote as a sentence."""
    longest = max((end - start for start, end in lines), default=0)
    if longest > LONGEST_LINE:
        raise InputError(
            f"{name} has a line of {longest:,} characters, too many for one sentence; leave out "
            "--split lines"
        )


def _shown(name: str) -> str:
    if name == "-":
        return "standard input"
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def _language(text: str, name: str, given: str | None) -> tuple[str, tuple[str, ...]]:
    """The code of the language, and a note where it is a poor guess."""
    if given is not None:
        return checked(given), ()
    guess = detected(text)
    if guess.language == UNDETERMINED:
        note = (
            f"{name}: language not recognised, generic rules used; name it with --lang-a, --lang-b"
        )
        return UNDETERMINED, (note,)
    if guess.score < SURE:
        note = f"{name}: language {guess.language} is a poor guess ({guess.score:.2f});"
        return guess.language, (f"{note} name it with --lang-a, --lang-b",)
    return guess.language, ()


def _paragraphs(text: str) -> tuple[list[Span], Wrapping | None]:
    """The paragraphs of a text, which are its lines unless it is wrapped."""
    lines = list(line_spans(text))
    wrapping = wrapping_of(text, lines)
    return list(paragraph_spans(text, lines, wrapping)) if wrapping else lines, wrapping


def _sentences(text: str, paragraphs: list[Span], language: str) -> Iterator[tuple[int, Span]]:
    """Yield the number of the paragraph and the span in `text` of every sentence."""
    detector = detector_for(language)
    for paragraph, (start, end) in enumerate(paragraphs):
        for first, last in sentence_spans(text[start:end], detector):
            yield paragraph, (start + first, start + last)
