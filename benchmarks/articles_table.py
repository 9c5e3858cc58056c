"""Print everything that is claimed of articles in any order, each figure from data not fitted on.

Usage: python -m benchmarks.articles_table GOLD [--pairs FOLDER] [--refresd FILE] [--shuffled FOLDER ...]
                                           [--parallel A B] [--heads FOLDER] [--quick]

- Articles, from raw text to the report: links, one-sided sentences, details, same or partial, as
  `score_articles` counts them. Five folds by case; in each the scorer and the words inside links are
  fitted anew, on the other cases, and the command runs with those weights, and with heads of the
  verifier that have not seen the case (`--heads`, where `fit_verifier` wrote them; without, there is no
  verifier).
- What each kind of evidence buys, false links between articles on different events and the calibration
  of confidences, as `fit_score` prints them; `--quick` leaves the single kinds out.
- REFreSD (`--refresd`): pairs called unrelated, with some or with no difference in meaning, and the
  words that differ.
- Translations whose sentences were dropped and moved (`--shuffled`, in the format of `read_shuffled`):
  the report as it is. The scorer is fitted on every second case of the first folder, so these are left
  out; details are never fitted on them.
- A faithful translation (`--parallel`, two texts with one sentence a line): how much is one-sided.
- Times, with articles of 30 and of 300 sentences, and of the whole command.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aligner import Options, compare, compare_files
from aligner.details.clauses import FEATURES, VERIFIED_FEATURES, Matrix
from aligner.embed import Encoder, load_encoder
from aligner.gold import beads_of, read_ladder
from benchmarks import fit_details, fit_score
from benchmarks.linked_sentences import PARTIAL, SAME, UNRELATED, Example
from benchmarks.score_articles import Gold, Scores, read_golds, row, score
from benchmarks.score_translations import Pool
from benchmarks.verifiers import Verifiers

LINES = Options(split="lines", order="free")
# Sentences of a faithful translation that are compared at a time, as many as an article has.
ARTICLE = 25
COLD_RUNS = 3


@dataclass(frozen=True, slots=True)
class Models:
    """The encoder, and verifiers that have not seen a part of the cases each, if there are any."""

    encoder: Encoder
    verifiers: Verifiers | None


def held_out_articles(
    golds: Sequence[Gold],
    material: fit_score.Material,
    examples: Sequence[Example],
    models: Models,
    seed: int = 0,
) -> Iterator[tuple[str, Scores]]:
    """Each case by name, compared with weights and a verifier that have not seen it."""
    verifiers = models.verifiers
    options = Options(verifier="on" if verifiers else "off")
    table = fit_score.Table(material, material.names)
    names = [one.case.name for one in material.cases]
    word_names = VERIFIED_FEATURES if verifiers else FEATURES
    by_name = {gold.name: gold for gold in golds}
    for held in fit_score.folds(len(names), seed):
        hidden = {names[k] for k in held}
        scorer = table.calibrated([k for k in range(len(names)) if k not in held])
        words = fit_details.fit([one for one in examples if one.group not in hidden], word_names)
        with (
            patch("aligner.score.load_weights", return_value=scorer.named(material.names)),
            patch("aligner.details.clauses.load_weights", return_value=words.weights()),
        ):
            for name in sorted(hidden):
                gold, verifier = by_name[name], verifiers and verifiers.of(name)
                with patch("aligner.pipeline.load_verifier", return_value=verifier):
                    made = compare_files(*gold.files, options=options, encoder=models.encoder)
                yield name, score(gold, made)


def articles(
    golds: Sequence[Gold],
    material: fit_score.Material,
    examples: Sequence[Example],
    models: Models,
) -> Iterator[str]:
    """A row a case, and one of all."""
    total = Scores()
    for name, scores in held_out_articles(golds, material, examples, models):
        total += scores
        yield row(name, scores)
    yield row("all (precision/recall/F1)", total)


def refresd(examples: Sequence[Example]) -> Iterator[str]:
    """What a pair is called, and which of its words differ, on pairs not fitted on."""
    probabilities = fit_details.held_out(examples, FEATURES, seed=0)
    chosen = [k for k, one in enumerate(examples) if one.source == "refresd"]
    pairs = [examples[k] for k in chosen]
    of_words = [probabilities[k] for k in chosen]
    relations = np.array([one.relation for one in pairs[::2]])
    found = _held_out_relations(_of_pairs(pairs, of_words), relations)
    classes = sorted({SAME, PARTIAL, UNRELATED})
    called = np.array(classes)[found.argmax(axis=1)]
    divergent, differs = relations != SAME, 1 - found[:, classes.index(SAME)]
    yield (
        f"REFreSD: three relations, macro F1 {f1_score(relations, called, average='macro'):.3f}"
        f"  divergent F1 {f1_score(divergent, differs >= 0.5):.3f}"
        f"  AUC {roc_auc_score(divergent, differs):.3f}"
    )
    words = fit_details.word_score(pairs, of_words)
    yield f"REFreSD: words that two of three annotators marked, F1 {words:.3f}"


def _of_pairs(sides: Sequence[Example], of_words: Sequence[Matrix]) -> Matrix:
    """What is known of each pair `[k, f]`: its cosine, its lengths, its absent words and facts."""
    cosine, ratio = FEATURES.index("cosine"), FEATURES.index("length_ratio")
    rows = []
    for k in range(0, len(sides), 2):
        absent = sorted(float(one.mean()) for one in of_words[k : k + 2])
        most = sorted(float(one.max()) for one in of_words[k : k + 2])
        facts = Counter(fact.kind for one in sides[k : k + 2] for fact in one.facts)
        first = sides[k].features[0]
        rows.append(
            [first[cosine], abs(first[ratio]), *absent, *most, facts["name"], facts["number"]]
        )
    return np.array(rows)


def _held_out_relations(x: Matrix, relations: np.typing.NDArray[np.str_]) -> Matrix:
    """The probability of each relation, in alphabetical order, from pairs of other folds."""
    fold = np.random.RandomState(0).permutation(len(x)) % fit_details.FOLDS
    found = np.zeros((len(x), 3))
    for k in range(fit_details.FOLDS):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        found[fold == k] = model.fit(x[fold != k], relations[fold != k]).predict_proba(x[fold == k])
    return found


def shuffled(folders: Sequence[Path], encoder: Encoder) -> Iterator[str]:
    """A row a folder: strict F1 of beads and F1 of one-sided sentences, over all its cases."""
    for number, folder in enumerate(folders):
        ladders = sorted(folder.rglob("gold.ladder"))
        pool = Pool()
        for ladder in ladders[1::2] if number == 0 else ladders:
            files = (ladder.parent / name for name in ("a.txt", "b.txt"))
            made = compare_files(*files, options=LINES, encoder=encoder)
            size = max(len(made.a.sentences), len(made.b.sentences))
            pool.add(beads_of(made), read_ladder(ladder), size)
        rates = pool.agreement
        yield (
            f"out of order: {folder.name:<12} strict F1 {rates.strict.f1:.3f}  "
            f"only F1 {rates.only.f1:.3f}"
        )


def faithful(files: Sequence[Path], encoder: Encoder) -> str:
    """How many sentences of a translation are called one-sided, in free order and as it comes."""
    texts = [path.read_text(encoding="utf-8").splitlines() for path in files]
    cells = []
    for order in ("free", "auto"):
        alone = sentences = 0
        for start in range(0, min(map(len, texts)) - ARTICLE + 1, ARTICLE):
            a, b = ("\n".join(text[start : start + ARTICLE]) for text in texts)
            made = compare(a, b, options=Options(split="lines", order=order), encoder=encoder)
            alone += len(made.only_a) + len(made.only_b)
            sentences += 2 * ARTICLE
        cells.append(f"{order} order {alone} of {sentences}")
    return f"a faithful translation: one-sided sentences, {', '.join(cells)}"


def times(golds: Sequence[Gold], encoder: Encoder) -> Iterator[str]:
    """Seconds of a whole comparison, the model loaded, and of what follows the encoding of sentences.

    The verifier, which is not asked about 300, loads and reads the sentences while they are encoded.
    """
    for sentences, verifier in ((30, "on"), (30, "off"), (300, "off")):
        # Articles one after another until there are enough sentences; most have 20 to 30.
        some = golds[: max(1, sentences // ARTICLE)]
        with TemporaryDirectory() as folder:
            files = [Path(folder, side) for side in "ab"]
            for side, file in enumerate(files):
                texts = [gold.files[side].read_text(encoding="utf-8") for gold in some]
                file.write_text("\n".join(texts), encoding="utf-8")
            yield _time(files, Options(order="free", verifier=verifier), encoder)


def _time(files: Sequence[Path], options: Options, encoder: Encoder) -> str:
    begins: dict[str, float] = {}

    def progress(stage: str) -> None:
        begins[stage.split(maxsplit=1)[0]] = time.perf_counter()

    start = time.perf_counter()
    made = compare_files(*files, options=options, encoder=encoder, progress=progress)
    end = time.perf_counter()
    sentences = f"{len(made.a.sentences)} and {len(made.b.sentences)} sentences"
    after = f"{end - begins['pairing']:.2f} s after encoding them"
    return f"{sentences}, verifier {options.verifier}: {end - start:.2f} s in all, {after}"


def cold(gold: Gold) -> Iterator[str]:
    """Seconds of the whole command, from nothing, beside those of importing sentence-transformers."""
    align = str(Path(sys.executable).with_name("align"))
    commands = {
        "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
        "align a b": [align, *map(str, gold.files)],
        "align a b --verifier off": [align, *map(str, gold.files), "--verifier", "off"],
    }
    for name, command in commands.items():
        taken = []
        for _ in range(COLD_RUNS):
            start = time.perf_counter()
            subprocess.run(command, check=False, capture_output=True)
            taken.append(time.perf_counter() - start)
        yield f"from nothing: {name:<30} {median(taken):.2f} s, median of {COLD_RUNS}"


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    threadpool_limits(1)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of article cases")
    parser.add_argument("--pairs", type=Path, help="folder of sentence pairs, *.jsonl")
    parser.add_argument("--refresd", type=Path, help="REFreSD as a TSV file")
    parser.add_argument(
        "--shuffled", type=Path, nargs="+", default=[], help="folders of translations out of order"
    )
    parser.add_argument("--parallel", type=Path, nargs=2, help="two texts, a sentence a line")
    parser.add_argument("--heads", type=Path, help="folder of held-out heads of the verifier")
    parser.add_argument("--quick", action="store_true", help="do not leave out kinds of evidence")
    args = parser.parse_args(argv)
    encoder = load_encoder()
    golds = list(read_golds(args.gold))
    _print(times(golds, encoder))
    _print(cold(golds[0]))
    if args.parallel:
        _print([faithful(args.parallel, encoder)])
    _print(shuffled(args.shuffled, encoder))
    first = args.shuffled[0] if args.shuffled else None
    verifiers = Verifiers.read(args.heads) if args.heads else None
    material = fit_score.read_material(args.gold, first, encoder, verifiers)
    folders = fit_details.Folders(args.gold, args.pairs, args.refresd)
    examples = fit_details.read_examples(folders, encoder, verifiers)
    _print(articles(golds, material, examples, Models(encoder, verifiers)))
    if args.refresd:
        _print(refresd(fit_details.read_examples(folders, encoder)))
    _print(fit_score.report(material, kinds={} if args.quick else fit_score.KINDS))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
