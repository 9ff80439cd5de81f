"""Which faults there are: every module beside this one that can run."""

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def faults() -> dict[str, ModuleType]:
    """Return the modules of faults by name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem[:5] != "test_")
    modules = {name: importlib.import_module(f"tests.faults.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}
