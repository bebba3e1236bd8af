"""Which tool output belongs to which call, and what must not be separated. Pure.

An output belongs to the oldest open call before it with its ``call_id``: some vendors count their
calls from zero in every answer.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from actors.conversation.items import Item, Message, ToolCall, ToolOutput


def output_indices(items: Sequence[Item]) -> dict[int, int]:
    """Return where the output of each answered call is."""
    found: dict[int, int] = {}
    open_calls: defaultdict[str, deque[int]] = defaultdict(deque)
    for index, item in enumerate(items):
        if isinstance(item, ToolCall):
            open_calls[item.call_id].append(index)
        elif isinstance(item, ToolOutput) and open_calls[item.call_id]:
            found[open_calls[item.call_id].popleft()] = index
    return found


def rounds(items: Sequence[Item]) -> Iterator[tuple[int, ...]]:
    """Yield the runs of calls that a model made in one go."""
    run: list[int] = []
    for index, item in enumerate(items):
        if isinstance(item, ToolCall):
            run.append(index)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def units(items: Sequence[Item]) -> list[tuple[int, ...]]:
    """Return what stays or goes as a whole: a message, or a round of calls with its outputs.

    They are ordered by where they end.
    """
    outputs = output_indices(items)
    found = [
        tuple(sorted({*calls, *(outputs[call] for call in calls if call in outputs)}))
        for calls in rounds(items)
    ]
    taken = {index for unit in found for index in unit}
    found += [(index,) for index in range(len(items)) if index not in taken]
    return sorted(found, key=lambda unit: unit[-1])


def paired(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Leave out calls without an output and outputs without a call; bring each to its round.

    Models refuse a conversation in which anything stands between the calls and their outputs.
    """
    outputs = output_indices(items)
    last_call = {calls[-1]: calls for calls in rounds(items)}
    kept: list[Item] = []
    for index, item in enumerate(items):
        if isinstance(item, Message) or index in outputs:
            kept.append(item)
        if index in last_call:
            answered = (outputs[call] for call in last_call[index] if call in outputs)
            kept.extend(items[output] for output in sorted(answered))
    return tuple(kept)
