"""The report for the console, whole, as it is printed.

`python -m tests.test_render_diff` writes the golden files anew; read what changed before keeping it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.types import Comparison, Link
from cli.render import RenderOptions
from cli.render.diff import render
from cli.render.sequence import (
    Elided,
    is_difference,
    is_unsure,
    near_differences,
    reading_order,
)
from tests.builders import comparison, comparisons, detail, document, link, museum

GOLDEN = Path(__file__).parent / "golden"


def crossing() -> Comparison:
    """Groups, one of them not contiguous, in another order; b opens with a sentence of its own."""
    a = document("a.txt", "pt", "Zero.", "Um.", "Dois.", "Três.", "Quatro.", "Cinco.")
    b = document("b.txt", "fr", "Ouverture.", "Trois.", "Après trois.", "Un et quatre.", "Deux.")
    return comparison(a, b, link((1, 4), (3,)), link((2,), (4,)), link((3,), (1,)))


def translation() -> Comparison:
    """Twenty pairs, one omission in the middle."""
    a = document("orig.txt", "en", *[f"Sentence number {k}." for k in range(1, 22)])
    b = document("trad.txt", "es", *[f"Frase número {k}." for k in range(1, 22) if k != 11])
    pairs = [link((k,), (k if k < 10 else k - 1,)) for k in range(21) if k != 10]
    return comparison(a, b, *pairs)


def faithful() -> Comparison:
    """Everything is linked, but for page furniture."""
    a = document("a.txt", "en", "#Log in", "It rained.", "The match was called off.")
    b = document("b.txt", "und", "Es regnete.", "Das Spiel fiel aus.")
    return comparison(a, b, link((1,), (0,)), link((2,), (1,)))


def wide() -> Comparison:
    """Scripts without spaces, wide characters, combining marks, and right-to-left text."""
    a = document(
        "日本語.txt",
        "ja",
        "東京都は二十日、新しい水族館を来年四月に開くと発表し、建設費は百二十億円になる見込みだと説明した。",
        "担当者は「iPhone で予約できる」と話した。",
    )
    b = document(
        "عربي.txt",
        "ar",
        "أعلنت طوكيو افتتاح حوض أسماك جديد في أبريل المقبل.",
        "नई दिल्ली में बारिश हुई।",
    )
    named = link((0,), (0,), "partial", a_only=(detail(a, "百二十億円", "number"),))
    return comparison(a, b, named)


def hostile() -> Comparison:
    """Escapes in text and name, brackets that look like marks, details that overlap or overrun."""
    a = document(
        "\x1b[2Jpt\n.txt", "pt", "Um [-dois-] {+três+}\x1b[31m quatro\u202e cinco.", "Fim\x07."
    )
    b = document(
        "fr" * 40 + ".txt", "fr", "Un deux\ntrois\tquatre cinq.", "Z" + "\u0301" * 99 + "."
    )
    whole = replace(detail(a, "Um"), end=10_000)
    spans = (detail(a, "quatro"), detail(a, "Um [-dois"), whole)
    return comparison(a, b, link((0,), (0,), "partial", a_only=spans), notes=("Beware\x1b[0m.",))


PLAIN = RenderOptions()
CASES: dict[str, tuple[Callable[[], Comparison], RenderOptions]] = {
    "museum-80": (museum, PLAIN),
    "museum-60": (museum, RenderOptions(width=60)),
    "museum-120": (museum, RenderOptions(width=120)),
    "museum-20": (museum, RenderOptions(width=20)),
    "museum-color": (museum, RenderOptions(color=True)),
    "museum-context-0": (museum, RenderOptions(context=0)),
    "museum-only-a": (museum, RenderOptions(only="a")),
    "museum-only-b-color": (museum, RenderOptions(only="b", color=True)),
    "museum-quiet": (museum, RenderOptions(quiet=True)),
    "crossing": (crossing, PLAIN),
    "translation": (translation, PLAIN),
    "translation-context-1": (translation, RenderOptions(context=1)),
    "translation-all": (translation, RenderOptions(context=None)),
    "translation-only-b": (translation, RenderOptions(only="b")),
    "faithful": (faithful, PLAIN),
    "faithful-quiet-color": (faithful, RenderOptions(quiet=True, color=True)),
    "wide-40": (wide, RenderOptions(width=40)),
    "hostile-60": (hostile, RenderOptions(width=60)),
    "beside-60": (museum, RenderOptions(width=60, side_by_side=True)),
    "beside-120": (museum, RenderOptions(width=120, side_by_side=True)),
    "beside-color": (museum, RenderOptions(color=True, side_by_side=True)),
    "beside-only-b": (museum, RenderOptions(only="b", side_by_side=True)),
    "beside-quiet": (museum, RenderOptions(quiet=True, side_by_side=True)),
    "beside-crossing": (crossing, RenderOptions(side_by_side=True)),
    "beside-translation": (translation, RenderOptions(side_by_side=True)),
    "beside-wide-60": (wide, RenderOptions(width=60, side_by_side=True)),
    "beside-hostile-60": (hostile, RenderOptions(width=60, side_by_side=True)),
}


@pytest.mark.parametrize("name", CASES)
def test_report_is_as_in_the_golden_file(name: str) -> None:
    """The whole text of a report, for every option and both widths of interest."""
    make, options = CASES[name]
    assert render(make(), options) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_every_golden_file_is_tested() -> None:
    """No golden file is left over from a case that is gone."""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


@given(comparisons())
def test_everything_is_told_once(made: Comparison) -> None:
    """The reading order holds every link and every one-sided sentence, a's in order of a."""
    entries = reading_order(made)
    one_sided = [entry for entry in entries if not isinstance(entry, Link)]
    assert [entry for entry in entries if isinstance(entry, Link)] == list(made.links)
    assert [one.only for one in one_sided if one.side == "a"] == list(made.only_a)
    told = [one.only.sentence for one in one_sided if one.side == "b"]
    assert sorted(told) == [one.sentence for one in made.only_b]


@given(comparisons())
def test_additions_stand_behind_what_they_follow(made: Comparison) -> None:
    """No link stands between a one-sided sentence of b and the link of the sentence before it."""
    last: Link | None = None
    for entry in reading_order(made):
        if isinstance(entry, Link):
            last = entry
        elif entry.side == "b":
            before = [(k, one) for one in made.links for k in one.b if k < entry.only.sentence]
            assert last == (max(before, key=lambda pair: pair[0])[1] if before else None)


@given(comparisons(), st.none() | st.integers(0, 3))
def test_context_counts_what_it_leaves_out(made: Comparison, context: int | None) -> None:
    """Differences and doubts are always shown, and what is not shown is counted."""
    entries = reading_order(made)
    shown = near_differences(entries, context)
    told = [entry for entry in shown if not isinstance(entry, Elided)]
    gaps = [entry for entry in shown if isinstance(entry, Elided)]
    for matters in (is_difference, is_unsure):
        assert list(filter(matters, told)) == list(filter(matters, entries))
    assert len(told) + sum(gap.links + gap.boilerplate for gap in gaps) == len(entries)


@given(comparisons(), st.integers(0, 3))
def test_context_of_all_links_leaves_nothing_out(made: Comparison, more: int) -> None:
    """A context as large as the number of links shows everything, also where nothing differs."""
    entries = reading_order(made)
    assert near_differences(entries, len(made.links) + more) == entries


def test_doubt_is_shown_where_nothing_differs() -> None:
    """An unsure pair is shown without context; its sure neighbours are counted."""
    a, b = document("a", "pt", *["Sim."] * 5), document("b", "fr", *["Oui."] * 5)
    pairs = [link((k,), (k,), confidence=0.5 if k == 2 else 0.9) for k in range(5)]
    report = render(comparison(a, b, *pairs), RenderOptions(context=0))
    assert "=? 3" in report
    assert report.count("… 2 linked pairs") == 2


@given(comparisons())
def test_swapped_documents_swap_the_counts(made: Comparison) -> None:
    """What only one document says is counted under its mark, whichever side it is given on."""
    quiet = RenderOptions(quiet=True, width=10_000)
    there, back = render(made, quiet), render(made.swapped(), quiet)
    if not made.differs:
        assert there == back
    else:
        ours, theirs = made.counts("a").only, made.counts("b").only
        assert f"- {ours} only in" in there
        assert f"+ {theirs} only in" in there
        assert f"- {theirs} only in" in back
        assert f"+ {ours} only in" in back


@pytest.mark.parametrize(
    ("confidence", "mark"), [(0.59, "=? 1"), (0.6, "=  1"), (0.0, "=? 1"), (1.0, "=  1")]
)
def test_doubt_is_marked_below_three_in_five(confidence: float, mark: str) -> None:
    """A question mark stands beside what is less than 60 % certain."""
    a, b = document("a", "pt", "Sim."), document("b", "fr", "Oui.")
    made = comparison(a, b, link((0,), (0,), confidence=confidence))
    assert mark in render(made, RenderOptions(context=None))


@pytest.mark.parametrize(
    ("names", "header", "summary"),
    [
        (("x/a.txt", "y/z/b.txt"), ("x/a.txt", "y/z/b.txt"), ("a.txt", "b.txt")),
        (("pt/a.txt", "fr/a.txt"), ("pt/a.txt", "fr/a.txt"), ("pt/a.txt", "fr/a.txt")),
        (("-", "x/b.txt"), ("<stdin>", "x/b.txt"), ("<stdin>", "b.txt")),
        (("/dev/fd/63", "/dev/fd/62"), ("/dev/fd/63", "/dev/fd/62"), ("/dev/fd/63", "/dev/fd/62")),
        (("/", "b"), ("/", "b"), ("/", "b")),
    ],
)
def test_names(names: tuple[str, str], header: tuple[str, str], summary: tuple[str, str]) -> None:
    """The header has names as given, the summary without folders where that is enough."""
    a, b = document(names[0], "pt", "Sim."), document(names[1], "fr", "Oui.")
    report = render(comparison(a, b), RenderOptions(width=200))
    assert report.startswith(f"--- {header[0]}  ")
    assert f"\n+++ {header[1]} " in report
    assert report.endswith(f"- 1 only in {summary[0]}   + 1 only in {summary[1]}\n")


def test_empty_documents_do_not_differ() -> None:
    """Two documents without a sentence give a report that says so."""
    made = comparison(document("a", "und"), document("b", "und"))
    assert "0 sentences: 0 linked" in render(made, PLAIN)
    assert "No differences:" in render(made, PLAIN)


def test_looks_that_cannot_be_are_refused() -> None:
    """A width or a context out of range is a mistake of the caller, and named."""
    with pytest.raises(ValueError, match="width must be at least 20, not 19"):
        RenderOptions(width=19)
    with pytest.raises(ValueError, match="width must be at least 60, not 59"):
        RenderOptions(width=59, side_by_side=True)
    with pytest.raises(ValueError, match="context must be 0 or more, not -1"):
        RenderOptions(context=-1)


if __name__ == "__main__":
    for name, (make, options) in CASES.items():
        (GOLDEN / f"{name}.txt").write_text(render(make(), options), encoding="utf-8")
