"""The table of figures: what it counts, where a figure could be wrong unseen."""

from pathlib import Path

import numpy as np

from aligner.gold import Bead, agreement, beads_of
from benchmarks.articles_table import faithful
from benchmarks.score_translations import Pool
from tests.builders import museum
from tests.fakes import WordsEncoder


def test_pooled_beads_are_those_of_the_command() -> None:
    """Of one comparison, or of the same one twice, the figures are those of `--gold`."""
    made = museum()
    gold: list[Bead] = [(link.a, link.b) for link in made.links[1:]]
    gold += [((k,), ()) for k in made.links[0].a] + [((), (k,)) for k in made.links[0].b]
    gold += [((one.sentence,), ()) for one in made.only_a]
    expected = agreement(made, gold)
    assert 0 < expected.strict.f1 < 1
    pool = Pool()
    for _ in range(2):
        pool.add(beads_of(made), gold, max(len(made.a.sentences), len(made.b.sentences)))
        assert pool.agreement == expected
    assert Pool().agreement.strict.f1 == 0


def test_a_faithful_translation_is_cut_into_articles(tmp_path: Path) -> None:
    """Whole stretches are compared; of a text with itself nothing is one-sided."""
    words = np.random.RandomState(0).randint(0, 5000, size=(60, 6))
    text = "\n".join(" ".join(f"w{k}" for k in line) + "." for line in words.tolist())
    files = [tmp_path / side for side in "ab"]
    for file in files:
        file.write_text(text, encoding="utf-8")
    assert faithful(files, WordsEncoder()) == (
        "a faithful translation: one-sided sentences, free order 0 of 100, auto order 0 of 100"
    )
