"""Pages, one module per subject.

The page and the fragment that HTMX asks for come from one view and one context.
"""
