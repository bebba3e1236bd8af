"""How the conversation is written: what the caller said, and what the caller heard of the agent.

Functions on the call record; no clock, no actor. An assistant message exists once a word of it was
heard, and always holds exactly the words that were.
"""

from dataclasses import replace

from actors.call_record import CallRecord, Output, Request, RunningTool, Stamps
from actors.conversation import Conversation, Message, ToolCall, ToolOutput, new_id
from actors.tools.events import ToolEnded, ToolStarted
from actors.turn_taking import OutputKind
from actors.word_map import heard

KEPT_OUTPUTS = 16


def begin_output(
    record: CallRecord,
    epoch: int,
    kind: OutputKind,
    *,
    request: Request | None = None,
    continues: int | None = None,
) -> Output:
    """Open the record of an epoch, or give back the one that a speculation has opened.

    It is the output of whose wish it is, or whose words go on; else of whoever is on stage.
    """
    output = record.outputs.get(epoch)
    if output is None:
        goes_on = None if continues is None else record.outputs.get(continues)
        part = record.part if goes_on is None else goes_on.part
        if request is not None:
            part = record.parts.get(request.part, part)
        output = Output(epoch, kind, part, new_id("msg"), request=request)
        record.outputs[epoch] = output
        for old in tuple(record.outputs)[:-KEPT_OUTPUTS]:
            del record.outputs[old]
    return output


def commit_turn(record: CallRecord, epoch: int, text: str, continues: int | None) -> None:
    """Write the caller's turn.

    One that goes on a turn without an answer joins that turn's message.
    """
    output = begin_output(record, epoch, OutputKind.TURN)
    output.stamps = _joined_stamps(record, output)
    before = _user_message_of(record, continues)
    if before is not None:
        message = replace(before, text=f"{before.text} {text}")
        record.conversation = record.conversation.with_replaced(message)
    else:
        message = Message(role="user", text=text)
        record.conversation = record.conversation.with_items(message)
    output.user_message_id = message.id
    output.user_text = text
    record.conversation = record.conversation.with_items(*output.early)
    output.early.clear()


def note_tool(record: CallRecord, message: ToolStarted | ToolEnded, now_ns: int) -> None:
    """Write down that a tool runs, or has run."""
    output = record.outputs.get(message.epoch)
    running = {} if output is None else output.running_tools
    match message:
        case ToolStarted(epoch, call, safe, timeout_s):
            record.tool_calls[call.call_id] = call
            running[call.call_id] = RunningTool(safe, now_ns + round(timeout_s * 1e9))
            _write_tool(record, epoch, call)
        case ToolEnded(epoch, result, _, status):
            del record.tool_calls[result.call_id]
            running.pop(result.call_id, None)
            record.abandoned_tools += status == "abandoned"
            _write_tool(record, epoch, result)


def _write_tool(record: CallRecord, epoch: int, item: ToolCall | ToolOutput) -> None:
    """Write a tool call or its output; that of a speculation waits for its turn."""
    output = record.outputs.get(epoch)
    if output is not None and output.kind is OutputKind.TURN and not output.user_message_id:
        output.early.append(item)
    else:
        record.conversation = record.conversation.with_items(item)


def amend_turn(record: CallRecord, epoch: int, old: str, new: str) -> None:
    """Correct the committed text, or add its tail; of a text that is empty then nothing stays."""
    message = _user_message_of(record, epoch)
    if message is None:
        return
    text = message.text.replace(old, new) if old else f"{message.text} {new}"
    if text.strip():
        message = replace(message, text=text)
        record.conversation = record.conversation.with_replaced(message)
    else:
        record.conversation = record.conversation.without(message.id)


def shown(record: CallRecord) -> Conversation:
    """Return the conversation as far as whoever is on stage may know it."""
    if not record.forgotten:
        return record.conversation
    known = (item for item in record.conversation if item.id not in record.forgotten)
    return Conversation(tuple(known))


def heard_text(output: Output) -> str:
    """Return what the caller heard, or was given in writing, of this output so far."""
    if output.in_writing:
        return output.text if output.over == "silent" else ""
    if output.over == "finished":
        return " ".join(word.word for word in output.words)
    return heard(output.words, output.played)


def write_heard(record: CallRecord, output: Output) -> str:
    """Bring the assistant message of this output up to date; return its text."""
    text = heard_text(output)
    if text:
        message = Message(
            role="assistant", text=text, interrupted=output.breaks_off, id=output.message_id
        )
        record.conversation = record.conversation.with_replaced(message)
    return text


def unheard_text(record: CallRecord, epoch: int | None) -> str:
    """Return the rest of a reply that was cut: the words that the caller did not hear."""
    output = None if epoch is None else record.outputs.get(epoch)
    if output is None:
        return ""
    words = output.text.split() or [word.word for word in output.words]
    return " ".join(words[len(heard_text(output).split()) :])


def _joined_stamps(record: CallRecord, output: Output) -> Stamps:
    """Join the stamps of the caller's turn with those that a speculation has earned already."""
    turn, reply = record.stamps, output.stamps
    record.stamps = Stamps()
    return replace(
        turn, first_token=reply.first_token, first_audio=reply.first_audio, heard=reply.heard
    )


def _user_message_of(record: CallRecord, epoch: int | None) -> Message | None:
    output = None if epoch is None else record.outputs.get(epoch)
    if output is None:
        return None
    for item in record.conversation:
        if isinstance(item, Message) and item.id == output.user_message_id:
            return item
    return None
