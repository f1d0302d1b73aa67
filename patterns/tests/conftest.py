from collections.abc import Iterator

import pytest

from patterns.tests.inventions import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as invented:
        yield invented
