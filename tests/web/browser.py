# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chromium without a window, and a server of pages for it."""

import functools
import http.server
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGES = (os.path.join(TOP, "tests/web"), os.path.join(TOP, "examples/web"))


class Handler(http.server.SimpleHTTPRequestHandler):
    """The pages of the tests and of the example; /recordings is a folder of the
    caller's. What a page POSTs is a result."""

    def __init__(self, *args, results, recordings, **kwargs):
        self.results = results
        self.recordings = recordings
        super().__init__(*args, **kwargs)

    def translate_path(self, path):
        folder, name = os.path.split(urllib.parse.urlsplit(path).path)
        if folder == "/recordings" and self.recordings:
            return os.path.join(self.recordings, name)
        for place in PAGES:
            if os.path.exists(os.path.join(place, name)):
                break
        return os.path.join(place, name)

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.results.put(json.loads(self.rfile.read(size)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def browse(page, timeout, recordings=None, port=0, options=(), log=None):
    """What the page tells; None if it does not within so many seconds."""
    results = queue.Queue()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(
            Handler, results=results, recordings=recordings))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile, \
            open(log or os.devnull, "w") as out:
        browser = subprocess.Popen(
            [shutil.which("chromium"), "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--user-data-dir=" + profile, *options,
             f"http://127.0.0.1:{server.server_port}/{page}"],
            stdout=out, stderr=out)
        try:
            return results.get(timeout=timeout)
        except queue.Empty:
            return None
        finally:
            browser.terminate()
            try:
                browser.wait(60)
            except subprocess.TimeoutExpired:
                browser.kill()
                print("# the browser had to be killed", file=sys.stderr)
            server.shutdown()
