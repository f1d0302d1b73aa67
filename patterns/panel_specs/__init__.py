"""The presentation of a pattern as typed data: a model for each type of panel."""
