"""The command on a terminal of its own: pages, progress and interrupts, as a reader meets them."""

import os
import select
import subprocess
import sys
import time

import pytest
from wcwidth import strip_sequences

from tests.test_main import ROOT, SCRIPT

pty = pytest.importorskip("pty", reason="terminals of Unix")

# Shows what it gets between two lines of its own, as a pager would, and what it was told.
PAGER = (
    f"{sys.executable} -c \"import os, sys; print('<pager', os.environ['LESS']); "
    "sys.stdout.write(sys.stdin.read()); print('pager>')\""
)


def on_terminal(
    *arguments: str, interrupt: bool = False, lines: int = 24, **settings: str
) -> tuple[str, int]:
    """What the command shows on a terminal of 80 columns, and its exit status."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PAGER", "LESS", "NO_COLOR"}
    }
    environment |= {"TERM": "xterm", "COLUMNS": "80", "LINES": str(lines), **settings}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        # Without the verifier, which takes half of the time and shows nothing of its own.
        [sys.executable, "-c", SCRIPT, *arguments, "--verifier", "off"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        shown = b""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    shown += os.read(ours, 65536)
                except OSError:  # Linux's way to say that the other end is closed
                    break
            if interrupt and b"<pager" in shown:
                running.send_signal(2)
                interrupt = False
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), running.returncode


def test_long_report_goes_through_the_pager() -> None:
    """What does not fit on the screen is paged with git's settings for less, colours included."""
    shown, code = on_terminal("a", "b", PAGER=PAGER)
    assert code == 0
    assert shown.startswith("<pager FRX\n")
    assert shown.endswith("\npager>\n")
    assert "\x1b[31m" in shown
    plain = strip_sequences(shown)
    assert "--- museu.pt.txt" in plain
    assert "boilerplate\npager>" in plain


@pytest.mark.parametrize("pager", [f"{PAGER} | cat", f"LESS=FRX {PAGER}", "$SHOWN -c 'print(1)'"])
def test_a_pager_may_need_a_shell(pager: str) -> None:
    """Pipes, settings and variables in PAGER mean what they mean to git."""
    shown, code = on_terminal("a", "b", PAGER=pager, SHOWN=sys.executable)
    assert code == 0
    assert shown.startswith(("<pager FRX\n", "1\n"))
    assert shown.endswith(("\npager>\n", "1\n"))


@pytest.mark.parametrize(
    "settings",
    [
        {"PAGER": ""},
        {"PAGER": "cat"},
        {"PAGER": "no-such-program-anywhere"},
        {"PAGER": "'unbalanced"},
        {"PAGER": "exec no-such-program-anywhere 2>&-"},
        {"PAGER": PAGER, "TERM": "dumb"},
        {"PAGER": PAGER, "LINES": "500"},
    ],
)
def test_what_is_not_paged_is_printed(settings: dict[str, str]) -> None:
    """Without a pager, with one turned off, or where all fits, the report is simply there."""
    arguments = {"lines": int(settings.pop("LINES", "24")), **settings}
    shown, code = on_terminal("a", "b", **arguments)  # type: ignore[arg-type]
    assert code == 0
    assert "<pager" not in shown
    assert strip_sequences(shown).startswith("--- museu.pt.txt")


def test_own_settings_of_less_are_kept() -> None:
    """Who has set LESS knows better."""
    assert on_terminal("a", "b", PAGER=PAGER, LESS="S")[0].startswith("<pager S\n")


def test_interrupt_is_for_the_pager() -> None:
    """Ctrl-C in a pager, which stops a search there, does not take the report away."""
    slow = PAGER.replace(
        "sys.stdout.write", "sys.stdout.flush(); __import__('time').sleep(1); sys.stdout.write"
    )
    shown, code = on_terminal("a", "b", interrupt=True, PAGER=slow)
    assert code == 0
    assert shown.endswith("\npager>\n")


def test_a_pipe_is_not_paged() -> None:
    """Only a terminal has a screen that a text can be too long for."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "a", "b"],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PAGER": PAGER},
    )
    assert b"<pager" not in done.stdout


def test_progress_is_shown_to_those_who_wait() -> None:
    """After a while the stage appears, changes, and is gone when the report is there."""
    shown, code = on_terminal("slow", "b", "-f", "json", PAGER="")
    assert code == 0
    before, report = shown.split("{\n", 1)
    assert "embedding 3 and 4 sentences" in before
    assert "pairing 3 and 4 sentences" in before
    assert before.endswith("\x1b[2K")
    assert "pairing" not in report


@pytest.mark.parametrize("arguments", [("a", "b"), ("slow", "b", "-q")])
def test_no_progress_for_the_quick_and_the_quiet(arguments: tuple[str, ...]) -> None:
    """What is done at once, or was to be quiet, says nothing of its stages."""
    assert "embedding" not in on_terminal(*arguments, PAGER="")[0]


def test_no_progress_in_a_log() -> None:
    """Where standard error is no terminal, nothing is written to it."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "slow", "b"], capture_output=True, check=True, cwd=ROOT
    )
    assert done.stderr == b""
