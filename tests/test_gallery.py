"""The gallery has the pictures that its script makes; `python -m docs.make_gallery` makes them anew."""

import re

from docs.make_gallery import CONSOLES, PAGES, PICTURES, ROOT

GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")


def test_every_picture_is_made_shown_and_described() -> None:
    """None is left over, none is missing, and each has words for those who do not see it."""
    names = [picture.name for picture in PAGES] + [picture.name for picture in CONSOLES]
    made = {f"{name}.png" for name in names}
    shown = dict(re.findall(r"!\[([^\]]*)\]\(gallery/([^)]+)\)", GALLERY))
    assert set(shown.values()) == made == {path.name for path in PICTURES.iterdir()}
    assert all(shown)


def test_pictures_are_small() -> None:
    """All of them weigh less than 1.5 MB: every clone carries them."""
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < 1_500_000
