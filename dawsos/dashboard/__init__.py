"""What spans all portfolios of a user: the dashboard, the health of their data, their runs."""
