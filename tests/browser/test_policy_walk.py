"""A third tier in the browser: drafted, simulated, kept, printed, adopted, run, and a single decision explained."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page, expect

from claims.catalogue.models import Incident
from committee.demo.files import write_scaled_file
from committee.models import Decision, Simulation, TierPolicy
from relief.money import format_won
from tests.browser.test_walk import ROWS, decide, draft_and_adopt, import_file, open_entry, press, says

TIERS = ((200_000, 30_000), (300_000, 40_000), (500_000, 50_000))


def draft_third_tier(page: Page) -> TierPolicy:
    """Draft the next version: the form begins with the one in force."""
    open_entry(page, "지원 기준")
    press(page, "새 판 작성")
    expect(page.locator("[name=up_to_1]")).to_have_value("300000")
    for number, (up_to, amount) in enumerate(TIERS, 1):
        page.fill(f"[name=up_to_{number}]", str(up_to))
        page.fill(f"[name=amount_{number}]", str(amount))
    press(page, "초안 저장")
    return TierPolicy.objects.get(state="draft")


def simulate_and_keep(page: Page, gainers: int) -> Simulation:
    """See the cost and whom the draft changes, keep it, and print it for the meeting."""
    press(page, "모의 계산")
    says(page, f"{gainers:,}건, +{gainers * 10_000:,}원")
    page.locator("#content").get_by_role("link", name="달라지는 접수 보기").click()
    expect(page.locator("#content tbody tr")).to_have_count(min(gainers, 50))
    press(page, "모의 계산으로 돌아가기")
    press(page, "이 모의 계산 보관")
    page.fill("[name=name]", "3구간 신설안")
    press(page, "모의 계산 보관")
    kept = Simulation.objects.get()
    printed = page.request.get(f"/committee/simulation/{kept.pk}/print/")
    assert len(pypdfium2.PdfDocument(BytesIO(printed.body()))) == 2
    press(page, "다시 계산")
    says(page, "1원까지 같은 결과")
    return kept


def test_third_tier_is_drafted_simulated_adopted_run_and_explained(
    outage: Incident, enter: Callable[..., Page], tmp_path: Path
) -> None:
    import_file(enter("intake"), write_scaled_file(tmp_path / "접수.csv", rows=ROWS).path, "공식 채널")
    draft_and_adopt(enter)
    secretary = enter("secretary")
    decide(secretary)
    gain = Decision.objects.filter(outcome="supported", fact_loss__gt=200_000, fact_loss__lte=300_000)
    gainers = gain.count()
    assert gainers > 0
    before = list(Decision.objects.order_by("pk").values_list("pk", "amount"))

    draft = draft_third_tier(secretary)
    kept = simulate_and_keep(secretary, gainers)
    assert list(Decision.objects.order_by("pk").values_list("pk", "amount")) == before

    secretary.goto(f"/committee/tierpolicy/{draft.pk}/change/")
    press(secretary, "상정")
    press(secretary, "상정")
    chair = enter("chair")
    chair.goto(f"/committee/tierpolicy/{draft.pk}/change/")
    press(chair, "채택")
    chair.fill("[name=resolution]", "제3차 전체 회의 의결 1호")
    press(chair, "채택")

    open_entry(secretary, "결정 실행")
    press(secretary, "결정된 접수 재결정")
    says(secretary, f"+{gainers * 10_000:,}원")
    secretary.fill("[name=reason]", "제3차 전체 회의 의결")
    press(secretary, "재결정")
    expect(secretary.locator("[data-open='1']")).to_have_count(0)
    again = Decision.objects.filter(run__is_again=True)
    assert again.count() == gainers
    assert sum(kept.results[1]["winners"]) == gainers + gainers * 10_000

    decision = again.earliest("pk")
    secretary.goto(f"/committee/decision/{decision.pk}/change/")
    loss = format_won(decision.fact_loss).replace(" won", "원")
    says(secretary, f"신고하신 매출 손실 {loss}은 2구간(200,001원 ~ 300,000원)에 해당하여 40,000원을 지원합니다.")
    says(secretary, "40,000 won are granted.")
    press(secretary, "이전 결정 보기")
    says(secretary, "30,000원을 지원합니다.")
