"""What people write on their documents, and what else they do."""

from __future__ import annotations

from random import Random
from typing import Final

TITLES: Final = (
    "Conseil", "Développement", "Büroausstattung", "Consulenza informatica", "Diseño gráfico", "Web site <b>bold</b>",
    "Caffè & cornetto", "Prix « spécial » à 50 %", "100 % Baumwolle – Größe “L”", "Vis M4×20, ø 3 mm", "Crème 🍮",
    "🎉🎉🎉", "ﬁnal ﬂyer", "日本語のタイトル", "Проект", "שלום", "O'Neill \"quoted\"", "a]]>b", "C:\\temp\\€uro™",
    "Ñandú – año 2026", "x", "&amp; &lt;already&gt; escaped", "naïve façade…", "½ Tag Schulung", "Straße\u00a012",
    "%s {0} ${name}", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt",
)  # fmt: skip
PARAGRAPHS: Final = (
    "Merci pour votre confiance.", "Zahlbar ohne Abzug.\nVielen Dank für Ihren Auftrag!", "Grazie • a presto 🙂",
    "Línea uno\nLínea dos\n\nLínea cuatro", "<script>alert('x')</script>", "#SKONTO#TAGE=14#PROZENT=2.00#",
    "Tabs\tand “quotes” and 'apostrophes’ & ampersands; 100 €", "長い説明文です。" * 12, "é" * 500, "- " * 250,
)  # fmt: skip
UNITS: Final = (
    "", "", "h", "hour", "heure", "jour", "Tag", "giorni", "día", "Stück", "pcs", "pièce", "kg", "m²", "km", "forfait",
    "Pauschale", "mese", "litre", "carton", "🍕", "unit",
)  # fmt: skip
UNIT_CODES: Final = ("HUR", "DAY", "C62", "KGM", "MTR", "LS", "MON", "XPK")
LOCALES: Final = ("fr", "de", "it", "es", "en", "fr-FR", "pt")
REASONS: Final = (
    "Retour de marchandise", "Gutschrift wegen Mängeln – 2 Stück", "Sconto concesso", "Error en la factura", "🙈",
    "Remise «exceptionnelle»\nsur deux lignes",
)  # fmt: skip
PURCHASE_ORDERS: Final = ("PO-4711", "Commande n° 12/2026", "BEST 2026/0815 ä", "4500012345")


def title(rng: Random) -> str:
    """A line's title, at most 120 characters."""
    return rng.choice(TITLES)


def paragraph(rng: Random, limit: int) -> str:
    """A longer text of at most `limit` characters."""
    return rng.choice(PARAGRAPHS)[:limit]
