// SPDX-License-Identifier: Apache-2.0
// bench-source - sends numbered messages over many connections and times the final dots.
//
//     bench-source --port 2525 --connections 10 --per-connection 100 --messages 20000
//                  --size 38912 [--starttls] [--pipelining] [--delay-acks] [--first N]
//                  [--recipient ADDRESS | --users N]
//
// With --users the recipients are user0@dest.example and so on, N of them, by turns.
// Waits for each reply unless --pipelining is given.  Prints one JSON object: messages,
// failed, seconds, first_ns, p50_us and p99_us (from the last byte of the final dot handed
// to the kernel until its 250 is read).  One thread, epoll.
#include "base/fd.h"
#include "wire.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <vector>

namespace {

using namespace std::string_view_literals;

struct Options {
    int port = 25;
    int connections = 1;
    std::uint64_t per_connection = 1;
    std::uint64_t messages = 1;
    std::size_t size = 38912;
    std::uint64_t first = 1;
    std::uint64_t users = 0;
    bool starttls = false, pipelining = false, delay_acks = false;
    std::string sender = "sender@bench.example", recipient = "recipient@dest.example";
};

struct Work {
    Options options;
    std::string body;
    SSL_CTX* tls = nullptr;
    std::uint64_t started = 0, finished = 0, failed = 0;
    std::vector<std::uint32_t> latency_us;
};

enum class Step {
    greeting,
    ehlo,
    starttls,
    handshake,
    ehlo_again,
    mail,
    rcpt,
    data,
    dot,
    quit
};

class Client {
public:
    Client(Work& work, int poll) : work_(work), poll_(poll) {}
    ~Client() { SSL_free(ssl_); }

    // True if there was something left to send and the connection was begun.
    bool dial()
    {
        fd_.reset(); // before anything else: no event may come for it any more
        if (work_.started >= work_.options.messages)
            return false;
        SSL_free(ssl_);
        ssl_ = nullptr;
        fd_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        bench::no_delay(fd_.get());
        const sockaddr_in to = bench::loopback(INADDR_LOOPBACK, work_.options.port);
        const int result =
            ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
        if (result != 0 && errno != EINPROGRESS) {
            std::perror("bench-source: connect");
            std::exit(69);
        }
        step_ = Step::greeting;
        in_.clear();
        out_.clear();
        done_ = 0;
        sent_ = 0;
        epoll_event watch{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = this}};
        (void)::epoll_ctl(poll_, EPOLL_CTL_ADD, fd_.get(), &watch);
        return true;
    }

    // False, once, when this client has nothing left to do.
    bool ready()
    {
        if (!fd_)
            return true; // an event of the same round for what was closed a moment ago
        for (;;) {
            if (step_ == Step::handshake && !shake_hands())
                return true;
            if (!flush())
                return lost();
            char buffer[4096];
            const long got = receive(buffer, sizeof buffer);
            if (got == 0)
                return lost();
            if (got < 0)
                return true;
            in_.append(buffer, static_cast<std::size_t>(got));
            if (!hear())
                return dial();
        }
    }

private:
    bool shake_hands()
    {
        const int result = SSL_connect(ssl_);
        if (result != 1) {
            const int error = SSL_get_error(ssl_, result);
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
                return false;
            std::fputs("bench-source: TLS handshake failed\n", stderr);
            std::exit(76);
        }
        step_ = Step::ehlo_again;
        say("EHLO bench.example\r\n");
        return true;
    }

    long receive(char* buffer, int size)
    {
        if (ssl_ && step_ >= Step::ehlo_again) {
            const int got = SSL_read(ssl_, buffer, size);
            if (got > 0)
                return got;
            const int error = SSL_get_error(ssl_, got);
            return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1 : 0;
        }
        const ssize_t got = ::recv(fd_.get(), buffer, static_cast<std::size_t>(size), 0);
        if (work_.options.delay_acks) {
            const int off = 0;
            (void)::setsockopt(fd_.get(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
        }
        return got < 0 && errno != EAGAIN ? 0 : got;
    }

    // False when the connection is lost; what does not fit now goes with the next event.
    bool flush()
    {
        while (sent_ < out_.size()) {
            long sent = 0;
            if (ssl_ && step_ >= Step::ehlo_again) {
                sent = SSL_write(ssl_, out_.data() + sent_,
                                 static_cast<int>(out_.size() - sent_));
                if (sent <= 0)
                    return SSL_get_error(ssl_, static_cast<int>(sent)) ==
                           SSL_ERROR_WANT_WRITE;
            } else {
                sent = ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_,
                              MSG_NOSIGNAL);
                if (sent < 0)
                    return errno == EAGAIN || errno == ENOTCONN;
            }
            sent_ += static_cast<std::size_t>(sent);
            if (sent_ == out_.size() && step_ == Step::dot)
                dot_at_ = bench::now_ns();
        }
        out_.clear();
        sent_ = 0;
        return true;
    }

    // Answers every complete reply; false when the session is over.
    bool hear()
    {
        for (;;) {
            const std::size_t end = in_.find('\n');
            if (end == std::string::npos)
                return true;
            const bool last = end >= 3 && in_[3] != '-';
            const char kind = in_[0];
            if (last && kind != '2' && kind != '3') {
                std::fprintf(stderr, "bench-source: %.*s\n", static_cast<int>(end),
                             in_.c_str());
                ++work_.failed;
            }
            in_.erase(0, end + 1);
            if (last && !next())
                return false;
        }
    }

    bool next()
    {
        switch (step_) {
        case Step::greeting:
            step_ = Step::ehlo;
            say("EHLO bench.example\r\n");
            break;
        case Step::ehlo:
            if (!work_.options.starttls)
                return begin_message();
            step_ = Step::starttls;
            say("STARTTLS\r\n");
            break;
        case Step::starttls:
            ssl_ = SSL_new(work_.tls);
            SSL_set_fd(ssl_, fd_.get());
            SSL_set_connect_state(ssl_);
            step_ = Step::handshake;
            break;
        case Step::handshake:
        case Step::ehlo_again:
            return begin_message();
        case Step::mail:
            step_ = Step::rcpt;
            if (!work_.options.pipelining)
                say(fmt::format("RCPT TO:<{}>\r\n", recipient()));
            break;
        case Step::rcpt:
            step_ = Step::data;
            if (!work_.options.pipelining)
                say("DATA\r\n");
            break;
        case Step::data:
            step_ = Step::dot;
            say(fmt::format(
                "From: <{}>\r\nTo: <{}>\r\nSubject: bench\r\nX-Bench: {}\r\n\r\n",
                work_.options.sender, recipient(), number_));
            out_ += work_.body;
            break;
        case Step::dot:
            return message_done();
        case Step::quit:
            return false;
        }
        return true;
    }

    bool begin_message()
    {
        if (work_.started >= work_.options.messages ||
            done_ >= work_.options.per_connection) {
            step_ = Step::quit;
            say("QUIT\r\n");
            return true;
        }
        number_ = work_.options.first + work_.started++;
        step_ = Step::mail;
        say(fmt::format("MAIL FROM:<{}>\r\n", work_.options.sender));
        if (work_.options.pipelining)
            say(fmt::format("RCPT TO:<{}>\r\nDATA\r\n", recipient()));
        return true;
    }

    [[nodiscard]] std::string recipient() const
    {
        const Options& options = work_.options;
        return options.users == 0
                   ? options.recipient
                   : fmt::format("user{}@dest.example", number_ % options.users);
    }

    bool message_done()
    {
        work_.latency_us.push_back(
            static_cast<std::uint32_t>((bench::now_ns() - dot_at_) / 1000));
        ++work_.finished;
        ++done_;
        return begin_message();
    }

    bool lost()
    {
        if (step_ != Step::quit)
            ++work_.failed;
        return dial();
    }

    void say(std::string_view text) { out_ += text; }

    Work& work_;
    int poll_;
    base::Fd fd_;
    SSL* ssl_ = nullptr;
    Step step_ = Step::greeting;
    std::string in_, out_;
    std::size_t sent_ = 0;
    std::uint64_t done_ = 0, number_ = 0, dot_at_ = 0;
};

// Lines of 76 letters, as ordinary mail has them, and the final dot.
std::string make_body(std::size_t size)
{
    std::string body;
    while (body.size() + 78 < size)
        body += std::string(76, static_cast<char>('a' + body.size() / 78 % 26)) + "\r\n";
    return body + ".\r\n";
}

Options read_options(int argc, char** argv)
{
    Options options;
    bench::Arguments arguments("bench-source", argc, argv);
    while (arguments.more()) {
        if (!arguments.number("--port", options.port) &&
            !arguments.number("--connections", options.connections) &&
            !arguments.number("--per-connection", options.per_connection) &&
            !arguments.number("--messages", options.messages) &&
            !arguments.number("--size", options.size) &&
            !arguments.number("--first", options.first) &&
            !arguments.number("--users", options.users) &&
            !arguments.flag("--starttls", options.starttls) &&
            !arguments.flag("--pipelining", options.pipelining) &&
            !arguments.flag("--delay-acks", options.delay_acks) &&
            !arguments.text("--recipient", options.recipient))
            arguments.unknown();
    }
    return options;
}

void send_all(Work& work)
{
    const base::Fd poll(::epoll_create1(0));
    std::vector<std::unique_ptr<Client>> clients;
    int busy = 0;
    for (int i = 0; i < work.options.connections; ++i) {
        clients.push_back(std::make_unique<Client>(work, poll.get()));
        busy += clients.back()->dial() ? 1 : 0;
    }
    epoll_event events[256];
    while (busy > 0 && work.failed < 1000) {
        const int count = ::epoll_wait(poll.get(), events, 256, 30000);
        if (count == 0)
            break; // half a minute of silence: the figures say what is missing
        for (int i = 0; i < count; ++i)
            if (!static_cast<Client*>(events[i].data.ptr)->ready())
                --busy;
    }
}

} // namespace

int main(int argc, char** argv)
{
    ::signal(SIGPIPE, SIG_IGN);
    Work work{.options = read_options(argc, argv), .body = {}, .latency_us = {}};
    work.body = make_body(work.options.size);
    work.tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(work.tls,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    work.latency_us.reserve(work.options.messages);
    const std::uint64_t begin = bench::now_ns();
    send_all(work);
    const double seconds = static_cast<double>(bench::now_ns() - begin) / 1e9;
    const auto at = [&](double part) { return bench::percentile(work.latency_us, part); };
    fmt::print("{{\"messages\":{},\"failed\":{},\"seconds\":{:.6f},\"first_ns\":{},"
               "\"p50_us\":{},\"p99_us\":{}}}\n",
               work.finished, work.failed, seconds, begin, at(0.5), at(0.99));
    SSL_CTX_free(work.tls);
    return work.failed == 0 && work.finished == work.options.messages ? 0 : 75;
}
