"""Random numbers by name: what one part of the world draws never moves what another part draws."""

from hashlib import sha256

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one part of the world; the same for the same seed and name."""
    digest = sha256(name.encode()).digest()
    return np.random.Generator(np.random.PCG64([seed, int.from_bytes(digest[:8], "little")]))
