"""A picture of a supervision tree, as data and as text."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from supervision.address import Address
from supervision.family import Child, Family
from supervision.mail import MailboxStats
from supervision.messages import ExitReason
from supervision.reporter import describe


class Telling:
    """A hold that tells the tree more of its actor than a supervisor knows."""

    __slots__ = ()

    def tells(self, now_s: float) -> Mapping[str, str]:
        """Return what is to be shown, by name; ``now_s`` is the loop's time."""
        raise TypeError(f"{type(self).__name__} must say what it tells")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """One actor of the tree, with what is below it."""

    name: str
    kind: str
    """The class of the actor; empty before the first one was made."""
    state: str
    """waiting, starting, running, stopping or ended."""
    restarts: int = 0
    incarnation: int = 0
    overloads: int = 0
    mailbox: MailboxStats
    last_failure: ExitReason | None = None
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    """What its hold tells (`Telling`), by name."""
    children: tuple["TreeNode", ...] = ()


def snapshot(root: Address[Any], *, name: str | None = None, kind: str = "Supervisor") -> TreeNode:
    """Return the tree below an address as it is now; on the loop of the tree.

    It asks nobody, so a supervisor that is busy or on its way down does not hide its children.
    """
    return TreeNode(
        name=name or root.name,
        kind=kind,
        state="running" if root.is_running else "ended",
        incarnation=root.incarnation,
        mailbox=root.stats(),
        last_failure=root.last_exit,
        children=_below(root),
    )


def find(root: Address[Any], path: Sequence[str]) -> Address[Any] | None:
    """Return the actor to which a way leads, name by name downwards; on the loop of the tree."""
    address: Address[Any] | None = root
    for name in path:
        family = None if address is None else address.hold
        child = family.children.get(name) if isinstance(family, Family) else None
        address = None if child is None else child.address
    return address


def render(node: TreeNode) -> str:
    """Return the tree as text, one line an actor."""
    return "\n".join(_lines(node, "", ""))


def _below(address: Address[Any]) -> tuple[TreeNode, ...]:
    if not isinstance(address.hold, Family):
        return ()
    return tuple(_node(child) for child in address.hold.children.values())


def _node(child: Child) -> TreeNode:
    return TreeNode(
        name=child.spec.id,
        kind=child.kind,
        state=child.state.name.lower(),
        restarts=child.restarts,
        incarnation=child.address.incarnation,
        overloads=child.overloads,
        mailbox=child.address.stats(),
        last_failure=child.last_failure,
        facts=_facts(child.address),
        children=_below(child.address),
    )


def _facts(address: Address[Any]) -> Mapping[str, str]:
    hold = address.hold
    return hold.tells(asyncio.get_running_loop().time()) if isinstance(hold, Telling) else {}


def _lines(node: TreeNode, branch: str, indent: str) -> Iterator[str]:
    yield f"{branch}{_line(node)}"
    for child in node.children:
        is_last = child is node.children[-1]
        yield from _lines(
            child,
            f"{indent}{'└─ ' if is_last else '├─ '}",
            f"{indent}{'   ' if is_last else '│  '}",
        )


def _line(node: TreeNode) -> str:
    mail = node.mailbox
    facts = [f"{node.name} ({node.kind})" if node.kind else node.name, node.state]
    counts = {
        "restarts": node.restarts,
        "mail": mail.depth,
        "dropped": mail.dropped,
        "refused": mail.refused,
        "set aside": mail.set_aside,
        "overloads": node.overloads,
    }
    facts += [f"{what} {count}" for what, count in counts.items() if count]
    facts += [f"{name}: {fact}" for name, fact in node.facts.items()]
    if node.last_failure is not None:
        facts.append(f"last failure: {describe(node.last_failure)}")
    return "  ".join(facts)
