"""The sentences of a collection with their vectors, kept in the ledger: nothing is embedded twice.

Vectors are kept as 16-bit floats: twenty sentences of 512 dimensions take 20 KB a document.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from aligner.corpus.job import conditions
from aligner.corpus.ledger import Ledger
from aligner.corpus.pair import groups
from aligner.corpus.plan import digest, documents
from aligner.corpus.worker import reason_of
from aligner.embed import Encoder
from aligner.errors import ResultsError
from aligner.options import Options, Split
from aligner.pipeline import encoder_for
from aligner.read import read_path
from aligner.segment import segment

# Sentences that are embedded and kept at a time, some seconds' work: a killed run loses no more, and a
# text of 100,000 needs no more memory than that.
PART = 2_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A document as it is searched: its sentences without page furniture, and their vectors `[n, d]`.

    `numbers`: which sentences of the document these are, from 0.
    """

    sentences: tuple[str, ...]
    numbers: tuple[int, ...]
    vectors: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts of one side become passages. `conditions`: whatever else decides their vectors."""

    encoder: Encoder
    language: str | None
    split: Split
    conditions: str


class Watcher(Protocol):
    """Is told how far the reading is."""

    def begin(self, many: int, size: int, work: str, noun: str) -> None:
        """So many documents, of so many bytes, are to be read."""
        ...

    def add(self, size: int) -> None:
        """One of that size was read."""
        ...


class Passages:
    """The passages of files, only those that can be read; in memory only their names.

    `add` embeds what the ledger does not have. `failed`: why the others could not be read, by name.
    """

    def __init__(self, ledger: Ledger, reading: Reading) -> None:
        self._ledger, self._reading = ledger, reading
        self._keys: list[str] = []
        self.paths: list[str] = []
        self.failed: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, number: int) -> Passage:
        parts = self._ledger.passage(self._keys[number])
        known = [json.loads(sentences) for sentences, _ in parts]
        texts = tuple(text for one in known for text in one["sentences"])
        numbers = tuple(k for one in known for k in one["numbers"])
        vectors = np.frombuffer(b"".join(part for _, part in parts), dtype=np.float16)
        return Passage(texts, numbers, vectors.reshape(len(texts), -1))

    def add(self, name: str, path: Path) -> None:
        """Add a file. Raises what is of no single file: ModelError, LanguageError, ResultsError."""
        reading = self._reading
        key = f"{digest(path)[1]} {reading.language} {reading.split} {reading.conditions}"
        try:
            self._complete(key, path)
        except ResultsError:
            raise
        except Exception as error:  # one strange file must not end a job of a million
            self.failed[name] = reason_of(error)
            return
        self._keys.append(key)
        self.paths.append(name)

    def _complete(self, key: str, path: Path) -> None:
        """Embed what the ledger does not have of a file, part by part."""
        kept, parts = self._ledger.parts_kept(key)
        if parts and kept == parts:
            return
        sentences = self._sentences(path)
        parts = -(-len(sentences) // PART)
        for part, some in enumerate(groups(sentences, PART)):
            if part >= kept:
                numbers, texts = zip(*some, strict=True)
                vectors = self._reading.encoder.encode(list(texts)).astype(np.float16)
                known = json.dumps({"sentences": texts, "numbers": numbers})
                self._ledger.keep_part(key, part, parts, known, vectors.tobytes())

    def _sentences(self, path: Path) -> list[tuple[int, str]]:
        """The sentences of a file with their numbers: all, where all are page furniture."""
        source, reading = read_path(path), self._reading
        found = segment(
            source.text, name=source.name, language=reading.language, split=reading.split
        )
        every = list(enumerate(found.document.sentences))
        return [(k, one.text) for k, one in every if not one.boilerplate] or [
            (k, one.text) for k, one in every
        ]


def read_folders(
    ledger: Ledger,
    folders: tuple[Path, Path],
    leave_out: Collection[Path],
    options: Options,
    watcher: Watcher,
) -> tuple[Passages, Passages]:
    """The passages of all documents in either folder. Raises ModelError, ResultsError."""
    encoder, of_vectors = encoder_for(options), conditions(Options(models=options.models), ())
    sides = []
    for folder, language in zip(folders, (options.lang_a, options.lang_b), strict=True):
        passages = Passages(ledger, Reading(encoder, language, options.split, of_vectors))
        names = list(documents(folder, leave_out))
        sizes = [_size(folder / name) for name in names]
        watcher.begin(len(names), sum(sizes), f"embedding {folder}", "document")
        for name, size in zip(names, sizes, strict=True):
            passages.add(name, folder / name)
            watcher.add(size)
        sides.append(passages)
    return sides[0], sides[1]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
