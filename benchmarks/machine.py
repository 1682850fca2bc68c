"""On what a benchmark ran: without that a figure says little."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """The processor by name where the system tells it, its cores, and the load of the last minutes."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    matters = ("avx512_bf16", "amx_bf16")
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return {
        "processor": named[0] if named else platform.processor() or platform.machine(),
        "bfloat16": [flag for flag in matters if flag in flags],
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }
