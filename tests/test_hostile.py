"""Texts made to break, and what is told of each; `docs/trust.md` lists them with their outcome."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import aligner
from aligner import Comparison, pipeline
from aligner.embed import Encoder
from aligner.errors import InputError
from aligner.pipeline import SAMPLE
from aligner.segment.sentences import WINDOW
from cli.main import status
from tests.fakes import WordsEncoder
from tests.soundness import check
from tests.test_visible import harmful

BRIDGE = Path(__file__).parents[1] / "samples" / "bridge"
PT, FR = ((BRIDGE / name).read_text("utf-8") for name in ("a.pt.txt", "b.fr.txt"))
LINES = PT.splitlines()
LINKS = [((0,), (0,)), ((1,), (3,)), ((2,), (2,))]
Change = Callable[[str], str]


def links(made: Comparison) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Which sentences go together."""
    return [(link.a, link.b) for link in made.links]


def each_line(change: Change) -> str:
    """The Portuguese sample with every line changed."""
    return "\n".join(map(change, LINES))


HARMLESS: dict[str, str] = {
    "escapes of a terminal": each_line(lambda one: f"\x1b[31m{one}\x1b]0;own\x07\x9b2J"),
    "overrides of direction": each_line(lambda one: f"\u202e{one}\u202c"),
    "isolates": each_line(lambda one: f"\u2066{one}\u2069\u200f"),
    "soft hyphens": each_line(lambda one: one.replace("ente", "en\u00adte")),
    "carriage returns": "\r".join(LINES),
    "rare line breaks": "\u2028".join(LINES[:2]) + "\x85" + "\v".join(LINES[2:4]) + "\f" + LINES[4],
    "empty lines": "\n" * 20_000 + "\n\n".join(LINES) + "\n \t" * 20_000,
    "half a surrogate pair at the end": PT.rstrip() + " \ud800",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_surrounds_the_words_changes_no_pair(name: str, embedded: Encoder) -> None:
    """Sentences are paired as without it, nothing of it reaches a reader, every report is whole."""
    made = aligner.compare(HARMLESS[name], FR, encoder=embedded)
    check(made)
    assert links(made) == LINKS


HARMFUL: dict[str, str] = {
    "a heap of accents on every letter": each_line(
        lambda one: "".join(letter + "\u0301\u0302\u0316\u0333" * 15 for letter in one)
    ),
    "a space of no width between all letters": each_line("\u200b".join),
    "letters of no language": "\n".join("xq zvk jwpf. bnv wrtz!" for _ in range(5)),
    "private and unassigned characters": "\n".join(
        "\ue000\U000e0041\uffff\U0010ffff" * 9 for _ in range(5)
    ),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_what_drowns_the_words_leaves_them_one_sided(name: str, embedded: Encoder) -> None:
    """What no model reads is linked with nothing, and nothing of it is lost."""
    made = aligner.compare(HARMFUL[name], FR, encoder=embedded)
    check(made)
    assert links(made) == []
    assert made.counts("b").only == 4


def test_of_mixed_encodings_no_line_is_lost(tmp_path: Path, embedded: Encoder) -> None:
    """Lines in several encodings are read in one that is noted; letters suffer, sentences stay."""
    path = tmp_path / "mixed.txt"
    path.write_bytes(
        b"\n".join(one.encode(("utf-8", "cp1252")[k % 2]) for k, one in enumerate(LINES))
    )
    made = aligner.compare_files(path, BRIDGE / "b.fr.txt", encoder=embedded)
    check(made)
    assert len(made.a.sentences) == len(LINES)
    assert "not valid UTF-8" in made.notes[0]


def test_unrelated_articles_share_nothing(embedded: Encoder) -> None:
    """Two articles on different events have one pair in common by mistake at most."""
    a, b = BRIDGE.parent / "chips" / "a.pt.txt", BRIDGE.parent / "ferry" / "b.en.txt"
    made = aligner.compare_files(a, b, encoder=embedded)
    assert len(made.links) <= 1
    assert len(made.only_a) > 10


@pytest.mark.parametrize("many", [150, 1_000])
def test_one_sentence_against_many(many: int, embedded: Encoder) -> None:
    """Its counterpart is found among so many, with the verifier and, of more, without."""
    others = [f"Le wagon numéro {k} transporte du sable." for k in range(many)]
    others[70] = "Les travaux dureront trois mois et coûteront deux millions d’euros."
    made = aligner.compare(LINES[1], "\n".join(others), encoder=embedded)
    check(made)
    (link,) = made.links
    assert 70 in link.b
    assert set(link.b) <= {70, 71}  # without the verifier, the next may be taken along


def test_equal_sentences_by_the_thousand() -> None:
    """A sentence said a thousand times is kept so often."""
    texts = "Uma frase igual.\n" * 1_000, "Uma frase igual.\n" * 3
    made = aligner.compare(*texts, encoder=WordsEncoder())
    check(made)
    assert len(made.a.sentences) == 1_000


def test_an_endless_line() -> None:
    """Such a line is cut into sentences as any other, and what cannot be is cut between words."""
    made = aligner.compare("palavra e mais " * 5_000 + "fim.", FR, encoder=WordsEncoder())
    texts = [one.text for one in made.a.sentences]
    assert all(len(text) <= WINDOW for text in texts)
    assert "".join("".join(texts).split()) == "".join(made.a.text.split())
    assert any("more than 2,000 characters" in note for note in made.notes)


class Hasty(WordsEncoder):
    """Reads no more than the beginning of a text."""

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Vectors `[n, 64]` of length 1."""
        return super().encode([text[:40] for text in texts])


SIZES: dict[str, tuple[str, str]] = {
    "one line of ten megabytes, words": ("palavra e mais " * 666_666, "too many to compare in any"),
    "the same without a space": ("abcdefghij" * 1_000_000, "too many to compare in any"),
    "the same of digits": ("7" * 10_000_000, "too many to compare in any"),
    "ten thousand equal sentences": ("Uma frase igual e longa.\n" * 10_000, ""),
    "a hundred thousand of them": ("Uma.\n" * 100_000, "too many for one comparison"),
}


@pytest.mark.parametrize("name", SIZES)
def test_what_is_too_large_is_refused_before_it_is_embedded(name: str) -> None:
    """Of such texts, some thousand sentences at most are embedded before a line tells what to do."""
    text, message = SIZES[name]
    encoder = Hasty()
    other = FR if message else text
    with pytest.raises(InputError, match=message or "too many to compare in any") as told:
        aligner.compare(text, other, encoder=encoder)
    assert "split the texts into parts" in str(told.value)
    assert len(encoder.encoded) <= 2 * SAMPLE


def test_books_are_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bounds of free order, the order is told from the first sentences of both texts."""
    monkeypatch.setattr(pipeline, "MOST_PAIRS", 8)
    made = aligner.compare(PT, PT, encoder=WordsEncoder())
    assert made.order == "monotonic"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty; give a text with words in it"),
        (b"\n" * 1_000_000, "holds only white space; give a text with words in it"),
        (b"O gato\0dorme.", "is binary, not text; save it as plain text (UTF-8)"),
        (bytes(range(256)) * 40, "is binary, not text; save it as plain text (UTF-8)"),
        (b"a" * (10 * 2**20 + 1), "is larger than 10 MiB; split it into parts"),
        (None, "is none; give two files or two folders"),
    ],
)
def test_what_is_no_text_is_told_in_a_line(
    data: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and one harmless line that says what to do."""
    path = tmp_path / "x\x1b[31m.txt"
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    assert status([str(path), str(BRIDGE / "b.fr.txt")]) == 2
    error = capsys.readouterr().err
    assert error.endswith(f"{message}\n")
    assert error.count("\n") == 1
    assert not harmful(error)
