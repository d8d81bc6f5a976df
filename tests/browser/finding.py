"""Which browser the tests of the page use: `python -m tests.browser.finding` prints it, or says what to install."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
OWN = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium")

WHAT_TO_DO = (
    "The tests of the practice page need a Chromium, and there is none. Install one: "
    "'apt-get install chromium' (Debian), Google Chrome, or '.venv/bin/playwright install chromium'."
)


def find_browser() -> str | None:
    """The program of an installed Chromium or Chrome, or the one that Playwright has fetched."""
    installed = (shutil.which(name) for name in NAMES)
    applications = (path for path in APPLICATIONS if os.access(path, os.X_OK))
    return next((path for path in (*installed, *applications, *_fetched()) if path), None)


def _fetched() -> list[str]:
    folders = [Path(cache).expanduser() for cache in CACHES]
    return sorted((str(path) for folder in folders for pattern in OWN for path in folder.glob(pattern)), reverse=True)


if __name__ == "__main__":
    found = find_browser()
    sys.stdout.write(f"{found}\n") if found else sys.stderr.write(f"{WHAT_TO_DO}\n")
    sys.exit(0 if found else 1)
