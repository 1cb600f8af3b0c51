"""PDF: the same input gives the same bytes, text stays text, and the font is inside."""

from datetime import UTC, datetime

import pypdfium2
import pytest
import typst

from relief.pdf.services import FOLDER, render

AT = datetime(2023, 1, 5, 9, tzinfo=UTC)


def letter(**values):
    return {
        "subject": "결정 안내",
        "facts": [["접수번호", "K22-1019-000001"], ["지원금", "50,000원"]],
        "body": "홍길동 님께\n알립니다.\n\n50,000원을 지급합니다.",
    } | values


def paper(*letters, **values):
    return {
        "created_at": AT,
        "title": "결정 안내",
        "language": "ko",
        "incident": "데이터센터 화재",
        "date": "2023년 1월 5일",
        "letters": letters or (letter(),),
    } | values


def pages(made):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made)]


def test_render_korean_text():
    (text,) = pages(render("letter.typ", paper()))
    for words in (
        "결정 안내",
        "데이터센터 화재",
        "2023년 1월 5일",
        "K22-1019-000001",
        "50,000원을 지급합니다.",
        "1 / 1",
    ):
        assert words in text.replace("\xa0", " ")


def test_render_embeds_the_font_and_no_other():
    document = pypdfium2.PdfDocument(render("letter.typ", paper()))
    fonts = {
        text.get_font().get_base_name() for text in document[0].get_objects() if isinstance(text, pypdfium2.PdfTextObj)
    }
    assert {name.partition("+")[2] for name in fonts} == {"NotoSansKR-Regular"}


def test_render_same_input_same_bytes():
    assert render("letter.typ", paper()) == render("letter.typ", paper())


def test_render_other_day_other_bytes():
    later = paper(created_at=datetime(2023, 1, 6, 9, tzinfo=UTC))
    assert render("letter.typ", paper()) != render("letter.typ", later)


@pytest.mark.parametrize("words", ['#panic("x")', "*별* _밑_ $x^2$ @여기", '"따옴표" \\ #', "= 제목", "</script>"])
def test_render_markup_in_data_stays_text(words):
    (text,) = pages(render("letter.typ", paper(letter(subject=words, body=words, facts=[[words, words]]))))
    assert text.count(words) == 4


def test_render_each_letter_numbered_from_one():
    long = letter(body="가나다라 마바사 " * 600)
    texts = pages(render("letter.typ", paper(long, letter(), long)))
    numbers = [text.replace("\xa0", " ").strip().splitlines()[-1] for text in texts]
    assert numbers == ["1 / 3", "2 / 3", "3 / 3", "1 / 1", "1 / 3", "2 / 3", "3 / 3"]


@pytest.mark.parametrize("name", ["none.typ", "../../manage.py", "/etc/hostname"])
def test_render_no_such_template(name):
    with pytest.raises(LookupError):
        render(name, paper())


@pytest.mark.parametrize("day", ["2023-01-05", datetime(2023, 1, 5)])  # noqa: DTZ001 - refused for that
def test_render_without_an_aware_instant(day):
    with pytest.raises(ValueError, match="aware"):
        render("letter.typ", paper(created_at=day))


def test_render_data_that_the_template_lacks():
    with pytest.raises(typst.TypstError):
        render("letter.typ", paper(incident=None) | {"letters": None})


def test_templates_fetch_no_package():
    assert [path.name for path in FOLDER.glob("*.typ") if "@preview" in path.read_text(encoding="utf-8")] == []
