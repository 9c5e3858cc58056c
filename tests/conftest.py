"""What many tests take long to make: the embedded model, loaded once."""

import pytest

from aligner import pipeline
from aligner.embed import Encoder, load_encoder


@pytest.fixture(scope="session")
def embedded() -> Encoder:
    """The embedded model; half a second is spent on its weights once."""
    encoder = load_encoder()
    encoder.encode(["warm"])
    return encoder


@pytest.fixture
def preloaded(embedded: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command and the library take the embedded model that is loaded already."""

    def loaded(model: str | None) -> Encoder:
        return load_encoder(model) if model else embedded

    monkeypatch.setattr(pipeline, "load_encoder", loaded)
