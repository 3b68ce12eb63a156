"""`make browser-test`: `sage-active login` in a process of its own, signed in to by a real headless browser.

With `--pictures` (`make browser-pictures`), the pages that the browser ends on are kept in docs/browser/.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from integration_tests.browser.chromium import LONGEST_SECONDS, Chromium, program
from integration_tests.sign_in_page import REFUSE, SIGN_IN, free_port
from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from sage_active_sandbox.sandbox import Sandbox

PICTURES = Path(__file__).parents[2] / "docs" / "browser"
COMMAND = (sys.executable, "-m", "sage_active_cli.run", "login", "--market", "de", "--no-browser")


@dataclass(frozen=True)
class Case:
    """What the user does, and what must come of it. `picture`: the name of the page that the browser ends on."""

    button: str
    with_secret: bool
    code: int
    output: str
    page: str
    picture: str = ""


CASES = (
    Case(SIGN_IN, True, 0, "Written: ", "You are signed in", "signed-in"),
    Case(SIGN_IN, False, 0, "Written: ", "You are signed in"),
    Case(REFUSE, True, 1, "refused, or cancelled", "The sign-in did not work", "refused"),
)


def main() -> int:
    """Runs all cases; 0 when all went as they must, 1 otherwise or when a program is missing."""
    parser = argparse.ArgumentParser(description="Signs in with a real browser.")
    parser.add_argument("--pictures", action="store_true", help="keep the pages in docs/browser/")
    folder = PICTURES if parser.parse_args().pictures else None
    missing_programs = [name for name in ("chromium", "chromedriver") if program(name) is None]
    if missing_programs:
        print(
            f"Missing: {', '.join(missing_programs)}. On Debian: apt-get install -y chromium chromium-driver",
            file=sys.stderr,
        )
        return 1
    with Sandbox(rows=12, companies_per_market=2) as sandbox, Chromium() as browser:
        print(f"Chromium {browser.version}")
        problems = [problem for case in CASES if (problem := _problem(sandbox, browser, case, folder))]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _problem(sandbox: Sandbox, browser: Chromium, case: Case, pictures: Path | None) -> str | None:
    began = time.monotonic()
    name = f"{case.button}, {'with' if case.with_secret else 'without'} client secret"
    with tempfile.TemporaryDirectory() as folder:
        output, port = Path(folder) / "config.json", free_port()
        environment = os.environ | {
            "SAGE_ACTIVE_CLIENT_ID": CLIENT_ID,
            "SAGE_ACTIVE_CLIENT_SECRET": CLIENT_SECRET if case.with_secret else "",
            "SAGE_ACTIVE_SUBSCRIPTION_KEY": "sandbox-key-de",
        }
        options = ["--port", str(port), "--output", str(output), "--sandbox-url", sandbox.url]
        with subprocess.Popen(
            [*COMMAND, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        ) as command:
            browser.open(_address(command))
            browser.press(case.button)
            page, address = browser.text, browser.address
            if pictures and case.picture:
                pictures.mkdir(exist_ok=True)
                (pictures / f"{case.picture}.png").write_bytes(browser.picture())
            out, err = command.communicate(timeout=LONGEST_SECONDS)
        if command.returncode != case.code or case.output not in out + err:
            return f"{name}: exit code {command.returncode}: {out}{err}"
        if not address.startswith(f"http://127.0.0.1:{port}/callback?") or case.page not in page:
            return f"{name}: the browser ended at another page: {page}"
        if output.exists() is not (case.code == 0):
            return f"{name}: the configuration is {'there' if output.exists() else 'not there'}"
        if output.exists():
            written = output.stat().st_mode & 0o777, set(json.loads(output.read_text())["credentials"])
            if written[0] != 0o600 or not {"access_token", "refresh_token", "token_expiry_date"} <= written[1]:
                return f"{name}: the configuration has rights {written[0]:o} and members {sorted(written[1])}"
    print(f"{name}: as it must be, {time.monotonic() - began:.1f} s")
    return None


def _address(command: "subprocess.Popen[str]") -> str:
    """The address that the command prints for the browser."""
    for line in command.stdout or ():
        if "/connect/authorize?" in line:
            return line.strip()
    raise RuntimeError(f"the command prints no address: {command.stderr.read() if command.stderr else ''}")


if __name__ == "__main__":
    sys.exit(main())
