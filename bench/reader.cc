// SPDX-License-Identifier: Apache-2.0
// bench-reader - reads mail over many POP3 or IMAP connections and times the sessions.
//
//     bench-reader --imap --port 1143 [--address 127.0.0.1] --connections 10
//                  --sessions 20000 [--mail 1] [--tls] [--resume] [--quick-acks]
//     bench-reader --imap --port 1143 --connections 50 --idle 10000 [--tls]
//
// A session is connection, login, one mail, logout.  With --idle so many sessions are
// opened and kept after the login (IMAP: within IDLE) until standard input ends.  Prints
// one JSON object: sessions, failed, seconds, bytes (of mails), resumed, p50_us, p99_us.
// With --quick-acks what comes is acknowledged at once; ordinary clients wait for something
// to say, up to 40 ms.  One thread, epoll, OpenSSL; knows the few answers it needs, and
// verifies no certificate.
#include "reader_talk.h"
#include "wire.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <memory>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

struct Options {
    bool imap = false;
    bool pop3 = false;
    int port = 0;
    std::string address = "127.0.0.1";
    int connections = 1;
    std::uint64_t sessions = 1;
    std::uint64_t idle = 0;
    int mail = 1;
    bool tls = false;
    bool resume = false;
    bool quick_acks = false;
};

struct Work {
    Options options;
    SSL_CTX* tls = nullptr;
    SSL_SESSION* session = nullptr; // to be resumed
    std::uint64_t begun = 0, finished = 0, failed = 0, bytes = 0, resumed = 0;
    std::vector<std::uint32_t> latency_us;
};

Work* work_of(SSL* ssl)
{
    return static_cast<Work*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

// Keeps the newest; OpenSSL leaves it to us.
int new_session(SSL* ssl, SSL_SESSION* session)
{
    Work* const work = work_of(ssl);
    SSL_SESSION_free(work->session);
    work->session = session;
    return 1;
}

class Client {
public:
    Client(Work& work, int poll) : work_(work), poll_(poll) {}
    ~Client() { free_tls(); }

    // True if there was a session left to begin.
    bool dial()
    {
        fd_.reset();
        const std::uint64_t most = work_.options.idle + work_.options.sessions;
        if (work_.begun >= most)
            return false;
        began_ = bench::now_ns();
        const std::uint64_t number = work_.begun++;
        talk_ = bench::ReaderTalk(work_.options.imap, work_.options.idle > 0,
                                  work_.options.mail, number);
        shaken_ = !work_.options.tls;
        open(static_cast<std::uint32_t>(number));
        begin_tls();
        epoll_event watch{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = this}};
        if (::epoll_ctl(poll_, EPOLL_CTL_ADD, fd_.get(), &watch) != 0)
            bench::die("bench-reader: epoll_ctl");
        return true;
    }

    // False, once, when there is nothing left for this client to do.
    bool ready()
    {
        static thread_local char buffer[64 << 10];
        if (!fd_ || parked_)
            return true;
        for (;;) {
            if (!shaken_ && !shake_hands())
                return fd_ ? true : dial();
            if (!flush())
                return over(false);
            const long got = receive(buffer, sizeof buffer);
            if (got < 0)
                return true;
            if (got == 0)
                return over(talk_.state() == bench::ReaderTalk::State::done);
            talk_.hear({buffer, static_cast<std::size_t>(got)});
            switch (talk_.state()) {
            case bench::ReaderTalk::State::going_on:
                break;
            case bench::ReaderTalk::State::done:
                return over(true);
            case bench::ReaderTalk::State::failed:
                return over(false);
            case bench::ReaderTalk::State::idle:
                parked_ = true;
                ++work_.finished;
                return false;
            }
        }
    }

private:
    // From one of 64 addresses, so that there are ports enough.
    void open(std::uint32_t number)
    {
        fd_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        if (!fd_)
            bench::die("bench-reader: socket");
        bench::no_delay(fd_.get());
        bench::set_on(fd_.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        const sockaddr_in from = bench::loopback(0x7f000101 + number % 64, 0);
        sockaddr_in to = bench::loopback(INADDR_LOOPBACK, work_.options.port);
        (void)::inet_pton(AF_INET, work_.options.address.c_str(), &to.sin_addr);
        (void)::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from);
        if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
            errno != EINPROGRESS)
            bench::die("bench-reader: connect");
    }

    // Without the words OpenSSL would take a session that was not shut down for broken, and
    // never resume it.
    void free_tls()
    {
        if (ssl_)
            SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(ssl_);
        ssl_ = nullptr;
    }

    void begin_tls()
    {
        free_tls();
        if (shaken_)
            return;
        ssl_ = SSL_new(work_.tls);
        SSL_set_fd(ssl_, fd_.get());
        SSL_set_connect_state(ssl_);
        if (work_.options.resume && work_.session)
            SSL_set_session(ssl_, work_.session);
    }

    // False: not yet, or never (then the connection is closed).
    bool shake_hands()
    {
        if (work_.options.quick_acks)
            bench::set_on(fd_.get(), IPPROTO_TCP, TCP_QUICKACK);
        const int result = SSL_connect(ssl_);
        if (result == 1) {
            shaken_ = true;
            work_.resumed += SSL_session_reused(ssl_) ? 1 : 0;
            return true;
        }
        const int error = SSL_get_error(ssl_, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
            ++work_.failed;
            fd_.reset();
        }
        return false;
    }

    // Bytes; 0 at the end; -1 when there are none now.
    long receive(char* buffer, int size)
    {
        if (work_.options.quick_acks)
            bench::set_on(fd_.get(), IPPROTO_TCP, TCP_QUICKACK);
        if (!ssl_) {
            const ssize_t got =
                ::recv(fd_.get(), buffer, static_cast<std::size_t>(size), 0);
            return got < 0 && errno != EAGAIN && errno != ENOTCONN ? 0 : got;
        }
        const int got = SSL_read(ssl_, buffer, size);
        if (got > 0)
            return got;
        const int error = SSL_get_error(ssl_, got);
        return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
    }

    // What does not fit now goes with the next event; commands are short and always fit.
    bool flush()
    {
        std::string& out = talk_.to_say();
        if (out.empty())
            return true;
        if (ssl_) {
            const int sent = SSL_write(ssl_, out.data(), static_cast<int>(out.size()));
            if (sent <= 0)
                return SSL_get_error(ssl_, sent) == SSL_ERROR_WANT_WRITE;
        } else if (::send(fd_.get(), out.data(), out.size(), MSG_NOSIGNAL) < 0) {
            return errno == EAGAIN || errno == ENOTCONN;
        }
        out.clear();
        return true;
    }

    bool over(bool well)
    {
        if (well) {
            ++work_.finished;
            work_.bytes += talk_.bytes();
            work_.latency_us.push_back(
                static_cast<std::uint32_t>((bench::now_ns() - began_) / 1000));
        } else {
            ++work_.failed;
            std::fprintf(stderr, "bench-reader: %s\n", talk_.latest().c_str());
        }
        return dial();
    }

    Work& work_;
    int poll_;
    base::Fd fd_;
    SSL* ssl_ = nullptr;
    bool shaken_ = false;
    bool parked_ = false; // logged in, to be left alone
    std::uint64_t began_ = 0;
    bench::ReaderTalk talk_{false, false, 1, 0};
};

Options read_options(int argc, char** argv)
{
    Options options;
    bench::Arguments arguments("bench-reader", argc, argv);
    while (arguments.more()) {
        if (!arguments.flag("--imap", options.imap) &&
            !arguments.flag("--pop3", options.pop3) &&
            !arguments.number("--port", options.port) &&
            !arguments.text("--address", options.address) &&
            !arguments.number("--connections", options.connections) &&
            !arguments.number("--sessions", options.sessions) &&
            !arguments.number("--idle", options.idle) &&
            !arguments.number("--mail", options.mail) &&
            !arguments.flag("--tls", options.tls) &&
            !arguments.flag("--quick-acks", options.quick_acks) &&
            !arguments.flag("--resume", options.resume))
            arguments.unknown();
    }
    if (options.imap == options.pop3 || options.port == 0) {
        std::fputs("bench-reader: --port and either --imap or --pop3 are needed\n", stderr);
        std::exit(64);
    }
    if (options.idle > 0)
        options.sessions = 0;
    return options;
}

using Clients = std::vector<std::unique_ptr<Client>>;

// All sessions; or until all that shall idle do.
void read_all(Work& work, Clients& clients)
{
    constexpr int patience = 30'000; // milliseconds without any event
    constexpr std::uint64_t most_failures = 100;
    const int poll = ::epoll_create1(0); // open to the end, as the clients may be
    const auto begin = [&] {
        clients.push_back(std::make_unique<Client>(work, poll));
        return clients.back()->dial() ? 1 : 0;
    };
    int busy = 0;
    for (int i = 0; i < work.options.connections; ++i)
        busy += begin();
    epoll_event events[256];
    while (busy > 0 && work.failed < most_failures) {
        const int count = ::epoll_wait(poll, events, 256, patience);
        if (count <= 0)
            break; // the figures say what is missing
        for (int i = 0; i < count; ++i) {
            if (static_cast<Client*>(events[i].data.ptr)->ready())
                continue;
            --busy;
            if (work.begun < work.options.idle) // it stays as it is: another one goes on
                busy += begin();
        }
    }
}

void print(Work& work, double seconds)
{
    const auto at = [&](double part) { return bench::percentile(work.latency_us, part); };
    fmt::print("{{\"sessions\":{},\"failed\":{},\"seconds\":{:.6f},\"bytes\":{},"
               "\"resumed\":{},\"p50_us\":{},\"p99_us\":{}}}\n",
               work.finished, work.failed, seconds, work.bytes, work.resumed, at(0.5),
               at(0.99));
    (void)std::fflush(stdout);
}

void wait_for_end_of_input()
{
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
}

} // namespace

int main(int argc, char** argv)
{
    ::signal(SIGPIPE, SIG_IGN);
    bench::all_descriptors();
    Work work{.options = read_options(argc, argv), .latency_us = {}};
    work.tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_app_data(work.tls, &work);
    SSL_CTX_set_mode(work.tls, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(work.tls,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(work.tls, new_session);
    const std::uint64_t wanted = work.options.sessions + work.options.idle;
    work.latency_us.reserve(work.options.sessions);
    Clients clients;
    const std::uint64_t begin = bench::now_ns();
    read_all(work, clients);
    print(work, static_cast<double>(bench::now_ns() - begin) / 1e9);
    if (work.options.idle > 0)
        wait_for_end_of_input();
    clients.clear();
    SSL_SESSION_free(work.session);
    SSL_CTX_free(work.tls);
    return work.failed == 0 && work.finished == wanted ? 0 : 75;
}
