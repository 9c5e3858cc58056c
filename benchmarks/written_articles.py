"""Pairs of articles written for this project, with the answer, for training: `benchmarks/written`.

Usage: python -m benchmarks.written_articles [FOLDER]

Writes each as a case, in the format of `samples/README.md`, below FOLDER. All events are invented, and
so are the people and companies that they are about; agencies that are credited did not write them. Half
of them are harder than most: the same few names stand everywhere, what corresponds shares few words, and
much that shares them does not correspond.

A second reader linked the sentences of all of them without the answer (`second_reading.json`). Where the
two differed and the answer was plainly wrong, it was mended, in 71 of 448; before that they agreed with
F1 0.958. How far they agree now is printed.

A file of `benchmarks/written` is TOML: the sentences of `[a]` and `[b]` by number, with their
`language`; in braces what the other article never says; `links`, pairs of lists of numbers; and
`[furniture]`, the numbers of what belongs to neither story. Each sentence stands there once, in a case
twice.
"""

import argparse
import json
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

WRITTEN = Path(__file__).parent / "written"
SECOND_READING = Path(__file__).parent / "second_reading.json"
ENDS = (*".!?…»”", '."', '!"', '?"')
# How often a paragraph ends after a sentence. A usual one has two or three.
PARAGRAPH_ENDS = 0.4


@dataclass(frozen=True, slots=True)
class Side:
    """One article: `n` sentences, headline and furniture included.

    `only`: for each sentence, what the other article never says, verbatim. `furniture`: numbers from 0.
    """

    language: str
    sentences: tuple[str, ...]
    only: tuple[tuple[str, ...], ...]
    furniture: frozenset[int]

    @classmethod
    def of(cls, table: dict[str, Any], furniture: Sequence[int]) -> "Side":
        """A side as a file has it, where sentences count from 1."""
        marked = [table[str(number)] for number in range(1, len(table))]
        return cls(
            language=table["language"],
            sentences=tuple(re.sub(r"[{}]", "", one) for one in marked),
            only=tuple(tuple(re.findall(r"\{(.*?)\}", one)) for one in marked),
            furniture=frozenset(number - 1 for number in furniture),
        )

    def text(self, seed: str) -> str:
        """The article, a paragraph a line; what does not end like a sentence is a line of its own."""
        rng = random.Random(seed)
        lines: list[list[str]] = [[]]
        for number, sentence in enumerate(self.sentences):
            alone = number == 0 or number in self.furniture or not sentence.endswith(ENDS)
            if alone and lines[-1]:
                lines.append([])
            lines[-1].append(sentence)
            if alone or rng.random() < PARAGRAPH_ENDS:
                lines.append([])
        return "".join(" ".join(line) + "\n" for line in lines if line)


@dataclass(frozen=True, slots=True)
class Written:
    """Two articles; `links`: the numbers, from 0, of sentences of a and of b that report the same."""

    name: str
    a: Side
    b: Side
    links: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    @classmethod
    def read(cls, path: Path) -> "Written":
        """A file of the format above."""
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        a, b = (Side.of(table[side], table["furniture"][side]) for side in "ab")
        links = tuple(
            (tuple(k - 1 for k in left), tuple(k - 1 for k in right))
            for left, right in table["links"]
        )
        return cls(path.stem, a, b, links)

    def answer(self) -> dict[str, Any]:
        """What `gold.json` of a case holds."""
        links = []
        for numbers in self.links:
            sides = dict(zip("ab", zip((self.a, self.b), numbers, strict=True), strict=True))
            only = {
                f"{name}_only": [span for k in chosen for span in side.only[k]]
                for name, (side, chosen) in sides.items()
            }
            texts = {
                name: [side.sentences[k] for k in chosen] for name, (side, chosen) in sides.items()
            }
            relation = "partial" if any(only.values()) else "same"
            links.append({**texts, "relation": relation, **only})
        lists = {}
        for place, (name, side) in enumerate((("a", self.a), ("b", self.b))):
            linked = {k for link in self.links for k in link[place]}
            lists[f"only_{name}"] = [
                one
                for k, one in enumerate(side.sentences)
                if k not in linked and k not in side.furniture
            ]
            lists[f"boilerplate_{name}"] = [side.sentences[k] for k in sorted(side.furniture)]
        return {"links": links, **lists}


def write_cases(folder: Path) -> int:
    """Write each as a case below a folder; how many there are."""
    paths = sorted(WRITTEN.glob("*.toml"))
    for one in map(Written.read, paths):
        case = folder / one.name
        case.mkdir(parents=True, exist_ok=True)
        for name, side in (("a", one.a), ("b", one.b)):
            text = side.text(f"{one.name} {name}")
            (case / f"{name}.{side.language}.txt").write_text(text, encoding="utf-8")
        answer = json.dumps(one.answer(), ensure_ascii=False, indent=2)
        (case / "gold.json").write_text(answer + "\n", encoding="utf-8")
    return len(paths)


def agreement() -> float:
    """F1 of the second reader's linked pairs of sentences against those of the answers."""
    second = json.loads(SECOND_READING.read_text(encoding="utf-8"))
    common = found = 0
    for path in sorted(WRITTEN.glob("*.toml")):
        answer = tomllib.loads(path.read_text(encoding="utf-8"))["links"]
        own, others = _pairs(answer), _pairs(second[path.stem])
        common += len(own & others)
        found += len(own) + len(others)
    return 2 * common / found


def _pairs(links: Sequence[tuple[Sequence[int], Sequence[int]]]) -> set[tuple[int, int]]:
    return {pair for left, right in links for pair in product(left, right)}


@contextmanager
def written_cases() -> Iterator[Path]:
    """A folder with all of them as cases, for as long as it is needed."""
    with TemporaryDirectory() as name:
        write_cases(Path(name))
        yield Path(name)


def main(argv: Sequence[str] | None = None) -> None:
    """Print how far two readers agree, write the cases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, nargs="?", help="where to write the cases")
    folder = parser.parse_args(argv).folder
    print(f"two readers agree with F1 {agreement():.3f}")
    if folder:
        print(f"wrote {write_cases(folder)} cases to {folder}")


if __name__ == "__main__":
    main()
