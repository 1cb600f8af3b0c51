"""The relief plan of the first incident as data: every measure the committee decided, and what is still discussed.

From the press coverage of the relief committee, December 2022 to January 2023; values are computed from these rows.
"""

from dataclasses import dataclass
from datetime import date

PACKAGE_OPENS_ON = date(2023, 1, 5)
PACKAGE_CLOSES_ON = date(2023, 1, 20)
GENERAL_USERS = 48_000_000


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One thing a recipient gets: unit value in won (or points), up to another value where the plan says so."""

    name: str
    name_en: str
    unit_value: int | None
    unit_value_to: int | None = None
    pieces: int = 1
    kept_days: int | None = None


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """One measure of the plan, field for field as the plan's table keeps it."""

    code: str
    name: str
    name_en: str
    kind: str
    state: str
    audience: str
    audience_en: str
    items: tuple[ItemFacts, ...] = ()
    recipients: int | None = None
    quota: int | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    expected_cost_from: int | None = None
    expected_cost_to: int | None = None
    note: str = ""
    reporter_type: str = ""


CASH = "cash"
MEASURES = (
    MeasureFacts(
        CASH,
        "소상공인 현금 지원",
        "Cash support for small businesses",
        "cash_by_tier",
        "decided",
        "매출 손실을 신고한 소상공인",
        "Small businesses with a reported loss of sales",
        expected_cost_from=200_000_000,
        expected_cost_to=400_000_000,
        reporter_type="small_business",
    ),
    MeasureFacts(
        "channel-cash",
        "채널 캐시",
        "Channel cash",
        "credit",
        "decided",
        "모든 소상공인",
        "Every small business",
        (ItemFacts("메시지 발송 이용권", "Credit to send channel messages", 50_000),),
        note="수십만 개 채널",
        reporter_type="small_business",
    ),
    MeasureFacts(
        "emoticons",
        "이모티콘 세트",
        "Emoticon set",
        "goods",
        "decided",
        "모든 일반 이용자",
        "Every general user",
        (
            ItemFacts("영구 이모티콘", "Emoticon kept for ever", 2_500),
            ItemFacts("90일 이모티콘", "Emoticon for 90 days", 2_000, pieces=2, kept_days=90),
        ),
        recipients=GENERAL_USERS,
        opens_on=PACKAGE_OPENS_ON,
        closes_on=PACKAGE_CLOSES_ON,
        reporter_type="general_user",
    ),
    MeasureFacts(
        "makers-coupons",
        "메이커스 쿠폰",
        "Makers coupons",
        "coupon",
        "decided",
        "모든 일반 이용자",
        "Every general user",
        (ItemFacts("2천 원 쿠폰", "2,000 won coupon", 2_000), ItemFacts("3천 원 쿠폰", "3,000 won coupon", 3_000)),
        recipients=GENERAL_USERS,
        opens_on=PACKAGE_OPENS_ON,
        closes_on=PACKAGE_CLOSES_ON,
        reporter_type="general_user",
    ),
    MeasureFacts(
        "drawer-voucher",
        "드로어 이용권",
        "Drawer voucher",
        "goods",
        "decided",
        "선착순 일반 이용자",
        "General users, first come, first served",
        (ItemFacts("100GB 보관함 한 달", "One month of 100 GB storage", 1_900, kept_days=30),),
        quota=3_000_000,
        note="수량은 이후 늘릴 수 있음",
        reporter_type="general_user",
    ),
    MeasureFacts(
        "pc-room-coins",
        "PC방 코인",
        "PC room coins",
        "points",
        "decided",
        "PC방",
        "PC rooms",
        (ItemFacts("장애 전 한 주의 코인", "Coins of the week before the outage", None, pieces=3),),
        recipients=5_700,
        note="장애 전 한 주의 세 배",
    ),
    MeasureFacts(
        "proxy-driver-points",
        "대리운전 기사 포인트",
        "Proxy driver points",
        "points",
        "decided",
        "대리운전 기사",
        "Proxy drivers",
        (
            ItemFacts("요금제별 포인트", "Points by plan", 25_000, unit_value_to=50_000),
            ItemFacts("이동 지원 포인트", "Points for transport", 0, unit_value_to=10_000),
        ),
    ),
    MeasureFacts(
        "taxi-drivers",
        "택시 기사 지원",
        "Support for taxi drivers",
        "points",
        "under_discussion",
        "택시 기사",
        "Taxi drivers",
    ),
    MeasureFacts(
        "pay-affiliate",
        "페이 판로·풍수해보험 지원",
        "Sales channel and storm insurance by the pay affiliate",
        "goods",
        "under_discussion",
        "소상공인",
        "Small businesses",
        opens_on=date(2023, 1, 1),
        closes_on=date(2023, 6, 30),
        note="2023년 상반기 예정",
    ),
)

# Loss up to and including the first number of won gives the second; above the last the committee examines the proof.
TIERS = ((300_000, 30_000), (500_000, 50_000))
GROUNDS = (
    "소상공인의 영업이익률, 다른 서비스로 대신할 수 있었는지, "
    "해당 서비스 시장에서 회사의 점유율, 접수된 손실의 중앙값을 고려하였습니다."
)
RESOLUTION = "전체 회의 의결(시연 자료)"
# What proof a claim over 500,000 won needs.
REQUIRED_EVIDENCE = ("small_business_certificate", "proof_of_lost_sales", "proof_of_business_use")

# The upper end of the published cost range; None: what the measure is worth by its items and recipients.
BUDGETS: dict[str, int | None] = {CASH: 400_000_000, "emoticons": None, "makers-coupons": None, "drawer-voucher": None}
BUDGET_REASON = "피해지원 방안 의결에 따른 예산 편성(시연 자료)"
