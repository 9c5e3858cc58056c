"""Several processes, and killed ones; with the embedded model, which each of them loads."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from aligner.corpus.local import in_processes
from aligner.corpus.pair import Pair
from aligner.corpus.worker import DIED, Task
from aligner.errors import LanguageError
from aligner.options import Options
from aligner.types import Comparison
from cli.folders import rendered

ROOT = Path(__file__).parents[1]
RUN = [sys.executable, "-c", "from cli.main import run; run()"]
WORDS = "uma ponte velha fecha hoje sobre o rio largo e a cidade espera obras caras".split()


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Six pairs of short texts, of different lengths."""
    for side, end in (("a", "."), ("b", " já.")):
        (tmp_path / side).mkdir()
        for k in range(6):
            lines = [" ".join(WORDS[i : i + 5 + k]) + end for i in range(2 + k)]
            (tmp_path / side / f"n{k}.txt").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def command(folder: Path, out: str, *more: str) -> list[str]:
    """The command on the folders a and b."""
    places = [str(folder / name) for name in ("a", "b")]
    return [*RUN, *places, "-o", str(folder / out), "--verifier", "off", *more]


def contents(folder: Path) -> dict[str, bytes]:
    """All that a reader finds in a folder of results."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".align" not in path.parts
    }


def test_killed_runs_and_processes_give_what_one_undisturbed_run_gives(folders: Path) -> None:
    """Kill -9 after the first result, again after the next, then to the end: byte for byte the same."""
    subprocess.run(command(folders, "calm", "--html"), check=True, cwd=ROOT, timeout=300)
    killed = command(folders, "killed", "--html", "--jobs", "2")
    for least in (1, 2):
        run = subprocess.Popen(killed, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        started = time.monotonic()
        while len(list((folders / "killed").glob("n*.html"))) < least and run.poll() is None:
            time.sleep(0.005)
            assert time.monotonic() - started < 300
        run.kill()
        _, told = run.communicate(timeout=60)  # until the last of its processes is gone
        assert told == ""
    subprocess.run(killed, check=True, cwd=ROOT, timeout=300)
    assert contents(folders / "killed") == contents(folders / "calm")
    assert len(contents(folders / "calm")) == 14


def test_killed_mining_gives_what_an_undisturbed_one_gives(folders: Path) -> None:
    """Kill -9 when something is embedded, then to the end: byte for byte the same."""
    mine = [*RUN, str(folders / "a"), str(folders / "b"), "--mine", "-q", "-o"]
    subprocess.run([*mine, str(folders / "calm.tsv")], check=True, cwd=ROOT, timeout=300)
    killed = [*mine, str(folders / "killed.tsv")]
    run = subprocess.Popen(killed, cwd=ROOT)
    started = time.monotonic()
    kept = folders / ".killed.tsv.align"
    while not _embedded(kept) and run.poll() is None:
        time.sleep(0.005)
        assert time.monotonic() - started < 300
    run.kill()
    run.wait()
    subprocess.run(killed, check=True, cwd=ROOT, timeout=300)
    assert (folders / "killed.tsv").read_bytes() == (folders / "calm.tsv").read_bytes()
    assert not kept.exists()


def _embedded(place: Path) -> bool:
    """Whether the log of a ledger is longer than that of empty tables."""
    logs = list(place.glob("*-wal"))
    return any(path.stat().st_size > 80_000 for path in logs)


def test_interrupt_ends_every_process(folders: Path) -> None:
    """Ctrl-C, which reaches the whole group of processes: 130, one line, and no process is left."""
    run = subprocess.Popen(
        command(folders, "out", "--jobs", "2"),
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((folders / "out").glob("n*.json")) and run.poll() is None:
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGINT)
    _, told = run.communicate(timeout=60)
    if run.returncode != 0:  # it may have been done already
        assert run.returncode == 130
        assert "the same command does the rest" in told
        assert "Traceback" not in told
    for _ in range(1_000):  # Python's own helper goes a little later
        if not _any_left(run.pid):
            break
        time.sleep(0.01)
    assert not _any_left(run.pid)


def _any_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _deadly(comparison: Comparison) -> Mapping[str, str]:
    """Files for all but one text, which ends the process at once."""
    if "n3" in comparison.a.name:
        os._exit(9)
    return rendered(comparison, ["json"], None)


def test_pair_that_ends_its_process_has_failed_and_no_other(folders: Path) -> None:
    """The pairs in flight beside it are compared all the same."""
    pairs = [
        Pair(f"n{k}", str(folders / "a" / f"n{k}.txt"), str(folders / "b" / f"n{k}.txt"))
        for k in range(2, 6)
    ]
    task = Task(Options(verifier="off"), _deadly)
    outcomes = {one.pair.name: one for one in in_processes(task, pairs, 2)}
    assert sorted(outcomes) == ["n2", "n3", "n4", "n5"]
    assert [name for name, one in outcomes.items() if one.state == "failed"] == ["n3"]
    assert outcomes["n3"].reason == DIED


def test_trouble_of_every_pair_comes_out_of_a_process(folders: Path) -> None:
    """What is wrong with the options is an error of the job."""
    path = str(folders / "a" / "n0.txt")
    task = Task(Options(verifier="off", lang_a="xxx"), partial(rendered, names=["json"], only=None))
    with pytest.raises(LanguageError):
        list(in_processes(task, [Pair("n0", path, path)], 1))
