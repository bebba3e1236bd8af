"""What a peer can do wrong: one clear line each time, and nothing is left of it."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transports.webrtc_rig import browser, call_line
from transports.webrtc.config import WebRtcConfig
from transports.webrtc.offer import MAX_SDP_BYTES, Candidate, Description, OfferError
from transports.webrtc.peer import PeerError
from transports.webrtc.transport import WebRtcTransport

HASTY = WebRtcConfig(connect_within_s=0.5)

AUDIO = """\
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 AB:CD
a=setup:actpass
"""
CHANNEL = """\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:1
a=sctp-port:5000
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 AB:CD
a=setup:actpass
"""
HEAD = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=group:BUNDLE 0 1\n"
OFFER = (HEAD + AUDIO + CHANNEL).replace("\n", "\r\n")


def offer(old: str = "", new: str = "") -> str:
    return OFFER.replace(old.replace("\n", "\r\n"), new.replace("\n", "\r\n")) if old else OFFER


def test_a_whole_offer_is_taken() -> None:
    description = Description.of(offer())
    assert (description.has_video, description.has_channel, description.is_local) == (
        False,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("sdp", "says"),
    [
        ("", "no audio"),
        ("hello", "no SDP|no audio"),
        ("v=0\r\nm=audio", "no SDP"),
        (offer(AUDIO, ""), "no audio"),
        (offer("opus/48000/2", "G722/8000"), "no codec that is spoken here: OPUS"),
        (offer("a=rtcp-mux\n", ""), "one port"),
        (offer("a=ice-pwd:abcdefghijklmnopqrstuv\n", ""), "no ICE name and password"),
        (offer("a=fingerprint:sha-256 AB:CD\n", ""), "fingerprint"),
        (offer("a=group:BUNDLE 0 1\n", ""), "bundle"),
        (offer(CHANNEL, CHANNEL.replace("application", "text")), "'text'"),
        (OFFER + CHANNEL.replace("\n", "\r\n"), "more than one section for data channels"),
        ("v" * (MAX_SDP_BYTES + 1), "at most 65536"),
    ],
)
def test_an_offer_that_cannot_become_a_call_is_refused_in_one_line(sdp: str, says: str) -> None:
    with pytest.raises(OfferError, match=says) as refused:
        Description.of(sdp)
    assert "\n" not in str(refused.value)


@given(st.data())
def test_no_garbled_offer_raises_anything_else(data: st.DataObject) -> None:
    lines: list[str] = list(OFFER.splitlines())
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        cut = data.draw(st.integers(0, len(line)))
        lines[index] = line[:cut] + data.draw(st.text(max_size=10))
    with contextlib.suppress(OfferError):
        Description.of("\r\n".join(lines))


@given(st.text(max_size=100))
def test_no_text_is_taken_for_a_candidate_unless_it_is_one(text: str) -> None:
    with pytest.raises(OfferError):
        Candidate(text or "x").for_aiortc()


def test_a_candidate_of_a_browser_is_taken() -> None:
    text = "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host generation 0"
    found = Candidate(text, sdp_mid="0").for_aiortc()
    assert found is not None
    assert (found.ip, found.port, found.type) == ("192.0.2.1", 5000, "host")
    assert Candidate("").for_aiortc() is None


@pytest.mark.real_time
async def test_an_offer_that_is_refused_leaves_the_line_open_for_the_next_one() -> None:
    transport = WebRtcTransport()
    async with call_line(transport) as call, browser() as person:
        with pytest.raises(OfferError):
            await transport.answer("hello")
        await call.connect(person)


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_peer_whose_candidates_never_come_is_given_up_in_time() -> None:
    transport = WebRtcTransport(config=HASTY, first_within_s=1.0)
    async with call_line(transport) as call:
        await transport.answer(offer())
        await call.until(lambda: call.ended, within_s=10.0)  # the default is 15


@pytest.mark.real_time
@pytest.mark.slow
async def test_candidates_may_come_after_the_offer() -> None:
    transport = WebRtcTransport()
    async with call_line(transport) as call, browser() as person:
        whole = await person.offer()
        lines = whole.splitlines(keepends=True)
        bare = "".join(line for line in lines if "candidate" not in line)
        await person.accept(await transport.answer(bare))
        assert not call.arrivals
        found = [line.strip().removeprefix("a=") for line in lines if "a=candidate" in line]
        await transport.add_candidates([Candidate(found[0], sdp_mid="0"), Candidate("")])
        await call.until(lambda: bool(call.arrivals))


async def test_candidates_without_an_offer_are_refused() -> None:
    with pytest.raises(PeerError, match="after an offer"):
        await WebRtcTransport().add_candidates([Candidate("")])


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_peer_that_vanishes_without_a_word_is_noticed() -> None:
    transport = WebRtcTransport(config=WebRtcConfig(silent_for_s=2.0), rejoin_s=0.1)
    async with call_line(transport) as call, browser() as person:
        await call.connect(person)
        await person.vanish()
        await call.until(lambda: call.ended, within_s=20.0)  # by itself ICE takes 30


def test_a_peer_that_vanishes_is_noticed_within_ten_seconds() -> None:
    assert WebRtcConfig().silent_for_s + 2.0 <= 10.0


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_handshake_that_never_completes_is_given_up_in_time() -> None:
    transport = WebRtcTransport(config=HASTY, first_within_s=1.0)
    async with call_line(transport) as call, browser() as person:
        answer = await transport.answer(await person.offer())
        person.refuse_to_shake_hands()
        await person.accept(answer)
        await call.until(lambda: call.ended, within_s=10.0)  # the default is 15


@pytest.mark.real_time
async def test_an_offer_whose_sender_has_given_up_is_passed_over_and_leaves_nothing() -> None:
    transport = WebRtcTransport()
    asking = asyncio.get_running_loop().create_task(transport.answer(offer()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    async with call_line(transport) as call, browser() as person:
        await call.connect(person)  # the offer of whoever gave up is passed over


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_line_that_is_left_while_it_connects_leaves_nothing() -> None:
    transport = WebRtcTransport()
    async with call_line(transport):
        await transport.answer(offer())


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_caller_who_offers_again_while_still_connecting_gets_in() -> None:
    transport = WebRtcTransport()
    async with call_line(transport) as call, browser() as person, browser() as again:
        await person.accept(await transport.answer(await person.offer()))
        await again.accept(await transport.answer(await again.offer()))
        await call.until(lambda: bool(call.entries))
        assert call.entries == 1
