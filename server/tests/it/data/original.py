"""Makes a database as Task Python Orchestrator leaves it: sealed and plain values, the newest of them in the WAL only.

    python3 original.py FOLDER

The tests use what this has made (`original.db`, `original.db-wal`), so they do not need Python. The key is made as the original
makes it; the package `cryptography` seals.
"""

import base64
import os
import shutil
import sqlite3
import sys

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

PASSWORD, HOST = "correct horse", "reports-01"


def fernet(password: str, host: str) -> Fernet:
    salt = host.encode()[:16].ljust(16, b"0")
    kdf = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=100_000)
    return Fernet(base64.urlsafe_b64encode(kdf.derive(password.encode())))


def main(folder: str) -> None:
    sealed = fernet(PASSWORD, HOST).encrypt
    path = os.path.join(folder, "working.db")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE tasks(name TEXT PRIMARY KEY, type TEXT, schedule TEXT, command TEXT)")
    database.execute("CREATE TABLE credentials(name TEXT PRIMARY KEY, value BLOB, created_at TEXT)")
    rows = [
        ("email_password", sealed(b"mail-canary-51")),
        ("DB Password", sealed("Größe ✓ canary".encode())),
        ("db_user", b"hunter2"),
        ("other_machine", fernet(PASSWORD, "another").encrypt(b"lost")),
        ("binary", b"\xff\xfe\x00"),
    ]
    add = "INSERT INTO credentials VALUES(?, ?, '2024-05-01T08:00:00')"
    database.executemany(add, rows)
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("PRAGMA wal_autocheckpoint=0")
    # This one is in the WAL only.
    database.execute(add, ("sf_access_token", sealed(b"wal-canary-52")))
    database.commit()
    for end in ("", "-wal"):
        shutil.copy(path + end, os.path.join(folder, "original.db" + end))
    database.close()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.remove(path + end)
    for text in ("hello", "", "x" * 16, "Größe ✓"):
        print(repr(text), sealed(text.encode()).decode())


if __name__ == "__main__":
    main(sys.argv[1])
