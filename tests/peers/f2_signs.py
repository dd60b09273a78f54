"""f2's own signatures, for comparison: the same inputs in, what f2 makes of them out.

`f2_signs.py --speed QUERY UA FINGERPRINT` prints how many it makes in a second of processor time.
`f2_signs.py --judge RADARD COUNT` lets both sign the same queries and compares.
"""

import json
import random
import subprocess
import sys
import time
import unittest.mock

from f2.utils.abogus import ABogus
from f2.utils.xbogus import XBogus


def rate(count, act):
    began = time.process_time()
    for _ in range(count):
        act()
    return count / (time.process_time() - began)


def speed(query, user_agent, fingerprint):
    return {
        "a_bogus": rate(60, lambda: ABogus(fp=fingerprint, user_agent=user_agent).generate_abogus(query, "")),
        "x_bogus": rate(2000, lambda: XBogus(user_agent).getXBogus(query)),
    }


class Pinned:
    """Stands in for the clock and the dice of f2's module: gives what it was told, in turn."""

    def __init__(self, values):
        self.values = list(values)

    def __call__(self, *_):
        return self.values.pop(0)


def f2_a_bogus(query, told):
    clock = Pinned([told["start_ms"] / 1000, told["end_ms"] / 1000])
    dice = Pinned([(throw + 0.5) / 10000 for throw in told["rd"]])
    with unittest.mock.patch("time.time", clock), unittest.mock.patch("random.random", dice):
        return ABogus(fp=told["fingerprint"], user_agent=told["user_agent"]).generate_abogus(query, "")[1]


def f2_x_bogus(query, told):
    with unittest.mock.patch("time.time", lambda: told["unix_time_s"]):
        return XBogus(told["user_agent"]).getXBogus(query)[1]


def judge(radard, count):
    """Signs queries that chance makes, here and there. f2 cannot sign what has less than 33 characters."""
    apart = 0
    chance = random.Random(1)
    for at in range(count):
        words = "".join(chance.choice("abcdefghij0123456789%&=_-") for _ in range(chance.randrange(0, 900)))
        query = f"device_platform=webapp&aid=6383&channel=channel_pc_web&{words}"
        for kind, name, theirs in (("abogus", "a_bogus", f2_a_bogus), ("xbogus", "x_bogus", f2_x_bogus)):
            line = [radard, "--json", "sign", kind, "--params", "-"]
            env = {"RADARD_SEED": str(at), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
            said = subprocess.run(line, input=query, capture_output=True, text=True, check=True, env=env)
            told = json.loads(said.stdout)
            if theirs(query, told) != told[name]:
                apart += 1
                print(f"{name} of {query!r} apart: ours {told[name]}, theirs {theirs(query, told)}", file=sys.stderr)
    print(json.dumps({"peer": "f2", "work": "signatures", "compared": 2 * count, "apart": apart}))
    return 1 if apart else 0


if __name__ == "__main__":
    if sys.argv[1] == "--speed":
        print(json.dumps(speed(*sys.argv[2:5])))
    else:
        sys.exit(judge(sys.argv[2], int(sys.argv[3])))
