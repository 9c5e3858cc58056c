"""Builds what would be released and tries it where nothing else of this project is: `make smoke`.

The source distribution is made from the files of the project, the wheel from that, and the wheel is
installed into an empty environment. There it finds its dependencies in the environment that runs this,
without the project that is installed in that for development: they are gigabytes.
"""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from shutil import copytree, ignore_patterns
from sysconfig import get_path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
HOOK = "from setuptools import build_meta; print(build_meta.build_{}('{}'))"


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build an `sdist` or a `wheel` of a source tree by setuptools' own hook (PEP 517)."""
    told = run([sys.executable, "-c", HOOK.format(kind, folder)], source)
    return folder / told.split()[-1]


def run(command: list[str], place: Path) -> str:
    """What a command prints; the environment of the project does not reach it."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=place, env=settings, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


def main() -> None:
    """Build, install, compare."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        kept = ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist")
        sdist = build("sdist", copytree(ROOT, folder / "source", ignore=kept), folder)
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        unpacked = folder / sdist.name.removesuffix(".tar.gz")
        assert {"tests", "docs", "samples"} <= {path.name for path in unpacked.iterdir()}
        wheel = build("wheel", unpacked, folder)
        place = folder / "empty"
        venv.create(place)
        python = str(place / "bin" / "python")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--no-deps",
            "--no-index",
        ]
        run([*pip, "--quiet", str(wheel)], folder)
        packages = Path(
            run(
                [python, "-c", f"from sysconfig import *; print(get_path({'purelib'!r}))"], folder
            ).strip()
        )
        (packages / "dependencies.pth").write_text(get_path("purelib"))
        found = run([python, "-c", "import aligner; print(aligner.__file__)"], folder)
        assert Path(found).is_relative_to(packages), found
        assert (packages / "aligner" / "py.typed").exists()
        command = [str(place / "bin" / "align")]
        assert run([*command, "--version"], folder).startswith("align ")
        texts = [str(ROOT / "samples" / "bridge" / name) for name in ("a.pt.txt", "b.fr.txt")]
        report = run([*command, *texts, "-o", "r.html", "-f", "diff"], folder)
        assert "= 2 same" in report, report
        assert (folder / "r.html").stat().st_size > 10_000
        sys.stdout.write(f"{sdist.name} and {wheel.name}: built, installed, compared\n")


if __name__ == "__main__":
    main()
