"""Sentences to vectors: the `Encoder` protocol, the embedded model, sentence-transformers."""

from collections.abc import Sequence
from typing import Protocol

from aligner.cache import Store
from aligner.errors import ModelError
from aligner.options import EMBEDDED
from aligner.vectors import Vectors

__all__ = ["Encoder", "Vectors", "forget_texts", "load_encoder"]


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


def forget_texts(encoder: Encoder) -> None:
    """Let an encoder begin anew, so that its vectors do not depend on what it encoded before.

    An encoder that remembers texts has a method `forget`.
    """
    forget = getattr(encoder, "forget", None)
    if forget is not None:
        forget()


def load_encoder(
    models: Sequence[str] = (), *, device: str = "auto", store: Store | None = None
) -> Encoder:
    """The embedded model, or the sentence-transformers models of those names or in those folders.

    Several are combined; `EMBEDDED` among them is the embedded one. `device`: where models run, as torch
    names it, or `auto`; the embedded model takes the processor's cores. `store`: where vectors are kept;
    beside it, the embedded model's weights are kept unpacked.

    Raises ModelError when a model cannot be loaded, or none of them can run on the device.
    """
    names = list(dict.fromkeys(models or (EMBEDDED,)))
    if names == [EMBEDDED] and device not in ("auto", "cpu"):
        raise ModelError(
            f"the embedded model runs on the processor, not on {device!r}; name another with --model, "
            "or leave out --device"
        )
    encoders = [_load_one(model, device, store) for model in names]
    if len(encoders) == 1:
        return encoders[0]
    from aligner.embed.combined import CombinedEncoder

    return CombinedEncoder(encoders)


def _load_one(model: str, device: str, store: Store | None) -> Encoder:
    if model == EMBEDDED:
        from aligner.embed.embedded import EmbeddedEncoder

        return EmbeddedEncoder(cache=store.path.parent if store else None)
    from aligner.embed.centred import CentredEncoder
    from aligner.embed.transformer import TransformerEncoder

    return CentredEncoder(TransformerEncoder(model, device, store))
