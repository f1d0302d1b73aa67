"""Thousands of portfolios over hundreds of days in one pass, to the digit of the exact way.

The problem. `calc.history` values one portfolio with Decimals: exact, and a microsecond or two for
each position of each day. Ten thousand portfolios of fifty positions over a year are 126 million
of these. Floats do them in a tenth of a second and are wrong in the last digits, now and then in
the one that is stored.

Two observations. (1) Holdings and closes are decimal numbers of few digits: counted in their
smallest units they are integers, and sums of their products below 2⁵³ are exact in float64, in
whatever order they are added. What is held in one currency is therefore known exactly; only rates
bring in more digits. (2) Where a sum is not exact its error has a bound. A stored figure is a
rounded one, and unless the true value lies within the bound of a tie, all values within the bound
round to the same digit. So nearly every rounding can be certified, and the few that cannot are
done once more in Decimals (`exact`).

The pass. `steps` turns movements into holdings: what is held is constant between two of them.
`worths` multiplies holdings by closes, currency by currency, as sparse matrix by dense one.
`values` converts with rates cut into pieces, so that all products but the last are exact, adds
without loss (`errorfree`), rounds, and divides. `figures` and `currencies` make the statistics,
which are floats in either way.
"""
