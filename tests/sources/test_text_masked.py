"""What of a raw line may be kept: never a phone number or an e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.sources.text_lines import masked


@pytest.mark.parametrize(
    "secret",
    [
        "13800138000",
        "+8613800138000",
        "138 0013 8000",
        "138-0013-8000",
        "1380013",
        "１３８００１３８０００",
        "li.lei+shop@mail.example.com",
        "李雷@例子.中国",
        "li@localhost",
        "li＠example.com",
        "1\x003\x008\x000\x000\x001\x003\x008\x000\x000\x000",
        "138\udcff00138000",
    ],
)
@pytest.mark.parametrize("around", ["{}", "a,{},b", '"{}"', "<{}>", "x;{};", "\t{}\t", "姓名{}姓名", '{{"p":"{}"}}'])
def test_phone_numbers_and_addresses_are_masked_wherever_they_stand(secret, around):
    shown = masked(around.format(secret))
    assert not any(char.isdigit() for char in shown.replace("\\xff", ""))
    assert "example" not in shown
    assert "@" not in shown
    assert "＠" not in shown


@pytest.mark.parametrize("kept", ["A1,12.50,paid", "2011-12-09 08:26:00", "123456", "1,234,567.00", "a @ b"])
def test_what_is_no_secret_stays(kept):
    assert masked(kept) == kept


def test_a_secret_at_the_cut_is_masked_before_it_is_cut():
    for at in range(480, 501):
        shown = masked("x" * at + ",13800138000,li@example.com")
        assert len(shown) <= 500
        assert "1" not in shown
        assert "@" not in shown


def test_bytes_that_did_not_decode_are_shown_as_escapes():
    assert masked("a,\udce9\udcff\n") == r"a,\xe9\xff"


@given(st.text(max_size=600))
def test_nothing_of_seven_digits_in_a_row_is_left(text):
    shown = masked(text)
    assert len(shown) <= 500
    run = 0
    for char in shown:
        run = run + 1 if char.isdecimal() else 0
        assert run < 7
