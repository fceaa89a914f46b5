"""Settings: COUNTERFOIL_* environment variables, each documented in docs/operate.md (a test compares)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict


class Settings(BaseSettings):
    """How one server runs. Command-line options win over the environment."""

    model_config = SettingsConfigDict(env_prefix="COUNTERFOIL_", extra="ignore")

    data: Path = Field(Path("counterfoil-data"), description="directory of the database, files and caught mail")
    database_url: str | None = Field(None, description="postgresql://…; without it, SQLite in the data directory")
    database_pool: int = Field(16, ge=1, le=1_000, description="most connections of this process to PostgreSQL")
    public_url: str | None = Field(None, description="how clients of the company reach this server: https://…")
    smtp_url: str | None = Field(None, description="smtp(s)://user:password@host:port; without it, mail is caught")
    mail_from: str | None = Field(None, description="sender address of mail; without it, the organization's own")
    blobs_url: str | None = Field(None, description="file:///… or s3://…; without it, in the data directory")
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="largest JSON body, in bytes")
    max_items: int = Field(1_000, ge=1, description="most lines on one document")
    idempotency_days: int = Field(30, ge=1, description="how long answers are kept for repeated requests")
    rate_limits: Literal["auto", "on", "off"] = Field("auto", description="auto: none for callers on this machine")
    trusted_proxies: str | None = Field(None, description="addresses whose X-Forwarded-For is believed, with commas")
    allow_private_callbacks: bool = Field(False, description="webhooks may go to http and to private addresses")
    secret_key: SecretStr | None = Field(None, description="seals secrets in the database; needed with PostgreSQL")
    einvoice_network: Literal["local", "none"] = Field(
        "local", description="local: an outbox and a simulated exchange, nothing leaves this machine; none"
    )
    secrets_dir: Path | None = Field(
        None, description="folder of settings as files, counterfoil_database_url and others"
    )
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, else JSON")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="info: a line each request")
    metrics: Literal["auto", "on", "off"] = Field("auto", description="/metrics; auto: for callers on this machine")
    host: str = Field("127.0.0.1", description="address that serve listens on")
    port: int = Field(8642, ge=0, le=65535, description="port that serve listens on")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options of a command, then the environment, then files: secrets need not stand in an environment."""
        folder = os.environ.get("COUNTERFOIL_SECRETS_DIR")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder or None)

    @property
    def base_url(self) -> str:
        """Where links point: the public URL, else this server's own address. Never ends in a slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
