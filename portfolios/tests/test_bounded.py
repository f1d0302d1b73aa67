"""The things used last, as many as their weights allow."""

from portfolios.selectors.bounded import Bounded


def kept(most: int, **texts: str) -> Bounded[str, str]:
    """Texts by name, which weigh what they are long."""
    found: Bounded[str, str] = Bounded(most, len)
    for name, text in texts.items():
        found.put(name, text)
    return found


def test_the_one_that_was_not_asked_for_the_longest_goes_first() -> None:
    found = kept(10, a="12345", b="12345")
    assert found.get("a") == "12345"
    found.put("c", "123")
    assert (found.in_order(), found.weight) == (["a", "c"], 8)


def test_as_many_go_as_have_to() -> None:
    assert kept(6, a="12", b="12", c="12", d="12345").in_order() == ["d"]


def test_what_is_heavier_than_all_is_not_kept_and_drives_nothing_out() -> None:
    found = kept(5, a="123")
    assert found.put("b", "123456") == "123456"
    assert (found.in_order(), found.get("b")) == (["a"], None)


def test_whoever_comes_second_gets_what_is_there() -> None:
    found = kept(5, a="123")
    assert (found.put("a", "12"), found.weight) == ("123", 3)


def test_what_is_taken_out_weighs_no_more() -> None:
    found = kept(5, a="123", b="12")
    assert (found.pop("a"), found.pop("a"), found.weight) == ("123", None, 2)
    found.clear()
    assert (found.in_order(), found.weight) == ([], 0)
