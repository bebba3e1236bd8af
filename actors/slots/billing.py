"""The billing: what the live tree shows of a slot's performers. Pure."""

from actors.slots.cast import Breaker, Cast, Member, Standing


def billing(cast: Cast, now_s: float) -> dict[str, str]:
    """Return how each performer stands, by name, in order of preference."""
    return {member.name: _standing(cast, member, now_s) for member in cast.members}


def _standing(cast: Cast, member: Member, now_s: float) -> str:
    is_on_stage = member.standing is Standing.READY and member.name == cast.present
    stands = "on stage" if is_on_stage else member.standing.value
    match member.breaker(now_s):
        case Breaker.OPEN:
            return f"{stands}, breaker open"
        case Breaker.HALF_OPEN if member.standing is Standing.READY:
            return f"{stands}, half-open"
        case _:
            return stands
