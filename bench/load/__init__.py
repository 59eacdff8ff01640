"""Load: more and more people until the machine is full; what breaks first, and how. --soak MINUTES: what is left."""

from bench.load import rising, siege, soak
from bench.load.crowd import crowd
from bench.load.stack import agrees, loaded
from bench.tables import Options, Table


def run(options: Options) -> Table:
    if options.soak:
        return steady(options.soak)
    with loaded(rising.MOST) as stack:
        besieged = siege.lay(stack.origin)
        with crowd(stack.origin) as people:
            steps = rising.until_it_breaks(people)
            last, found = people.leave(), people.found()
        return rising.table(steps, last, found, (*besieged, agrees(stack)))


def steady(minutes: float) -> Table:
    with loaded(2 * soak.PEOPLE) as stack, crowd(stack.origin) as people:
        return soak.table(soak.soak(stack, people, minutes), minutes, agrees(stack))
