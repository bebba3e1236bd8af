"""The recogniser's own process: reads requests from stdin, writes answers to stdout.

The decoder holds Python's global lock while it works, so neither the loop nor a thread of the
worker may run it. The process ends when its stdin does: with its room, or with the worker.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from providers.pocketsphinx.decoders import Recogniser, UnusableVocabularyError, build
from providers.pocketsphinx.library import pocketsphinx
from providers.pocketsphinx.listener import Listener
from providers.pocketsphinx.wire import Endpointing, Frame, Kind, Options, pack, read_frame


def main() -> None:
    """Serve one room until it closes the pipe."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the C library prints there now and then
    serve(sys.stdin.buffer, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request, and end each answer with DONE."""
    first = read_frame(requests)
    if first is None:
        return
    options = Options.from_json(first.body)
    try:
        recogniser = build(options)
    except UnusableVocabularyError as error:
        _write(answers, [Frame(Kind.REFUSED, 0, str(error).encode())])
        return
    _write(answers, [Frame(Kind.READY)])
    listener = _new_listener(recogniser, options.endpointing)
    while (request := read_frame(requests)) is not None:
        if request.kind is Kind.BEGIN:
            list(listener.end(request.number))  # what an abandoned stream left open
            listener = _new_listener(recogniser, options.endpointing)
        _write(answers, _answers(listener, request))


def _new_listener(recogniser: Recogniser, endpointing: Endpointing) -> Listener:
    return Listener(recogniser, pocketsphinx().Endpointer(), endpointing)


def _answers(listener: Listener, request: Frame) -> Iterator[Frame]:
    match request.kind:
        case Kind.AUDIO:
            yield from listener.hear(request.number, request.body)
        case Kind.SPEECH_START:
            yield from listener.start(request.number)
        case Kind.FLUSH:
            yield from listener.flush(request.number)
        case Kind.BEGIN:
            yield Frame(Kind.BEGUN, request.number)
        case Kind.END:
            yield from listener.end(request.number)
        case _:
            raise ValueError(f"not a request: {request.kind}")


def _write(answers: BinaryIO, frames: Iterable[Frame]) -> None:
    answers.writelines(map(pack, frames))
    answers.write(pack(Frame(Kind.DONE)))
    answers.flush()


if __name__ == "__main__":
    main()
