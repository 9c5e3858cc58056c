"""What axe-core (Deque), the checker behind most audits, finds wrong with the page: nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from aligner.types import Comparison
from tests.browser.conftest import LAPTOP, PHONE, OpenPage
from tests.builders import comparison, document, link, museum
from tests.test_render_html import hostile

pytestmark = pytest.mark.browser


def scripts() -> Comparison:
    """Arabic beside Japanese, and a language that is not known."""
    a = document("a.txt", "ar", "افتتح المتحف أبوابه.", "الدخول مجاني.")
    return comparison(a, document("b.txt", "und", "入場は無料です。"), link((1,), (0,)))


@pytest.mark.parametrize(
    ("make", "viewport", "scheme"),
    [
        (museum, LAPTOP, "light"),
        (museum, LAPTOP, "dark"),
        (museum, PHONE, "light"),
        (museum, PHONE, "dark"),
        (hostile, LAPTOP, "light"),
        (scripts, LAPTOP, "dark"),
    ],
)
def test_axe_finds_nothing(
    open_page: OpenPage,
    make: Callable[[], Comparison],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    """Landmarks, names, focus order, language and contrast (WCAG 2.2 AA and best practice)."""
    page = open_page(make(), viewport=viewport, color_scheme=scheme)
    page.hover("#a1")
    page.focus("#search")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_axe_can_find_something(open_page: OpenPage) -> None:
    """The checker is at work: a button without a name does not escape it."""
    page = open_page(museum())
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert "button-name" in Axe().run(page).generate_snapshot()


def test_signs_are_read_aloud(open_page: OpenPage) -> None:
    """A screen reader hears what the signs, the underlining and the arrows say."""
    spoken = open_page(museum()).locator("#pane-b").aria_snapshot()
    for words in ("partial", "only here", "[only here:]", "counterpart 3"):
        assert words in spoken
