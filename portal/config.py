"""Settings: read once, from the environment, here and nowhere else."""

import os
import re
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
_VAULT_KEY = re.compile(r"[A-Za-z0-9]+:[A-Za-z0-9_-]{43}=?")
_SIGNING_KEY = re.compile(r"[A-Za-z0-9_-]{43}=?")


class Settings(BaseSettings):
    """What an operator may set; `docs/configuration.md` lists the same names."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    database_url: str = Field(description="PostgreSQL, as postgresql://user:password@host:port/name.")
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0", description="Redis or Valkey: the broker of the workers."
    )
    smtp_url: str = Field(
        default="smtp://127.0.0.1:1025", description="smtp://, smtp+starttls:// or smtps://user:password@host:port."
    )
    mail_from: str = Field(
        default="Portale Export <portale@unioncamere.example>", description="The sender of every message."
    )
    storage_url: str = Field(default="", description="file:///path; empty: `files/` under PORTALE_HOME.")
    clamd_url: str = Field(default="", description="tcp://host:port of an antivirus; empty: none.")
    secret_key: SecretStr = Field(description="Signs cookies and links; at least 32 characters.")
    vault_keys: SecretStr = Field(
        description="Wraps travellers' keys: name:key[,name:key…], newest first, each 32 random bytes in base64url."
    )
    signing_key: SecretStr = Field(
        description="Signs published rankings (Ed25519): 32 random bytes in base64url; see /trasparenza/chiavi."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address that messages and receipts carry."
    )
    trusted_hosts: str = Field(
        default="", description="More host names to answer to, comma-separated; the one of PUBLIC_URL always counts."
    )
    proxies: int = Field(default=0, ge=0, le=5, description="How many trusted proxies stand in front.")
    port: int = Field(default=8000, ge=1, le=65535, description="Where the web server listens.")
    bind: str = Field(default="127.0.0.1", description="On which address it listens; 0.0.0.0 in a container.")
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes of the web server, eight threads each.")
    portale_home: Path = Field(default=PROJECT / "var", description="Where state lives.")
    portale_demo: bool = Field(default=False, description="1: demo accounts, local mail sink and /posta.")

    @field_validator("public_url")
    @classmethod
    def _no_final_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @model_validator(mode="after")
    def _long_secret(self) -> "Settings":
        if len(self.secret_key.get_secret_value()) < 32:  # noqa: PLR2004 - said in the description
            msg = "SECRET_KEY must have at least 32 characters"
            raise ValueError(msg)
        return self

    @field_validator("vault_keys")
    @classmethod
    def _sound_vault(cls, keys: SecretStr) -> SecretStr:
        if not all(_VAULT_KEY.fullmatch(one.strip()) for one in keys.get_secret_value().split(",")):
            msg = "each key must read name:key, the key 32 random bytes in base64url"
            raise ValueError(msg)
        return keys

    @field_validator("signing_key")
    @classmethod
    def _thirty_two_bytes(cls, key: SecretStr) -> SecretStr:
        if not _SIGNING_KEY.fullmatch(key.get_secret_value()):
            msg = "SIGNING_KEY must be 32 random bytes in base64url, as `make setup` makes it"
            raise ValueError(msg)
        return key

    @property
    def home(self) -> Path:
        """Where state lives, absolute."""
        return self.portale_home.resolve()

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""
        return self.portale_demo

    @property
    def sqlalchemy_url(self) -> str:
        """`database_url` with the driver that we use."""
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else self.database_url


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings; a missing or wrong one raises ValidationError naming it.

    The environment first, then `portale.env` under PORTALE_HOME, where `make run` writes what it chose.
    """
    home = Path(os.environ.get("PORTALE_HOME") or PROJECT / "var")
    return Settings(_env_file=home / "portale.env")
