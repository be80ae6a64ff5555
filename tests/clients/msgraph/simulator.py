"""Starts `causeway simulate` on free loopback ports and talks to its admin endpoint, which the SDKs never see."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

READY_LIMIT_S = 60
STOP_LIMIT_S = 10


class Simulator:
    """One simulated Entra cloud, ended by its own pid. Use it with `with`."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="causeway-sdk-"))
        http, https = free_port(), free_port()
        self.http, self.https = f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}"
        self.ca_file = self.folder / "data" / "entra-sim-tls" / "ca.pem"
        self.log = self.folder / "simulator.log"
        environment = os.environ | {
            "CAUSEWAY__DATA_DIR": str(self.folder / "data"),
            "CAUSEWAY__SIMULATE__HTTP": f"127.0.0.1:{http}",
            "CAUSEWAY__SIMULATE__HTTPS": f"127.0.0.1:{https}",
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [os.environ["CAUSEWAY_BIN"], "simulate"], env=environment, stdout=log, stderr=log
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self):
        deadline = time.monotonic() + READY_LIMIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the simulator ended with {self.process.returncode}\n{self.log.read_text()}")
            try:
                self.admin("GET", "clock")
                return
            except urllib.error.URLError:
                time.sleep(0.05)
        raise RuntimeError(f"the simulator was not ready within {READY_LIMIT_S} s\n{self.log.read_text()}")

    def admin(self, method, path, body=None):
        """The answer of `/__sim/PATH`."""
        request = urllib.request.Request(
            f"{self.http}/__sim/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def tls(self):
        """A context that trusts the simulator's certificate authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
