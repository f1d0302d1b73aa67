"""What a restated pack holds when only some of its listings are looked at anew."""

from collections.abc import Collection

from market.calc.packs import PackContent


def with_listings(old: PackContent, new: PackContent, listings: Collection[str]) -> PackContent:
    """`old` with the prices and gaps of `listings` (by key) taken from `new`.

    Everything else stays as it was sealed, the rates included: whoever does not hold one of the
    listings is worth the same on both. Sources that nothing comes from any more are left out.
    """
    kept = tuple(price for price in old.prices if price.listing not in listings)
    taken = tuple(price for price in new.prices if price.listing in listings)
    gaps = [gap for gap in old.gaps if gap.kind == "fx" or gap.key not in listings]
    gaps += [gap for gap in new.gaps if gap.kind == "price" and gap.key in listings]
    behind = {price.source for price in kept}
    sources = {item for item in old.sources if item.kind == "fx" or item.source in behind}
    behind = {price.source for price in taken}
    sources |= {item for item in new.sources if item.kind == "price" and item.source in behind}
    return PackContent(
        asof_date=old.asof_date,
        policy=old.policy,
        prices=kept + taken,
        rates=old.rates,
        gaps=tuple(gaps),
        sources=tuple(sorted(sources)),
    )
