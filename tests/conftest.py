"""How hypothesis runs, and what takes long to make: the embedded model, loaded once."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import settings

from aligner import pipeline
from aligner.embed import Encoder, load_encoder
from aligner.verify import Array, Verifier, load_verifier
from aligner.verify.embedded import Base, Run
from tests.fakes import WordsVerifier

# The same examples on every run, however slow the machine: a check that fails now and then is switched
# off in the end. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True, scope="session")
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the cache of the user, or takes the user's model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("ALIGN_MODEL", raising=False)
        yield


@pytest.fixture(scope="session")
def embedded() -> Encoder:
    """The embedded model; half a second is spent on its weights once."""
    encoder = load_encoder()
    encoder.encode(["warm"])
    return encoder


@pytest.fixture(scope="session")
def verifier() -> Verifier:
    """The embedded verifier, loaded once."""
    return load_verifier()


@pytest.fixture(autouse=True)
def _one_verifier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the embedded model goes that verifier, else one without weights; others load as ever."""

    def loaded(model: str | None = None) -> Verifier:
        if model:
            return load_verifier(model)
        real = "embedded" in request.fixturenames
        found: Verifier = request.getfixturevalue("verifier") if real else WordsVerifier()
        return found

    monkeypatch.setattr(pipeline, "load_verifier", loaded)


@pytest.fixture
def preloaded(embedded: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command and the library take the embedded model that is loaded already."""

    def loaded(models: Sequence[str], **how: Any) -> Encoder:
        return load_encoder(models, **how) if models else embedded

    monkeypatch.setattr(pipeline, "load_encoder", loaded)


@pytest.fixture
def runs_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sentences are in each run that the embedded verifier reads from now on."""
    read: list[int] = []
    states = Base.states

    def counted(base: Base, runs: Sequence[Run]) -> list[list[Array]]:
        read.extend(map(len, runs))
        return states(base, runs)

    monkeypatch.setattr(Base, "states", counted)
    return read
