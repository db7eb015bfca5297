# SPDX-License-Identifier: Apache-2.0
"""bad_ftp.py - an FTP server (pyftpdlib) that fails in one chosen way.

    bad_ftp.py PORT DIRECTORY WAY

Ways: none, hang-login, busy-login, refuse-login, hang-store, drop-store, full-store,
lie-size, wrong-rename, lost-rename, gone-rename, refuse-rename, hang-rename, no-size.
"""
import errno
import os
import sys
import time

from pyftpdlib.authorizers import AuthenticationFailed, DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

WAY = sys.argv[3]
HALF = 20_000  # octets after which an upload fails


class Failing:
    """A file that ends HALF way: no room, no time, or no server any more."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, data):
        if self._file.tell() + len(data) <= HALF:
            return self._file.write(data)
        self._file.write(data[:HALF])
        self._file.flush()
        if WAY == "hang-store":
            time.sleep(3600)
        if WAY == "drop-store":
            os._exit(1)
        raise OSError(errno.ENOSPC, "No space left on device")


class Files(AbstractedFS):
    def open(self, filename, mode):
        file = super().open(filename, mode)
        return Failing(file) if WAY.endswith("-store") and "w" in mode else file

    def rename(self, src, dst):
        super().rename(src, dst + ".other" if WAY == "wrong-rename" else dst)

    def getsize(self, path):
        size = super().getsize(path)
        return size + 1 if WAY == "lie-size" else size


class Handler(FTPHandler):
    abstracted_fs = Files

    def ftp_PASS(self, line):
        if WAY == "hang-login":
            return None
        if WAY == "busy-login":
            return self.respond("421 Too many users, sorry.")
        return super().ftp_PASS(line)

    def ftp_SIZE(self, path):
        if WAY == "no-size":
            return self.respond("502 Command not implemented.")
        return super().ftp_SIZE(path)

    def ftp_RNTO(self, path):
        if WAY == "refuse-rename":
            return self.respond("550 No.")
        if WAY == "hang-rename":
            return None
        if WAY in ("lost-rename", "gone-rename"):
            self.fs.rename(self._rnfr, path)
            if WAY == "gone-rename":
                os._exit(1)
            return self.close()
        return super().ftp_RNTO(path)


class People(DummyAuthorizer):
    def validate_authentication(self, username, password, handler):
        if WAY == "refuse-login":
            raise AuthenticationFailed("Nobody is welcome.")
        super().validate_authentication(username, password, handler)


def main():
    people = People()
    people.add_user("lea", "open-sesame", os.path.abspath(sys.argv[2]), perm="elradfmw")
    Handler.authorizer = people
    Handler.auth_failed_timeout = 0
    FTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


main()
