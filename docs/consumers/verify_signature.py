"""A receiver of the webhook: checks the signature, prints what it is told. Arguments: port, file of the secret."""
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

OLDEST_SECONDS = 300


def is_genuine(secret, headers, body):
    """Whether the body is from who has the secret, and was sent lately."""
    timestamp = headers.get("Lowtide-Timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > OLDEST_SECONDS:
        return False
    expected = "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers.get("Lowtide-Signature", ""))


def handler(secret):
    delivered = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not is_genuine(secret, self.headers, body):
                self.send_response(401)
            else:
                # The same delivery may come again: at least once is not once.
                if self.headers["Lowtide-Delivery"] not in delivered:
                    delivered.add(self.headers["Lowtide-Delivery"])
                    episode = json.loads(body)
                    print(self.headers["Lowtide-Event"], episode["id"], episode["summary"], flush=True)
                self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as file:
        HTTPServer(("127.0.0.1", int(sys.argv[1])), handler(file.read().strip())).serve_forever()
