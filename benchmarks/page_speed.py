"""How heavy the page in HTML is, and how soon it can be used, for short and for long texts.

Usage: python -m benchmarks.page_speed

- weight: of the file, in kB;
- render: time to write it;
- ready: until headless Chromium has shown the page from disk and its script has run (the later of
  first contentful paint and `domInteractive`), median of five;
- filter, focus, search: until the next frame is drawn, once.

The texts are random words; nine tenths of the sentences are linked, in order. It needs chromium.
"""

import random
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from aligner.types import Comparison, Document, Link, Nearest, Only, Sentence
from cli.render import RenderOptions
from cli.render.html import render

CHROMIUM = "/usr/bin/chromium"
SIZES = (30, 300, 5_000)
RUNS = 5
WORDS = """
    the a museum city council opens doors after three years of work and expects many visitors in
    spring while critics doubt that money was well spent on glass and steel by the river
""".split()
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length"
READY = """() => Math.max(
    performance.getEntriesByType("navigation")[0].domInteractive,
    performance.getEntriesByName("first-contentful-paint")[0].startTime)"""
ACTIONS = {
    "filter": "document.querySelector('[value=partial]').click()",
    "focus": "const last = [...document.querySelectorAll('.a li:not([hidden])')].at(-1);"
    "last.tabIndex = 0; last.focus()",
    "search": """const box = document.querySelector('#search');
        box.value = 'critics doubt'; box.dispatchEvent(new Event('input'))""",
}
TIMED = """async () => {{ const began = performance.now(); {action};
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    return performance.now() - began; }}"""


def text_of(name: str, language: str, size: int, chance: random.Random) -> Document:
    """A document of sentences of 8 to 30 random words, five in a paragraph."""
    sentences: list[Sentence] = []
    start = 0
    for number in range(size):
        text = " ".join(chance.choices(WORDS, k=chance.randint(8, 30))) + "."
        sentences.append(Sentence(text, start, start + len(text), number // 5))
        start += len(text) + 1
    return Document(name, language, " ".join(one.text for one in sentences), tuple(sentences))


def translation(size: int) -> Comparison:
    """Two texts of as many sentences, every tenth of each one-sided."""
    chance = random.Random(size)
    a, b = (
        text_of(f"{side}.txt", language, size, chance)
        for side, language in (("a", "pt"), ("b", "fr"))
    )
    linked = [k for k in range(size) if k % 10]
    links = [Link((k,), (k,), "same" if k % 3 else "partial", 0.9, 0.7) for k in linked]
    only = tuple(Only(k, 0.9, Nearest(k, 0.2)) for k in range(0, size, 10))
    return Comparison(a, b, tuple(links), only, only, "monotonic")


def measure(browser: Browser, size: int, file: Path) -> dict[str, float]:
    """The figures of one size, times in milliseconds."""
    began = time.perf_counter()
    text = render(translation(size), RenderOptions())
    figures = {"render": 1e3 * (time.perf_counter() - began), "weight": len(text.encode()) / 1e3}
    file.write_text(text, encoding="utf-8")
    ready: list[float] = []
    for _ in range(RUNS):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(file.as_uri())
        page.wait_for_function(PAINTED)
        ready.append(page.evaluate(READY))
        for name, action in ACTIONS.items():
            figures[name] = page.evaluate(TIMED.format(action=action))
        page.close()
    return figures | {"ready": median(ready)}


def main() -> None:
    """Print a row for each size."""
    columns = ("weight", "render", "ready", *ACTIONS)
    print(f"{'sentences':>10}", *(f"{name:>8}" for name in columns))
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for size in SIZES:
            figures = measure(browser, size, Path(folder) / "page.html")
            print(f"{size:>10}", *(f"{figures[name]:>8.0f}" for name in columns))


if __name__ == "__main__":
    main()
