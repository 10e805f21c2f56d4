"""Where a function is 0. SciPy has it, too; a page that runs Python would load 19 MB for it."""


def root_of(f, low, high, precision=1e-14):
    """Return where the continuous f, of different signs at ``low`` and ``high``, is 0, to a relative ``precision``.

    The bracket is cut at the root of the inverse parabola through the last three points where that is safe, else in
    the middle (Chandrupatla 1997). Raises ValueError if f has one sign at both ends.
    """
    a, b, f_a, f_b = high, low, f(high), f(low)
    if not min(f_a, f_b) <= 0 <= max(f_a, f_b):  # nan is neither
        raise ValueError(f"f must have different signs at low = {low} and high = {high}, got {f_b} and {f_a}")
    part = 0.5  # of the way from a to b
    while True:
        best, f_best = (a, f_a) if abs(f_a) < abs(f_b) else (b, f_b)
        least = (precision * abs(best) + 1e-26) / abs(b - a) if b != a else 1.0
        if least > 0.5 or f_best == 0:
            return float(best)
        x = a + min(max(part, least), 1 - least) * (b - a)
        f_x = f(x)
        c, f_c = a, f_a
        if (f_x > 0) != (f_a > 0):
            c, f_c, b, f_b = b, f_b, a, f_a
        a, f_a = x, f_x
        part = _inverse_parabola(a, b, c, f_a, f_b, f_c)


def _inverse_parabola(a, b, c, f_a, f_b, f_c):
    """How far from a to b the parabola x(f) through three points has its root; 1/2 where it turns between them."""
    place, height = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
    if not (height**2 < place and (1 - height) ** 2 < 1 - place):
        return 0.5
    return f_a / (f_b - f_a) * f_c / (f_b - f_c) + (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
