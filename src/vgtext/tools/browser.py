"""An installed Chromium, which tests the pages and prints the book: where it is, what is said when there is none."""

import functools
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

#: Debian's shell for headless use first: the same Chromium without its own windows, and the tests take a fifth less.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
         "microsoft-edge")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
          "/Applications/Chromium.app/Contents/MacOS/Chromium")
HOW_TO_GET_ONE = (
    "no Chromium or Chrome found, so the built pages and the live notebook were not tested in a browser; "
    "install one (Debian: apt install chromium) or name one: VGTEXT_BROWSER=/path/to/chrome make test"
)
FIREFOX = ("firefox", "firefox-esr")
HOW_TO_GET_FIREFOX = ("no Firefox found, so no notebook ran in its page there; install one (Debian: apt install "
                      "firefox-esr) or name one: VGTEXT_FIREFOX=/path/to/firefox")
HOW_TO_GET_WEBKIT = ("no WebKitWebDriver with a display found, so no page was tried in WebKit; install them "
                     "(Debian: apt install webkit2gtk-driver xvfb)")
#: What a tab does without: two pages for suggestions under the address bar, each a process for every window (half a
#: second), and what playwright leaves out, whose own list this one replaces.
WITHOUT = ("WebUIOmniboxPopup WebUIOmniboxAimPopup AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose "
           "HttpsUpgrades HttpsFirstBalancedModeAutoEnable LensOverlay MediaRouter PaintHolding OptimizationHints "
           "ThirdPartyStoragePartitioning NetworkTimeServiceQuerying AimEnabled PreconnectToSearch").split()
#: How Chromium is started; one process draws all tabs, as each that starts takes a sixth of what a small page does.
ARGUMENTS = ("--no-sandbox --renderer-process-limit=1 --disable-site-isolation-trials --disable-gpu --disable-quic "
             "--no-first-run --disable-background-networking --disable-component-update --disable-sync "
             f"--disable-features={','.join(WITHOUT)}").split()


@functools.cache
def find_browser():
    """Return the path of an installed Chromium, or None; VGTEXT_BROWSER names one."""
    named = os.environ.get("VGTEXT_BROWSER")
    found = [named] if named else [shutil.which(name) for name in NAMES] + list(PLACES)
    return next((path for path in found if path and Path(path).exists()), None)


@functools.cache
def find_firefox():
    """Return the path of an installed Firefox, or None; VGTEXT_FIREFOX names one."""
    return os.environ.get("VGTEXT_FIREFOX") or next(filter(None, map(shutil.which, FIREFOX)), None)


def find_webkit():
    """Return the command that starts WebKitGTK's driver, or None; it takes a display, if only a virtual one."""
    driver, virtual = shutil.which("WebKitWebDriver"), shutil.which("xvfb-run")
    if not driver or not (virtual or os.environ.get("DISPLAY")):
        return None
    return [driver] if os.environ.get("DISPLAY") else [virtual, "-a", driver]


@contextmanager
def open_browser():
    """Start the installed browser, headless; close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()
