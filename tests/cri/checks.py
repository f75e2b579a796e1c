# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of a test program: "ok N - ..." or "not ok N - ...", and their end."""
nr = 0
failed = 0


def check(what, good, *more):
    global nr, failed
    nr += 1
    print("%sok %d - %s" % ("" if good else "not ", nr, what), flush=True)
    if not good:
        failed += 1
        for line in more:
            print("# %.2000s" % (line,))
    return good


def equal(what, got, expected):
    return check(what, got == expected, "got      %r" % (got,),
                 "expected %r" % (expected,))


def ended():
    """The last line; what the program is to exit with."""
    print("1..%d" % nr, flush=True)
    return int(failed > 0)
