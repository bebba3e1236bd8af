import pytest

from runtime.config import LogFormat, LogLevel, Settings
from runtime.errors import UserError

KEY = "sk-very-secret-value"


def test_keys_are_read_by_their_names_and_hide_themselves() -> None:
    settings = Settings.from_environment(
        {
            "OPENAI_API_KEY": KEY,
            "AWS_SECRET_ACCESS_KEY": "aws-secret",
            "TWILIO_AUTH_TOKEN": "twilio-token",
            "EMPTY_API_KEY": "",
            "HOME": "/home/ada",
            "KEYBOARD": "qwerty",
        }
    )

    assert settings.secret_values() == {
        "OPENAI_API_KEY": KEY,
        "AWS_SECRET_ACCESS_KEY": "aws-secret",
        "TWILIO_AUTH_TOKEN": "twilio-token",
    }
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_the_log_is_set_by_the_environment() -> None:
    settings = Settings.from_environment(
        {"UNDERSTUDY_LOG_LEVEL": "Debug", "UNDERSTUDY_LOG_FORMAT": "json"}
    )

    assert (settings.log_level, settings.log_format) == (LogLevel.DEBUG, LogFormat.JSON)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_a_wrong_value_is_told_in_one_line() -> None:
    with pytest.raises(UserError) as refused:
        Settings.from_environment({"UNDERSTUDY_LOG_LEVEL": "loud"})

    assert str(refused.value) == (
        "UNDERSTUDY_LOG_LEVEL is 'loud' in the environment: "
        "set it to debug or info or warning or error"
    )


def test_the_process_s_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_VENDOR_API_KEY", KEY)

    assert Settings.from_environment().secret_values()["SOME_VENDOR_API_KEY"] == KEY
