#!/usr/bin/env python3
"""A small OAuth 2.0 server for tests, on a loopback port of the system's choice, which it prints.

Codes for browsers with PKCE (S256 alone), codes for devices, refresh tokens that are good once, and introspection for
a mail server. Who shows a refresh token a second time loses all tokens of that sign-in, as good providers have it.

    oauth_server.py FOLDER

FOLDER/config.json says how it behaves, and is read again for each request:

    expires_in      lifetime of access tokens, seconds (3600)
    rotate          each refresh gives a new refresh token, and the old one is used up (true)
    pending         how often a device is told authorization_pending first (0)
    slow_down       how often it is told slow_down before that (0)
    consent         yes, no, expired, or wrong_state: what the person at the page does (yes)
    fault           what the token endpoint does instead of its work: a status (503), an RFC 6749 error
                    (invalid_grant), or malformed, html, huge, redirect, silent, close, no_type, crlf, echo
    fault_after     the same, but its work is done and only the answer is missing: close, hold (until it is taken away)
    refuse_before   access tokens with a smaller number are not active: what a revocation does

FOLDER/state.json tells what happened, written whole before each answer: how often each grant worked and was refused,
what was said about the client, and every secret that went in or out.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

USER = "agent@example.test"
CLIENTS = {"public-client": None, "secret-client": "planted-client-secret-5f1c"}
MAIL_SCOPE = "mail"


class Refused(Exception):
    def __init__(self, error, description="", status=400):
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.RLock()
        self.devices = {}
        self.codes = {}
        self.refresh = {}    # token -> family
        self.used = {}       # token that is used up -> family
        self.revoked = set() # families
        self.access = {}     # token -> (number, family, end)
        self.state = {
            "granted": {}, "refused": [], "reused": 0, "introspected": 0, "held": 0, "secrets": [], "requests": 0,
            "number": 0, "authorized": []}

    def config(self):
        try:
            with open(os.path.join(self.folder, "config.json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def write(self):
        with self.lock:
            draft = os.path.join(self.folder, f"state.{threading.get_ident()}")
            with open(draft, "w", encoding="utf-8") as file:
                json.dump(self.state, file)
            os.replace(draft, os.path.join(self.folder, "state.json"))

    def secret(self, prefix):
        text = f"{prefix}-{secrets.token_urlsafe(24)}"
        self.state["secrets"].append(text)
        return text

    def client(self, form):
        name = form.get("client_id", "")
        if name not in CLIENTS:
            raise Refused("invalid_client", "no such client", 401)
        if CLIENTS[name] is not None and form.get("client_secret") != CLIENTS[name]:
            raise Refused("invalid_client", "the client's secret is wrong", 401)
        return name

    def tokens(self, family, grant, refresh=True):
        config = self.config()
        told = config.get("expires_in", 3600)
        # As a text, which is only said.
        seconds = told if isinstance(told, int) else 3600
        self.state["number"] += 1
        access = self.secret("access")
        self.access[access] = (self.state["number"], family, time.time() + seconds)
        answer = {"token_type": "Bearer", "access_token": access, "expires_in": told, "scope": MAIL_SCOPE}
        if refresh:
            answer["refresh_token"] = self.secret("refresh")
            self.refresh[answer["refresh_token"]] = family
        self.state["granted"][grant] = self.state["granted"].get(grant, 0) + 1
        return answer

    # The endpoints

    def authorize(self, query):
        self.client({**query, "client_secret": CLIENTS.get(query.get("client_id"))})
        redirect = query.get("redirect_uri", "")
        if not re.fullmatch(r"http://(127\.0\.0\.1|localhost):\d+", redirect):
            raise Refused("invalid_request", "the redirect URI is not on loopback")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            raise Refused("invalid_request", "a code with PKCE by S256 is what there is")
        if len(query.get("code_challenge", "")) != 43 or len(query.get("state", "")) < 20:
            raise Refused("invalid_request", "no challenge, or a state that can be guessed")
        self.state["authorized"].append(sorted(query))
        consent = self.config().get("consent", "yes")
        answer = {"state": "of-somebody-else".ljust(43, "0") if consent == "wrong_state" else query["state"]}
        if consent == "no":
            answer |= {"error": "access_denied", "error_description": "said \x1b[31mno\r\nat all"}
        else:
            code = self.secret("code")
            self.codes[code] = (query["client_id"], redirect, query["code_challenge"])
            answer["code"] = code
        return f"{redirect}/?{urlencode(answer)}"

    def device(self, form):
        self.client(form)
        if MAIL_SCOPE not in form.get("scope", "").split():
            raise Refused("invalid_scope", "ask for mail")
        code = self.secret("device")
        config = self.config()
        self.devices[code] = {
            "client": form["client_id"], "pending": config.get("pending", 0), "slow": config.get("slow_down", 0)}
        return {
            "device_code": code, "user_code": "BCDF-GHJK", "verification_uri": "http://127.0.0.1/device",
            "expires_in": config.get("code_expires_in", 600), "interval": config.get("interval", 1)}

    def token(self, form):
        client = self.client(form)
        grant = form.get("grant_type", "")
        if grant == "authorization_code":
            issued = self.codes.pop(form.get("code", ""), None)
            if issued is None or issued[:2] != (client, form.get("redirect_uri")):
                raise Refused("invalid_grant", "no such code")
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != issued[2]:
                raise Refused("invalid_grant", "the verifier is not the one of the challenge")
            self.state["secrets"].append(form["code_verifier"])
            return self.tokens(secrets.token_hex(8), "authorization_code")
        if grant == "urn:ietf:params:oauth:grant-type:device_code":
            device = self.devices.get(form.get("device_code", ""))
            if device is None or device["client"] != client:
                raise Refused("invalid_grant", "no such device code")
            consent = self.config().get("consent", "yes")
            if device["slow"] > 0:
                device["slow"] -= 1
                raise Refused("slow_down")
            if device["pending"] > 0:
                device["pending"] -= 1
                raise Refused("authorization_pending")
            if consent == "no":
                raise Refused("access_denied")
            if consent == "expired":
                raise Refused("expired_token")
            del self.devices[form["device_code"]]
            return self.tokens(secrets.token_hex(8), "device_code")
        if grant == "refresh_token":
            token = form.get("refresh_token", "")
            if token in self.used:
                self.state["reused"] += 1
                self.revoked.add(self.used[token])
                raise Refused("invalid_grant", "this refresh token was used before")
            family = self.refresh.get(token)
            if family is None or family in self.revoked:
                raise Refused("invalid_grant", "no such refresh token")
            if not self.config().get("rotate", True):
                return self.tokens(family, "refresh_token", refresh=False)
            self.used[token] = self.refresh.pop(token)
            return self.tokens(family, "refresh_token")
        raise Refused("unsupported_grant_type")

    def introspect(self, form):
        self.state["introspected"] += 1
        number, family, end = self.access.get(form.get("token", ""), (0, None, 0))
        active = (
            end > time.time() and family not in self.revoked and number >= self.config().get("refuse_before", 0))
        return {"active": True, "username": USER, "scope": MAIL_SCOPE} if active else {"active": False}


def handler(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def say(self, status, body, kind="application/json", fields=()):
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
            # Whoever has the answer finds it told of.
            server.write()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(octets)))
            for name, value in fields:
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(octets)
            self.close_connection = True

        def do_GET(self):
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            try:
                with server.lock:
                    if place.path != "/authorize":
                        return self.say(404, {})
                    where = server.authorize(query)
                self.say(302, b"", "text/plain", [("Location", where)])
            except Refused as refusal:
                self.say(400, {"error": refusal.error, "error_description": refusal.description})

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            config = server.config()
            try:
                with server.lock:
                    server.state["requests"] += 1
                if self.path == "/introspect":
                    with server.lock:
                        answer = server.introspect(form)
                    return self.say(200, answer)
                if config.get("fault"):
                    return self.misbehave(config["fault"], form)
                with server.lock:
                    answer = {"/token": server.token, "/device": server.device}[self.path](form)
                after = config.get("fault_after")
                if after == "close":
                    return self.hang_up()
                if after == "hold":
                    with server.lock:
                        server.state["held"] += 1
                    server.write()
                    while server.config().get("fault_after") == "hold":
                        time.sleep(0.005)
                self.say(200, answer)
            except Refused as refusal:
                with server.lock:
                    server.state["refused"].append(refusal.error)
                self.say(refusal.status, {"error": refusal.error, "error_description": refusal.description})
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def hang_up(self):
            server.write()
            self.close_connection = True

        def misbehave(self, fault, form):
            if fault.isdigit():
                return self.say(int(fault), {"message": "out of order"})
            if fault == "malformed":
                return self.say(200, b'{"access_token": "access-of-nobody", "token_type": ')
            if fault == "html":
                return self.say(200, b"<html>Welcome to the hotel's network", "text/html")
            if fault == "huge":
                return self.say(200, {"token_type": "Bearer", "access_token": "x" * 1_000_000})
            if fault == "redirect":
                return self.say(307, b"", fields=[("Location", "/token2")])
            if fault == "silent":
                while server.config().get("fault") == "silent":
                    time.sleep(0.01)
                return self.hang_up()
            if fault == "close":
                return self.hang_up()
            if fault == "no_type":
                return self.say(200, {"access_token": "access-of-nobody"})
            if fault == "crlf":
                return self.say(200, {"token_type": "bearer", "access_token": "one\r\ntwo"})
            words = "you sent " + json.dumps(form) + "\x1b[2J" + "x" * 1000 if fault == "echo" else "as was asked"
            code = "invalid_request" if fault == "echo" else fault
            with server.lock:
                server.state["refused"].append(code)
            return self.say(400, {"error": code, "error_description": words})

    return Handler


def main():
    server = Server(sys.argv[1])
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler(server))
    web.daemon_threads = True
    server.write()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(web.server_address[1], flush=True)
    while sys.stdin.read(4096):
        pass


if __name__ == "__main__":
    main()
