"""npm packages that tests need, exactly as a folder's lock file pins them."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

NPM = shutil.which("npm")


def installed(folder: Path) -> Path:
    """Return the `node_modules` of a folder's lock file, installed once beside this environment's Python packages."""
    lock = folder / "package-lock.json"
    home = Path(sys.prefix) / "npm" / f"{folder.name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    home.parent.mkdir(exist_ok=True)
    with home.with_suffix(".lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # tests run in several processes
        if not (home / "installed").exists():
            _install(folder, home)
    return home / "node_modules"


def _install(folder: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, home)
    command = [NPM or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (home / "installed").touch()
