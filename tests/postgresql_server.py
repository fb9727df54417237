"""A PostgreSQL server of the tests' own: on a free port of this machine, thrown away afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

USER = "postgres"
STARTS_S = 60


def binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A server that can be killed and started again; its data outlive it."""

    def __init__(self, folder: Path, bin_: Path) -> None:
        self._bin, self.data = bin_, folder / "data"
        self._log = folder / "log"
        self._as_user = _demoted() if os.getuid() == 0 else None
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        self._numbers = count(1)
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self._run("initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-t",
            str(STARTS_S),
            "-l",
            str(self._log),
            "-o",
            options,
            "start",
        )

    def kill(self) -> None:
        """Kill the server and all that work for it, at once, as the kernel would."""
        pid = int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        own = (pid, *map(int, children))
        for one in own:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for one in own:  # a child that lingers holds the shared memory, and the next server refuses to start
            _gone(one)
        # where nobody buries the dead, the next server takes this one for alive
        for lock in ("postmaster.pid", f".s.PGSQL.{self.port}.lock"):
            (self.data / lock).unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server, if it runs."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop", must=False)

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"cases{next(self._numbers)}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str, must: bool = True) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            preexec_fn=self._as_user,
            cwd=self.data.parent,
        )
        if must and done.returncode:
            msg = f"{program} ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
            raise RuntimeError(msg)


def _demoted() -> Callable[[], None]:
    user = pwd.getpwnam(USER)

    def demote() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return demote


def _gone(pid: int) -> None:
    """Wait until a process that was killed is none any more; its parent may not be this one."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        subprocess.run(["sleep", "0.01"], check=True)


def temporary_folder() -> Path:
    """Return a folder that the user of the server can reach: below that of pytest it could not."""
    return Path(tempfile.mkdtemp(prefix="bconnect-pg-"))
