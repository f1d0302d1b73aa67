"""The pages around the pattern runner: agents, patterns as pages, patterns of the house's own."""
