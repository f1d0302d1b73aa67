import pytest
from pydantic import BaseModel, ConfigDict

from patterns import registry
from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, CapabilityUnknown
from patterns.registry import capability, describe, temporarily
from patterns.tests.inventions import BasketInput, NothingAsked, Share, Shop


class Open(BaseModel):
    model_config = ConfigDict(frozen=True)


class Thawed(BaseModel):
    model_config = ConfigDict(extra="forbid")


def answer(ctx: Context, args: NothingAsked) -> Share:
    """An answer."""
    raise NotImplementedError


def test_a_capability_is_found_by_name_with_its_types():
    with temporarily(alone=True):
        capability("shop.answer", version="2", agent="keeper")(answer)
        found = registry.get("shop.answer")
    assert (found.version, found.agent, found.doc) == ("2", "keeper", "An answer.")
    assert (found.input_type, found.output_type) == (NothingAsked, Share)


def test_an_unknown_name_is_answered_with_the_nearest_one(shop):
    with pytest.raises(CapabilityUnknown) as refusal:
        registry.get("shop.baskett")
    assert refusal.value.code == "BUSINESS_4004"
    assert refusal.value.suggestion == "Did you mean 'shop.basket'?"


def test_what_is_registered_temporarily_is_forgotten():
    before = registry.names()
    with temporarily(alone=True):
        capability("shop.answer", version="1", agent="keeper")(answer)
        assert registry.names() == ["shop.answer"]
    assert registry.names() == before


def test_a_name_is_declared_once(shop):
    twice = describe(Shop().share, name="shop.basket", version="1", agent="keeper")
    with pytest.raises(CapabilityMisdeclared, match="declared twice"):
        registry.add(twice)


def undocumented(ctx: Context, args: NothingAsked) -> Share:
    raise NotImplementedError


def without_context(args: NothingAsked) -> Share:
    """No context."""
    raise NotImplementedError


def open_input(ctx: Context, args: Open) -> Share:
    """An input that swallows unknown names."""
    raise NotImplementedError


def thawed_output(ctx: Context, args: BasketInput) -> Thawed:
    """An output that can change."""
    raise NotImplementedError


def untyped_output(ctx: Context, args: BasketInput) -> dict[str, int]:
    """An output without a contract."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (undocumented, "no docstring"),
        (without_context, "must take"),
        (open_input, "extra="),
        (thawed_output, "must be frozen"),
        (untyped_output, "not a pydantic model"),
    ],
)
def test_a_careless_declaration_is_refused(function, sentence):
    with pytest.raises(CapabilityMisdeclared, match=sentence):
        describe(function, name="shop.careless", version="1", agent="keeper")
