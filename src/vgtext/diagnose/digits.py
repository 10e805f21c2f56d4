"""Numbers in sentences, with as many digits as it takes to tell them from what they are compared with."""

from .table import ALIVE, EXPLODES, TOO_FAST, TOO_SLOW, VANISHES

MOST = 9  # digits; what is alike in all of them is said to be the same


def told(x, *others, write="{:.{}g}", digits=2):
    """Write a number so that it reads otherwise than each of the ``others``, such as a limit, unless it is the same."""
    for more in range(digits, MOST + 1):
        text = write.format(x, more)
        if all(text != write.format(other, more) for other in others if other != x):
            return text
    return write.format(x, digits)


def percent(share, *others):
    """Write a share in per cent; 100% and 0% are said of all and of none only."""
    return told(share, 0, 1, *others, write="{:.{}%}", digits=0)


def points(number):
    """Write so many points, of a number that is written; one of them is a point."""
    return f"{number} point{'' if number in ('1', '-1') else 's'}"


def factor(x):
    """Write a factor with two decimals, and one near 0 with two digits."""
    return f"{x:.2f}" if x >= 0.095 or x == 0 else f"{x:.2g}"


def dead(share):
    """Write a share of dead units, otherwise than its limit."""
    return percent(share, ALIVE)


def ratio(size):
    """Write an update-to-weight ratio, otherwise than its limits."""
    return told(size, TOO_FAST, TOO_SLOW)


def round_trip(power):
    """Write a round trip as a power of 10, otherwise than its limits."""
    return f"R = 10^{told(power, VANISHES, EXPLODES, write='{:z.{}f}', digits=1)}"


def times(power):
    """Write 10 to the power as "0.5 times", within the range of floats; "" where that would be 1."""
    size = f"{10.0 ** min(max(power, -300), 300):.2g}"
    return "" if size == "1" else f"{size} times"
