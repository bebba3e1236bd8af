"""A vendor is data until it is opened, and costs nothing until it is named."""

import pickle
import subprocess
import sys

import pytest
from pydantic import SecretStr

from providers.config import Needs
from providers.http_client import HttpAccount
from runtime.catalogue import resolve
from runtime.errors import UserError

NAMES = [
    ("llm", "openai/gpt-test", "OPENAI_API_KEY"),
    ("llm", "openai/org/model:tag", "OPENAI_API_KEY"),
    ("llm", "openai-responses/gpt-test", "OPENAI_API_KEY"),
    ("llm", "anthropic/claude-test", "ANTHROPIC_API_KEY"),
    ("stt", "openai", "OPENAI_API_KEY"),
    ("stt", "openai/whisper-1", "OPENAI_API_KEY"),
    ("tts", "openai", "OPENAI_API_KEY"),
    ("tts", "openai/tts-1", "OPENAI_API_KEY"),
]


@pytest.mark.parametrize(("slot", "name", "key"), NAMES)
def test_a_vendor_is_declared_by_its_name(slot: str, name: str, key: str) -> None:
    declared = resolve(slot, name)
    assert isinstance(declared, HttpAccount)
    assert declared.needs() == Needs(secrets=(key,))
    _, slash, model = name.partition("/")
    assert not slash or declared.model_dump()["model"] == model
    assert pickle.loads(pickle.dumps(declared)) == declared  # noqa: S301 - our own bytes


@pytest.mark.parametrize("name", ["openai", "openai-responses", "anthropic"])
def test_which_language_model_must_be_said(name: str) -> None:
    with pytest.raises(UserError, match=f"write {name}/MODEL"):
        resolve("llm", name)


def test_who_brings_a_key_needs_none() -> None:
    declared = HttpAccount(
        name="x", api_key=SecretStr("k"), key_name="K", base_url="http://localhost"
    )
    assert declared.needs() == Needs()


@pytest.mark.slow
def test_no_sdk_is_loaded_before_its_vendor_is_named() -> None:
    code = """
import sys
from runtime.catalogue import resolve
sdks = {"openai", "anthropic", "httpx2"}
assert not sdks & set(sys.modules)
resolve("llm", "openai/gpt-test")
assert "anthropic" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
