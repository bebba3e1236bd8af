"""What the rooms of a worker know of the vendors that they share."""

from pydantic import SecretStr

from actors.health_board import HealthBoard, health_key
from actors.vendor import FailureKind
from providers import OpenAILLM
from providers.scripted_llm import ScriptedLLM

KEY = "vendor"


def test_three_failures_in_half_a_minute_make_a_vendor_suspect_until_they_are_old() -> None:
    board = HealthBoard()
    for now_s in (0.0, 1.0):
        board.fell(KEY, FailureKind.LATE, now_s=now_s)
        assert not board.is_suspect(KEY, now_s=now_s)
    board.fell(KEY, FailureKind.LATE, now_s=2.0)
    assert board.is_suspect(KEY, now_s=2.0)
    assert not board.is_suspect(KEY, now_s=31.0)
    assert not board.is_suspect("another", now_s=2.0)


def test_one_job_done_clears_it() -> None:
    board = HealthBoard()
    for now_s in (0.0, 1.0, 2.0):
        board.fell(KEY, FailureKind.ERROR, now_s=now_s)
    board.well(KEY)
    assert not board.is_suspect(KEY, now_s=2.0)
    assert board.is_clean


def test_a_pause_that_the_vendor_asked_for_holds_in_every_room() -> None:
    board = HealthBoard()
    board.fell(KEY, FailureKind.RATE_LIMITED, now_s=0.0, retry_after_s=7.0)
    assert board.is_suspect(KEY, now_s=6.9)
    assert not board.is_suspect(KEY, now_s=7.0)


def test_a_refused_request_says_nothing_of_the_vendor() -> None:
    board = HealthBoard()
    for _ in range(9):
        board.fell(KEY, FailureKind.REJECTED, now_s=0.0)
    assert board.is_clean


def test_one_room_at_a_time_tries_whether_it_is_well_again() -> None:
    board = HealthBoard()
    board.fell(KEY, FailureKind.ERROR, now_s=0.0)
    assert board.claim_probe(KEY, now_s=1.0)
    assert not board.claim_probe(KEY, now_s=2.0)
    assert board.claim_probe(KEY, now_s=11.0)
    board.fell(KEY, FailureKind.ERROR, now_s=11.5)
    assert board.claim_probe(KEY, now_s=11.6)


def test_equal_declarations_share_a_key_and_others_do_not() -> None:
    assert health_key(ScriptedLLM(name="a")) == health_key(ScriptedLLM(name="a"))
    assert health_key(ScriptedLLM(name="a")) != health_key(ScriptedLLM(name="b"))


def test_two_accounts_at_one_vendor_have_keys_of_their_own_that_give_nothing_away() -> None:
    accounts = [OpenAILLM(model="m", api_key=SecretStr(f"sk-{name}")) for name in ("one", "two")]
    one, two = map(health_key, accounts)
    assert one != two
    assert health_key(accounts[0].model_copy()) == one
    assert "sk-" not in one
