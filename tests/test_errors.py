from __future__ import annotations

import inspect

import pytest

from crossmodal import errors
from crossmodal._optional import need

TREE = [value for _, value in inspect.getmembers(errors, inspect.isclass)]


def test_every_error_is_in_the_tree_and_drawn() -> None:
    assert all(issubclass(error, errors.CrossmodalError) for error in TREE)
    assert all(error.__name__ in (errors.__doc__ or "") for error in TREE)


def test_one_line_with_its_cure() -> None:
    error = errors.InputError("The file is empty", cure="Choose another.")
    assert str(error) == "The file is empty. Choose another."
    assert error.cure == "Choose another."
    assert str(errors.InputError("The file is empty")) == "The file is empty"


def test_builtin_kinds() -> None:
    assert issubclass(errors.InputError, ValueError)
    assert issubclass(errors.MissingExtra, ImportError)


def test_missing_package_names_the_command() -> None:
    with pytest.raises(errors.MissingExtra, match=r"pip install 'crossmodal\[hub\]'"):
        need("a_package_that_is_not_there", extra="hub")
    assert need("json", extra="hub").loads("1") == 1
