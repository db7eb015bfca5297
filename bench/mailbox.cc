// SPDX-License-Identifier: Apache-2.0
// bench-mailbox - a POP3 and IMAP server with the same two mails for everybody.
//
//     bench-mailbox --pop3 PORT --imap PORT [--size 38922] [--big-size 1073741824]
//                   [--processes 1]
//
// The backend behind the proxies that are measured: it must never be what bounds the
// figures.  Mail 1 is small, mail 2 is big; both are lines of 76 letters and never in
// memory more than once.  Takes every password.  It is no mail server: it knows as much of
// both protocols as proxies, curl and bench-reader say, and believes its clients.
#include "base/fd.h"
#include "mailbox_talk.h"
#include "wire.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Options {
    int pop3 = 0;
    int imap = 0;
    bench::Mails mails;
    int processes = 1;
};

// One connection; what is to be sent waits in it, a mail as a number of bytes.
class Session {
public:
    Session(base::Fd fd, std::unique_ptr<bench::Talk> talk, const bench::Mails& mails)
        : fd_(std::move(fd)), talk_(std::move(talk)), mails_(mails)
    {
        talk_->greet(out_);
    }

    // False when it is over.
    bool ready()
    {
        static thread_local char buffer[64 << 10];
        for (;;) {
            if (!flush())
                return false;
            if (!out_.empty())
                return true; // it hears us first
            if (talk_->over())
                return false;
            const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
            if (got < 0)
                return errno == EAGAIN;
            if (got == 0)
                return false;
            talk_->hear({buffer, static_cast<std::size_t>(got)}, out_);
        }
    }
    [[nodiscard]] int fd() const { return fd_.get(); }

private:
    // False when the peer is gone.
    bool flush()
    {
        while (!out_.empty()) {
            const std::string_view next = out_.next(mails_);
            const ssize_t sent = ::send(fd_.get(), next.data(), next.size(), MSG_NOSIGNAL);
            if (sent < 0)
                return errno == EAGAIN;
            out_.sent(static_cast<std::size_t>(sent));
        }
        return true;
    }

    base::Fd fd_;
    std::unique_ptr<bench::Talk> talk_;
    const bench::Mails& mails_;
    bench::Output out_;
};

class Server {
public:
    explicit Server(const Options& options)
        : options_(options), pop3_(bench::listen_at(options.pop3)),
          imap_(bench::listen_at(options.imap))
    {
        watch(pop3_.get(), &pop3_);
        watch(imap_.get(), &imap_);
    }

    [[noreturn]] void run()
    {
        epoll_event events[256];
        for (;;) {
            const int count = ::epoll_wait(poll_.get(), events, 256, -1);
            for (int i = 0; i < count; ++i)
                happened(events[i].data.ptr);
        }
    }

private:
    void happened(void* what)
    {
        if (what == &pop3_)
            return accept_all(pop3_.get(), bench::pop3_talk);
        if (what == &imap_)
            return accept_all(imap_.get(), bench::imap_talk);
        auto* const session = static_cast<Session*>(what);
        if (!session->ready())
            delete session;
    }

    void accept_all(int listening,
                    std::unique_ptr<bench::Talk> (*talk)(const bench::Mails&))
    {
        for (;;) {
            base::Fd fd(::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK));
            if (!fd)
                return;
            bench::no_delay(fd.get());
            auto session = std::make_unique<Session>(std::move(fd), talk(options_.mails),
                                                     options_.mails);
            if (!session->ready())
                continue;
            watch(session->fd(), session.get());
            (void)session.release(); // deleted when it is over
        }
    }

    void watch(int fd, void* what)
    {
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = what}};
        if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
            bench::die("bench-mailbox: epoll_ctl");
    }

    const Options& options_;
    base::Fd pop3_;
    base::Fd imap_;
    base::Fd poll_{::epoll_create1(0)};
};

Options read_options(int argc, char** argv)
{
    Options options;
    std::uint64_t big = 1u << 30;
    std::uint64_t small = 38922;
    bench::Arguments arguments("bench-mailbox", argc, argv);
    while (arguments.more()) {
        if (!arguments.number("--pop3", options.pop3) &&
            !arguments.number("--imap", options.imap) &&
            !arguments.number("--size", small) && !arguments.number("--big-size", big) &&
            !arguments.number("--processes", options.processes))
            arguments.unknown();
    }
    options.mails = bench::Mails(small, big);
    return options;
}

// The children end with us: nobody else knows them.
[[noreturn]] void serve_by_several(const Options& options)
{
    std::vector<pid_t> children;
    for (int i = 0; i < options.processes; ++i) {
        const pid_t child = ::fork();
        if (child == 0)
            Server(options).run();
        children.push_back(child);
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    int signal = 0;
    (void)::sigwait(&ends, &signal);
    for (const pid_t child : children)
        (void)::kill(child, SIGKILL);
    while (::wait(nullptr) > 0) {
    }
    std::exit(EXIT_SUCCESS);
}

} // namespace

int main(int argc, char** argv)
{
    const Options options = read_options(argc, argv);
    if (options.pop3 == 0 || options.imap == 0) {
        std::fputs("bench-mailbox: --pop3 and --imap are needed\n", stderr);
        return 64;
    }
    bench::all_descriptors();
    if (options.processes == 1)
        Server(options).run();
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    (void)::sigprocmask(SIG_BLOCK, &ends, nullptr);
    serve_by_several(options);
}
