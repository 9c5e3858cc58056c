"""The examples in the documents, and what they print when they are run.

A block marked `console` holds commands after `$ ` (their further lines after `> `), a block marked
`python` an interpreter session. Both are run in an empty folder that has the project's `samples/`, and
what they print takes the place of what the document says they print.
"""

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))

BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
# Printed between the outputs of two commands; no text has it.
BETWEEN = "\x1e"
SURROUNDINGS = {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a document and the line its text begins at."""

    path: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def blocks(path: Path) -> Iterator[Block]:
    """The fenced blocks of a document."""
    document = path.read_text(encoding="utf-8")
    for found in BLOCK.finditer(document):
        line = document.count("\n", 0, found.start("text")) + 1
        yield Block(path, line, found["kind"], found["text"])


def has_its_tools(text: str) -> bool:
    """Whether this machine can run a block; jq is the one tool of the examples that it may lack."""
    return " jq " not in text or shutil.which("jq") is not None


def rerun(kind: str, text: str) -> str:
    """The text of a block with what it prints today; blocks of other kinds stay as they are."""
    if kind not in {"console", "python"}:
        return text
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "samples").symlink_to(ROOT / "samples")
        return _console(text, folder) if kind == "console" else _python(text, folder)


def _console(text: str, folder: Path) -> str:
    """Run the commands of a block in one shell, errors among the output as on a terminal."""
    shown = COMMAND.findall(text)
    script = f"printf '{BETWEEN}'\n".join(
        re.sub(r"^[$>] ", "", command, flags=re.MULTILINE) for command in shown
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env=os.environ | SURROUNDINGS | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    outputs = done.stdout.split(BETWEEN)
    return "".join(part for pair in zip(shown, outputs, strict=True) for part in pair)


def _python(text: str, folder: Path) -> str:
    """Run an interpreter session; what it raises is raised here, for no document shows a traceback."""
    session, names = "", {"__name__": "session"}
    with contextlib.chdir(folder):
        for example in doctest.DocTestParser().get_examples(text):
            first, *more = example.source.splitlines()
            lines = [f">>> {first}", *(f"... {line}" for line in more)]
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(example.source, "session", "single"), names)  # noqa: S102 (our own)
            session += "\n".join(lines) + "\n" + printed.getvalue()
    return session


def rewrite(path: Path) -> bool:
    """Bring every example of a document up to date; tells whether that changed anything."""
    document = path.read_text(encoding="utf-8")

    def current_block(found: re.Match[str]) -> str:
        if not has_its_tools(found["text"]):
            return found[0]
        return f"```{found['kind']}\n{rerun(found['kind'], found['text'])}```"

    current = BLOCK.sub(current_block, document)
    path.write_text(current, encoding="utf-8")
    return current != document
