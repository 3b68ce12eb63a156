"""A real browser without a screen: Chromium, driven through ChromeDriver (W3C WebDriver)."""

import base64
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import requests

PROGRAMS = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "chromedriver": ("chromedriver",)}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Of the window.
WIDTH, HEIGHT = 800, 640
LONGEST_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 0.05


def program(name: str) -> str | None:
    """Where one of `PROGRAMS` is installed; None if it is not."""
    return next((found for candidate in PROGRAMS[name] if (found := shutil.which(candidate))), None)


class Chromium:
    """One window with an empty profile. Use it as a context manager."""

    def __enter__(self) -> Self:
        driver, browser = program("chromedriver"), program("chromium")
        if driver is None or browser is None:
            raise FileNotFoundError("chromium and chromedriver")
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        # A proxy is not asked for pages of this machine.
        environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        self._driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True, env=environment)
        try:
            self._url = f"http://127.0.0.1:{self._port()}"
            size = f"--window-size={WIDTH},{HEIGHT}"
            options = {"binary": browser, "args": [*FLAGS, size, f"--user-data-dir={self._profile}"]}
            wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
            session = self._call("POST", "session", wanted)
        except BaseException:
            self._end()
            raise
        self.version = str(session["capabilities"]["browserVersion"])
        self._url += f"/session/{session['sessionId']}"
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._call("DELETE", "")
        finally:
            self._end()

    def open(self, address: str) -> None:
        """Goes to an address and waits until the page is there."""
        self._call("POST", "url", {"url": address})

    def press(self, label: str) -> None:
        """Presses the button with this label and waits for the page that follows, at another address.

        Raises:
            TimeoutError: No other page came.
        """
        before = self.address
        found = self._call("POST", "element", {"using": "xpath", "value": f"//button[text()='{label}']"})
        (element,) = found.values()
        self._call("POST", f"element/{element}/click", {})
        deadline = time.monotonic() + LONGEST_SECONDS
        # The driver does not wait for a page whose server takes its time.
        while self.address == before or self._run("return document.readyState") != "complete":
            if time.monotonic() > deadline:
                raise TimeoutError(f"no page followed {before}")
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._call("GET", "screenshot"))

    @property
    def address(self) -> str:
        """Where the window is."""
        return str(self._call("GET", "url"))

    @property
    def text(self) -> str:
        """What the page shows."""
        return str(self._run("return document.body.innerText"))

    def _run(self, script: str) -> Any:
        return self._call("POST", "execute/sync", {"script": script, "args": []})

    def _port(self) -> str:
        for line in self._driver.stdout or ():
            if started := re.search(r"started successfully on port (\d+)", line):
                return started[1]
        raise RuntimeError("chromedriver does not start")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self._url}/{path}".rstrip("/")
        answer = requests.request(method, url, json=body, timeout=LONGEST_SECONDS, proxies={"http": ""})
        if not answer.ok:
            raise RuntimeError(f"chromedriver refuses {method} {path}: {answer.json()['value']['message']}")
        return answer.json()["value"]

    def _end(self) -> None:
        self._driver.terminate()
        self._driver.wait(LONGEST_SECONDS)
        shutil.rmtree(Path(self._profile), ignore_errors=True)
