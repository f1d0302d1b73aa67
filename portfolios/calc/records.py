"""Records by the hundred thousand: kept as they came, and made when they are looked at."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar, overload

Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")


class Records(Sequence[T]):
    """A sequence of records that are kept as rows: what `make` makes a record of.

    A large book holds hundreds of thousands of them, nearly all as plain tuples of the fields: so
    they are small and the garbage collector passes them by. Equal to any sequence of the same
    records.
    """

    __slots__ = ("_make", "_rows")

    def __init__(self, make: Callable[[Any], T], rows: Sequence[Any]) -> None:
        self._make = make
        self._rows = rows

    @property
    def rows(self) -> Sequence[Any]:
        """The rows themselves, for whoever looks at a few fields of many records."""
        return self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._rows)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return tuple(map(self._make, self._rows[index]))
        return self._make(self._rows[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as a list, it holds what may be unhashable

    def __repr__(self) -> str:
        return repr(tuple(self))
