"""What the surroundings may do to the command: signals, full disks, closed streams, company, clocks."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from tests.test_main import ROOT, SCRIPT, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="faults of Unix")
BRIDGE = [str(ROOT / "samples" / "bridge" / name) for name in ("a.pt.txt", "b.fr.txt")]
COMMAND = [sys.executable, "-c", "from cli.main import run; run()"]


@pytest.mark.parametrize(("sent", "status"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)])
def test_signals_end_the_command_quietly(sent: str, status: int, tmp_path: Path) -> None:
    """Interrupted or told to go while it reads, the command leaves no traceback and no file."""
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    arguments = [str(pipe), BRIDGE[1], "-o", str(tmp_path / "r.json")]
    with (
        subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, cwd=ROOT) as running,
        pipe.open("w"),  # opens as soon as the command reads
    ):
        time.sleep(0.2)
        running.send_signal(getattr(signal, sent))
        _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors.strip()) == (status, b"")
    assert list(tmp_path.iterdir()) == [pipe]


def shell(redirected: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The command, its library replaced, with streams as a shell redirects them."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )


def test_closed_streams_are_no_trouble() -> None:
    """Without an output, or one for errors, the command does what else it was told."""
    done = shell(">&-", "a", "b", "--exit-code")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    done = shell("2>&-", "a", "b", "-f", "pdf")
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_closed_input_is_an_empty_text() -> None:
    """Without an input, `-` is told to be empty."""
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *COMMAND, "-", BRIDGE[1]],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    message = b"align: standard input is empty; give a text with words in it\n"
    assert (done.returncode, done.stderr) == (2, message)


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    """A report that does not fit is told in one line, and what was there before is whole."""
    target = tmp_path / "r.json"
    target.write_text("old")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    done = subprocess.run(
        [sys.executable, "-c", limited + SCRIPT, "a", "b", "-o", str(target)],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    message = f"align: cannot write {target}: File too large; choose another place with -o\n"
    assert (done.returncode, done.stderr.decode()) == (2, message)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_disk_that_takes_a_part_is_told(tmp_path: Path) -> None:
    """Without Python's buffers, too: a report that was printed in part is no success."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    with (tmp_path / "printed").open("wb") as target:
        done = subprocess.run(
            [sys.executable, "-u", "-c", limited + SCRIPT, "a", "b", "-f", "json"],
            stdout=target,
            stderr=subprocess.PIPE,
            check=False,
            cwd=ROOT,
        )
    message = b"align: cannot print: File too large; try -o FILE elsewhere\n"
    assert (done.returncode, done.stderr) == (2, message)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "wanted", ["--help", "--version", "--list-models", "a b -o out", "a/of-a.txt b/of-b.txt"]
)
def test_whatever_is_printed_may_find_no_place(wanted: str, tmp_path: Path) -> None:
    """Help, lists, summaries and reports: a full disk is told, and a reader that left is no trouble."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"of-{folder}.txt").write_text("Sim.")
    reader, gone = os.pipe()
    os.close(reader)
    message = b"align: cannot print: No space left on device; try -o FILE elsewhere\n"
    for sink, outcome in ((gone, (0, b"")), (os.open("/dev/full", os.O_WRONLY), (2, message))):
        done = subprocess.run(
            [*COMMAND, *wanted.split()],
            stdout=sink,
            stderr=subprocess.PIPE,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        os.close(sink)
        assert (done.returncode, done.stderr) == outcome


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_errors_that_cannot_be_told_keep_their_status() -> None:
    """With no room for the message, the status is still that of trouble."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, "none", "none"], stderr=full, check=False, cwd=ROOT)
    assert done.returncode == 2


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder of Linux")
def test_a_folder_that_takes_no_files_is_told() -> None:
    """Where nothing can be written, even by root, one line says so."""
    done = process("a", "b", "-o", "/proc/r.json")
    assert done.returncode == 2
    assert done.stderr.startswith(b"align: cannot write /proc/r.json: ")
    assert done.stderr.endswith(b"; choose another place with -o\n")


def test_two_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    """Processes that write the same file take turns: it is always one of their reports, whole."""
    target = tmp_path / "r.json"
    job = [sys.executable, "-c", SCRIPT, "a", "b", "-o", str(target)]
    running = [subprocess.Popen(job, cwd=ROOT) for _ in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    assert json.loads(target.read_text("utf-8"))["format"] == "align/1"
    assert list(tmp_path.iterdir()) == [target]


def test_same_bytes_on_other_machines(tmp_path: Path) -> None:
    """The default job gives the same bytes on one core, without a home, a cache or a steady clock.

    Where it has no cache it leaves nothing behind, in the folder for temporary files neither.
    """
    folder = tmp_path / "temporary"
    folder.mkdir()
    jumping = dedent("""
        import itertools, os, time
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        times = itertools.cycle([0.0, 4e9, 86400.0])
        time.time = lambda: next(times)
    """)
    bare = {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT), "HOME": "/proc/none"}
    jobs = [
        (jumping if hasattr(os, "sched_setaffinity") else "", bare, folder),
        ("", os.environ | {"ALIGN_CACHE_DIR": str(tmp_path / "cache")}, ROOT),
    ]
    printed = []
    for before, settings, place in jobs:
        done = subprocess.run(
            [sys.executable, "-B", "-c", f"{before}\n{COMMAND[-1]}", *BRIDGE, "-f", "json"],
            capture_output=True,
            check=False,
            cwd=place,
            env=settings,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert list(folder.iterdir()) == []
