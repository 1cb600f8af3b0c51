"""From raw to decidable in a real browser: one clerk's morning, then the decisions and the batch that follow."""

from __future__ import annotations

import base64
import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim, Classification, DuplicateGroup, Evidence, Incident, Service
from committee.demo.files import write_scaled_file
from committee.models import Batch, Decision, Payment
from tests.browser.test_walk import draft_and_adopt, import_file, open_entry, press, says
from tests.claims.evidence.conftest import pdf, png

ROWS = 200
UPPERMOST = 500_000
HANGUL = {"KeyA": "ㅁ", "KeyJ": "ㅓ", "KeyK": "ㅏ"}
"""What letters write while the keyboard is set to Hangul."""
PAPERS = {"소상공인확인서.pdf": pdf(), "매출 자료.png": png(), "영업 활용.png": png("black")}
MAKE_TRANSFER = """files => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) {
        transfer.items.add(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], name));
    }
    return transfer;
}"""
PRESS_KEY = """([key, code]) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true})
)"""


def write_repeats(path: Path) -> dict[str, list[str]]:
    """Write a scaled file with two claims that come twice; return receipt numbers by what they are for."""
    write_scaled_file(path, rows=ROWS)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, *rows = list(csv.reader(file))
    columns = {word: place for place, word in enumerate(first)}

    company = set(Service.objects.filter(operator__kind="company").values_list("name", flat=True))

    def loss(row: list[str]) -> int:
        return int(row[columns["매출 손실 규모액"]].replace(",", "") or 0)

    def is_payable(row: list[str]) -> bool:
        is_own = row[columns["신고인 유형"]] == "소상공인" and row[columns["서비스"]] in company
        return is_own and bool(row[columns["계좌번호"]]) and 0 < loss(row) <= UPPERMOST

    settled, waiting, examined, *_others = filter(is_payable, rows)
    examined[columns["매출 손실 규모액"]] = str(UPPERMOST + 400_000)
    twice = [[f"B22-1019-99999{place}", *row[1:]] for place, row in enumerate((settled, waiting))]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([first, *rows, *twice])
    return {
        "settled": [settled[0], twice[0][0]],
        "open": [waiting[0], twice[1][0]],
        "examined": [examined[0]],
    }


def press_key(page: Page, code: str) -> None:
    """Press a key while the keyboard is set to Hangul, and wait for the page behind it."""
    with page.expect_navigation():
        page.evaluate(PRESS_KEY, [HANGUL[code], code])


def drop(page: Page, files: Mapping[str, bytes]) -> None:
    """Drop files from outside on the field for evidence."""
    packed = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
    page.dispatch_event(".evidence-drop", "drop", {"dataTransfer": page.evaluate_handle(MAKE_TRANSFER, packed)})


def find_claim(page: Page, number: str) -> None:
    """Open a claim from the list, found by its receipt number."""
    page.goto(f"/claims/claim/?q={number}")
    with page.expect_navigation():
        page.locator("#result_list").get_by_role("link", name=number).first.click()


def classify_uncertain(page: Page) -> None:
    """Take a claim of the queue, choose the first value of its uncertain axis, and confirm, all by keys."""
    open_entry(page, "불확실한 접수")
    press(page, "시작")
    number = page.locator("[data-triage-queue] h3 span").inner_text().split(" · ")[0]
    expect(page.locator("[data-triage-axis] input:focus")).to_have_count(1)
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    says(page, f"{number}을(를) 분류했습니다.")
    claim = Claim.objects.get(receipt_number=number)
    assert Classification.objects.get(claim=claim).confidence == 100


def settle_by_keys(page: Page, numbers: list[str]) -> None:
    """Say in the workbench that the two claims are one, and keep the first."""
    group = DuplicateGroup.objects.get(members__claim__receipt_number=numbers[0])
    open_entry(page, "중복")
    page.goto(f"/claims/duplicategroup/{group.pk}/change/")
    for number in numbers:
        says(page, number)
    first = page.locator("th").filter(has_text=numbers[0]).locator("[name=kept]")
    if not first.is_checked():
        page.keyboard.press("ArrowRight")
    expect(first).to_be_checked()
    page.keyboard.press("1")
    expect(page.locator("[name=verdict]").first).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    group.refresh_from_db()
    assert group.state == DuplicateGroup.State.SETTLED


def check_evidence(page: Page, number: str) -> None:
    """Drop three papers on the claim, accept each by its key, and see the claim whole in the list."""
    find_claim(page, number)
    with page.expect_navigation():
        page.locator("[data-claim-tabs]").get_by_role("link", name="입증자료").click()
    drop(page, PAPERS)
    expect(page.locator("[data-queue] li")).to_have_count(len(PAPERS))
    with page.expect_navigation():
        page.locator("[data-upload] button[type=submit]").click()
    expect(page.locator(".evidence-items > li")).to_have_count(len(PAPERS))
    for _paper in PAPERS:
        press_key(page, "KeyA")
    kinds = Evidence.objects.filter(claim__receipt_number=number, state="accepted").values_list("kind", flat=True)
    assert len(set(kinds)) == len(PAPERS)
    page.goto(f"/claims/claim/?q={number}")
    says(page, f"입증자료 {len(PAPERS)}종 중 {len(PAPERS)}종")


def walk_the_list(page: Page) -> None:
    """Go to the next claim of the list and back, by keys."""
    page.goto("/claims/claim/")
    with page.expect_navigation():
        page.locator("#result_list tbody th a, #result_list tbody a").first.click()
    start = page.locator(".claims-head-receipt").first.inner_text()
    press_key(page, "KeyJ")
    expect(page.locator(".claims-head-receipt").first).not_to_have_text(start)
    press_key(page, "KeyK")
    expect(page.locator(".claims-head-receipt").first).to_have_text(start)


def carry_out_decisions(enter: Callable[..., Page]) -> None:
    """The secretary runs the decisions, and the finance office composes a batch of what is payable."""
    secretary = enter("secretary")
    open_entry(secretary, "결정 실행")
    press(secretary, "결정 실행")
    press(secretary, "결정 실행")
    expect(secretary.locator("[data-open='1']")).to_have_count(0)
    finance = enter("finance")
    open_entry(finance, "지급 배치")
    press(finance, "배치 편성")
    press(finance, "배치 편성")
    says(finance, "배치 1호")
    expect(finance.locator("[data-open='1']")).to_have_count(0)


@pytest.fixture
def numbers(outage: Incident, enter: Callable[..., Page], tmp_path: Path) -> dict[str, list[str]]:
    """Receipt numbers of an accepted file, under an adopted policy."""
    draft_and_adopt(enter)
    file = tmp_path / "접수.csv"
    made = write_repeats(file)
    import_file(enter("intake"), file, "공식 채널")
    return made


def test_claims_go_from_raw_to_decidable_in_the_browser(
    numbers: dict[str, list[str]], enter: Callable[..., Page], private_folder: Any
) -> None:
    clerk = enter("intake")
    classify_uncertain(clerk)
    settle_by_keys(clerk, numbers["settled"])
    check_evidence(clerk, numbers["examined"][0])
    walk_the_list(clerk)

    carry_out_decisions(enter)
    kept, closed = numbers["settled"]
    paid = set(
        Payment.objects.filter(batch=Batch.objects.get()).values_list("decision__claim__receipt_number", flat=True)
    )
    assert kept in paid
    assert paid & {closed, *numbers["open"]} == set()
    assert not Decision.objects.filter(claim__receipt_number=closed).exists()
    find_claim(clerk, numbers["open"][0])
    says(clerk, "중복")
