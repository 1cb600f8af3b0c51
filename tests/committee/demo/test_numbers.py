import pytest

from committee.demo.files import seeded
from committee.demo.numbers import BANKS, Numbers, Shuffled, check_digit


def test_shuffled_gives_every_number_once_and_then_refuses():
    numbers = Shuffled(3, seeded(1, "test"))
    drawn = [numbers.draw() for _ in range(30_000)]
    assert sorted(drawn) == list(range(30_000))
    assert drawn[:100] != sorted(drawn[:100])
    with pytest.raises(IndexError):
        numbers.draw()


@pytest.mark.parametrize(("nine", "digit"), [("123456789", "1"), ("000000000", "0"), ("111111119", "5")])
def test_check_digit_follows_the_published_rule(nine, digit):
    assert check_digit(nine) == digit


def test_a_single_wrong_digit_changes_the_check_digit():
    same = [
        (place, digit)
        for place in range(9)
        for digit in "0123456789"
        if digit != "123456789"[place]
        and check_digit("123456789"[:place] + digit + "123456789"[place + 1 :]) == check_digit("123456789")
    ]
    assert same == []


def test_banks_have_codes_of_three_digits_without_repeats():
    codes = [bank.code for bank in BANKS]
    assert len(set(codes)) == len(codes) == len({bank.name for bank in BANKS})
    assert {len(code) == 3 and code.isdigit() for code in codes} == {True}


def test_accounts_fit_their_bank_and_do_not_repeat():
    numbers = Numbers(seeded(1, "test"))
    seen = set()
    for _ in range(5_000):
        bank, account = numbers.account()
        shapes = [[len(part) for part in shape.split("-")] for shape in bank.shapes]
        assert [len(part) for part in account.split("-")] in shapes
        seen.add((bank.code, account))
    assert len(seen) == 5_000
