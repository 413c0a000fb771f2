from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal.errors import SettingsError
from crossmodal.settings import Settings, config_folder, data_folder, load


def write(text: str) -> None:
    file = config_folder() / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")


def test_defaults() -> None:
    assert load(environment={}) == Settings()
    assert Settings().index_folder == data_folder() / "index.cm"
    assert Settings().workers >= 1
    assert Settings(threads=3).workers == 3


def test_later_wins() -> None:
    write("batch_size = 2\nthreads = 2\nmax_seconds = 2\n")
    environment = {"CROSSMODAL_THREADS": "3", "CROSSMODAL_MAX_SECONDS": "3.5"}
    settings = load(environment=environment, options={"max_seconds": 4.0, "batch_size": None})
    assert (settings.batch_size, settings.threads, settings.max_seconds) == (2, 3, 4.0)


@pytest.mark.parametrize(("word", "value"), [("true", True), ("1", True), ("No", False)])
def test_booleans_in_the_environment(word: str, value: bool) -> None:
    assert load(environment={"CROSSMODAL_COMMERCIAL_ONLY": word}).commercial_only is value


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"CROSSMODAL_THREADS": "many"}, "kind int"),
        ({"CROSSMODAL_COMMERCIAL_ONLY": "perhaps"}, "kind bool"),
        ({"CROSSMODAL_MATCH_PRIOR": "1"}, "0 < value < 1"),
        ({"CROSSMODAL_BATCH_SIZE": "0"}, "more than 0"),
        ({"CROSSMODAL_THREADS": "-1"}, "0 or more"),
    ],
)
def test_wrong_values_say_what_is_expected(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load(environment=environment)


def test_misspelt_setting_in_the_file_names_the_nearest() -> None:
    write("batchsize = 2\n")
    with pytest.raises(SettingsError, match="Did you mean 'batch_size'"):
        load(environment={})


def test_true_is_not_a_number() -> None:
    write("threads = true\n")
    with pytest.raises(SettingsError, match="kind int"):
        load(environment={})


def test_broken_file(tmp_path: Path) -> None:
    write("threads = = 1\n")
    with pytest.raises(SettingsError, match="must be TOML"):
        load(environment={})
    with pytest.raises(SettingsError, match="no settings file"):
        load(file=tmp_path / "none.toml")


def test_other_variables_are_not_settings() -> None:
    assert load(environment={"CROSSMODAL_DATA": "x", "HOME": "y"}) == Settings()


def test_index_folder_from_home(own_home: Path) -> None:
    assert Settings(index="~/media.cm").index_folder == own_home / "media.cm"
