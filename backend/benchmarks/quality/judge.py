"""The judge that measures paintings: the embedded model's, whichever model painted them."""

from tilebake.models.reference import EMBEDDED
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import JUDGE, read_judge


def load_judge() -> Judge:
    """Ready to be asked."""
    return read_judge(EMBEDDED / JUDGE)
