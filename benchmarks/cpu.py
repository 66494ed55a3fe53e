"""CPU seconds and wall seconds of a piece of this process."""

import contextlib
import resource
import time


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextlib.contextmanager
def stopwatch():
    """A dict that has `cpu_s` and `wall_s` once the block has ended."""
    figures = {}
    cpu, wall = spent(), time.perf_counter()
    yield figures
    figures.update(cpu_s=spent() - cpu, wall_s=time.perf_counter() - wall)
