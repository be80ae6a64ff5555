"""Receives webhooks and verifies them with PyPI standardwebhooks: what receiver.mjs does with npm's."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

secret = None
trusted = threading.Event()
answers = []
printing = threading.Lock()


def trust(command):
    global secret
    secret = command["secret"]
    trusted.set()


def answer(command):
    answers.append(command["status"])


def verify(command):
    return verdict(command["secret"], command["headers"], command["body"])


COMMANDS = {"trust": trust, "answer": answer, "verify": verify}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        trusted.wait()  # a message may come before its secret has
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = verdict(secret, headers, body)
        status = answers.pop(0) if answers else 204 if seen["verified"] else 401
        say({"delivery": {"headers": headers, "body": body.decode(), "status": status} | seen})
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def verdict(secret, headers, body):
    try:
        return {"verified": True, "message": Webhook(secret).verify(body, headers)}
    except Exception as error:
        return {"verified": False, "error": type(error).__name__, "text": str(error)}


def say(line):
    with printing:
        print(json.dumps(line), flush=True)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
say({"port": server.server_port})
for line in sys.stdin:
    command = json.loads(line)
    say({"reply": command["number"]} | (COMMANDS[command["do"]](command) or {}))
