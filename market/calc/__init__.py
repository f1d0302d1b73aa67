"""Pure arithmetic of prices, rates and pricing packs."""
