"""What the steps of one run ask more than once is asked once.

A context is frozen, and everything that it is asked follows from it: an answer holds as long as
the context object lives, and is forgotten with it. The next request makes a context of its own.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import finalize

from patterns.context import Context

P = ParamSpec("P")
T = TypeVar("T")


def once_a_context(
    question: Callable[Concatenate[Context, P], T],
) -> Callable[Concatenate[Context, P], T]:
    """Keep a question's answers, by its other arguments, with the very context they were given.

    By identity, not by equality: two requests never share an answer. An error is not kept. What
    steps share is most of their work, so before it is done the deadline is asked.
    """
    kept: dict[int, dict[Any, T]] = {}

    @wraps(question)
    def answer(ctx: Context, /, *args: P.args, **named: P.kwargs) -> T:
        known = kept.get(id(ctx))
        if known is None:
            known = kept[id(ctx)] = {}
            finalize(ctx, kept.pop, id(ctx), None).atexit = False
        key = (args, tuple(sorted(named.items())))
        if key not in known:
            ctx.deadline.check()
            known[key] = question(ctx, *args, **named)
        return known[key]

    return answer
