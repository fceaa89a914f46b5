"""Writes the golden documents anew: `python -m tests.golden`."""

from __future__ import annotations

from tests.golden.documents import COUNTRIES, FOLDER, all_files

for country in COUNTRIES:
    files = all_files(country)
    for path in (FOLDER / country).glob("*.xml"):
        if path not in files:
            path.unlink()
    for path, content in files.items():
        path.write_bytes(content)
    print(f"{country}: {len(files)} files")
