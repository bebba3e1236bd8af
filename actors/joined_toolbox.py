"""Several toolboxes as one: an agent's own tools, and those of its servers."""

from actors.ports import Toolbox
from actors.tool_limits import ToolLimits
from actors.vendor import ToolSchema


class JoinedToolbox:
    """Satisfies `actors.ports.Toolbox`. Of two tools with one name the earlier box has it.

    What the boxes hold may change from one reply to the next.
    """

    def __init__(self, first: Toolbox, *others: Toolbox) -> None:
        """Look in ``first`` first, which also answers for what is in none."""
        self._boxes = (first, *others)

    @property
    def schemas(self) -> tuple[ToolSchema, ...]:
        """What the language model is told."""
        found: dict[str, ToolSchema] = {}
        for box in self._boxes:
            for schema in box.schemas:
                found.setdefault(schema.name, schema)
        return tuple(found.values())

    def limits(self, name: str) -> ToolLimits:
        """Return how the tool may be used."""
        return self._box(name).limits(name)

    async def call(self, name: str, arguments: str) -> str:
        """Run a tool with JSON arguments."""
        return await self._box(name).call(name, arguments)

    def _box(self, name: str) -> Toolbox:
        for box in self._boxes:
            if any(schema.name == name for schema in box.schemas):
                return box
        return self._boxes[0]
