"""Charts on paper: the browser's option builders, drawn as SVG without a browser."""
