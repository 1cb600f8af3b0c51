"""Documents for the demo's claims that need proof: drawn here, handed in and checked through the services.

The names on them are the demo's own; the same walk makes the same documents.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from claims.catalogue.models import Incident
from claims.evidence import services as evidence
from claims.evidence.models import Evidence, EvidenceState, Fault, Kind
from claims.register.models import Claim
from relief.accounts.models import User

CLAIMS = 40
LOSS_OVER = 500_000
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/nanum/NanumGothic.ttf",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
)
_KOREAN_FACE = 1
_SIZE = (744, 1052)
_TITLES = {
    Kind.CERTIFICATE: ("소상공인 확인서", "Small-business certificate"),
    Kind.LOST_SALES: ("매출 피해 입증자료", "Proof of lost sales"),
    Kind.BUSINESS_USE: ("서비스 활용 영업 입증자료", "Proof of use for business"),
    Kind.OTHER: ("기타 자료", "Other evidence"),
}


def lay_evidence(*, by: User, incident: Incident) -> int:
    """Hand evidence in for the first claims above the bound, in mixed states, and return how many items there are.

    Where the incident has any, nothing is added.
    """
    if Evidence.objects.filter(claim__incident=incident).exists():
        return 0
    claims = Claim.objects.filter(
        incident=incident,
        claimed_loss__gt=LOSS_OVER,
        classification__nature="monetary",
        classification__reporter_type="small_business",
        classification__operator_kind="company",
    )
    for place, claim in enumerate(claims.order_by("pk")[:CLAIMS]):
        _MIXES[place % len(_MIXES)](by, claim)
    return Evidence.objects.filter(claim__incident=incident).count()


def _complete(by: User, claim: Claim) -> None:
    for kind in (Kind.CERTIFICATE, Kind.LOST_SALES, Kind.BUSINESS_USE):
        _check(by, _hand_in(by, claim, kind), EvidenceState.ACCEPTED)


def _waiting(by: User, claim: Claim) -> None:
    for kind in (Kind.CERTIFICATE, Kind.LOST_SALES, Kind.BUSINESS_USE):
        _hand_in(by, claim, kind)


def _refused(by: User, claim: Claim) -> None:
    _check(by, _hand_in(by, claim, Kind.CERTIFICATE), EvidenceState.ACCEPTED)
    _check(by, _hand_in(by, claim, Kind.LOST_SALES), EvidenceState.REFUSED, Fault.WRONG_PERIOD, "2021년 10월 자료")


def _replaced(by: User, claim: Claim) -> None:
    _check(by, _hand_in(by, claim, Kind.CERTIFICATE, ending=".png"), EvidenceState.ACCEPTED)
    old = _hand_in(by, claim, Kind.LOST_SALES, ending=".png")
    old = _check(by, old, EvidenceState.TO_REPLACE, Fault.ILLEGIBLE, "금액이 보이지 않음")
    _hand_in(by, claim, Kind.LOST_SALES, replaces=old, copy=2)


def _begun(by: User, claim: Claim) -> None:
    _hand_in(by, claim, Kind.CERTIFICATE)
    _hand_in(by, claim, Kind.OTHER, ending=".png")


_MIXES: tuple[Callable[[User, Claim], None], ...] = (_waiting, _complete, _refused, _replaced, _begun)


def _hand_in(
    by: User, claim: Claim, kind: Kind, *, ending: str = ".pdf", replaces: Evidence | None = None, copy: int = 1
) -> Evidence:
    name = f"{claim.receipt_number}_{_TITLES[kind][0]}{'' if copy == 1 else f'_{copy}'}{ending}"
    return evidence.hand_in(
        by=by, claim=claim, file=_document(claim, kind, ending, copy), name=name, kind=kind, replaces=replaces
    )


def _check(by: User, item: Evidence, verdict: str, code: str = "", note: str = "") -> Evidence:
    return evidence.check(by=by, evidence=item, verdict=verdict, version=item.version, code=code, note=note)


def _document(claim: Claim, kind: Kind, ending: str, copy: int) -> io.BytesIO:
    """Draw a document of one page (a proof of sales has two) with the claim's own words."""
    pages = [_page(claim, kind, copy, page) for page in range(1, 3 if kind == Kind.LOST_SALES else 2)]
    file = io.BytesIO()
    if ending == ".pdf":
        pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=90)
    else:
        pages[0].save(file, "PNG", optimize=False)
    file.seek(0)
    return file


def _page(claim: Claim, kind: Kind, copy: int, number: int) -> Image.Image:
    image = Image.new("L", _SIZE, 255)
    draw = ImageDraw.Draw(image)
    large, small, is_korean = _fonts()
    title = _TITLES[kind][0 if is_korean else 1]
    labels = ("접수번호", "상호", "신고 손실액", "쪽") if is_korean else ("Receipt", "Name", "Claimed loss", "Page")
    name = claim.name if is_korean else "-"
    values = (claim.receipt_number, name, f"{claim.claimed_loss or 0:,}", f"{number} ({copy})")
    draw.rectangle((40, 40, _SIZE[0] - 40, _SIZE[1] - 40), outline=0, width=3)
    draw.text((_SIZE[0] / 2, 120), title, font=large, fill=0, anchor="mm")
    for line, (label, value) in enumerate(zip(labels, values, strict=True)):
        draw.text((90, 220 + 60 * line), f"{label}: {value}", font=small, fill=0)
    for line in range(10):
        height = 500 + 40 * line
        draw.line((90, height, _SIZE[0] - 90, height), fill=160)
        if kind == Kind.LOST_SALES:
            sales = (claim.claimed_loss or 0) * (7 + (line * 5 + number) % 6) // 10
            draw.text((90, height + 8), f"2022-10-{10 + line:02}    {sales:,}", font=small, fill=40)
    return image


def _fonts() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    """Return a large and a small font and whether they have Korean letters."""
    path = next((path for path in _FONTS if Path(path).exists()), None)
    if path is None:
        return ImageFont.load_default(40), ImageFont.load_default(22), False
    face = _KOREAN_FACE if path.endswith(".ttc") and "Noto" in path else 0
    return ImageFont.truetype(path, 40, index=face), ImageFont.truetype(path, 22, index=face), True
