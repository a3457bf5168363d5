"""Secrets of travellers, field by field: AES-256-GCM under a key of their own, itself wrapped by a key kept elsewhere.

A traveller's key stands in the database wrapped (`sealed` by the vault's newest key) and opens nothing by itself:
whoever holds a dump alone reads nothing, and a traveller whose key is deleted can't be read by anybody again.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from secrets import token_bytes
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.config import get_settings

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Unopened(ValueError):
    """What was to be opened is not ours, was changed, belongs elsewhere, or its key is not known any more."""


class Vault:
    """The keys that wrap, by their names, the newest first."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self.newest = next(iter(self._keys))

    def new_key(self, *, about: str) -> str:
        """A key for one traveller, wrapped; `about` says whose, and is asked again when it is used."""
        return self._wrap(token_bytes(KEY_BYTES), about)

    def rewrap(self, wrapped: str, *, about: str) -> str:
        """The same key under the vault's newest; what it sealed stays as it is. Raises Unopened."""
        return self._wrap(self._unwrap(wrapped, about), about)

    def is_newest(self, wrapped: str) -> bool:
        """Whether the newest key wraps it."""
        return wrapped.partition(".")[0] == self.newest

    def seal(self, text: str, *, key: str, about: str, field: str) -> str:
        """One field sealed by the traveller's wrapped `key`; readable only as that field of that traveller."""
        return _encrypt(self._unwrap(key, about), text.encode(), f"{about}/{field}")

    def open(self, sealed: str, *, key: str, about: str, field: str) -> str:
        """The field's text. Raises Unopened."""
        return _decrypt(self._unwrap(key, about), sealed, f"{about}/{field}").decode()

    def seal_bytes(self, content: bytes, *, key: str, about: str, field: str) -> bytes:
        """A file sealed likewise."""
        return urlsafe_b64decode(_encrypt(self._unwrap(key, about), content, f"{about}/{field}"))

    def open_bytes(self, sealed: bytes, *, key: str, about: str, field: str) -> bytes:
        """The file's bytes. Raises Unopened."""
        return _decrypt(self._unwrap(key, about), urlsafe_b64encode(sealed).decode(), f"{about}/{field}")

    def _wrap(self, key: bytes, about: str) -> str:
        return f"{self.newest}.{_encrypt(self._keys[self.newest], key, about)}"

    def _unwrap(self, wrapped: str, about: str) -> bytes:
        name, _, sealed = wrapped.partition(".")
        if name not in self._keys:
            msg = f"the vault has no key {name}"
            raise Unopened(msg)
        return _decrypt(self._keys[name], sealed, about)


def configured() -> Vault:
    """The vault that the settings name."""
    return vault(get_settings().vault_keys.get_secret_value())


def vault(keys: str) -> Vault:
    """The vault of `name:key[,name:key…]`, newest first, each key 32 bytes in base64url. Raises ValueError."""
    known = {}
    for one in filter(None, keys.split(",")):
        name, _, text = one.strip().partition(":")
        try:
            key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            key = b""
        if not name.isalnum() or len(key) != KEY_BYTES:
            msg = "each key must read name:key, the key 32 random bytes in base64url"
            raise ValueError(msg)
        known[name] = key
    if not known:
        msg = "at least one key is needed"
        raise ValueError(msg)
    return Vault(known)


def _encrypt(key: bytes, content: bytes, about: str) -> str:
    nonce = token_bytes(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, content, about.encode())).decode()


def _decrypt(key: bytes, sealed: str, about: str) -> bytes:
    try:
        content = urlsafe_b64decode(sealed)
        return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):
        msg = "it is not what was sealed, or not for this"
        raise Unopened(msg) from None
