"""What must never happen, asked of the database itself (docs/invariants.md).

``statements`` has one question in SQL for each invariant, ``ledgers`` those that need arithmetic
SQL has not, ``checking`` asks them all.
"""
