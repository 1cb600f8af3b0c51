"""The catalogue of the incident the demo carries: operators, services and intake rounds as plain facts.

Dates and the programme's rules come from the press coverage of the relief committee. What was never published is
chosen here and named in each record's ``assumed`` field, so that nobody mistakes it for a fact.
"""

from datetime import date, datetime

from committee.demo.facts import IncidentFacts, OperatorFacts, Pricing, RoundFacts, ServiceFacts
from relief.clock import SEOUL

COMPANY = "company"
OPERATORS = (
    OperatorFacts(COMPANY, "메신저 회사", "The messenger company", is_affiliate=False),
    OperatorFacts("mobility", "모빌리티 계열사", "Mobility affiliate", is_affiliate=True),
    OperatorFacts("games", "게임 계열사", "Games affiliate", is_affiliate=True),
    OperatorFacts("pay", "페이 계열사", "Pay affiliate", is_affiliate=True),
    OperatorFacts("entertainment", "엔터테인먼트 계열사", "Entertainment affiliate", is_affiliate=True),
)


def _seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 10, day, hour, minute, tzinfo=SEOUL)


_FIRE = _seoul(15, 15, 30)
_PAID, _FREE, _BOTH = Pricing.PAID, Pricing.FREE, Pricing.BOTH

SERVICES = (
    ServiceFacts("messenger", "메신저", "Messenger", COMPANY, _FREE, False, 8700, _FIRE, _seoul(16, 1, 30)),
    ServiceFacts("channel", "메신저 채널", "Messenger channel", COMPANY, _BOTH, False, 8200, _FIRE, _seoul(18, 9)),
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
    ServiceFacts("taxi", "택시 호출", "Taxi hailing", "mobility", _BOTH, True, 8600, _FIRE, _seoul(16, 18)),
    ServiceFacts("proxy", "대리운전", "Proxy driving", "mobility", _BOTH, True, 4200, _FIRE, _seoul(16, 21)),
    ServiceFacts("bike", "전기자전거", "Electric bicycles", "mobility", _PAID, True, 3600, _FIRE, _seoul(17, 10)),
    ServiceFacts("parking", "주차", "Parking", "mobility", _PAID, True, 2900, _FIRE, _seoul(17, 10)),
    ServiceFacts("navigation", "내비게이션", "Navigation", "mobility", _FREE, True, 2200, _FIRE, _seoul(16, 12)),
    ServiceFacts("pc-games", "온라인 게임", "PC games", "games", _BOTH, True, 1200, _FIRE, _seoul(17, 14)),
    ServiceFacts("mobile-games", "모바일 게임", "Mobile games", "games", _BOTH, True, 1100, _FIRE, _seoul(17, 6)),
    ServiceFacts("payment", "간편결제", "Payments", "pay", _FREE, True, 4300, _FIRE, _seoul(16, 22)),
    ServiceFacts("transfer", "간편송금", "Money transfer", "pay", _FREE, True, 3900, _FIRE, _seoul(16, 22)),
    ServiceFacts("webtoon", "웹툰", "Webtoons", "entertainment", _BOTH, True, 2700, _FIRE, _seoul(17, 13)),
    ServiceFacts("music", "음악 감상", "Music streaming", "entertainment", _PAID, True, 3300, _FIRE, _seoul(17, 13)),
)

FIRST_ROUND = RoundFacts(
    number=1,
    name_ko="1차 접수",
    name_en="First intake round",
    opens_on=date(2022, 10, 19),
    closes_on=date(2022, 11, 6),
    first_closes_on=date(2022, 11, 1),
    small_businesses_only=False,
)
SECOND_ROUND = RoundFacts(
    number=2,
    name_ko="2차 접수 (소상공인)",
    name_en="Second intake round (small businesses)",
    opens_on=date(2022, 12, 12),
    closes_on=date(2022, 12, 25),
    first_closes_on=None,
    small_businesses_only=True,
    assumed=("opens_on", "closes_on"),
)

OUTAGE = IncidentFacts(
    code="outage-2022-10",
    name_ko="2022년 10월 서비스 장애",
    name_en="Service outage of October 2022",
    occurred_on=date(2022, 10, 15),
    operators=OPERATORS,
    services=SERVICES,
    rounds=(FIRST_ROUND, SECOND_ROUND),
)
# Broken files are tried here, so that no practice row is ever counted among the published figures.
PRACTICE = IncidentFacts(
    code="practice",
    name_ko="연습용 사고",
    name_en="Practice incident",
    occurred_on=date(2022, 10, 15),
    operators=OPERATORS,
    services=SERVICES,
    rounds=(FIRST_ROUND,),
)
INCIDENTS = (OUTAGE, PRACTICE)
