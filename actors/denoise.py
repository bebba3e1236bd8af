"""The denoise slot.

A role that passes frames through a denoiser, and lets them pass raw while none is ready.
"""

from actors.call import AnyAddress
from actors.frames import CallerAudio
from actors.ports import Denoiser
from actors.slots.cast import Cast
from actors.slots.performer import Performer, Result
from actors.slots.promise import promised_pcm
from actors.slots.role import Role
from actors.slots.slot import Hold
from actors.vendor import FailureKind

LATE_S = 0.02
"""A frame that is not clean by then goes on raw."""
MOST_LATE = 10
"""A denoiser that was late so often in a row is replaced."""
ROUNDING_S = 1e-6


class DenoisePerformer(Performer[Denoiser]):
    """Runs one denoiser."""

    port = Denoiser

    def on_receive(self, message: CallerAudio) -> None:
        """Answer each frame with its clean twin: same `at`, same length."""
        clean = self.vendor.denoise(message.pcm)
        promised_pcm(clean, len(message.pcm))
        self.role.tell(Result(message.at, CallerAudio(message.at, clean)))


class DenoiseHold(Hold):
    """Which frames are out with a performer, oldest first; they go on raw if it falls."""

    __slots__ = ("late", "out")

    def __init__(self, cast: Cast) -> None:
        """Begin with no frame out."""
        super().__init__(cast)
        self.out: dict[int, tuple[float, CallerAudio]] = {}
        self.late = 0


class DenoiseRole(Role[DenoiseHold]):
    """Never late: a frame without a ready denoiser, or whose denoiser fell, goes on as it came."""

    def first_hold(self, cast: Cast) -> DenoiseHold:
        """Begin with no frame out."""
        return DenoiseHold(cast)

    def handle(self, message: object) -> None:
        """Take a frame from ingress or a clean one back."""
        match message:
            case CallerAudio():
                self._hand_out(message)
            case Result(value=CallerAudio() as clean) if (
                self.held.out.pop(clean.at, None) is not None
            ):
                self.held.late = 0
                self._pass_on(clean)
            case _:
                pass

    def on_performer_down(self, name: str, kind: FailureKind, detail: str) -> None:
        """Let the frames that were out go on raw."""
        held = self.held
        raw, held.out, held.late = held.out, {}, 0
        for _, frame in raw.values():
            self._pass_on(frame)

    def _hand_out(self, frame: CallerAudio) -> None:
        now_s = self.clock.now_s()
        self._let_go(now_s)
        stage: AnyAddress | None = self.stage()
        if stage is None:
            self._pass_on(frame)
            return
        self.held.out[frame.at] = now_s, frame
        stage.tell(frame)

    def _let_go(self, now_s: float) -> None:
        """Let late frames go on raw; their clean twins will be ignored."""
        held = self.held
        while held.out:
            at = next(iter(held.out))
            since_s, frame = held.out[at]
            if now_s - since_s < LATE_S - ROUNDING_S:
                return
            del held.out[at]
            self._pass_on(frame)
            held.late += 1
            if held.late == MOST_LATE and held.last_on_stage in held.live:
                detail = f"{MOST_LATE} frames late by {LATE_S * 1000:g} ms"
                self.condemn(held.last_on_stage, FailureKind.LATE, detail)

    def _pass_on(self, frame: CallerAudio) -> None:
        if (next_stage := self.call.after("denoise")) is not None:
            next_stage.tell(frame)
