"""A process that keeps what it frees gets no new pages for the next tensor."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

MADE_AGAIN = """
import resource, sys, torch
from emocore.learn import memory

if sys.argv[1] == "keeps":
    memory.keep()
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
for _ in range(20):
    torch.ones(4_000_000)
before, held = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, resident()
for _ in range(10):
    torch.ones(4_000_000)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
memory.give_back()
print(faults, held - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told how to keep memory")
def test_what_is_freed_is_kept_for_the_next_batch_until_it_is_given_back() -> None:
    as_dask_sets_it = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}

    def measured(how: str) -> tuple[int, int]:
        command = [sys.executable, "-c", MADE_AGAIN, how]
        said = subprocess.run(command, env=as_dask_sets_it, capture_output=True, text=True, check=True).stdout
        faults, given_back = said.split()
        return int(faults), int(given_back)

    gives, keeps = measured("gives"), measured("keeps")

    assert gives[0] > 10 * keeps[0]
    assert keeps[1] > 8e6  # Half of the 16 MB that the last tensor had
