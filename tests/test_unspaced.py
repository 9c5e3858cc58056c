"""Words of scripts without spaces between them, and what depends on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aligner
from aligner.embed import Encoder
from aligner.embed.embedded import EmbeddedEncoder
from aligner.evidence import numbers, words
from aligner.unspaced import pieces

MIXED = st.text(st.sampled_from("aZ1é .,\n「」。市図書館は新しいผู้คน经过两年"), max_size=40)


@given(MIXED | st.text(max_size=40))
def test_pieces_hold_all_but_white_space(text: str) -> None:
    """Pieces are in order, touch or have white space between them, and are not empty."""
    spans = pieces(text)
    assert all(start < end for start, end in spans)
    assert spans == sorted(spans)
    assert "".join(text[start:end] for start, end in spans) == "".join(text.split())


@given(MIXED | st.text(max_size=40))
def test_words_are_parts_of_runs_of_letters(text: str) -> None:
    """Cutting loses no letter or digit and invents none."""
    spans = words(text)
    assert "".join(text[start:end] for start, end in spans) == "".join(
        one for one in text if one.isalnum()
    )


def test_other_scripts_are_cut_at_white_space_alone() -> None:
    """A word of letters with spaces around it stays whole beside others."""
    text = "L’eau TikTok 910B 新しい閲覧室 l'été"
    shown = [text[start:end] for start, end in pieces(text)]
    assert shown == ["L’eau", "TikTok", "910B", "新しい", "閲覧室", "l'été"]


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("去年有300人参加。", "zh", [300]),
        ("市長は2025年に300万ユーロを約束した。", "ja", [2025, 3e6]),
        ("投資額は1,500億円だった。", "ja", [1.5e11]),
        ("ใช้เงิน3,000บาท", "th", [3000]),
    ],
)
def test_digits_touch_letters(text: str, language: str, values: list[float]) -> None:
    """Digits are numbers without a space around them, with the sign of their scale."""
    assert [one.value for one in numbers(text, language)] == values


def test_excerpts_are_read_by_the_word(embedded: EmbeddedEncoder) -> None:
    """In the embedded model the words of a sentence without spaces are parts of its sum."""
    text = "市立図書館は二年間の改装工事を終え、月曜日に再開した。"
    spans = pieces(text)
    vectors = embedded.excerpts([text], [[[span] for span in spans] + [[(0, len(text))]]])[0]
    assert len(spans) > 3
    assert np.allclose(vectors[-1], embedded.encode([text])[0], atol=1e-4)
    assert len(np.unique(vectors.round(4), axis=0)) == len(spans) + 1


FRENCH = """La bibliothèque municipale a rouvert ses portes lundi après deux ans de travaux.
La nouvelle salle de lecture donne sur le port.
Le maire a promis de prolonger les horaires d’ouverture le dimanche."""
SAME = {
    "ja": """市立図書館は二年間の改装工事を終え、月曜日に再開した。
新しい閲覧室からは港が見える。
市長は日曜日の開館時間を延長すると約束した。""",
    "zh": """经过两年的装修，市图书馆于星期一重新开放。
新的阅览室可以看到港口。
市长承诺延长星期日的开放时间。""",
    "th": """ห้องสมุดประชาชนของเมืองเปิดให้บริการอีกครั้งเมื่อวันจันทร์หลังจากปรับปรุงนานสองปี
ห้องอ่านหนังสือใหม่มองเห็นท่าเรือ
นายกเทศมนตรีสัญญาว่าจะขยายเวลาเปิดในวันอาทิตย์""",
    "ar": """أعيد افتتاح المكتبة العامة يوم الاثنين بعد عامين من أعمال التجديد.
تطل قاعة القراءة الجديدة على الميناء.
وعد رئيس البلدية بتمديد ساعات العمل يوم الأحد.""",
}


@pytest.mark.parametrize("language", SAME)
def test_a_faithful_translation_adds_nothing(language: str, embedded: Encoder) -> None:
    """Whatever the script, no part of a sentence is marked as missing from its translation."""
    made = aligner.compare(SAME[language], FRENCH, encoder=embedded)
    assert made.a.language == language
    assert [(link.a, link.b, link.relation) for link in made.links] == [
        ((k,), (k,), "same") for k in range(3)
    ]
