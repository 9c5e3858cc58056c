"""Sentences to vectors: the `Encoder` protocol, the embedded model, sentence-transformers."""

from typing import Protocol

from aligner.vectors import Vectors

__all__ = ["Encoder", "Vectors", "load_encoder"]


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """The model's name, for the signature."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """The ISO 639-1 codes it was trained on; None where that is not known."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text, in the order of the texts."""
        ...


def load_encoder(model: str | None = None) -> Encoder:
    """The embedded model, or the sentence-transformers model of that name or in that folder.

    Raises ModelError when it cannot be loaded.
    """
    if model is None:
        from aligner.embed.embedded import EmbeddedEncoder

        return EmbeddedEncoder()
    from aligner.embed.transformer import TransformerEncoder

    return TransformerEncoder(model)
