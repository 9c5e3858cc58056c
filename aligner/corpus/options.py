"""The options that choose pairs and workers; none of them changes what a comparison of a pair says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

PairedBy = Literal["name", "content"]
EngineName = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How many documents are paired and compared.

    `pair`: by `name` or by `content`; `pairs`: a table of pairs instead. `html`: a page beside each
    JSON. `jobs`: processes, 1 or more. `engine`: of this machine, or `ray`, at `address` (None starts
    one here) with `gpus` for each of its `jobs` actors. `mine`: sentences are paired, not documents.

    Raises ValueError for a way of pairing that does not exist, or no jobs.
    """

    pair: PairedBy = "name"
    pairs: Path | None = None
    html: bool = False
    jobs: int = 1
    engine: EngineName = "local"
    address: str | None = None
    gpus: float = 0
    mine: bool = False

    @property
    def for_documents(self) -> dict[str, object]:
        """By flag, what is given and says something of pairs of documents alone."""
        return {
            "--pair": self.pair != "name",
            "--pairs": self.pairs,
            "--html": self.html,
            "--jobs": self.jobs != 1,
            "--engine": self.engine != "local",
            "--address": self.address,
            "--gpus": self.gpus,
        }

    def __post_init__(self) -> None:
        if self.pair not in get_args(PairedBy):
            raise ValueError(f"pair must be one of {get_args(PairedBy)}, not {self.pair!r}")
        if self.jobs < 1:
            raise ValueError(f"jobs must be 1 or more, not {self.jobs}")
