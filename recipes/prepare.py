"""What both students need first: the teachers' answers on disk and the teacher heads."""

from __future__ import annotations

from recipes import data, teacher_cache, teacher_heads, text_vectors


def prepare(where: data.Places) -> None:
    """Make whatever is missing; finished parts are kept."""
    teacher_cache.build_all(where)
    text_vectors.build_all(where)
    if not (where.work / teacher_heads.FILE).exists():
        teacher_heads.train(where)
