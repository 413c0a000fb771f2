"""The settings page lists every setting with its default."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from crossmodal.settings import Settings

PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_setting_is_documented(field: object) -> None:
    rows = [
        line for line in PAGE.splitlines() if line.startswith("|") and f"`{field.name}`" in line
    ]  # type: ignore[attr-defined]
    assert len(rows) == 1
    default = field.default  # type: ignore[attr-defined]
    word = (
        str(default).lower()
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )
    assert word in rows[0]
