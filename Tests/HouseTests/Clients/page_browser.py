"""The pages in a real browser: Debian's Chromium, driven by selenium; axe-core looks for barriers.

Ends with status 1 and says why when a page is not as promised.
"""

import argparse
import base64
import http.server
import json
import os
import pathlib
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


class Failed(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Failed(what)


class Watch(http.server.BaseHTTPRequestHandler):
    """A host elsewhere: whatever asks it for something is on its list."""

    asked = []

    def do_GET(self):
        Watch.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


class House:
    def __init__(self, binary, database, approve, **settings):
        self.binary = binary
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(pathlib.Path(database).parent), "ENVELOPE_DB": database,
            "ENVELOPE_SANDBOX": "1", "ENVELOPE_APPROVE": approve, "ENVELOPE_LIMIT": "5000/hour", **settings,
        }
        self.process = subprocess.Popen(
            [binary, "--http", "--port", str(self.port)], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # It says when it listens.
        self.process.stderr.readline()

    def send(self, **arguments):
        request = urllib.request.Request(
            self.base + "/send", json.dumps(arguments).encode(), {"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=60))
        except urllib.error.HTTPError as error:
            return json.load(error)

    def state(self, send):
        return json.load(urllib.request.urlopen(f"{self.base}/track/{send}", timeout=30))["state"]

    def post(self, path, fields, headers):
        request = urllib.request.Request(
            self.base + path, urllib.parse.urlencode(fields).encode(), headers, method="POST")
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code

    def end(self):
        self.process.terminate()
        self.process.communicate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def browser(scripts=True, dark=False, phone=False):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900"]:
        options.add_argument(argument)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    if phone:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True})
    return driver


def until(driver, what, holds):
    try:
        # The page renews parts of itself, or gives way to another, while it is looked at.
        WebDriverWait(driver, 30, ignored_exceptions=(WebDriverException,)).until(lambda one: holds())
    except Exception as error:
        raise Failed(f"{what}: {error.__class__.__name__}; the page is {driver.title!r}")


def text(driver, selector):
    return driver.find_element(By.CSS_SELECTOR, selector).text


def rows(driver):
    return driver.find_elements(By.CSS_SELECTOR, "#sends > li")


def check_barriers(driver, where):
    import axe_playwright_python

    source = pathlib.Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    # A frame that runs no script cannot be looked into, which is its purpose.
    driver.execute_script(source)
    found = driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {iframes: false}).then((r) => done(r.violations), (e) => done(String(e)))")
    expect(isinstance(found, list), f"axe did not run at {where}: {found}")
    grave = [(one["id"], one["impact"], [n["html"][:120] for n in one["nodes"][:3]]) for one in found
             if one["impact"] in ("serious", "critical")]
    expect(not grave, f"axe at {where}: {grave}")


def check_list(house, driver):
    for number in range(60):
        house.send(to=["ada@example.org"], subject=f"Number {number}", text="Hello", wait_seconds=0)
    house.send(to=["rejected@simulator.test"], subject="Nobody there", text="Hello", wait_seconds=20)
    driver.get(house.base + "/")
    expect(len(rows(driver)) >= 50, f"the first page has {len(rows(driver))} sends")
    expect("Nobody there" in rows(driver)[0].text and "Refused" in rows(driver)[0].text, rows(driver)[0].text)
    check_barriers(driver, "the list")
    until(driver, "older sends come by themselves", lambda: scrolled(driver) and len(rows(driver)) == 61)

    driver.find_element(By.LINK_TEXT, "Failed").click()
    until(driver, "filtered by status", lambda: len(rows(driver)) == 1)
    driver.get(house.base + "/?query=Number+7")
    expect(len(rows(driver)) == 1, "filtered by text")
    driver.get(house.base + "/")
    field = driver.find_element(By.ID, "to")
    field.send_keys("rejected@simulator.test")
    field.submit()
    until(driver, "filtered by recipient", lambda: len(rows(driver)) == 1)
    driver.get(house.base + "/?within=1h&account=sandbox")
    expect(len(rows(driver)) == 50, "filtered by time and account")
    driver.get(house.base + "/?until=2020-01-01T00:00")
    expect("No send matches" in text(driver, "#sends"), "an empty list says so")
    driver.get(house.base + "/?to=nonsense")
    expect(driver.find_elements(By.CSS_SELECTOR, "[role=alert]"), "a wrong address is named")


def scrolled(driver):
    driver.execute_script("scrollTo(0, document.body.scrollHeight)")
    return True


def check_live(house, driver):
    driver.get(house.base + "/")
    until(driver, "it is live", lambda: "Live" in text(driver, "#live"))
    driver.execute_script("window.stays = true")
    send = house.send(to=["live@example.org"], subject="While you look", text="Hello", wait_seconds=20)
    until(driver, "a new send appears", lambda: "While you look" in rows(driver)[0].text and "Sent" in rows(driver)[0].text)
    expect(driver.execute_script("return window.stays"), "without reloading")
    return send["id"]


def sends(driver):
    """The numbers in the subjects of all rows, from top to bottom."""
    found = driver.execute_script("return [...document.querySelectorAll('#sends > li .what > a')].map((a) => a.textContent)")
    return [int(subject.split()[-1]) for subject in found if subject.startswith("Burst ")]


def burst(house, first, count):
    for number in range(first, first + count):
        house.send(to=["ada@example.org"], subject=f"Burst {number}", text="Hello", wait_seconds=0)


def check_burst(house, driver):
    """More new sends than a page has, between two looks at them: none is missing, and none stands as it was before."""
    driver.get(house.base + "/?query=Burst")
    until(driver, "it is live", lambda: text(driver, "#live") == "Live")
    expect("No send matches" in text(driver, "#sends"), "nothing there yet")
    driver.execute_script("window.stays = true")
    burst(house, 0, 30)
    until(driver, "from nothing to something", lambda: sends(driver) == list(range(29, -1, -1)))
    expect("That is all" in text(driver, "#more"), text(driver, "#more"))

    looks = driver.current_window_handle
    driver.switch_to.new_window("tab")
    burst(house, 30, 70)
    driver.close()
    driver.switch_to.window(looks)
    until(driver, "the newest after a while away", lambda: sends(driver)[:50] == list(range(99, 49, -1)))
    until(driver, "all of them by scrolling", lambda: scrolled(driver) and sends(driver) == list(range(99, -1, -1)))
    until(driver, "it says what is live", lambda: "newest 50" in text(driver, "#live"))
    expect("That is all" in text(driver, "#more"), text(driver, "#more"))
    # Rows beyond the newest 50 stay as long as they are in sight when the list is renewed.
    for newest in range(100, 110):
        driver.execute_script("scrollTo(0, 0)")
        burst(house, newest, 1)
        until(driver, "one more", lambda: newest in sends(driver))
        if len(sends(driver)) == 50:
            break
    expect(sends(driver) == list(range(newest, newest - 50, -1)), "what is not live goes when nobody looks at it")
    until(driver, "and comes anew", lambda: scrolled(driver) and sends(driver) == list(range(newest, -1, -1)))
    expect(driver.execute_script("return window.stays"), "without reloading")


def check_stretch(house, driver):
    driver.get(house.base + "/?within=24h")
    until(driver, "it is live", lambda: "Live" in text(driver, "#live"))
    count = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('live=1')).length"
    # What was sent just before may still change.
    time.sleep(3)
    before = driver.execute_script(count)
    time.sleep(4)
    expect(driver.execute_script(count) == before, "a list in which nothing changes is not fetched again")


def check_narrow(house, driver):
    for width in [740, 800, 960, 1000]:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        driver.get(house.base + "/")
        widths = driver.execute_script("return [...document.querySelectorAll('.filter select')].map((one) => one.offsetWidth)")
        expect(min(widths) >= 136, f"at {width} pixels the choices are cut off: {widths}")
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def check_refused(house, driver):
    """The page that says what did not work is kept up to date like any other."""
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    send = house.send(to=["ada@example.org"], subject="Twice", text="Hello", send_at=tomorrow)
    page = f"/ui/sends/{send['id']}"
    driver.get(house.base + page)
    token = driver.find_element(By.CSS_SELECTOR, "form.cancel [name=token]").get_attribute("value")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    # The page drops the form once the send is cancelled; a copy of it is the click that came too late.
    driver.execute_script(
        "window.late = document.querySelector('form.cancel').cloneNode(true); document.body.append(window.late)")
    house.post(page + "/cancel", {"token": token}, form)
    driver.execute_script("window.late.submit()")
    until(driver, "refused", lambda: driver.current_url.endswith("/cancel") and text(driver, ".notice"))
    until(driver, "it is live", lambda: "Live" in text(driver, "#live"))
    expect("Cancelled" in text(driver, "#head"), text(driver, "#head"))
    house.post(page + "/retry", {"token": token}, form)
    until(driver, "it follows the send", lambda: "Cancelled" not in text(driver, "#head"))


def check_held(house, driver):
    send = house.send(to=["ada@example.org"], subject="May it?", text="Hello")
    expect(send["state"] == "held", send)
    page = f"/ui/sends/{send['id']}"
    driver.get(house.base + page)
    check_barriers(driver, "a held send")
    token = driver.find_element(By.CSS_SELECTOR, "form.approve [name=token]").get_attribute("value")
    content = driver.find_element(By.CSS_SELECTOR, "form.approve [name=content]").get_attribute("value")
    fields = {"token": token, "content": content}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for name, wrong_fields, headers in [
        ("no token", {"content": content}, form),
        ("a wrong token", fields | {"token": "x" * len(token)}, form),
        ("another site", fields, form | {"Sec-Fetch-Site": "cross-site"}),
        ("another port", fields, form | {"Sec-Fetch-Site": "same-site"}),
        ("a foreign origin", fields, form | {"Origin": "https://evil.example"}),
        ("an opaque origin", fields, form | {"Origin": "null"}),
        ("plain text", fields, {"Content-Type": "text/plain"}),
    ]:
        status = house.post(page + "/approve", wrong_fields, headers)
        expect(status == 403 and house.state(send["id"]) == "held", f"{name}: {status}")
    status = house.post(page + "/approve", fields | {"content": "0" * 64}, form)
    expect(status == 422 and house.state(send["id"]) == "held", f"a word for something else: {status}")
    driver.find_element(By.CSS_SELECTOR, "form.approve button").click()
    until(driver, "approved", lambda: "Sent" in text(driver, "#head"))
    expect(house.state(send["id"]) == "accepted", "an approved send leaves")

    send = house.send(to=["ada@example.org"], subject="And this?", text="Hello")
    driver.get(f"{house.base}/ui/sends/{send['id']}")
    driver.find_element(By.ID, "reason").send_keys("wrong customer")
    driver.find_element(By.CSS_SELECTOR, "form.deny button").click()
    until(driver, "denied", lambda: "Denied" in text(driver, "#head"))
    expect("wrong customer" in text(driver, "#head"), "the reason stands there")


def check_acting(house, driver):
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    send = house.send(to=["ada@example.org"], subject="Later", text="Hello", send_at=tomorrow)
    driver.get(f"{house.base}/ui/sends/{send['id']}")
    driver.find_element(By.CSS_SELECTOR, "form.cancel button").click()
    until(driver, "cancelled", lambda: "Cancelled" in text(driver, "#head"))
    expect(house.state(send["id"]) == "cancelled", "a cancelled send is cancelled")

    send = house.send(to=["unconfirmed@simulator.test"], subject="Perhaps", text="Hello", wait_seconds=30)
    driver.get(f"{house.base}/ui/sends/{send['id']}")
    expect("It may have arrived" in text(driver, "#head"), text(driver, "#head"))
    driver.find_element(By.CSS_SELECTOR, "form.retry button").click()
    expect(house.state(send["id"]) == "unconfirmed", "nothing is sent twice without the word for it")
    expect("SMTP conversation" in text(driver, "#timeline") and "RCPT TO:" in text(driver, "#timeline"),
           text(driver, "#timeline"))


def check_delivery(house, driver, database):
    """What a mailbox showed is put into the record as `MailboxWatch` would; the sandbox has none."""
    send = house.send(
        to=["gone@example.org", "here@example.org"], subject="Came back", text="Hello", wait_seconds=30)
    driver.get(f"{house.base}/ui/sends/{send['id']}")
    expect(not driver.find_elements(By.CSS_SELECTOR, "#head .delivery"), "nothing is known of it yet")
    report = {"action": "failed", "status": "5.1.1", "text": "<b>no such</b> user", "host": "mx.example.org",
              "at": "2026-11-22T16:00:00.000Z"}
    with sqlite3.connect(database, timeout=20) as db:
        number, = db.execute("SELECT number FROM sends WHERE id = ?", (send["id"],)).fetchone()
        db.execute("UPDATE sends SET delivery = 'bounced' WHERE number = ?", (number,))
        db.execute(
            "UPDATE recipients SET outcome = 'bounced', report = ? WHERE send = ? AND address = 'gone@example.org'",
            (json.dumps(report | {"status": {"class": 5, "subject": 1, "detail": 1}}), number))
        db.execute("UPDATE accounts SET mailbox_checked_at = '2026-11-22T16:00:01.000Z'")
        for kind, automatic in [("bounced", None), ("replied", 1)]:
            db.execute(
                "INSERT INTO events (send, position, at, type, is_automatic) SELECT ?, max(position) + 1,"
                " '2026-11-22T16:00:00.000Z', ?, ? FROM events WHERE send = ?", (number, kind, automatic, number))
    db.close()
    subprocess.run([house.binary, "suppressions", "add", "gone@example.org", "--db", database], check=True,
                   stdout=subprocess.DEVNULL)
    until(driver, "the bounce appears by itself", lambda: "It came back" in text(driver, "#head .delivery"))
    head = text(driver, "#head .delivery")
    expect("A machine answered" in head and "last looked into" in head, head)
    recipients = text(driver, "#recipients")
    expect("Came back after it was taken" in recipients and "5.1.1 <b>no such</b> user (mx.example.org)" in recipients,
           recipients)
    expect("suppressions remove gone@example.org" in recipients, recipients)
    expect("Answered by a machine" in text(driver, "#timeline"), text(driver, "#timeline"))
    expect("Left of the limits" in text(driver, "#facts") and "(hour)" in text(driver, "#facts"), text(driver, "#facts"))
    check_barriers(driver, "a send that came back")
    picture = os.environ.get("ENVELOPE_TEST_PICTURE")
    if picture:
        driver.save_screenshot(picture)


def check_hostile(house, driver, elsewhere):
    mark = "alert('owned')"
    html = (
        f"<h1>Hello</h1><script>{mark};fetch('{elsewhere}/script')</script>"
        f"<img src='{elsewhere}/image' onerror=\"{mark}\"><img src=x onerror=\"{mark}\">"
        f"<link rel='preconnect' href='{elsewhere}/'><link rel='stylesheet' href='{elsewhere}/style'>"
        f"<LINK rel=prefetch href={elsewhere}/prefetch><meta http-equiv='refresh' content='0;url={elsewhere}/meta'>"
        f"<base href='{elsewhere}/'><style>@import '{elsewhere}/import';body{{background:url({elsewhere}/css)}}"
        f"@font-face{{font-family:f;src:url({elsewhere}/font)}}p{{font-family:f}}</style>"
        f"</iframe></body></html><script>parent.{mark}</script><svg onload=\"{mark}\"><script>{mark}</script></svg>"
        f"<iframe srcdoc=\"<script>{mark}</script>\" src='{elsewhere}/frame'></iframe>"
        f"<object data='{elsewhere}/object'></object><embed src='{elsewhere}/embed'><video src='{elsewhere}/video' autoplay></video>"
        f"<form action='{elsewhere}/form'><button autofocus>Go</button></form>"
        f"<p><a id=a href=\"javascript:{mark}\">click</a> <a id=b href='{elsewhere}/link' target=_top>or here</a></p>")
    send = house.send(
        to=[f"\"<script>{mark}</script>\" <eve@example.org>"], subject=f"<img src=x onerror={mark}>'\"</title><script>{mark}</script>",
        html=html, text=f"</pre><script>{mark}</script>", tags=[f"<b>{mark}</b>"],
        attachments=[{"filename": "<b>owned.html", "content_base64": base64.b64encode(f"<script>{mark}</script>".encode()).decode()}])
    expect("id" in send, send)
    Watch.asked.clear()
    for page in ["/", f"/ui/sends/{send['id']}", *(f"/ui/sends/{send['id']}?show={side}" for side in ["html", "text", "headers", "source"]),
                 f"/ui/sends/{send['id']}/html", "/ui/sandbox"]:
        driver.get(house.base + page)
        # A dialogue would make this raise.
        expect(driver.execute_script("return !document.querySelector('img[onerror], #sends img, main script')") or page.endswith("/html"),
               f"markup came through at {page}")
    driver.get(f"{house.base}/ui/sends/{send['id']}?show=html")
    frame = driver.find_element(By.TAG_NAME, "iframe")
    expect(frame.get_attribute("sandbox") == "", "the frame is closed")
    driver.switch_to.frame(frame)
    expect("Hello" in text(driver, "h1"), "the message is shown")
    for link in ["a", "b"]:
        # By the keyboard: what the message puts over its link may take a click.
        driver.find_element(By.ID, link).send_keys(Keys.ENTER)
    driver.switch_to.default_content()
    expect(driver.current_url.startswith(house.base), f"a link led to {driver.current_url}")
    expect(not Watch.asked, f"it asked elsewhere for {Watch.asked}")


def check_without_scripts(house, send):
    driver = browser(scripts=False)
    try:
        driver.get(house.base + "/")
        expect(rows(driver), "the list stands without scripts")
        driver.find_element(By.LINK_TEXT, "Older sends").click()
        until(driver, "older sends by a link", lambda: "cursor=" in driver.current_url and rows(driver))
        driver.get(f"{house.base}/ui/sends/{send}")
        expect("Sent" in text(driver, "#head"), "a send stands without scripts")
    finally:
        driver.quit()


def check_password(house, token, send):
    """With a token the browser asks for it, and then everything works as without."""
    driver = browser()
    try:
        driver.get(house.base + "/")
        expect(not rows(driver), "nothing is shown to somebody without the token")
        # First of all a link that somebody was given: what belongs to the page is asked for elsewhere.
        page = f"/ui/sends/{send['id']}"
        driver.get(house.base.replace("://", f"://operator:{token}@") + page)
        # As it is after the browser's own question: no password in the address.
        driver.get(house.base + page)
        until(driver, "a send, live", lambda: "Live" in text(driver, "#live"))
        style = driver.execute_script("return getComputedStyle(document.querySelector('.skip')).position")
        expect(style == "absolute", "a page has its style")
        driver.get(house.base + "/")
        until(driver, "the list, live", lambda: rows(driver) and "Live" in text(driver, "#live"))
        driver.get(f"{house.base}/ui/sends/{send['id']}")
        driver.find_element(By.CSS_SELECTOR, "form.cancel button").click()
        until(driver, "cancelled with a password", lambda: "Cancelled" in text(driver, "#head"))
    finally:
        driver.quit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--db", required=True)
    options = parser.parse_args()
    watch = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watch)
    threading.Thread(target=watch.serve_forever, daemon=True).start()
    elsewhere = f"http://127.0.0.1:{watch.server_port}"
    house = House(options.binary, options.db, "none")
    driver = browser()
    try:
        check_list(house, driver)
        send = check_live(house, driver)
        check_acting(house, driver)
        check_refused(house, driver)
        check_burst(house, driver)
        check_stretch(house, driver)
        check_narrow(house, driver)
        check_delivery(house, driver, options.db)
        check_hostile(house, driver, elsewhere)
        driver.get(f"{house.base}/ui/sends/{send}")
        check_barriers(driver, "a send")
        driver.get(house.base + "/ui/sandbox")
        check_barriers(driver, "the sandbox's inbox")
        check_without_scripts(house, send)
        tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
        later = house.send(to=["ada@example.org"], subject="Cancelled later", text="Hello", send_at=tomorrow)
        house.end()
        house = House(options.binary, options.db, "all")
        check_held(house, driver)
        driver.quit()
        token = secrets.token_hex(32)
        guarded = House(options.binary, options.db, "none", ENVELOPE_HTTP_TOKEN=token)
        try:
            check_password(guarded, token, later)
        finally:
            guarded.end()
        for settings in [{"dark": True}, {"phone": True}]:
            driver = browser(**settings)
            for page in ["/", f"/ui/sends/{send}"]:
                driver.get(house.base + page)
                check_barriers(driver, f"{page} {settings}")
                wide = driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
                expect(wide <= 0, f"{page} {settings} is {wide} pixels wider than the screen")
            driver.quit()
    except Failed as failure:
        print(f"failed: {failure}")
        return 1
    finally:
        house.end()
        driver.quit()
        watch.shutdown()
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
