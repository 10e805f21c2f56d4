"""An installed Firefox, driven by WebDriver BiDi: the W3C's protocol, which it speaks without a driver beside it."""

import json
import os
import re
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import websocket

from vgtext.tools.browser import find_firefox

#: What a new profile would otherwise ask the network for, or the reader.
SETTINGS = {"browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False,
            "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
            "app.update.auto": False, "browser.aboutwelcome.enabled": False, "app.normandy.enabled": False,
            "services.settings.server": "data:,#remote-settings-dummy/v1"}


class Tab:
    """A tab of Firefox: what the tests of both browsers need of one."""

    def __init__(self, address):
        """Open a session at the address that Firefox listens on."""
        self.socket = websocket.create_connection(f"{address}/session", timeout=60, suppress_origin=True)
        self.count = 0
        self.send("session.new", capabilities={})
        self.context = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method, **params):
        """Do one command, and return its result."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.count:
            pass
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def goto(self, address):
        """Open a page, until it has loaded."""
        self.send("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, script):
        """Return the value of an expression, by way of JSON."""
        result = self.send("script.evaluate", expression=f"JSON.stringify({script}) ?? null", awaitPromise=True,
                           target={"context": self.context})
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"].get("value") or "null")

    def wait_for_function(self, script, timeout):
        """Wait until an expression is true; ``timeout`` in milliseconds."""
        end = time.monotonic() + timeout / 1000
        while not self.evaluate(f"Boolean({script})"):
            if time.monotonic() > end:
                raise TimeoutError(f"not true within {timeout / 1000:g} s: {script}")
            time.sleep(0.2)


@contextmanager
def open_firefox():
    """Start Firefox, headless, with a profile of its own; yields a tab."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        with open(f"{profile}/user.js", "w") as settings:
            settings.writelines(f'user_pref("{name}", {json.dumps(value)});\n' for name, value in SETTINGS.items())
        command = [find_firefox(), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        log = Path(profile, "log")
        with log.open("w") as heard:
            running = subprocess.Popen(command, stdout=heard, stderr=heard, env={
                **os.environ, "HOME": profile, "MOZ_CRASHREPORTER_DISABLE": "1"})
        try:
            tab = Tab(listens(log, running))
            with closing(tab.socket):
                yield tab
        finally:
            running.terminate()
            running.wait(20)


def listens(log, running, seconds=60):
    """Return the address that Firefox says it listens on, once it does."""
    end = time.monotonic() + seconds
    while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf8", "replace"))):
        if running.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"Firefox did not come to listen: {log.read_text('utf8', 'replace')[-500:]}")
        time.sleep(0.1)
    return found[1]
