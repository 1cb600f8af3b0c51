"""Names of people and businesses that exist nowhere: put together from syllables and common words."""

from dataclasses import dataclass
from random import Random

_SURNAMES = {
    "김": 215, "이": 147, "박": 84, "최": 47, "정": 44, "강": 24, "조": 21, "윤": 21, "장": 20, "임": 17, "한": 15,
    "오": 15, "서": 15, "신": 15, "권": 14, "황": 14, "안": 14, "송": 14, "전": 11, "홍": 11, "유": 12, "고": 9,
    "문": 9, "양": 9, "손": 9, "배": 8, "백": 8, "허": 7, "남": 6, "심": 5, "노": 6, "하": 5, "곽": 4, "성": 4,
    "차": 4, "주": 4, "우": 4, "구": 4, "나": 3, "민": 3, "진": 3, "지": 3, "엄": 3, "채": 3, "원": 3, "천": 2,
    "방": 2, "공": 2, "현": 2, "함": 2, "변": 2, "염": 1, "여": 1, "추": 1, "도": 1, "소": 1, "석": 1, "선": 1,
    "설": 1, "마": 1, "길": 1, "연": 1, "표": 1, "명": 1, "기": 1, "남궁": 1, "황보": 1, "선우": 1, "제갈": 1,
}  # fmt: skip
_SURNAME_LIST = tuple(_SURNAMES)
_SURNAME_BOUNDS = [sum(tuple(_SURNAMES.values())[: i + 1]) for i in range(len(_SURNAMES))]
_FIRST = "민서지예하도윤은수연주현태성진영정승유경소다가나보아세재준동상한혜미선시우채라규"
_SECOND = "서준우연아현진은민영희경호수원빈혁훈지윤율린숙자미란정화옥식철규태찬솔람결온"

_FANCY = (
    "행복", "푸른", "햇살", "달빛", "미소", "소담", "온유", "다온", "가람", "나래", "아람", "한결", "두레", "새봄",
    "고운", "우리", "다정", "은빛", "늘봄", "꽃마루", "해오름", "솔향", "별빛", "산들", "도담", "이든", "라온",
    "예그린", "모두", "참좋은", "맑은", "초록", "구름", "바람", "노을", "단비", "하늘", "들꽃", "소소", "오후",
    "골목", "언덕", "큰나무",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: what its shops are called, what it is, and what its customers send by messenger."""

    endings: tuple[str, ...]
    word: str
    custom: str


_SHOPS = (
    Trade(("꽃집", "플라워", "꽃방"), "꽃집", "주문"),
    Trade(("커피", "카페", "다방"), "카페", "주문"),
    Trade(("분식", "김밥", "떡볶이"), "분식집", "배달 주문"),
    Trade(("미용실", "헤어", "헤어살롱"), "미용실", "예약"),
    Trade(("네일", "뷰티"), "네일숍", "예약"),
    Trade(("학원", "교습소", "공부방"), "학원", "수강 상담"),
    Trade(("펜션", "민박", "스테이"), "펜션", "예약"),
    Trade(("의류", "옷가게", "패션"), "의류 쇼핑몰", "주문"),
    Trade(("반찬", "찬방"), "반찬 가게", "주문"),
    Trade(("정육점", "축산"), "정육점", "주문"),
    Trade(("농원", "과수원", "농장"), "농산물 직거래 매장", "주문"),
    Trade(("베이커리", "제과", "케이크"), "베이커리", "예약 주문"),
    Trade(("치킨", "통닭"), "치킨집", "배달 주문"),
    Trade(("필라테스", "요가"), "필라테스 학원", "수업 예약"),
    Trade(("퀵서비스", "용달"), "퀵서비스", "배송 요청"),
    Trade(("부동산", "공인중개"), "부동산 중개사무소", "상담"),
    Trade(("사진관", "스튜디오"), "사진관", "촬영 예약"),
    Trade(("공방", "핸드메이드"), "수공예 공방", "주문 제작"),
    Trade(("수산", "건어물"), "수산물 가게", "주문"),
    Trade(("세탁소", "크리닝"), "세탁소", "수거 요청"),
    Trade(("인테리어", "도배"), "인테리어 업체", "견적 상담"),
    Trade(("디자인", "인쇄"), "인쇄 디자인 업체", "시안 확인"),
    Trade(("애견미용", "펫샵"), "반려동물 미용실", "예약"),
    Trade(("식당", "국밥", "칼국수"), "식당", "예약"),
)
_TAXI = Trade(("개인택시",), "개인택시", "호출")
_PROXY = Trade(("대리운전",), "대리운전", "콜")
_PC_ROOM = Trade(("PC방", "피시방"), "PC방", "이용")
_TRADES_BY_SERVICE = {
    "taxi": (_TAXI,),
    "proxy": (_PROXY,),
    "parking": (_PROXY,),
    "navigation": (_TAXI, _PROXY),
    "pc-games": (_PC_ROOM,),
}
_COMPANY_ENDINGS = ("물산", "유통", "테크", "산업", "로지스", "푸드", "상사", "네트웍스", "케어", "솔루션")


def person(rng: Random) -> str:
    """Return a Korean personal name."""
    surname = rng.choices(_SURNAME_LIST, cum_weights=_SURNAME_BOUNDS)[0]
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    while first == second:
        second = rng.choice(_SECOND)
    return f"{surname}{first}{second}"


def shop(service: str, rng: Random) -> tuple[str, Trade]:
    """Return the name of a small business that reports on this service, and its trade."""
    trade = rng.choice(_TRADES_BY_SERVICE.get(service, _SHOPS))
    ending = rng.choice(trade.endings)
    if trade in (_TAXI, _PROXY):
        return ending, trade
    place = rng.choice(_FANCY)
    if rng.random() < 0.15:
        place += rng.choice(_FANCY)
    return f"{place}{ending}", trade


def company(rng: Random) -> str:
    """Return the name of a mid-size or large company."""
    return f"(주){rng.choice(_FANCY)}{rng.choice(_FANCY)}{rng.choice(_COMPANY_ENDINGS)}"
