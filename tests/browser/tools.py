"""Installs the lockfile's packages into a folder, beside a copy of the scripts here, unless they are there."""

import filecmp
import glob
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def install(folder):
    os.makedirs(folder, exist_ok=True)
    lock = os.path.join(HERE, "package-lock.json")
    installed = os.path.join(folder, "node_modules", "installed.json")
    for path in glob.glob(os.path.join(HERE, "*.js")) + glob.glob(os.path.join(HERE, "*.json")):
        shutil.copy(path, folder)
    if os.path.exists(installed) and filecmp.cmp(lock, installed, shallow=False):
        return
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund",
                           "--loglevel=error"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"npm could not install the browser test's packages into {folder}:\n{done.stdout}{done.stderr}")
    shutil.copy(lock, installed)


if __name__ == "__main__":
    install(sys.argv[1])
