"""Every type of panel in every look, with sample data that says it is a sample."""
