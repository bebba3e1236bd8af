"""The producer: sets an output going, from the language model, from a text or from audio."""

from typing import assert_never

from actors.call import Call
from actors.call_record import CallRecord, Output, Request
from actors.conversation import Conversation, ImagePart, Message
from actors.events import Generate
from actors.frames import AgentAudio, Piece, ReplyEnd, SpeechOver
from actors.resample import StreamResampler
from actors.session import memory
from actors.track.stream_reader import StreamReader
from actors.turn_taking import SpeculationMode
from actors.vendor import ChatRequest
from actors.wishes import MadeSpeech, PcmStream, Recording
from actors.word_map import estimated
from supervision.address import Address
from supervision.spec import ChildSpec, Restart
from supervision.supervisor import StartChild


class Producer:
    """Stateless but for the record that it is given."""

    def __init__(self, call: Call) -> None:
        """Tell the stages of ``call``."""
        self._call = call

    def answer(self, record: CallRecord, output: Output, *, pending: str | None = None) -> None:
        """Ask the model about the conversation; ``pending`` is a text that is no turn yet."""
        message = None if pending is None else Message(role="user", text=pending)
        instructions = output.part.script.instructions
        self._generate(record, output, instructions, message, confirmed=pending is None)

    def reply(self, record: CallRecord, output: Output, request: Request | None) -> None:
        """Let the model speak without a turn of the caller."""
        instructions, images = output.part.script.instructions, tuple[ImagePart, ...]()
        if request is not None:
            instructions = f"{instructions}\n\n{request.text}".strip()
            images = request.images
        message = Message(role="user", text="", images=images) if images else None
        self._generate(record, output, instructions, message, confirmed=True)

    def speak(self, output: Output, text: str) -> None:
        """Hand over a text that needs no language model."""
        output.text = text
        output.in_writing = not self._call.has_voice
        if output.in_writing:
            self.nothing(output)
            return
        pieces = list(output.part.script.pieces(text))
        tts = self._call.addresses.tts
        for number, piece in enumerate(pieces):
            tts.tell(Piece(output.epoch, number, piece))
        tts.tell(ReplyEnd(output.epoch, len(pieces)))

    def play(self, output: Output, text: str, speech: MadeSpeech) -> None:
        """Hand over speech that was made elsewhere; ``text`` is what it says.

        In a conversation in writing the text stands for it.
        """
        if self._call.is_in_writing:
            self.speak(output, text)
            return
        output.text = text
        match speech:
            case Recording():
                self._play_recording(output, speech)
            case PcmStream():
                self._read_stream(output, speech)
            case _:
                assert_never(speech)

    def _play_recording(self, output: Output, recording: Recording) -> None:
        rate_hz = self._call.track_rate_hz
        resampler = StreamResampler(recording.sample_rate_hz, rate_hz)
        pcm = resampler.push(recording.pcm) + resampler.flush()
        samples = len(pcm) // 2
        output.words.extend(estimated(output.text, start=0, samples=samples))
        track = self._call.addresses.audio_track
        track.tell(AgentAudio(output.epoch, 0, pcm))
        track.tell(SpeechOver(output.epoch, samples))

    def _read_stream(self, output: Output, stream: PcmStream) -> None:
        """Have a child read it, once: a Session that was restarted may come here again."""
        if output.reader is not None:
            return
        addresses, epoch, text = self._call.addresses, output.epoch, output.text
        output.reader = Address(f"audio stream {epoch}")
        output.reader.monitor(addresses.session, ("stream", epoch))
        spec = ChildSpec(
            id=output.reader.name,
            start=lambda: StreamReader(self._call, stream, epoch, text),
            restart=Restart.TEMPORARY,
            address=output.reader,
        )
        addresses.tools.tell(StartChild(spec))

    def _generate(
        self,
        record: CallRecord,
        output: Output,
        instructions: str,
        message: Message | None,
        *,
        confirmed: bool,
    ) -> None:
        if "llm" not in self._call.slots:
            self.nothing(output)
            return
        output.in_writing = not self._call.has_voice
        shown: Conversation = memory.shown(record)
        if message is not None:
            shown = shown.with_items(message)
        script = output.part.script
        items = script.context.applied_to(shown, record.summary).items
        toolbox = output.part.toolbox
        schemas = toolbox.schemas
        request = ChatRequest(items, instructions, schemas, output.part.language)
        early = record.machine.config.speculation.mode
        generate = Generate(
            output.epoch,
            request,
            toolbox,
            confirmed=confirmed,
            silent=not confirmed and early is SpeculationMode.LLM,
        )
        self._call.addresses.llm.tell(generate)

    def nothing(self, output: Output) -> None:
        """End the output without a sound: the agent has no part that could make one."""
        self._call.addresses.audio_track.tell(SpeechOver(output.epoch, 0))
