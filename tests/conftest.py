"""Where the real market data lies, and the mark that ties a test to the feature catalogue."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no defect: examples have no deadline, speed lives in `make bench`.
settings.register_profile("quantquake", deadline=None)
settings.load_profile("quantquake")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real market data beside the project; tests that need it skip without it."""
    folder = Path(os.environ.get("QUANTQUAKE_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real market data beside the project ({folder.name}/ is absent)")
    return folder
