// SPDX-License-Identifier: Apache-2.0
// net/tls_transport.cc - a BIO that never blocks a writer.
#include "net/tls_transport.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace net {

namespace {

TlsSession::Transport& transport_of(BIO* bio)
{
    return *static_cast<TlsSession::Transport*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* buffer, int size)
{
    return transport_of(bio).read(bio, buffer, size);
}

int bio_write(BIO* bio, const char* bytes, int size)
{
    BIO_clear_retry_flags(bio);
    return transport_of(bio).write(bytes, size);
}

long bio_control(BIO*, int command, long, void*)
{
    switch (command) {
    case BIO_CTRL_FLUSH: // we flush ourselves, later
        return 1;
    default: // also for EOF: a yes would make OpenSSL forget the session
        return 0;
    }
}

BIO_METHOD* make_method()
{
    BIO_METHOD* const method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sponts descriptor");
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

// The emptied buffer of the last writer, for the next one on this thread.
std::string& spare()
{
    static thread_local std::string buffer;
    return buffer;
}

} // namespace

BIO* TlsSession::Transport::new_bio()
{
    static BIO_METHOD* const method = make_method(); // for the life of the process
    BIO* const bio = BIO_new(method);
    if (bio) {
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
    }
    return bio;
}

int TlsSession::Transport::read(BIO* bio, char* buffer, int size)
{
    BIO_clear_retry_flags(bio);
    for (;;) {
        const auto wanted = static_cast<std::size_t>(size);
        const ssize_t got =
            is_socket_ ? ::recv(fd_, buffer, wanted, 0) : ::read(fd_, buffer, wanted);
        if (got >= 0) {
            ended_ = got == 0;
            drained_ = got > 0 && got < size;
            return static_cast<int>(got);
        }
        if (errno == ENOTSOCK && is_socket_) {
            is_socket_ = false;
        } else if (errno == EAGAIN) {
            BIO_set_retry_read(bio);
            return -1;
        } else if (errno != EINTR) {
            error_ = errno;
            return -1;
        }
    }
}

int TlsSession::Transport::write(const char* bytes, int size)
{
    if (unsent() > most_waiting) {
        error_ = ENOBUFS;
        return -1;
    }
    if (waiting_.empty() && waiting_.capacity() < spare().capacity())
        waiting_.swap(spare());
    waiting_.append(bytes, static_cast<std::size_t>(size));
    return size;
}

ssize_t TlsSession::Transport::send_some() const
{
    const char* const from = waiting_.data() + sent_;
    return is_socket_ ? ::send(fd_, from, unsent(), MSG_NOSIGNAL)
                      : ::write(fd_, from, unsent());
}

bool TlsSession::Transport::flush()
{
    while (unsent() > 0) {
        const ssize_t sent = send_some();
        if (sent >= 0)
            sent_ += static_cast<std::size_t>(sent);
        else if (errno == EAGAIN)
            return false;
        else if (errno == ENOTSOCK && is_socket_)
            is_socket_ = false;
        else if (errno != EINTR)
            throw PeerGone(std::strerror(errno));
    }
    if (sent_ == 0)
        return true;
    sent_ = 0;
    waiting_.clear();
    if (spare().capacity() < waiting_.capacity())
        waiting_.swap(spare());
    std::string().swap(waiting_);
    return true;
}

} // namespace net
