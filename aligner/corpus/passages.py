"""The sentences of a collection with their vectors, kept in the ledger: nothing is embedded twice.

Vectors are kept as 16-bit floats: twenty sentences of 512 dimensions take 20 KB a document.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aligner.corpus.job import conditions
from aligner.corpus.ledger import Ledger
from aligner.corpus.plan import digest, documents
from aligner.embed import Encoder, Vectors
from aligner.errors import InputError
from aligner.options import Options, Split
from aligner.pipeline import encoder_for
from aligner.read import read_path
from aligner.segment import segment


@dataclass(frozen=True, slots=True)
class Passage:
    """A document as it is searched: its sentences without page furniture, and their vectors `[n, d]`.

    `numbers`: which sentences of the document these are, from 0.
    """

    sentences: tuple[str, ...]
    numbers: tuple[int, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts of one side become passages. `conditions`: whatever else decides their vectors."""

    encoder: Encoder
    language: str | None
    split: Split
    conditions: str


class Passages:
    """The passages of files; only those that can be read, and in memory only their names.

    `add` embeds what the ledger does not have.
    """

    def __init__(self, ledger: Ledger, reading: Reading) -> None:
        self._ledger, self._reading = ledger, reading
        self._keys: list[str] = []
        self.paths: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, number: int) -> Passage:
        found = self._ledger.passage(self._keys[number])
        assert found is not None  # noqa: S101 (`add` kept it)
        known, vectors = json.loads(found[0]), np.frombuffer(found[1], dtype=np.float16)
        texts = tuple(known["sentences"])
        return Passage(
            texts, tuple(known["numbers"]), vectors.astype(np.float32).reshape(len(texts), -1)
        )

    def add(self, name: str, path: Path) -> None:
        """Add a file; one that is no text is left out, and the comparison tells why."""
        reading = self._reading
        key = f"{digest(path)[1]} {reading.language} {reading.split} {reading.conditions}"
        if self._ledger.passage(key) is None:
            try:
                self._ledger.keep_passage(key, *self._embedded(path))
            except InputError:
                return
        self._keys.append(key)
        self.paths.append(name)

    def _embedded(self, path: Path) -> tuple[str, bytes]:
        """The sentences of a file as JSON, and their vectors as bytes."""
        reading = self._reading
        source = read_path(path)
        found = segment(
            source.text, name=source.name, language=reading.language, split=reading.split
        )
        sentences = found.document.sentences
        every = list(range(len(sentences)))
        numbers = [k for k in every if not sentences[k].boilerplate] or every
        texts = [sentences[k].text for k in numbers]
        vectors = reading.encoder.encode(texts).astype(np.float16)
        return json.dumps({"sentences": texts, "numbers": numbers}), vectors.tobytes()


def read_folders(
    ledger: Ledger,
    folders: tuple[Path, Path],
    leave_out: Path,
    options: Options,
    progress: Callable[[str], object],
) -> tuple[Passages, Passages]:
    """The passages of all documents in either folder. Raises ModelError, ResultsError."""
    encoder, of_vectors = encoder_for(options), conditions(Options(models=options.models), ())
    sides = []
    for folder, language in zip(folders, (options.lang_a, options.lang_b), strict=True):
        passages = Passages(ledger, Reading(encoder, language, options.split, of_vectors))
        for number, name in enumerate(documents(folder, leave_out), 1):
            progress(f"embedding {folder}: document {number:,}")
            passages.add(name, folder / name)
        sides.append(passages)
    return sides[0], sides[1]
