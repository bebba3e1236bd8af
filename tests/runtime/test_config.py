from pathlib import Path

import pytest

from runtime.config import LogFormat, LogLevel, Settings, environment, socket_folder
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


def test_the_env_file_lies_below_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTEL_API_KEY", "of the environment")
    (tmp_path / ".env").write_text(
        "# keys\nHOTEL_API_KEY=of the file\nexport OTHER_API_KEY='quoted'\nNOTHING\n",
        encoding="utf-8",
    )

    read = environment(tmp_path)

    assert read["HOTEL_API_KEY"] == "of the environment"
    assert read["OTHER_API_KEY"] == "quoted"
    assert "NOTHING" not in read
    assert "OTHER_API_KEY" not in environment(tmp_path / "elsewhere")


def test_an_env_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"KEY=\xff\xfe")

    with pytest.raises(UserError, match=r"\.env: cannot be read"):
        environment(tmp_path)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, "/run/user/7/understudy"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/understudy"),
    ],
)
def test_sockets_lie_where_only_the_user_may_look(given: dict[str, str], folder: str) -> None:
    assert socket_folder(given) == Path(folder)


def test_without_such_a_folder_sockets_lie_in_the_cache() -> None:
    assert socket_folder({}) == Path.home() / ".cache" / "understudy"
