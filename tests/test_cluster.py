"""A job on Ray, which is started here for it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from aligner.corpus.cluster import Cluster, on_cluster
from aligner.corpus.local import in_this_process
from aligner.corpus.pair import Outcome, Pair
from aligner.corpus.worker import DIED, Task
from aligner.errors import ResultsError
from aligner.options import Options
from aligner.types import Comparison
from cli.folders import rendered

TASK = Task(Options(verifier="off"), partial(rendered, names=["json"], only=None))


DEADLY = "A bomba explode."


def _dying(comparison: Comparison, marker: Path) -> Mapping[str, str]:
    """Files, but the first time it is called, and always for one text, the process ends at once."""
    if not marker.exists() or comparison.a.text == DEADLY:
        marker.touch()
        os._exit(9)
    return rendered(comparison, ["json"], None)


@pytest.mark.filterwarnings("ignore")  # of Ray's own imports
def test_ray_gives_what_this_process_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, of paths and of texts, and the same reasons for a bad pair and a missing file.

    An actor that dies is started again, and its pairs are done again. A pair that always kills its
    actor is the only one that fails for it, although others are in its block.
    """
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'bitext-align[ray]'")
    monkeypatch.setattr("aligner.corpus.cluster.TIMES", 1)  # each takes seconds
    path = tmp_path / "x.txt"
    path.write_text("A ponte fecha.\nAs obras duram.", encoding="utf-8")
    pairs = [
        Pair("files", str(path), str(path), None, 0.75, 30, "k1"),
        Pair("texts", "a", "b", ("A ponte fecha hoje.", "Le pont ferme."), None, 30, "k2"),
        Pair("bad", "a", "b", (" ", "Le pont ferme."), None, 30, "k3"),
        Pair("missing", str(tmp_path / "nowhere.txt"), str(path), None, None, 30, "k4"),
        Pair("later", "a", "b", ("Um barco leva gente.", "Le pont ferme."), None, 30, "k5"),
    ]
    deadly = Pair("deadly", "a", "b", (DEADLY, "La bombe explose."), None, 30, "k6")
    died = tmp_path / "died"
    task = replace(TASK, render=partial(_dying, marker=died))
    told = list(on_cluster(task, [*pairs, deadly], Cluster(), tmp_path))
    found = {one.pair.name: one for one in told}
    assert died.exists()
    assert len(told) == len(found)
    assert found.pop("deadly") == Outcome(deadly, "failed", DIED)
    assert found == {one.pair.name: one for one in in_this_process(TASK, pairs)}
    assert [name for name, one in found.items() if one.state == "failed"] == ["bad", "missing"]


def test_missing_ray_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said how to have it."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ResultsError, match=r"--engine ray needs Ray; pip install 'bitext-align"):
        list(on_cluster(TASK, [], Cluster(), tmp_path))
