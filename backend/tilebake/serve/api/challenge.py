"""Prove that a server knows the token, before a client sends the token to it.

Another process may have taken the port of a backend that is gone. It cannot answer, nor have the backend
answer in its stead, for the proof holds for one address alone.
"""

import hashlib
import hmac


def proof(token: str, host: str, nonce: str) -> str:
    """HMAC-SHA256 (hex) of `tilebake ADDRESS:PORT NONCE`; the key is the token's text in ASCII."""
    message = f"tilebake {host} {nonce}"
    return hmac.new(token.encode("ascii"), message.encode("ascii"), hashlib.sha256).hexdigest()
