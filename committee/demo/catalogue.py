"""The catalogue of the incident the demo carries: operators, services and intake rounds as plain facts.

Dates and the programme's rules come from the press coverage of the relief committee. What was never published is
chosen here and named in each record's ``assumed`` field, so that nobody mistakes it for a fact.
"""

from datetime import date, datetime

from committee.demo.facts import IncidentFacts, OperatorFacts, Pricing, Reporter, RoundFacts, ServiceFacts
from relief.clock import SEOUL

COMPANY = "company"
OPERATORS = (
    OperatorFacts(COMPANY, "메신저 회사", "The messenger company", "company"),
    OperatorFacts("mobility", "모빌리티 계열사", "Mobility affiliate", "affiliate"),
    OperatorFacts("games", "게임 계열사", "Games affiliate", "affiliate"),
    OperatorFacts("pay", "페이 계열사", "Pay affiliate", "affiliate"),
    OperatorFacts("entertainment", "엔터테인먼트 계열사", "Entertainment affiliate", "affiliate"),
)


def _seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 10, day, hour, minute, tzinfo=SEOUL)


_FIRE = _seoul(15, 15, 30)
_PAID, _FREE, _BOTH = Pricing.PAID, Pricing.FREE, Pricing.BOTH

SERVICES = (
    ServiceFacts("messenger", "메신저", "Messenger", COMPANY, _FREE, False, 8700, _FIRE, _seoul(16, 1, 30)),
    ServiceFacts("channel", "메신저 채널", "Channel", COMPANY, _BOTH, False, 8200, _FIRE, _seoul(18, 9), ("채널",)),
    ServiceFacts("notice", "알림 메시지", "Business message", COMPANY, _PAID, True, 6100, _FIRE, _seoul(18, 9)),
    ServiceFacts("emoticon", "이모티콘 스토어", "Emoticon store", COMPANY, _PAID, True, 7400, _FIRE, _seoul(17, 8)),
    ServiceFacts("drawer", "드로어 보관함", "Drawer storage", COMPANY, _PAID, True, 900, _FIRE, _seoul(19, 16)),
    ServiceFacts("gift", "선물하기", "Gifts", COMPANY, _BOTH, True, 7100, _FIRE, _seoul(17, 6)),
    ServiceFacts("order", "주문하기", "Orders", COMPANY, _BOTH, True, 400, _FIRE, _seoul(17, 21)),
    ServiceFacts("store", "톡 상점", "Talk shop", COMPANY, _BOTH, True, 600, _FIRE, _seoul(17, 21)),
    ServiceFacts("mail", "메일", "Mail", COMPANY, _FREE, True, 1500, _FIRE, _seoul(19, 23)),
    ServiceFacts("map", "지도", "Maps", COMPANY, _FREE, True, 2800, _FIRE, _seoul(16, 10)),
    ServiceFacts("portal", "포털", "Portal", COMPANY, _FREE, True, 500, _FIRE, _seoul(16, 20)),
    ServiceFacts("blog", "블로그", "Blog", COMPANY, _FREE, True, 2300, _FIRE, _seoul(18, 12)),
    ServiceFacts("story", "스토리", "Story", COMPANY, _FREE, True, 800, _FIRE, _seoul(17, 20)),
    ServiceFacts("login", "간편 로그인", "Sign-in", COMPANY, _FREE, True, 5200, _FIRE, _seoul(16, 9)),
    ServiceFacts("taxi", "택시 호출", "Taxi hailing", "mobility", _BOTH, True, 8600, _FIRE, _seoul(16, 18), ("택시",)),
    ServiceFacts("proxy", "대리운전", "Proxy driving", "mobility", _BOTH, True, 4200, _FIRE, _seoul(16, 21), ("대리",)),
    ServiceFacts("bike", "전기자전거", "E-bikes", "mobility", _PAID, True, 3600, _FIRE, _seoul(17, 10), ("바이크",)),
    ServiceFacts("parking", "주차", "Parking", "mobility", _PAID, True, 2900, _FIRE, _seoul(17, 10), ("주차장",)),
    ServiceFacts(
        "navigation", "내비게이션", "Wayfinder", "mobility", _FREE, True, 2200, _FIRE, _seoul(16, 12), ("내비",)
    ),
    ServiceFacts("pc-games", "온라인 게임", "PC games", "games", _BOTH, True, 1200, _FIRE, _seoul(17, 14)),
    ServiceFacts("mobile-games", "모바일 게임", "Mobile games", "games", _BOTH, True, 1100, _FIRE, _seoul(17, 6)),
    ServiceFacts("payment", "간편결제", "Payments", "pay", _FREE, True, 4300, _FIRE, _seoul(16, 22)),
    ServiceFacts("transfer", "간편송금", "Money transfer", "pay", _FREE, True, 3900, _FIRE, _seoul(16, 22)),
    ServiceFacts("webtoon", "웹툰", "Webtoons", "entertainment", _BOTH, True, 2700, _FIRE, _seoul(17, 13)),
    ServiceFacts("music", "음악 감상", "Music streaming", "entertainment", _PAID, True, 3300, _FIRE, _seoul(17, 13)),
)

FIRST_ROUND = RoundFacts(
    number=1, opens_on=date(2022, 10, 19), closes_on=date(2022, 11, 6), extended_from=date(2022, 11, 1)
)
SECOND_ROUND = RoundFacts(
    number=2,
    opens_on=date(2022, 12, 12),
    closes_on=date(2022, 12, 25),
    admits=(Reporter.SMALL_BUSINESS,),
    assumed=("opens_on", "closes_on"),
)

OUTAGE = IncidentFacts(
    code="outage-2022-10",
    name="2022년 10월 서비스 장애",
    name_en="Service outage of October 2022",
    started_at=_FIRE,
    ended_at=_seoul(19, 23),
    summary="2022년 10월 15일 판교 데이터센터 화재로 메신저와 계열사 서비스가 중단되었습니다.",
    operators=OPERATORS,
    services=SERVICES,
    rounds=(FIRST_ROUND, SECOND_ROUND),
)
# Broken files are tried here, so that no practice row is ever counted among the published figures.
PRACTICE = IncidentFacts(
    code="practice",
    name="연습용 사고",
    name_en="Practice incident",
    started_at=_FIRE,
    ended_at=_seoul(19, 23),
    summary="접수 파일을 연습하는 곳입니다. 여기의 접수는 공표 수치에 포함되지 않습니다.",
    operators=OPERATORS,
    services=SERVICES,
    rounds=(FIRST_ROUND,),
)
INCIDENTS = (OUTAGE, PRACTICE)
