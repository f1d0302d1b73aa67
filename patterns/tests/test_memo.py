"""An answer is kept with its context, and no longer."""

import gc

import pytest

from patterns.context import Context
from patterns.memo import once_a_context


def test_a_question_is_asked_once_for_a_context_and_its_arguments() -> None:
    asked: list[tuple[str, int]] = []

    @once_a_context
    def doubled(ctx: Context, number: int, *, word: str = "") -> int:
        asked.append((ctx.correlation_id + word, number))
        return 2 * number

    one, equal = Context(correlation_id="c"), Context(correlation_id="c")
    assert [doubled(one, 2), doubled(one, 2), doubled(one, 3), doubled(one, 2, word="w")] == [
        4,
        4,
        6,
        4,
    ]
    assert doubled(equal, 2) == 4  # an equal context is another request
    assert asked == [("c", 2), ("c", 3), ("cw", 2), ("c", 2)]


def test_answers_go_with_their_context() -> None:
    asked: list[int] = []

    @once_a_context
    def counted(ctx: Context) -> int:
        asked.append(1)
        return len(asked)

    for _ in range(3):
        counted(Context(correlation_id="c"))
        gc.collect()
    assert len(asked) == 3


def test_an_error_is_not_kept() -> None:
    asked: list[int] = []

    @once_a_context
    def refuses(ctx: Context) -> int:
        asked.append(1)
        raise ValueError(ctx.correlation_id)

    ctx = Context(correlation_id="c")
    for _ in range(2):
        with pytest.raises(ValueError, match="c"):
            refuses(ctx)
    assert len(asked) == 2
