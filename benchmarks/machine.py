"""On what a benchmark ran: without that a figure says little."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

SIDE_OF_PRODUCT, PRODUCTS = 1024, 8


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


def product_rates(precision: str) -> tuple[float, float]:
    """Billions of operations that a product of two matrices of 1,024 x 1,024 makes on torch's threads: in a second, and
    in a second of processor time.

    precision: "float32" or "bfloat16".
    """
    import torch  # Most benchmarks measure without it

    one, other = torch.rand(2, SIDE_OF_PRODUCT, SIDE_OF_PRODUCT).to(getattr(torch, precision))
    one @ other
    started, cpu = time.perf_counter(), time.process_time()
    for _ in range(PRODUCTS):
        one @ other
    work = 2e-9 * PRODUCTS * SIDE_OF_PRODUCT**3
    return work / (time.perf_counter() - started), work / (time.process_time() - cpu)
