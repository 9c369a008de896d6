"""A SLURM of one node in a temporary folder: munged, slurmctld and slurmd as children of the test, stopped by it.

Nothing is written outside the folder. Commands find it by ``SLURM_CONF``; the jobs' own ``srun``, to which Snakemake's
plug-in passes no variable that begins with SLURM, by a wrapper on the PATH.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

CONFIGURATION = """\
ClusterName=siamloss
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
SlurmdParameters=config_overrides
EnforcePartLimits=ALL
MpiDefault=none
MinJobAge=300
KillWait=5
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 Gres=gpu:2 RealMemory=200000 State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""
DEVICES = "NodeName={host} Name=gpu File=/dev/null\nNodeName={host} Name=gpu File=/dev/zero\n"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Slurm:
    """The cluster; its two GPUs are fakes."""

    def __init__(self, folder: Path):
        self.folder, self.host = folder, socket.gethostname().split(".")[0]
        self.children = []
        for name in ("state", "spool", "munge", "bin"):
            (folder / name).mkdir()
        facts = {"host": self.host, "folder": folder, "ports": [free_port(), free_port()]}
        (folder / "slurm.conf").write_text(CONFIGURATION.format(**facts))
        (folder / "gres.conf").write_text(DEVICES.format(**facts))
        (folder / "munge" / "key").write_bytes(os.urandom(128))
        (folder / "munge" / "key").chmod(0o600)
        wrapper = folder / "bin" / "srun"
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec /usr/bin/srun "$@"\n')
        wrapper.chmod(0o755)
        path = f"{folder}/bin:/usr/sbin:{os.environ['PATH']}"
        self.environ = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": path}

    def start(self):
        munge = self.folder / "munge"
        places = [f"--{name}={munge}/{file}" for name, file in MUNGE_FILES.items()]
        self._child("munged", "--foreground", "--force", *places)
        self._wait_for((munge / "socket").exists, "munged")
        self._child("slurmctld", "-D", "-c")
        self._child("slurmd", "-D", "-N", self.host)
        self._wait_for(lambda: self.node() == "idle", "the node")

    def stop(self):
        """Cancel what runs, then end the daemons, whatever state they are in."""
        subprocess.run(["scancel", "--user", "root"], env=self.environ, capture_output=True, timeout=60)
        for child in reversed(self.children):
            child.terminate()
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for pid in self._left():
            os.kill(pid, signal.SIGKILL)

    def _left(self):
        """Processes of jobs that outlived their daemon: those whose environment names this cluster."""
        mark = f"SLURM_CONF={self.folder}/slurm.conf".encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        yield int(entry.name)
                except OSError:
                    continue

    def ask(self, *command):
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def node(self):
        """State of the node: idle, mixed, drained, ..."""
        done = subprocess.run(["sinfo", "-h", "-o", "%T"], env=self.environ, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    def jobs(self, state="RUNNING"):
        """Jobs in a state: number and what Snakemake calls it."""
        lines = self.ask("squeue", "-h", "-t", state, "-o", "%i %k").splitlines()
        return {int(line.split(" ", 1)[0]): line.split(" ", 1)[1] for line in lines}

    def log(self):
        return (self.folder / "slurmctld.log").read_text(errors="replace")

    def _child(self, name, *arguments):
        with open(self.folder / f"{name}.log", "w") as log:
            child = subprocess.Popen(
                [f"/usr/sbin/{name}", *arguments], env=self.environ, stdout=log, stderr=log, start_new_session=True
            )
        self.children.append(child)

    def _wait_for(self, ready, what, seconds=60):
        began = time.monotonic()
        while not ready():
            dead = [child.args[0] for child in self.children if child.poll() is not None]
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
            assert not dead, f"{dead} ended:\n{logs}"
            assert time.monotonic() - began < seconds, f"{what} did not start:\n{logs}"
            time.sleep(0.2)


MUNGE_FILES = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
