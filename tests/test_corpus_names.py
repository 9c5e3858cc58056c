"""Names of pairs, and of the files of their results."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.corpus.names import LONGEST_NAME, LONGEST_PART, folded, pair_name, safe_name, stem


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x.pt.txt", "x"),
        ("x.fr.html", "x"),
        ("x.txt", "x"),
        ("x.por", "x"),
        ("x.pt-BR.md", "x"),
        ("x.zh_Hant.md", "x"),
        ("day 1/a.b.pt.txt", "day 1/a.b"),
        ("v1.2.txt", "v1.2"),
        ("pt.txt", "pt"),
        ("cafe\u0301.txt", "caf\u00e9"),
    ],
)
def test_stem_has_neither_suffix_nor_language(path: str, expected: str) -> None:
    """What two names of a pair have in common, accents composed."""
    assert stem(path) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("d/x.pt.txt", "d/x.fr.txt", "d/x"),
        ("x.pt.txt", "x.pt.txt", "x.pt"),
        ("d/x.txt", "e/y.txt", "d/x--y"),
    ],
)
def test_pair_is_called_by_what_both_names_share(a: str, b: str, expected: str) -> None:
    """The stem, the whole of equal names, or both names."""
    assert pair_name(a, b) == expected


@pytest.mark.parametrize(
    "name", ["x", "day 1/água–2", "漢字/かな", "a-b_c.d", "indexes", "d/index"]
)
def test_usual_names_stay(name: str) -> None:
    """Spaces, accents and any script are kept."""
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "../x", "/etc/passwd", "a/../../x", ".", "..", ".hidden", "d/.align/ledger", "index"),
        *("INDEX-2", "a\\b", "C:x", "con", "nul.txt", "x.", "x ", "a\nb", "a\x1b[2Jb", "x.json/y"),
        *("\udcff", "a" * 300, "/".join(["part"] * 400), "a\u202eb"),
    ],
)
def test_other_names_are_made_safe(name: str) -> None:
    """What would leave the folder, hide, be in the way or be refused by a system gets a digest."""
    safe = safe_name(name)
    assert safe != name
    assert safe == safe_name(name)
    assert safe != safe_name(name + "1")


@given(
    st.text(
        st.one_of(st.characters(exclude_categories=()), st.sampled_from("/.\\ \n")), max_size=300
    )
)
def test_safe_names_are_relative_short_and_printable(name: str) -> None:
    """No part of a safe name is empty, hidden, too long or goes up, whatever the name."""
    safe = safe_name(name)
    assert safe.isprintable()
    assert len(safe.encode()) <= LONGEST_NAME
    for part in safe.split("/"):
        assert part
        assert part[0] != "."
        assert part[-1] not in ". "
        assert len(part.encode()) <= LONGEST_PART
    assert folded(safe) != "index"
    assert safe_name(safe) == safe
