"""A real HTTP server on loopback that follows a script of faults, and counts what it serves."""

import re
import socket
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OLD = formatdate(1_600_000_000, usegmt=True)


@dataclass
class Fault:
    """What is odd about one answer; one without settings is a good one.

    cut: close the connection after so many bytes of the body. stall_s: then wait so long before it.
    status, reply: answer this instead of the file. headers: set these, or leave those out that are None.
    ignore_range: answer 200 with the whole file. body: send these bytes as the file's.
    chunked: in the transfer coding of that name, without a length; cut counts its bytes then.
    """

    cut: int | None = None
    stall_s: float = 0.0
    status: int | None = None
    reply: bytes = b""
    headers: dict = field(default_factory=dict)
    ignore_range: bool = False
    body: bytes | None = None
    chunked: bool = False


@dataclass
class Resource:
    """A file on the server, with the faults of its first requests in order; `always` of all later ones."""

    body: bytes
    etag: str | None = '"v1"'
    modified: str | None = OLD
    faults: list = field(default_factory=list)
    always: Fault = field(default_factory=Fault)


class Server(ThreadingHTTPServer):
    """Files by path; `requests` lists (path, Range header, bytes of body sent) of each request in order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.requests, self.lock = {}, [], threading.Lock()
        self.active = self.most_active = 0
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, request, client_address):
        """Clients that leave are part of the tests."""

    def put(self, path, body, **facts):
        self.files[path] = Resource(body, **facts)
        return self.url(path)

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}{path}"

    def sent(self, path=None):
        """Bytes of bodies sent, of one file or of all."""
        return sum(size for each, _, size in self.requests if path in (None, each))

    def asked(self, path):
        """Range headers of the requests for a file, in order."""
        return [header for each, header, _ in self.requests if each == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *arguments):
        """Silent."""

    def do_GET(self):
        server, path = self.server, self.path.split("?")[0]
        with server.lock:
            server.active += 1
            server.most_active = max(server.most_active, server.active)
            found = server.files.get(path)
            fault = found.faults.pop(0) if found and found.faults else found.always if found else Fault(status=404)
            row = [path, self.headers.get("Range"), 0]
            server.requests.append(row)
        try:
            self._answer(found, fault, row)
        finally:
            with server.lock:
                server.active -= 1

    def _answer(self, found, fault, row):
        if fault.status is not None:
            self._send(fault.status, {"Content-Length": str(len(fault.reply))}, fault.reply, fault, row)
            return
        body = found.body if fault.body is None else fault.body
        headers = {"ETag": found.etag, "Last-Modified": found.modified, "Accept-Ranges": "bytes"}
        match = re.fullmatch(r"bytes=(\d+)-", row[1] or "")
        condition = self.headers.get("If-Range")
        strong = condition in (found.etag, found.modified) and not (condition or "").startswith("W/")
        if match and not fault.ignore_range and (condition is None or strong):
            start = int(match[1])
            if start >= len(body):
                self._send(416, {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"}, b"", fault, row)
                return
            headers |= {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
            headers["Content-Length"] = str(len(body) - start)
            self._send(206, headers, body[start:], fault, row)
            return
        self._send(200, {**headers, "Content-Length": str(len(body))}, body, fault, row)

    def _send(self, status, headers, body, fault, row):
        if fault.chunked:
            headers = {**headers, "Content-Length": None, "Transfer-Encoding": "chunked"}
            pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        self.send_response(status)
        for name, value in {**headers, **fault.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()
        part = body if fault.cut is None else body[: fault.cut]
        row[2] += len(part)
        self.wfile.write(part)
        if fault.stall_s:
            time.sleep(fault.stall_s)
            row[2] += len(body) - len(part)
            self.wfile.write(body[len(part) :])
        if not isinstance(self.connection, socket.socket) or fault.cut is not None:
            self.close_connection = True
