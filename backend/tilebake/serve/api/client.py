"""Ask a backend over the local API whether it is the one that it says."""

import hmac
import json
import secrets
from http.client import HTTPConnection, HTTPException
from typing import Final

from tilebake.serve.api.challenge import proof
from tilebake.serve.api.ready import Ready

_PATIENCE: Final = 5.0  # seconds


def answers(ready: Ready) -> bool:
    """Tell whether a backend listens there that knows the token, without sending the token."""
    nonce = secrets.token_urlsafe(32)
    connection = HTTPConnection(ready.address, ready.port, timeout=_PATIENCE)  # through no proxy
    try:
        connection.request("GET", f"/v2/health/challenge?nonce={nonce}")
        said = json.loads(connection.getresponse().read(1 << 16))
        return hmac.compare_digest(str(said["proof"]), proof(ready.token, ready.host, nonce))
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return False
    finally:
        connection.close()
