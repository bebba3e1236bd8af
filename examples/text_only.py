"""An agent in writing inside your own program: no audio, no voice, the same session.

    python -m examples.text_only

In a terminal, `runtime run examples.text_only:Main --text` does the same.
"""

import asyncio

from actors.reports import AgentTranscript
from providers import DemoBrain, Rule
from runtime import Agent, Settings, Worker, function_tool, log
from transports import TextCaller, TextTransport


class Main(Agent):
    """Knows one thing, and has a tool for it."""

    llm = DemoBrain(rules=[Rule("when is breakfast", call="breakfast", say="It is {result}.")])

    @function_tool
    async def breakfast(self) -> str:
        """Say when breakfast is."""
        return "from seven to ten"


async def main(lines: tuple[str, ...] = ("Hello", "When is breakfast?")) -> list[str]:
    """Write these lines, each after the answer to the last; return the answers."""
    caller, answers = TextCaller(), list[str]()
    async with Worker(Main) as worker:
        job = await worker.open_room("chat", TextTransport(caller), in_writing=True)
        events = job.session.events(AgentTranscript)
        for line in lines:
            caller.write(line)
            answers.append((await anext(events)).text)
        caller.hang_up()
        await job.closed()
    return answers


if __name__ == "__main__":
    log.configure(Settings())  # or your own logging
    print(*asyncio.run(main()), sep="\n")
