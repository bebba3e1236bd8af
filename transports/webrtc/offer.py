"""What a peer offers, checked before anything is opened for it."""

from dataclasses import dataclass
from typing import Final

from aiortc import RTCIceCandidate, sdp
from aiortc.codecs import CODECS
from aiortc.rtcdtlstransport import X509_DIGEST_ALGORITHMS

from transports.webrtc.internals import LOOPBACK

MAX_SDP_BYTES: Final = 64 * 1024
MAX_SECTIONS: Final = 8
MAX_CANDIDATES: Final = 100
_KINDS: Final = ("audio", "video", "application")
_PARSE_ERRORS: Final = (
    ValueError,
    AssertionError,
    AttributeError,
    LookupError,
    StopIteration,
    TypeError,
)
"""What aiortc's parser runs into when it is given anything else than SDP."""


class OfferError(ValueError):
    """A peer's description cannot be taken; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Description:
    """A peer's offer or answer (SDP, RFC 8866) that has everything a call needs."""

    sdp: str
    has_video: bool
    has_channel: bool
    """Whether it brings a data channel."""
    is_local: bool
    """Whether the peer can be reached at this machine's loopback address."""

    @classmethod
    def of(cls, text: str) -> "Description":
        """Check a description.

        Raises:
            OfferError: it is no SDP, or a call over it is not possible.
        """
        if len(text) > MAX_SDP_BYTES:
            raise OfferError(f"the SDP has {len(text)} bytes; at most {MAX_SDP_BYTES} are taken")
        try:
            parsed = sdp.SessionDescription.parse(text)
            checked = [_checked(section) for section in parsed.media]
        except OfferError:
            raise
        except _PARSE_ERRORS as error:
            raise OfferError("this is no SDP: send what createOffer gave, unchanged") from error
        _check_whole(parsed, checked)
        candidates = [one for section in checked for one in section.ice_candidates]
        if len(candidates) > MAX_CANDIDATES:
            raise OfferError(f"the SDP has more than {MAX_CANDIDATES} candidates")
        return cls(
            sdp=text,
            has_video=any(section.kind == "video" for section in checked),
            has_channel=any(section.kind == "application" for section in checked),
            is_local=any(candidate.ip == LOOPBACK for candidate in candidates),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to the peer that its description did not name (RFC 8838), as browsers tell it."""

    candidate: str
    """Such as ``candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host``; empty: there are no more.
    """
    sdp_mid: str | None = None
    sdp_m_line_index: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it can be taken."""
        try:
            self.for_aiortc()
        except OfferError:
            return False
        return True

    def for_aiortc(self) -> RTCIceCandidate | None:
        """Return what aiortc takes.

        Raises:
            OfferError: it is no candidate.
        """
        if not self.candidate:
            return None
        try:
            found = sdp.candidate_from_sdp(self.candidate.removeprefix("candidate:"))
        except _PARSE_ERRORS as error:
            raise OfferError(f"{self.candidate!r} is no ICE candidate") from error
        found.sdpMid, found.sdpMLineIndex = self.sdp_mid, self.sdp_m_line_index
        if found.sdpMid is None and found.sdpMLineIndex is None:
            raise OfferError("a candidate needs its sdpMid or its sdpMLineIndex")
        return found


def _check_whole(parsed: sdp.SessionDescription, sections: list[sdp.MediaDescription]) -> None:
    kinds = [section.kind for section in sections]
    if "audio" not in kinds:
        raise OfferError("the SDP has no audio: add a microphone, or an audio transceiver")
    if len(sections) > MAX_SECTIONS:
        raise OfferError(f"the SDP has {len(sections)} sections; at most {MAX_SECTIONS} are taken")
    if kinds.count("application") > 1:
        raise OfferError("the SDP has more than one section for data channels")
    bundled = {mid for group in parsed.group if group.semantic == "BUNDLE" for mid in group.items}
    if len(sections) > 1 and any(section.rtp.muxId not in bundled for section in sections):
        raise OfferError("the SDP must bundle all that it has over one transport (RFC 8843)")


def _checked(section: sdp.MediaDescription) -> sdp.MediaDescription:
    kind = section.kind
    if kind not in _KINDS:
        raise OfferError(f"the SDP offers {kind!r}; only audio, video and data channels are taken")
    ice, dtls = section.ice, section.dtls
    if ice is None or not ice.usernameFragment or not ice.password:
        raise OfferError(f"the SDP has no ICE name and password for {kind}")
    algorithms = {one.algorithm.lower() for one in dtls.fingerprints} if dtls else set[str]()
    if not algorithms & set(X509_DIGEST_ALGORITHMS):
        raise OfferError(f"the SDP has no SHA-256 fingerprint of a certificate for {kind}")
    if kind != "application":
        _check_media(section)
    return section


def _check_media(section: sdp.MediaDescription) -> None:
    offered = {codec.mimeType.lower() for codec in section.rtp.codecs}
    taken = {"audio/opus"}
    if section.kind == "video":
        taken = {codec.mimeType.lower() for codec in CODECS["video"]} - {"video/rtx"}
    if not offered & taken:
        names = " or ".join(sorted(name.partition("/")[2].upper() for name in taken))
        raise OfferError(f"the SDP's {section.kind} has no codec that is spoken here: {names}")
    if not section.rtcp_mux:
        raise OfferError(f"the SDP's {section.kind} must carry RTP and RTCP over one port")
