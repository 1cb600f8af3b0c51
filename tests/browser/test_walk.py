"""The main job in a real browser, each step by who does it: from a claim file to a bank file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from claims.models import Claim, ClaimImport, Incident
from committee.demo.broken import write_broken_file
from committee.demo.files import seeded, write_scaled_file
from committee.demo.numbers import Numbers
from committee.models import BankFile, Batch, Decision, Payment, TierPolicy
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.files.models import StoredFile
from relief.money import format_won

ROWS = 300
BOTH = "노겸직"
READING = {"/claims/ruleset/compare/", "/committee/simulation/run/"}
"""Where a button above a list leads to, and nothing can be changed."""
BOTH_PASSWORD = "두가지-직무를-맡은-사람"


def pressable(page: Page, words: str) -> Locator:
    """Return the first link or button with exactly these words, inside the page's own content."""
    links = page.locator("#content").get_by_role("link", name=words, exact=True)
    buttons = page.locator("#content").get_by_role("button", name=words, exact=True)
    return links.or_(buttons).first


def press(page: Page, words: str) -> None:
    """Press a link or button and wait for the page behind it."""
    with page.expect_navigation():
        pressable(page, words).click()


def taken(page: Page, words: str) -> bytes:
    """Press a link or button and return the bytes that come down."""
    with page.expect_download() as download:
        pressable(page, words).click()
    return Path(download.value.path()).read_bytes()


def open_entry(page: Page, words: str) -> None:
    """Open a page through the sidebar."""
    with page.expect_navigation():
        page.locator("#nav-sidebar a").filter(has=page.get_by_text(words, exact=True)).click()


def sidebar(page: Page) -> list[str]:
    """Return the addresses of the sidebar's pages."""
    addresses: list[str] = page.eval_on_selector_all("#nav-sidebar a[href^='/']", "links => links.map(a => a.pathname)")
    return [address for address in dict.fromkeys(addresses) if "password" not in address]


def says(page: Page, sentence: str) -> None:
    """Wait until the page says the sentence."""
    expect(page.locator("body")).to_contain_text(sentence)


def post(page: Page, address: str, **form: str) -> Any:
    """Post a form from the page's own session, past its buttons, and return the response."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    return page.request.post(
        address, form={"csrfmiddlewaretoken": token, **form}, headers={"Referer": page.url}, max_redirects=0
    )


def seat_both_roles(page: Page, incident: Incident) -> None:
    """The administrator makes an account for a person with two roles and seats him at the incident."""
    open_entry(page, "사용자")
    page.goto("/relief/user/add/")
    page.fill("[name=username]", "both")
    page.fill("[name=full_name]", BOTH)
    page.fill("[name=password]", BOTH_PASSWORD)
    page.check("[name=roles][value=finance]")
    page.check("[name=roles][value=manager]")
    page.click("[name=_save]")
    says(page, BOTH)
    page.goto(f"/claims/incident/{incident.pk}/assign/")
    page.select_option("[name=user]", label=BOTH)
    press(page, "배정")
    says(page, f"{BOTH} 님을 이 사고에 배정했습니다.")


def read_file(page: Page, file: Path, source: str) -> None:
    """Hand a claim file in, take the columns as they are proposed, and wait until every row is read."""
    open_entry(page, "접수 파일 반입")
    press(page, "파일 반입")
    page.set_input_files("[type=file]", file)
    page.fill("[name=source]", source)
    press(page, "열 확인으로 이동")
    press(page, "파일 읽기")
    expect(page.locator(".intake-state")).to_have_text("승인 대기")


def accept_file(page: Page) -> None:
    """Accept the file whose page is open, and wait until its claims are registered."""
    press(page, "파일 승인")
    press(page, "접수 건 등록")
    expect(page.locator(".intake-state")).to_have_text("승인 완료")


def import_file(page: Page, file: Path, source: str) -> None:
    read_file(page, file, source)
    accept_file(page)


def tiles(page: Page) -> list[str]:
    return [text.strip().replace(",", "") for text in page.locator(".intake-tiles dd").all_inner_texts()]


def tab(page: Page, words: str) -> None:
    """Open one of the parts of an import's page."""
    with page.expect_navigation():
        page.locator(".intake-tabs").get_by_role("link", name=words, exact=True).click()


def draft_and_adopt(enter: Callable[..., Page]) -> None:
    """The secretary drafts the tiers; she cannot adopt them; the chair does."""
    secretary = enter("secretary")
    open_entry(secretary, "지원 기준")
    press(secretary, "새 판 작성")
    for name, value in (("up_to_1", 300_000), ("amount_1", 30_000), ("up_to_2", 500_000), ("amount_2", 50_000)):
        secretary.fill(f"[name={name}]", str(value))
    press(secretary, "초안 저장")
    policy = TierPolicy.objects.get()
    says(secretary, f"{policy} 초안을 작성했습니다.")
    press(secretary, "상정")
    press(secretary, "상정")
    says(secretary, f"{policy}을(를) 협의체에 상정했습니다.")
    expect(secretary.locator("#content").get_by_role("link", name="채택", exact=True)).to_have_count(0)
    chair = enter("chair")
    chair.goto(f"/committee/tierpolicy/{policy.pk}/change/")
    press(chair, "채택")
    chair.fill("[name=resolution]", "제2차 전체 회의 의결 1호")
    press(chair, "채택")
    says(chair, f"{policy}을(를) 채택했습니다.")


def decide(page: Page) -> None:
    open_entry(page, "결정 실행")
    press(page, "결정 실행")
    press(page, "결정 실행")
    says(page, f"{ROWS:,}")
    expect(page.locator("[data-open='1']")).to_have_count(0)


def compose_and_submit(page: Page) -> Batch:
    open_entry(page, "지급 배치")
    press(page, "배치 편성")
    press(page, "배치 편성")
    says(page, "배치 1호")
    press(page, "결재 상신")
    press(page, "결재 상신")
    says(page, "다른 사람의 결재를 기다립니다.")
    return Batch.objects.get()


def audit(auditor: Page, walked: Batch) -> None:
    """The auditor opens every page, finds nothing to press, and is refused whatever he posts past the pages."""
    received = ClaimImport.objects.get()
    addresses = sidebar(auditor)
    assert len(addresses) >= 18
    pages = [
        *addresses,
        f"/claims/claimimport/{received.pk}/change/",
        f"/committee/batch/{walked.pk}/change/",
        f"/committee/tierpolicy/{TierPolicy.objects.get().pk}/change/",
    ]
    for address in pages:
        answer = auditor.goto(address)
        assert answer is not None
        assert (address, answer.status) == (address, 200)
        led = auditor.eval_on_selector_all("#content .committee-acts a", "links => links.map(a => a.pathname)")
        assert set(led) <= READING, address
        acts = auditor.eval_on_selector_all("#content .relief-list-acts a", "links => links.map(a => a.pathname)")
        assert set(acts) <= READING, address
    auditor.goto("/")
    stored = StoredFile.objects.get(pk=received.stored_file_id)
    tries = {
        "/claims/claimimport/receive/": {"source": "감사"},
        f"/committee/batch/{walked.pk}/approve/": {"lines_sha256": walked.lines_sha256},
        f"/committee/batch/{walked.pk}/withdraw/": {"reason": "시험"},
        "/committee/batch/compose/": {"selection": "{}"},
        "/committee/decisionrun/start/": {},
        "/relief/user/add/": {"username": "auditor2"},
    }
    assert {address: post(auditor, address, **form).status for address, form in tries.items()} == dict.fromkeys(
        tries, 403
    )
    assert auditor.request.get(f"/files/{stored.pk}/").status == 200
    walked.refresh_from_db()
    assert (walked.state, ClaimImport.objects.count(), Batch.objects.count()) == (Batch.State.SUBMITTED, 1, 1)


@pytest.fixture
def walked(outage: Incident, enter: Callable[..., Page], tmp_path: Path) -> Batch:
    """Everything up to the submitted batch: two accounts' work, composed by a person who holds both roles."""
    seat_both_roles(enter("admin"), outage)
    file = write_scaled_file(tmp_path / "접수.csv", rows=ROWS).path
    import_file(enter("intake"), file, "공식 채널")
    draft_and_adopt(enter)
    decide(enter("secretary"))
    return compose_and_submit(enter("both", password=BOTH_PASSWORD))


def test_claim_file_is_imported_once_and_its_rejected_rows_are_shown(
    outage: Incident, enter: Callable[..., Page], tmp_path: Path
) -> None:
    file = tmp_path / "연습.csv"
    write_broken_file(file, Numbers(seeded(7, "browser")))
    page = enter("intake")
    read_file(page, file, "<b>연습</b>")
    received = ClaimImport.objects.get()
    assert (Claim.objects.count(), received.rows_rejected > 0, received.rows_new > 0) == (0, True, True)
    accept_file(page)
    received.refresh_from_db()
    counts = (received.rows_read, received.rows_new, received.rows_same, received.rows_changed, received.rows_rejected)
    assert tiles(page) == [str(count) for count in counts]
    assert Claim.objects.count() == received.rows_new
    says(page, format_won(int(received.sum_of_losses)).replace(" won", "원"))
    says(page, "<b>연습</b>")
    tab(page, "반려된 행")
    assert page.locator(".intake-rejected tbody tr").count() == received.rows_rejected
    page.locator(".intake-faults").get_by_role("link", name="금액은 음수일 수 없습니다.").click()
    negative = received.rejected_rows.filter(faults__contains=[{"code": "negative"}]).count()
    expect(page.locator(".intake-rejected tbody tr")).to_have_count(negative)
    tab(page, "파일")
    assert taken(page, "제출된 원본 파일 내려받기") == file.read_bytes()
    assert Disclosure.objects.get().by.username == "intake"

    open_entry(page, "접수 파일 반입")
    press(page, "파일 반입")
    page.set_input_files("[type=file]", {"name": "다시.csv", "mimeType": "text/csv", "buffer": file.read_bytes()})
    press(page, "열 확인으로 이동")
    says(page, f"반입 {received.pk}번")
    assert page.url.endswith(f"/claims/claimimport/{received.pk}/change/")
    assert ClaimImport.objects.count() == 1


@pytest.fixture
def mapped(outage: Incident, enter: Callable[..., Page], tmp_path: Path) -> Page:
    """The page of an accepted file of another source, whose columns and words were chosen by hand; a row is bad."""
    file = tmp_path / "단체.csv"
    file.write_text(
        "관리,언제,무엇,손해(천원),상호\n"
        "F-1001,19-Oct-22,톡채널,120.5,가나다\nF-1002,20-Oct-22,톡채널,-5,라마바\nF-1003,21-Oct-22,톡채널,30,사아자\n"
    )
    page = enter("intake")
    open_entry(page, "접수 파일 반입")
    press(page, "파일 반입")
    page.set_input_files("[type=file]", file)
    page.fill("[name=declared_rows]", "4")
    press(page, "열 확인으로 이동")
    for column, field in enumerate(("receipt_number", "received_at", "service", "claimed_loss", "name")):
        page.select_option(f"[name=column_{column}]", field)
    page.select_option("[name=unit]", "1000")
    page.check("[name=date_formats][value=D-MON-YY]")
    press(page, "다시 확인")
    says(page, "톡채널")
    word = page.locator("select[name^='means_service']").first
    word.select_option(label=next(text for text in word.locator("option").all_inner_texts() if "channel" in text))
    page.fill("[name=profile_name]", "어느 단체")
    press(page, "프로필로 저장")
    press(page, "파일 읽기")
    expect(page.locator(".intake-state")).to_have_text("승인 대기")
    press(page, "파일 승인")
    press(page, "접수 건 등록")
    assert ClaimImport.objects.get().state == "staged"
    page.fill("[name=reason]", "보낸 곳에 확인했습니다.")
    press(page, "접수 건 등록")
    expect(page.locator(".intake-state")).to_have_text("승인 완료")
    return page


def test_columns_and_words_of_another_source_are_chosen_on_the_page(mapped: Page) -> None:
    assert tiles(mapped) == ["3", "2", "0", "0", "1"]
    assert list(Claim.objects.order_by("receipt_number").values_list("receipt_number", "claimed_loss")) == [
        ("F-1001", 120_500),
        ("F-1003", 30_000),
    ]


def test_rejected_rows_come_back_corrected_and_all_of_it_is_undone(mapped: Page, tmp_path: Path) -> None:
    first = ClaimImport.objects.get()
    press(mapped, "반려된 행 내려받기")
    mapped.fill("[name=reason]", "행을 고치려고")
    workbook = tmp_path / "고친 행.xlsx"
    workbook.write_bytes(taken(mapped, "내려받기(XLSX)"))
    rows = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()
    rows[1][4] = "5"
    with xlsxwriter.Workbook(workbook) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    mapped.goto(f"/claims/claimimport/{first.pk}/change/")
    press(mapped, "고친 행 제출")
    mapped.set_input_files("[type=file]", workbook)
    press(mapped, "고친 행 읽기")
    expect(mapped.locator(".intake-state")).to_have_text("승인 대기")
    accept_file(mapped)
    assert Claim.objects.get(receipt_number="F-1002").claimed_loss == 5_000

    for one in ClaimImport.objects.order_by("-pk"):
        mapped.goto(f"/claims/claimimport/{one.pk}/change/")
        press(mapped, "반입 되돌리기")
        mapped.fill("[name=reason]", "시험이었습니다.")
        press(mapped, "접수 건을 대장에서 빼기")
        expect(mapped.locator(".intake-state")).to_have_text("되돌림")
    assert Claim.objects.count() == 0


def test_claim_file_leaves_as_a_bank_file_under_four_eyes(walked: Batch, enter: Callable[..., Page]) -> None:
    assert (Claim.objects.count(), Decision.objects.count()) == (ROWS, ROWS)
    page = f"/committee/batch/{walked.pk}/change/"
    approve = f"/committee/batch/{walked.pk}/approve/"

    composer = enter("both", password=BOTH_PASSWORD, provoked=("/approve/",))
    composer.goto(page)
    says(composer, "직접 편성한 배치는 결재할 수 없습니다. 다른 사람이 결재합니다.")
    expect(composer.get_by_role("button", name="결재", exact=True)).to_be_disabled()
    refused = post(composer, approve, lines_sha256=walked.lines_sha256)
    assert refused.status == 200
    assert "배치를 편성한 사람은 결재할 수 없습니다." in refused.text()
    walked.refresh_from_db()
    assert (walked.state, walked.approvals.count()) == (Batch.State.SUBMITTED, 0)
    stranger = enter("finance")
    assert post(stranger, approve, lines_sha256=walked.lines_sha256).status == 403

    audit(enter("auditor"), walked)

    manager = enter("manager")
    manager.goto(page)
    press(manager, "결재")
    says(manager, format_won(walked.line_sum).replace(" won", "원"))
    press(manager, "결재")
    says(manager, "배치 1호를 결재했습니다.")
    assert [str(row.approved_by) for row in walked.approvals.all()] == [str(User.objects.get(username="manager"))]

    finance = enter("finance")
    finance.goto(page)
    press(finance, "은행 파일 만들기")
    press(finance, "은행 파일 만들기")
    says(finance, "은행 파일을 만들었습니다")
    row = BankFile.objects.get()
    for _again in range(2):
        finance.goto(page)
        press(finance, "은행 파일 내려받기")
        finance.fill("[name=reason]", "은행 전달")
        content = taken(finance, "내려받기")
        assert hashlib.sha256(content).hexdigest() == row.sha256 == row.stored_file.sha256
    walked.refresh_from_db()
    assert walked.state == Batch.State.EXPORTED
    paid = Payment.objects.filter(batch=walked, is_live=True)
    assert (row.line_count, row.line_sum) == (paid.count(), sum(payment.amount for payment in paid))


def test_each_role_finds_its_own_work_in_the_sidebar(outage: Incident, enter: Callable[..., Page]) -> None:
    intake, manager, administrator = (set(sidebar(enter(name))) for name in ("intake", "manager", "admin"))
    assert "/claims/claimimport/" in intake
    assert "/committee/batch/" in manager
    assert "/relief/user/" in administrator
    assert intake & {"/committee/batch/", "/relief/user/"} == set()
    assert manager & {"/claims/claimimport/", "/relief/user/"} == set()
    assert administrator & {"/claims/claimimport/", "/claims/claim/", "/committee/batch/"} == set()
