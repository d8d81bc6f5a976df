"""The secret that keys the fingerprints of leaked keys, and the fingerprint itself."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bot.errors import WrongSettings
from bot.settings import Settings

Fingerprint = Callable[[str], str]


def fingerprinter(secret: str) -> Fingerprint:
    """HMAC-SHA-256 of the key, 16 hex digits: enough to tell keys apart, useless for guessing them."""

    def fingerprint(key: str) -> str:
        return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:16]

    return fingerprint


def secret_of(settings: Settings) -> str:
    """The secret that was set, or, on SQLite, the one kept beside the database (made at the first start)."""
    if settings.quarterdeck_secret:
        return settings.quarterdeck_secret.get_secret_value()
    path = kept_secret(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        kept = path.read_text().strip()
    except OSError as error:
        raise WrongSettings(
            f"QUARTERDECK_SECRET: unset, and {path} cannot be kept beside the database ({error.strerror})."
        ) from None
    if not kept:
        advice = "Put it back from your backup; or delete it for a new one, to which no key from before is known."
        raise WrongSettings(f"QUARTERDECK_SECRET: unset, and {path} is empty. {advice}")
    return kept


def kept_secret(settings: Settings) -> Path:
    """Where the secret is kept on SQLite when none is set."""
    return Path(settings.database_url.removeprefix("sqlite:///") + ".secret")


def _make(path: Path) -> None:
    """Written whole, and to the disk, under another name first: a crash must not leave an empty secret behind."""
    if path.exists():
        return
    made = path.with_suffix(f".{os.getpid()}")
    try:
        made.touch(mode=0o600)
        with made.open("w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(made, path)  # fails when another process was first, whose secret is then ours too
    except FileExistsError:
        pass
    finally:
        made.unlink(missing_ok=True)
