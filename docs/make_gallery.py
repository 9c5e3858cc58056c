"""The pictures of `docs/gallery.md`, made from the samples: `python -m docs.make_gallery`.

It needs chromium. Fonts are those of the machine; the pictures in the repository were made with Debian's
`fonts-inter` and `fonts-urw-base35`, which come close to what readers' systems have.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURES = Path(__file__).with_name("gallery")
CHROMIUM = "/usr/bin/chromium"
COLUMNS = 100
# Background, text, the eight colours and their bright twins; the colours of the page.
THEME = TerminalTheme(
    (251, 250, 247),
    (36, 33, 28),
    [(36, 33, 28), (163, 56, 16), (11, 110, 90), (133, 96, 0), (40, 80, 160), (120, 50, 130),
     (11, 90, 99), (101, 95, 85)],
)  # fmt: skip
SHEET = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ display: inline-block; margin: 0; padding: 20px 28px }}
html, body {{ color: {foreground}; background: {background} }}
pre {{ margin: 0; font: 14px/1.45 'DejaVu Sans Mono', monospace }} {stylesheet}
</style><pre>{code}</pre>"""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A sample as a page, seen through a browser with certain options, after some action."""

    name: str
    sample: str
    act: Callable[[Page], object]
    screen: dict[str, Any] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ConsolePicture:
    """What the command prints for a sample."""

    name: str
    sample: str
    flags: tuple[str, ...] = ()


LAPTOP = {"viewport": {"width": 1240, "height": 760}}
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
PAPER = {"viewport": {"width": 760, "height": 1000}}
PAGES = [
    PagePicture("page", "chips", lambda page: page.hover("#a10"), LAPTOP),
    PagePicture("dark", "ferry", lambda page: page.hover("#a4"), LAPTOP | {"color_scheme": "dark"}),
    PagePicture("filter", "ferry", lambda page: page.check("[value=only-b]", force=True), LAPTOP),
    PagePicture("search", "translation", lambda page: page.fill("#search", "flor de sal"), LAPTOP),
    PagePicture("phone", "chips", lambda page: page.tap("#a10"), PHONE),
    PagePicture(
        "print", "chips", lambda page: page.emulate_media(media="print"), PAPER, whole=True
    ),
]
CONSOLES = [
    ConsolePicture("console", "bridge"),
    ConsolePicture("side-by-side", "bridge", ("-y",)),
]


def align(sample: str, *flags: str) -> str:
    """Run the command on the two texts of a sample; what it prints."""
    folder = ROOT / "samples" / sample
    texts = sorted(path.name for path in folder.glob("[ab].*.txt"))
    look = ["--color", "always", "--width", str(COLUMNS), *flags]
    command = [str(Path(sys.executable).with_name("align")), *texts, *look]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def take_page(browser: Browser, picture: PagePicture, folder: Path) -> None:
    """Write the picture of a page."""
    file = folder / f"{picture.name}.html"
    align(picture.sample, "-o", str(file))
    page = browser.new_page(**picture.screen, reduced_motion="reduce")
    page.goto(file.as_uri())
    picture.act(page)
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / f"{picture.name}.png", full_page=picture.whole)
    page.close()


def take_console(browser: Browser, picture: ConsolePicture) -> None:
    """Write the picture of what the console shows."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), legacy_windows=False)
    shown = " ".join(["$ align a.pt.txt b.fr.txt", *picture.flags])
    console.print(
        Text(shown, style="bold"), Text.from_ansi(align(picture.sample, *picture.flags)), sep="\n"
    )
    page = browser.new_page()
    page.set_content(console.export_html(theme=THEME, code_format=SHEET))
    page.locator("body").screenshot(path=PICTURES / f"{picture.name}.png")
    page.close()


def main() -> None:
    """Make every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for picture in PAGES:
            take_page(browser, picture, Path(folder))
        for shot in CONSOLES:
            take_console(browser, shot)


if __name__ == "__main__":
    main()
