"""The texts that are read by tests and readers: every answer accounts for every sentence.

A wrong answer would be blamed on the aligner, so the data is checked by itself, without it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(path.parent for path in (ROOT / "samples").glob("*/gold.json"))
ARTICLES = [sample for sample in SAMPLES if sample.name != "translation"]
TABLES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests" / "cases").glob("*.yaml"))
}
CASES = [case for table in TABLES.values() for case in table]
SIDES = ("a", "b")


def name_of(value: Any) -> str:
    """The folder's or the case's name, for the test report."""
    return value.name if isinstance(value, Path) else str(value["label"])


def gold_of(sample: Path) -> dict[str, Any]:
    """The answer that comes with a sample."""
    answer: dict[str, Any] = json.loads((sample / "gold.json").read_text(encoding="utf-8"))
    return answer


def text_of(sample: Path, side: str) -> str:
    """The text of one side of a sample."""
    (path,) = sample.glob(f"{side}.*.txt")
    return path.read_text(encoding="utf-8")


def faults(text: str, sentences: list[str]) -> list[str]:
    """What is wrong with `sentences` as a list of each sentence of `text`, once; empty if nothing.

    Longer sentences are taken out first, since a short one may also be part of a longer one.
    """
    found = []
    for sentence in sorted(sentences, key=len, reverse=True):
        if text.count(sentence) != 1:
            found.append(f"occurs {text.count(sentence)} times: {sentence}")
        text = text.replace(sentence, "", 1)
    return found + [f"in no list: {line.strip()}" for line in text.splitlines() if line.strip()]


def placed(gold: dict[str, Any], side: str) -> list[str]:
    """All sentences of one side that the answer of a sample lists."""
    linked: list[str] = [sentence for link in gold["links"] for sentence in link[side]]
    return [*linked, *gold[f"only_{side}"], *gold[f"boilerplate_{side}"]]


@pytest.mark.parametrize(
    ("sentences", "fault"),
    [
        (["One.", "Two."], None),
        (["One."], "in no list: Two."),
        (["One.", "Two.", "Two."], "occurs 0 times: Two."),
        (["One.", "Two.", "Three."], "occurs 0 times: Three."),
    ],
    ids=["complete", "missing", "twice", "invented"],
)
def test_faults_finds_what_is_missing_twice_or_invented(
    sentences: list[str], fault: str | None
) -> None:
    """The check used below passes a complete list and names the sentence that spoils one."""
    assert faults("One. Two.", sentences) == ([fault] if fault else [])


def test_there_are_three_samples() -> None:
    """No sample is skipped because its folder or its answer is missing."""
    assert [sample.name for sample in SAMPLES] == ["chips", "ferry", "translation"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_every_sentence_of_a_sample_is_in_one_list(sample: Path, side: str) -> None:
    """The answer lists every sentence of the text verbatim, exactly once."""
    assert faults(text_of(sample, side), placed(gold_of(sample), side)) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_details_lie_in_one_sentence_of_their_link(sample: Path) -> None:
    """Every one-sided span is a verbatim part of one sentence of its own side of the link."""
    for link in gold_of(sample)["links"]:
        for side in SIDES:
            for span in link[f"{side}_only"]:
                assert sum(span in sentence for sentence in link[side]) == 1, span


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_links_are_partial_exactly_when_they_have_details(sample: Path) -> None:
    """A link has sentences on both sides, and its relation agrees with its one-sided spans."""
    for link in gold_of(sample)["links"]:
        assert link["a"]
        assert link["b"]
        relation = "partial" if link["a_only"] or link["b_only"] else "same"
        assert link["relation"] == relation, link["a"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("sample", ARTICLES, ids=name_of)
def test_articles_are_one_sided_to_a_good_part(sample: Path, side: str) -> None:
    """A fifth or more of each article is its own news, and a third or more is shared."""
    gold = gold_of(sample)
    total = len(placed(gold, side))
    assert len(gold[f"only_{side}"]) >= total / 5
    assert sum(len(link[side]) for link in gold["links"]) >= total / 3


@pytest.mark.parametrize("sample", ARTICLES, ids=name_of)
def test_articles_differ_in_order(sample: Path) -> None:
    """The shared statements do not come in the same order in both articles.

    A statement stands where its last sentence does: its first may be the headline or the deck.
    """
    links = gold_of(sample)["links"]
    order = {
        side: sorted(
            range(len(links)), key=lambda k: text_of(sample, side).index(links[k][side][-1])
        )
        for side in SIDES
    }
    assert order["a"] != order["b"]


def test_translation_has_three_omissions_and_no_addition() -> None:
    """The translator dropped three sentences or clauses, and added nothing."""
    gold = gold_of(ROOT / "samples" / "translation")
    clauses = [span for link in gold["links"] for span in link["a_only"]]
    assert len(gold["only_a"]) + len(clauses) == 3
    assert gold["only_b"] == []
    assert all(link["b_only"] == [] for link in gold["links"])


def test_translation_keeps_the_order() -> None:
    """Read link by link, the sentences of either side of the translation are in text order."""
    sample = ROOT / "samples" / "translation"
    for side in SIDES:
        text = text_of(sample, side)
        starts = [
            text.index(sentence) for link in gold_of(sample)["links"] for sentence in link[side]
        ]
        assert starts == sorted(starts)


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_every_sample_says_where_it_comes_from(sample: Path) -> None:
    """A sample names its author and its licence, and the list of samples names the sample."""
    origin = (sample / "ORIGIN.md").read_text(encoding="utf-8")
    assert "for this project" in origin
    assert "Apache-2.0" in origin
    assert f"`{sample.name}/`" in (ROOT / "samples" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_sentence_of_a_case_is_in_one_list(case: dict[str, Any], side: str) -> None:
    """What a case expects lists every sentence of its text verbatim, exactly once."""
    expected = case["expected"]
    sentences = [sentence for pair in expected["pairs"] for sentence in pair[side]]
    assert faults(case[side], sentences + expected[f"only_{side}"]) == []


def test_cases_are_as_their_tables_promise() -> None:
    """Faithful translations are complete, the others have the one-sided sentences of their kind."""
    one_sided = {
        kind: {
            tuple(len(case["expected"][f"only_{side}"]) for side in SIDES) for case in TABLES[kind]
        }
        for kind in ("faithful", "omissions", "reordered")
    }
    assert one_sided["faithful"] == {(0, 0)}
    assert {sum(counts) for counts in one_sided["omissions"]} == {1, 2}
    assert one_sided["reordered"] == {(1, 1)}


def test_case_labels_are_unique() -> None:
    """A label names one case only, whatever its file."""
    labels = [case["label"] for case in CASES]
    assert len(labels) == len(set(labels))
