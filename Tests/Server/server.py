"""A running `signet serve`."""

import json
import signal
import subprocess
import sys
from pathlib import Path


class Server:
    """Listens when it is made; `words` are what stands behind `serve`."""

    def __init__(self, command, *words, port=0, folder=None, environment=None):
        self.process = subprocess.Popen(
            [command, "serve", *words, "--port", str(port), "--json"], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        )
        text = ""
        while not text.rstrip().endswith("}"):
            line = self.process.stdout.readline()
            if not line:
                sys.exit(f"the server does not begin: {self.process.stderr.read()}")
            text += line
        report = json.loads(text)
        self.address, self.port = report["address"], report["port"]
        self.name = report["models"][0]

    def peak(self):
        """Mebibytes of memory that it had at most."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return float("nan")
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        """Its exit code, and what it said last."""
        self.process.send_signal(signal.SIGTERM)
        _, talk = self.process.communicate(timeout=90)
        return self.process.returncode, talk.strip().splitlines()[-1]
