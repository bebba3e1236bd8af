"""A conversation as data: every field of every item, and the version of this form.

What is written is read again without loss. What is read is checked: a conversation may come from a
file that somebody wrote by hand.
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

from actors.conversation.fields import Fields, InvalidConversation, shown
from actors.conversation.ids import new_id
from actors.conversation.images import Detail, ImagePart
from actors.conversation.items import Item, Message, Role, ToolCall, ToolOutput

VERSION: Final = 1
"""Rises when a program of today would misread the form."""

_ROLES: Final[Mapping[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system"}
_DETAILS: Final[Mapping[str, Detail]] = {"auto": "auto", "low": "low", "high": "high"}


def to_dict(items: Iterable[Item]) -> dict[str, Any]:
    """Return the items as plain data that JSON can hold."""
    return {"version": VERSION, "items": [_item_data(item) for item in items]}


def items_of(data: object) -> tuple[Item, ...]:
    """Read what `to_dict` wrote; ids that are not there are made.

    Raises:
        InvalidConversation: It is none; the message says where and what.
    """
    fields = Fields(data, "")
    version = fields.raw("version")
    if type(version) is not int or version < 1:
        raise fields.error("version", f"expected a number from 1 on, not {shown(version)}")
    if version > VERSION:
        raise fields.error("version", f"{version} is newer than this program reads ({VERSION})")
    items = fields.list_of("items", _item_of)
    fields.close()
    _check_unique(items)
    return items


def _check_unique(items: Iterable[Item]) -> None:
    seen: set[str] = set()
    for number, item in enumerate(items):
        if item.id in seen:
            raise InvalidConversation(f"items[{number}].id: {shown(item.id)} is there twice")
        seen.add(item.id)


# ---------------------------------------------------------------- writing


def _item_data(item: Item) -> dict[str, Any]:
    match item:
        case Message():
            return {
                "type": "message",
                "id": item.id,
                "role": item.role,
                "text": item.text,
                "images": [_image_data(image) for image in item.images],
                "interrupted": item.interrupted,
                "is_summary": item.is_summary,
            }
        case ToolCall():
            return {
                "type": "tool_call",
                "id": item.id,
                "call_id": item.call_id,
                "name": item.name,
                "arguments": item.arguments,
                "vendor_data": item.vendor_data,
            }
        case ToolOutput():
            return {
                "type": "tool_output",
                "id": item.id,
                "call_id": item.call_id,
                "name": item.name,
                "output": item.output,
                "is_error": item.is_error,
            }
        case _:
            assert_never(item)


def _image_data(image: ImagePart) -> dict[str, Any]:
    source = {"url": image.url} if image.url else {"data": image.base64}
    return {"id": image.id, "mime": image.mime, "detail": image.detail, **source}


# ---------------------------------------------------------------- reading


def _item_of(value: object, place: str) -> Item:
    fields = Fields(value, place)
    readers = {"message": _message, "tool_call": _tool_call, "tool_output": _tool_output}
    item = fields.one_of("type", readers)(fields)
    fields.close()
    return item


def _message(fields: Fields) -> Item:
    return Message(
        role=fields.one_of("role", _ROLES),
        text=fields.text("text"),
        images=fields.list_of("images", _image_of, ()),
        interrupted=fields.flag("interrupted"),
        is_summary=fields.flag("is_summary"),
        id=_id_of(fields, "msg"),
    )


def _tool_call(fields: Fields) -> Item:
    return ToolCall(
        call_id=fields.text("call_id"),
        name=fields.text("name"),
        arguments=fields.text("arguments"),
        vendor_data=fields.text("vendor_data", ""),
        id=_id_of(fields, "call"),
    )


def _tool_output(fields: Fields) -> Item:
    return ToolOutput(
        call_id=fields.text("call_id"),
        name=fields.text("name"),
        output=fields.text("output"),
        is_error=fields.flag("is_error"),
        id=_id_of(fields, "out"),
    )


def _image_of(value: object, place: str) -> ImagePart:
    fields = Fields(value, place)
    data = _bytes_of(fields)
    url, mime = fields.text("url", ""), fields.text("mime", "")
    detail = fields.one_of("detail", _DETAILS, "auto")
    image_id = _id_of(fields, "img")
    fields.close()
    try:
        return ImagePart(data=data, url=url, mime=mime, detail=detail, id=image_id)
    except ValueError as error:
        raise InvalidConversation(f"{place}: {error}") from error


def _bytes_of(fields: Fields) -> bytes:
    text = fields.text("data", "")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise fields.error("data", f"expected base64 ({error})") from error


def _id_of(fields: Fields, prefix: str) -> str:
    return fields.text("id", new_id(prefix))
