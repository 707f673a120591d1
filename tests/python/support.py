"""Helpers of the Python tests: loading programs without .py, and the folder of the project."""

import importlib.machinery
import importlib.util
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.dont_write_bytecode = True


def load(path):
    """The program at ROOT/path as a module."""
    name = os.path.basename(path).replace(".py", "").replace("-", "_")
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(ROOT, path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module
