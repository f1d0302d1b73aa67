"""Pure portfolio arithmetic: everything comes as an argument, today's date included."""
