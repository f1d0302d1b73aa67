"""How a portfolio stands after its returns, followed month by month as I25 does."""

from math import nan

from dawsos.invariants.copies import Standing


def test_a_month_goes_on_where_the_last_one_ended() -> None:
    """Nothing before the first return counts. 1.10 · 0.50 = 0.55 of a peak of 1.10: half is lost.
    Then 0.55 · 1.20 = 0.66, and the deepest fall stays."""
    stands = Standing()
    stands.follow([nan, nan, 0.10, -0.50])
    assert stands.observations == 2
    assert not stands.differs([0.55, 1.10, 0.5])
    stands.follow([0.20])
    assert not stands.differs([0.66, 1.10, 0.5])
    assert stands.differs([0.55, 1.10, 0.5])


def test_behind_a_gap_nothing_is_known_but_how_many_days_there_were() -> None:
    stands = Standing()
    stands.follow([0.10, nan, 0.10])
    assert stands.observations == 3
    assert not stands.differs([None, None, None])
    assert stands.differs([1.1, 1.1, 0.0])
