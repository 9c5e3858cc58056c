"""The models that `--list-models` recommends."""

from dataclasses import dataclass

import typer

from aligner.options import EMBEDDED

from .output import say

# Names are those of the hub. `ntrex`: F1 of finding the French translation of Portuguese sentences (task
# NTREXBitextMining, por_Latn-fra_Latn, in github.com/embeddings-benchmark/results); none is published
# for the embedded model. Languages, sizes and licences are those of the model cards.


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model, how many languages it knows, what is downloaded of it, and how good it is."""

    name: str
    languages: str
    size: str
    licence: str
    ntrex: float | None

    def row(self) -> str:
        """Its line of the table."""
        ntrex = f"{self.ntrex:.3f}" if self.ntrex else "-"
        return _ROW.format(self.name, self.languages, self.size, self.licence, ntrex)


_ROW = "{:<49}{:<11}{:<8}{:<12}{}"
_MODELS = (
    Recommended(EMBEDDED, "16", "none", "Apache-2.0", None),
    Recommended("sentence-transformers/LaBSE", "109", "1.9 GB", "Apache-2.0", 0.987),
    Recommended("BAAI/bge-m3", "over 100", "2.3 GB", "MIT", 0.985),
    Recommended(
        "ibm-granite/granite-embedding-278m-multilingual", "12", "0.6 GB", "Apache-2.0", 0.982
    ),
    Recommended(
        "ibm-granite/granite-embedding-107m-multilingual", "12", "0.2 GB", "Apache-2.0", 0.977
    ),
    Recommended("intfloat/multilingual-e5-small", "94", "0.5 GB", "MIT", 0.948),
)


def list_models() -> str:
    """The table, with what its columns mean."""
    head = _ROW.format("model", "languages", "size", "licence", "NTREX")
    return "\n".join([head, *(one.row() for one in _MODELS), "", _LEGEND])


_LEGEND = f"""\
{EMBEDDED} is the embedded model; the others are downloaded when --model names them.
Any other sentence-transformers model can be named, too; --model given twice combines two.
NTREX: F1 of finding the French translation of a Portuguese news sentence, published in
github.com/embeddings-benchmark/results (NTREXBitextMining); none for the embedded model."""


def show_models(wanted: bool) -> None:
    """Print the table and exit, where it is wanted."""
    if wanted:
        say(list_models())
        raise typer.Exit
