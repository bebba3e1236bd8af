"""Work beside a block never outlives it."""

import asyncio

import pytest

from providers.tasks import running


async def fails() -> None:
    raise OSError("the line broke")


async def test_the_end_of_the_block_ends_the_work() -> None:
    async with running(asyncio.sleep(3600)) as work:
        await asyncio.sleep(1)
    assert work.cancelled()
    assert asyncio.get_running_loop().time() == 1


async def test_the_block_ends_when_the_work_has_cleaned_up() -> None:
    async def clean_up_slowly() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(2)

    async with running(clean_up_slowly()):
        await asyncio.sleep(1)
    assert asyncio.get_running_loop().time() == 3


async def test_an_error_is_for_whoever_asks() -> None:
    async with running(fails()):
        await asyncio.sleep(1)
    async with running(fails()) as work:
        with pytest.raises(OSError, match="the line broke"):
            await work
