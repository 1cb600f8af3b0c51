"""The claim files read back: their marginals are the published figures, and the same seed gives the same bytes."""

import csv
import hashlib
from collections import Counter
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from committee.demo.files import DEFAULT_SEED, seeded_repeats, write_claim_files, write_scaled_file
from committee.demo.phrases import MONEY_LOSS_WORDS
from committee.demo.repeats import RepeatKind
from relief.money import percentage
from tests.committee.demo.conftest import read_official


def _speaks_of_loss(text: str) -> bool:
    return any(word in text for word in MONEY_LOSS_WORDS)


def _hashes(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_all_rows_and_referred_rows_are_the_published_ones(claims, own):
    assert (len(claims), len(own), len(claims) - len(own)) == (105_116, 87_195, 17_921)


def test_own_rows_by_money_are_the_published_ones(own):
    paid = sum(claim.paid for claim in own)
    free_loss = sum(not claim.paid and bool(claim.loss) for claim in own)
    inquiries = sum(not claim.paid and not claim.loss for claim in own)
    assert (paid, free_loss, inquiries) == (14_918, 13_195, 59_082)
    shares = [percentage(part, len(own)) for part in (paid, free_loss, inquiries)]
    assert shares == ["17.1", "15.1", "67.8"]
    assert percentage(len(own), 105_116) == "83.0"


def test_first_rule_set_finds_the_interim_count(own):
    free = [claim for claim in own if not claim.paid]
    vague = [claim for claim in free if claim.loss is None and _speaks_of_loss(claim.text)]
    assert len(vague) == 723
    assert len(vague) + sum(bool(claim.loss) for claim in free) == 13_918


def test_other_inquiries_never_speak_of_loss(own):
    others = [claim for claim in own if not claim.paid and not claim.loss and not _speaks_of_loss(claim.text)]
    assert len(others) == 58_359
    assert {claim.loss for claim in others} == {None, 0}


def test_reporter_types_round_to_the_published_shares(own, own_reporters):
    assert own_reporters == {"user": 78_127, "small": 8_894, "enterprise": 174}
    shares = [percentage(own_reporters[kind], len(own)) for kind in ("user", "small", "enterprise")]
    assert shares == ["89.6", "10.2", "0.2"]


def test_small_businesses_with_a_payable_loss_are_the_published_ones(own):
    small = [claim for claim in own if claim.reporter == "small"]
    payable = [claim for claim in small if claim.loss]
    assert Counter(claim.paid for claim in payable) == {True: 635, False: 7_826}
    assert not any(claim.paid for claim in small if not claim.loss)
    assert all(claim.bank and claim.account for claim in payable)
    again = Counter(repeat.kind for repeat in seeded_repeats())[RepeatKind.REGISTRATION]
    assert len({claim.registration_number for claim in payable}) == 8_461 - again


def test_forty_small_businesses_lie_above_the_tiers(own):
    losses = [claim.loss for claim in own if claim.reporter == "small" and claim.loss]
    above = [loss for loss in losses if loss > 500_000]
    assert len(above) == 40
    assert min(above) == 500_001
    assert 10_000_000 < max(above) < 100_000_000


def test_losses_hold_every_bound_of_the_tiers(own):
    losses = {claim.loss for claim in own if claim.reporter == "small"}
    assert losses >= {1, 299_999, 300_000, 300_001, 499_999, 500_000, 500_001}


@pytest.mark.parametrize("seed", [DEFAULT_SEED, 7])
def test_cash_cost_lies_well_inside_the_published_range(seed, claims, own, tmp_path):
    if seed == DEFAULT_SEED:
        losses = [claim.loss for claim in own if claim.reporter == "small" and claim.loss]
    else:
        write_claim_files(tmp_path, seed=seed)
        rows = read_official(tmp_path / "official.csv")
        losses = [claim.loss for claim in rows if claim.own and claim.reporter == "small" and claim.loss]
        # The federation's share is left out here, so the range is scaled to the rows at hand.
    cost = sum(30_000 if loss <= 300_000 else 50_000 for loss in losses if loss <= 500_000)
    assert 0.25 < cost / len(losses) * 8_461 / 1_000_000_000 < 0.35


def test_receipt_numbers_are_unique_and_carry_the_day(claims):
    assert len({claim.receipt_number for claim in claims}) == 105_116
    wrong = [c for c in claims if c.receipt_number[1:8] != c.received_at.strftime("%y-%m%d")]
    assert wrong == []


def test_arrivals_lie_inside_the_round_and_the_rush_comes_first(claims):
    times = [claim.received_at for claim in claims]
    assert min(times) >= datetime(2022, 10, 19, 10)  # noqa: DTZ001
    assert max(times) < datetime(2022, 11, 7)  # noqa: DTZ001
    days = Counter(time.date() for time in times)
    assert len(days) == 19
    by_day = [days[day] for day in sorted(days)]
    assert by_day[0] == max(by_day)
    assert by_day[-1] > by_day[-2] > min(by_day)


def test_every_registration_number_has_its_check_digit(claims):
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    nameless = {repeat.later for repeat in seeded_repeats() if repeat.kind is RepeatKind.WITHOUT_NUMBERS}
    businesses = [claim for claim in claims if claim.reporter != "user" and claim.receipt_number not in nameless]
    numbers = [claim.registration_number for claim in businesses]
    assert {len(number) for number in numbers} == {10}
    for number in numbers:
        digits = [int(digit) for digit in number]
        total = sum(w * d for w, d in zip(weights, digits, strict=False)) + digits[8] * 5 // 10
        assert (10 - total % 10) % 10 == digits[9], number
    assert {claim.registration_number for claim in claims if claim.reporter == "user"} == {""}


def test_phones_cannot_belong_to_anybody(claims):
    wrong = {c.receipt_number for c in claims if len(c.phone) != 11 or not c.phone.startswith("0101")}
    assert wrong == {repeat.later for repeat in seeded_repeats() if repeat.kind is RepeatKind.WITHOUT_NUMBERS}


def test_a_phone_belongs_to_one_person_on_different_services(claims):
    names = {}
    for claim in filter(lambda claim: claim.phone, claims):
        assert names.setdefault(claim.phone, claim.name) == claim.name
    assert len(names) < len(claims)


def test_bank_and_account_come_together(claims):
    assert {bool(claim.bank) == bool(claim.account) for claim in claims} == {True}
    accounts = [claim.account for claim in claims if claim.account]
    assert {len(account) in range(10, 17) and account.isdigit() for account in accounts} == {True}


def test_federation_file_is_of_small_businesses_and_affiliate_file_of_referred_ones(claims):
    by_file = Counter(claim.file for claim in claims)
    assert by_file == {"official": 97_068, "federation": 2_518, "affiliate": 5_530}
    assert {claim.reporter for claim in claims if claim.file == "federation"} == {"small"}
    assert {claim.own for claim in claims if claim.file == "affiliate"} == {False}


def test_descriptions_differ_in_text_and_length(claims):
    lengths = sorted(len(claim.text) for claim in claims)
    assert lengths[0] < 30
    assert lengths[-1] > 250
    assert len({claim.text for claim in claims}) > 80_000
    assert not any("{" in claim.text for claim in claims)


def test_same_seed_gives_the_same_bytes_and_another_seed_others(claim_files, tmp_path):
    write_claim_files(tmp_path / "same")
    write_claim_files(tmp_path / "other", seed=DEFAULT_SEED + 1)
    published, same, other = _hashes(claim_files), _hashes(tmp_path / "same"), _hashes(tmp_path / "other")
    assert same == published
    assert {name for name in published if other[name] == published[name]} == set()


def test_official_file_has_its_mark_its_headings_and_both_ways_to_write_an_amount(claim_files):
    raw = (claim_files / "official.csv").read_bytes()
    head = raw[:400].decode("utf-8-sig").splitlines()[0]
    assert raw.startswith(b"\xef\xbb\xbf")
    assert head == (
        "접수번호,접수일시,접수경로,신고인 유형,이름,연락처,사업자등록번호,"
        "서비스,유료/무료,매출 손실 규모액,피해 내용,은행,계좌번호"
    )
    rows = csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline=""))
    assert {"," in row["매출 손실 규모액"] for row in rows} == {True, False}


def test_scaled_file_keeps_the_proportions_and_unique_receipts(tmp_path):
    written = write_scaled_file(tmp_path / "claims.csv", rows=20_001)
    rows = read_official(written.path)
    assert (written.rows, len(rows), len({row.receipt_number for row in rows})) == (20_001, 20_001, 20_001)
    share = percentage(sum(row.own for row in rows), len(rows))
    assert share == "83.0"


def test_command_writes_the_large_file_as_a_workbook_too(tmp_path):
    out = StringIO()
    call_command("make_claim_files", str(tmp_path), "--rows", "50", "--xlsx", stdout=out)
    assert [path.name for path in tmp_path.iterdir()] == ["claims-50.xlsx"]
    assert str(tmp_path / "claims-50.xlsx") in out.getvalue()


@pytest.mark.parametrize("options", [["--xlsx"], ["--rows", "0"]])
def test_command_refuses_options_that_do_not_go_together(options, tmp_path):
    with pytest.raises(CommandError, match="--rows"):
        call_command("make_claim_files", str(tmp_path), *options)
    assert list(tmp_path.iterdir()) == []
