"""The laws of turn taking as checks of a session that was played by hand or at random."""

from actors.turn_taking import Phase, Started
from runtime.testing import turn_laws
from runtime.testing.reply_ledger import nothing_goes_on
from runtime.testing.turn_laws import PASTIMES
from tests.turn_taking.playing import MOST_ALARMS, NS_PER_MS, Player
from tests.turn_taking.sessions import LONGEST_TOOL_NS

LONGEST_MS = 110_000 + LONGEST_TOOL_NS // NS_PER_MS
LONGEST_WITHOUT_INTERIMS_MS = LONGEST_MS + 20_000
"""A gate that speech shut stays shut for a whole longest turn, and then texts wait behind it."""


def bring_to_quiet(player: Player) -> None:
    """Let alarms alone go on until nothing goes on any more."""
    if player.state.phase is Phase.STARTING:
        player.feed(player.now_ns / NS_PER_MS, Started())
    interims = player.state.capabilities.stt_interims
    longest_ms = LONGEST_MS if interims else LONGEST_WITHOUT_INTERIMS_MS
    limit_ns = player.now_ns + longest_ms * NS_PER_MS
    fired = 0
    while not nothing_goes_on(player.state):
        assert fired < MOST_ALARMS, "alarms go off without an end"
        assert player.fire_next(but=PASTIMES), "no alarm leads to quiet"
        fired += 1
        assert player.now_ns <= limit_ns, "it takes too long until it is quiet"


def nothing_said_is_lost(player: Player) -> None:
    bring_to_quiet(player)
    turn_laws.nothing_said_is_lost(player.steps)


def one_reply_per_turn(player: Player) -> None:
    bring_to_quiet(player)
    turn_laws.one_reply_per_turn(player.steps)


def no_timer_is_lost(player: Player) -> None:
    turn_laws.no_timer_is_lost(player.steps)


def a_cut_is_final(player: Player) -> None:
    turn_laws.a_cut_is_final(player.steps)


def memory_is_honest(player: Player) -> None:
    turn_laws.memory_is_honest(player.steps)


def it_always_comes_back_to_quiet(player: Player) -> None:
    bring_to_quiet(player)


def it_is_deterministic(player: Player) -> None:
    turn_laws.it_is_deterministic(player.steps)


LAWS = (
    nothing_said_is_lost,
    one_reply_per_turn,
    no_timer_is_lost,
    a_cut_is_final,
    memory_is_honest,
    it_always_comes_back_to_quiet,
    it_is_deterministic,
)
ALIKE = tuple(law for law in LAWS if law is not nothing_said_is_lost)
"""The laws that can be checked even where a word is said twice."""
