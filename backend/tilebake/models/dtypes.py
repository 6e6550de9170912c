"""Name the number types that a model can run in, without importing torch."""

from typing import Final

DTYPES: Final = ("float32", "float16", "bfloat16")
