"""Positions of a connection, as the far end counts them, told as positions of an epoch."""

from hypothesis import given
from hypothesis import strategies as st

from actors.playback import Heard
from actors.playout import Playout

FRAME = 320


def two_epochs() -> Playout:
    """Return a playout of one and a half frames of epoch 1 and one of epoch 2."""
    playout = Playout()
    playout.send(FRAME, epoch=1, off=0, samples=FRAME)
    playout.send(FRAME, epoch=1, off=FRAME, samples=FRAME // 2)
    playout.send(FRAME, epoch=2, off=0, samples=FRAME)
    return playout


def test_the_silence_that_fills_a_frame_is_no_part_of_its_epoch() -> None:
    playout = two_epochs()
    assert playout.hear(FRAME + 10) == (Heard(1, FRAME + 10),)
    assert playout.hear(2 * FRAME) == (Heard(1, FRAME + FRAME // 2),)


def test_a_report_that_spans_two_epochs_tells_both() -> None:
    assert two_epochs().hear(2 * FRAME + 5) == (Heard(1, FRAME + FRAME // 2), Heard(2, 5))


def test_nothing_is_heard_twice_and_nothing_that_was_not_sent() -> None:
    playout = two_epochs()
    assert playout.hear(10**9) == (Heard(1, FRAME + FRAME // 2), Heard(2, FRAME))
    assert playout.hear(10**9) == ()
    assert playout.hear(5) == ()


def test_what_the_far_end_dropped_counts_as_unheard_and_the_position_goes_on_behind_it() -> None:
    playout = Playout()
    playout.send(FRAME, epoch=1, off=0, samples=FRAME)
    playout.send(FRAME, epoch=1, off=FRAME, samples=FRAME)
    playout.clear()
    playout.send(FRAME, epoch=2, off=0, samples=FRAME)
    assert playout.hear(10**9) == (Heard(1, 2 * FRAME),)


def test_the_answer_to_a_clear_tells_where_it_stopped() -> None:
    playout = Playout()
    playout.send(FRAME, epoch=1, off=0, samples=FRAME)
    playout.send(FRAME, epoch=1, off=FRAME, samples=FRAME)
    playout.clear()
    playout.send(FRAME, epoch=2, off=0, samples=FRAME)
    assert playout.cleared(FRAME + 40) == (Heard(1, FRAME + 40),)
    assert playout.hear(2 * FRAME + 7) == (Heard(2, 7),)


def test_an_answer_to_no_clear_is_none() -> None:
    assert two_epochs().cleared(5) is None


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("send"), st.integers(1, 320)),
            st.tuples(st.sampled_from(["hear", "cleared"]), st.integers(0, 5000)),
            st.tuples(st.just("clear"), st.just(0)),
        ),
        max_size=60,
    )
)
def test_whatever_a_far_end_claims_positions_rise_and_stay_within_what_was_sent(
    steps: list[tuple[str, int]],
) -> None:
    playout, off, known = Playout(), 0, 0
    for what, number in steps:
        news: tuple[Heard, ...] = ()
        match what:
            case "send":
                playout.send(320, epoch=1, off=off, samples=number)
                off += number
            case "clear":
                playout.clear()
            case "cleared":
                news = playout.cleared(number) or ()
            case _:
                news = playout.hear(number)
        for heard in news:
            assert known < heard.samples <= off or heard.samples == known
            known = heard.samples
