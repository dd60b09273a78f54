"""Takes logins to Playwright and back: a state that we wrote is read by it, one that it wrote is read by us.

`playwright_states.py RADARD` starts the platforms, lets a real browser of Playwright log in from our file and capture what
it then holds, takes that in again, and looks that nothing changed on the way. A file that Playwright refuses must be
refused in this check too, or the check proves nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

from playwright.sync_api import Error, sync_playwright

PAGE = "/business/creativecenter/inspiration/popular/creator/pc/en"


def radard(program, folder, *arguments, text=None):
    done = subprocess.run([program, *arguments], cwd=folder, input=text, capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done.stdout


def folder_of(config):
    folder = tempfile.mkdtemp(prefix="radard-states-")
    os.mkdir(f"{folder}/config")
    profiles = '[profile.ads]\nplatform = "creative_radar"\n'
    with open(f"{folder}/config/radard.toml", "w", encoding="utf-8") as file:
        file.write(f'[web]\nlisten = "127.0.0.1:0"\n{config}\n[pace]\ntolerance = "eager"\n{profiles}')
    return folder


def held(state):
    """What a state says, without the order that nobody promises."""
    cookies = sorted(
        (c["name"], c["value"], c["domain"], c["path"], int(c["expires"]), c["httpOnly"], c["secure"], c["sameSite"])
        for c in state["cookies"]
    )
    stored = sorted((o["origin"], sorted((p["name"], p["value"]) for p in o["localStorage"])) for o in state["origins"])
    return cookies, stored


def visit(browser, base, state):
    """What Playwright holds after it visited the page with `state`, and what the page showed."""
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    page.goto(base + PAGE)
    page.wait_for_function("document.getElementById('said').textContent !== ''")
    said, after = page.locator("#said").text_content(), context.storage_state()
    context.close()
    return said, after


def agree(program, playwright, told, folder):
    base, session = told["platforms"]["creative_radar"], told["ads_login"]
    radard(program, folder, "secrets", "init")
    login = {"cookies": [{"name": "sid_tt", "value": session, "domain": "127.0.0.1", "path": "/",
                          "expires": 2_000_000_000, "httpOnly": True, "sameSite": "Lax"}], "origins": []}
    radard(program, folder, "profile", "import", "ads", "-", text=json.dumps(login))
    radard(program, folder, "profile", "capture", "ads")
    ours = json.load(open(f"{folder}/sessions/ads/state.json", encoding="utf-8"))
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    said, theirs = visit(browser, base, f"{folder}/sessions/ads/state.json")
    assert said == "OK, 20 of 459", said
    # The page gives a new mark at each visit; what else we wrote is what Playwright holds.
    known = lambda state: ([c for c in held(state)[0] if c[0] != "ttwid"], held(state)[1])
    assert known(ours) == known(theirs), (known(ours), known(theirs))
    # And back: what it wrote is a login here, to be given out again as it was.
    text = json.dumps(theirs)
    radard(program, folder, "profile", "import", "ads", "-", text=text)
    again = json.loads(radard(program, folder, "profile", "export", "ads", "--format", "state"))
    assert held(again) == held(theirs), (held(again), held(theirs))
    assert visit(browser, base, again)[0] == said
    # The control: a state without the session shows three, and one of another form is refused.
    lost = {**again, "cookies": [cookie for cookie in again["cookies"] if cookie["name"] != "sid_tt"]}
    assert visit(browser, base, lost)[0] == "OK, 3 of 459"
    wrong = {**again, "cookies": [{**cookie, "sameSite": "lax"} for cookie in again["cookies"]]}
    try:
        visit(browser, base, wrong)
        raise AssertionError("Playwright took a state that is none")
    except Error:
        pass
    browser.close()
    cookies, stored = held(again)
    print(json.dumps({"playwright": "states", "cookies": len(cookies), "stored": sum(len(p) for _, p in stored), "apart": 0}))


def main(program):
    sim = subprocess.Popen([program, "--json", "sim"], stdout=subprocess.PIPE, text=True)
    try:
        facts = json.loads(sim.stdout.readline())
        with urllib.request.urlopen(f"{facts['control']}/state") as answer:
            told = json.load(answer)
        with sync_playwright() as playwright:
            agree(program, playwright, told, folder_of(facts["config"]))
    finally:
        sim.kill()


main(sys.argv[1])
