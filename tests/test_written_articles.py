"""The articles written for training: what a file means, and that each of them is well formed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import written_articles
from benchmarks.written_articles import WRITTEN, Written, agreement, write_cases

FILES = sorted(WRITTEN.glob("*.toml"))
FILE = """
links = [[[1, 3], [1]], [[4], [3]]]
[furniture]
a = [2]
b = []
[a]
language = "pt"
1 = "A ponte fecha"
2 = "Leia também"
3 = "A ponte fecha {na segunda-feira}."
4 = "O prefeito {não} falou{, diz ele}."
5 = "Há obras."
[b]
language = "fr"
1 = "Le pont ferme."
2 = "Il pleut !"
3 = "Silence du maire"
"""


def test_a_file_is_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers become sentences, braces what only one side says; the rest is one-sided."""
    (tmp_path / "bridge.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(written_articles, "WRITTEN", tmp_path)
    assert write_cases(tmp_path / "cases") == 1
    case = tmp_path / "cases" / "bridge"
    lines = (case / "a.pt.txt").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["A ponte fecha", "Leia também"]
    assert " ".join(lines[2:]) == (
        "A ponte fecha na segunda-feira. O prefeito não falou, diz ele. Há obras."
    )
    assert json.loads((case / "gold.json").read_text(encoding="utf-8")) == {
        "links": [
            {
                "a": ["A ponte fecha", "A ponte fecha na segunda-feira."],
                "b": ["Le pont ferme."],
                "relation": "partial",
                "a_only": ["na segunda-feira"],
                "b_only": [],
            },
            {
                "a": ["O prefeito não falou, diz ele."],
                "b": ["Silence du maire"],
                "relation": "partial",
                "a_only": ["não", ", diz ele"],
                "b_only": [],
            },
        ],
        "only_a": ["Há obras."],
        "boilerplate_a": ["Leia também"],
        "only_b": ["Il pleut !"],
        "boilerplate_b": [],
    }


def test_there_are_many() -> None:
    """A folder that is not found would pass every other test."""
    assert len(FILES) > 400


def test_a_second_reader_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pairs of both together, those in common count twice."""
    assert 0.95 < agreement() < 1
    (tmp_path / "bridge.toml").write_text(FILE, encoding="utf-8")
    second = tmp_path / "second.json"
    second.write_text('{"bridge": [[[1], [1]], [[5], [2]]]}', encoding="utf-8")
    monkeypatch.setattr(written_articles, "WRITTEN", tmp_path)
    monkeypatch.setattr(written_articles, "SECOND_READING", second)
    assert agreement() == pytest.approx(2 * 1 / (3 + 2))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_it_is_well_formed(path: Path) -> None:
    """Every sentence has one place in the answer, and details stand where something is linked."""
    one = Written.read(path)
    assert one.a.language != one.b.language
    for place, side in enumerate((one.a, one.b)):
        linked = Counter(k for link in one.links for k in link[place])
        assert set(linked.values()) == {1}
        assert set(linked) | side.furniture <= set(range(len(side.sentences)))
        assert not set(linked) & side.furniture
        assert len(linked) + len(side.furniture) + 3 <= len(side.sentences)
        assert {k for k, spans in enumerate(side.only) if spans} <= set(linked)
        assert all(sentence == sentence.strip() != "" for sentence in side.sentences)
        assert not any(mark in sentence for mark in "{}\n" for sentence in side.sentences)
        assert all(span.strip() for spans in side.only for span in spans)
