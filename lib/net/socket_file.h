// SPDX-License-Identifier: Apache-2.0
// net/socket_file.h - the file of a Unix socket goes when its listener does.
//
// Whoever opened the socket keeps one of these; nobody has one for a socket that was
// passed in.  A process that is killed leaves the file; listen_on() replaces it then.
#pragma once

#include "net/address.h"

#include <ctime>
#include <string>
#include <sys/types.h>

namespace net {

class SocketFile {
public:
    SocketFile() = default;
    // Of a socket that has just been bound there; nothing for other kinds of addresses.
    explicit SocketFile(const Address& address);
    // Removes it, if it is still the same file and we may.
    ~SocketFile();
    SocketFile(SocketFile&& other) noexcept;
    SocketFile& operator=(SocketFile&& other) noexcept;

private:
    void remove() noexcept;

    std::string path_; // empty: no file
    dev_t device_ = 0;
    ino_t inode_ = 0;
    timespec made_{}; // inodes are used again
};

// The kernel notes in the file of a Unix socket when somebody has connected, which
// everybody can see; from now on it does not, where file systems are mounted as usual
// (relatime). Nothing happens where the file is not ours.
void hide_uses(int listener);

} // namespace net
