"""Playwright at the same captures as ours, on the same Chromium: told line by line what to do, and when it is done.

`playwright_captures.py BASE SESSION CHROMIUM` reads words from stdin and answers each with a line of JSON. `cold` starts
a browser, opens an account that is logged in and waits for the headers of the page's own request; `open` keeps a browser;
`warm` captures in it with all that a capture holds, and closes the account; `hold N` leaves N accounts open; `close` ends.
"""

import json
import sys
import time

from playwright.sync_api import sync_playwright

PAGE = "/business/creativecenter/inspiration/popular/creator/pc/en"
PATH = "/creative_radar_api/v1/popular_trend/"
WANTED = ("timestamp", "user-sign", "anonymous-user-id")


class Captures:
    """A browser, when there is one, and how it is used."""

    def __init__(self, playwright, base, session, chromium):
        self.playwright, self.base, self.chromium = playwright, base, chromium
        self.state = {"cookies": [{"name": "sid_tt", "value": session, "domain": "127.0.0.1", "path": "/",
                                   "expires": 2_000_000_000, "httpOnly": True, "secure": False, "sameSite": "Lax"}],
                      "origins": [{"origin": base, "localStorage": [{"name": "kept", "value": "x"}]}]}
        self.browser, self.held = None, []

    def launch(self):
        return self.playwright.chromium.launch(executable_path=self.chromium, args=["--no-sandbox"])

    def account(self, browser):
        """An open account, and the headers of the request that its page sent."""
        context = browser.new_context(storage_state=self.state)
        page = context.new_page()
        with page.expect_request(lambda request: PATH in request.url) as caught:
            page.goto(self.base + PAGE, wait_until="commit")
        headers = caught.value.all_headers()
        assert all(headers.get(name) for name in WANTED) and "sid_tt=" in headers["cookie"], sorted(headers)
        return context

    def cold(self):
        began = time.monotonic()
        browser = self.launch()
        self.account(browser)
        took = time.monotonic() - began
        browser.close()
        return {"ms": took * 1000}

    def warm(self):
        began = time.monotonic()
        context = self.account(self.browser)
        state = context.storage_state()
        assert any(cookie["name"] == "sid_tt" for cookie in state["cookies"]) and state["origins"]
        context.close()
        return {"ms": (time.monotonic() - began) * 1000}

    def do(self, word, *rest):
        if word == "cold":
            return self.cold()
        if word == "warm":
            return self.warm()
        if word == "open":
            self.browser = self.launch()
        elif word == "hold":
            self.held = [self.account(self.browser) for _ in range(int(rest[0]))]
        elif word == "close":
            self.browser.close()
            self.browser, self.held = None, []
        else:
            raise ValueError(word)
        return {}


def main():
    base, session, chromium = sys.argv[1:]
    with sync_playwright() as playwright:
        captures = Captures(playwright, base, session, chromium)
        for line in sys.stdin:
            print(json.dumps(captures.do(*line.split())), flush=True)


main()
