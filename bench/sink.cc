// SPDX-License-Identifier: Apache-2.0
// bench-sink - an SMTP server that takes everything and keeps nothing but counts.
//
// For measuring a relay in front of it: one thread, epoll, no policy; it must never be what
// bounds the figures.  It offers PIPELINING, 8BITMIME, SMTPUTF8, SIZE and DSN, with
// --chunking CHUNKING too, and notes the X-Bench number of each message so that loss and
// duplicates show.  It is no mail server: it believes its clients.
#include "base/fd.h"
#include "stats.h"
#include "wire.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unordered_map>
#include <vector>

namespace {

using bench::SinkStats;
using namespace std::string_view_literals;

constexpr std::size_t head_bytes = 4096; // where X-Bench must stand
constexpr auto end_of_data = "\r\n.\r\n"sv;

SinkStats* stats = nullptr;
std::vector<bool> seen(bench::most_numbers);
bool chunking = false;

class Session {
public:
    explicit Session(base::Fd fd) : fd_(std::move(fd)) { reply("220 sink ESMTP\r\n"); }

    // False when the session is over.
    bool readable()
    {
        static char buffer[256 * 1024];
        const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (got < 0)
            return errno == EAGAIN;
        if (got == 0)
            return false;
        hear({buffer, static_cast<std::size_t>(got)});
        return flush() && !quit_;
    }

private:
    void hear(std::string_view bytes)
    {
        while (!bytes.empty() && !quit_) {
            if (chunk_left_ > 0)
                bytes = take_chunk(bytes);
            else
                bytes = in_data_ ? take_data(bytes) : take_line(bytes);
        }
    }

    std::string_view take_line(std::string_view bytes)
    {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            line_ += bytes;
            return {};
        }
        line_ += bytes.substr(0, end);
        command(line_);
        line_.clear();
        return bytes.substr(end + 1);
    }

    void command(std::string_view line)
    {
        const auto is = [line](std::string_view verb) {
            return line.size() >= verb.size() &&
                   ::strncasecmp(line.data(), verb.data(), verb.size()) == 0;
        };
        if (is("EHLO"))
            reply(chunking ? "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n"
                             "250-SMTPUTF8\r\n250-DSN\r\n250 CHUNKING\r\n"
                           : "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n"
                             "250-SMTPUTF8\r\n250 DSN\r\n");
        else if (is("DATA"))
            begin_data();
        else if (is("BDAT"))
            begin_chunk(line);
        else if (is("QUIT"))
            quit();
        else
            reply("250 ok\r\n");
    }

    void begin_data()
    {
        in_data_ = true;
        head_.clear();
        carry_ = "\r\n"; // a dot right after DATA ends an empty message
        reply("354 go\r\n");
    }

    std::string_view take_data(std::string_view bytes)
    {
        keep_head(bytes);
        // The end may lie across the border of two reads: look at both sides of it first.
        const std::string border = carry_ + std::string(bytes.substr(0, 4));
        std::size_t used = 0;
        if (const std::size_t at = border.find(end_of_data); at != std::string::npos) {
            used = at + end_of_data.size() - carry_.size();
        } else if (const void* hit = ::memmem(bytes.data(), bytes.size(),
                                              end_of_data.data(), end_of_data.size())) {
            used = static_cast<std::size_t>(static_cast<const char*>(hit) - bytes.data()) +
                   end_of_data.size();
        } else {
            stats->bytes += bytes.size();
            carry_ += bytes.substr(bytes.size() - std::min<std::size_t>(4, bytes.size()));
            carry_.erase(0, carry_.size() - std::min<std::size_t>(4, carry_.size()));
            return {};
        }
        stats->bytes += used;
        in_data_ = false;
        finish_message();
        return bytes.substr(used);
    }

    void begin_chunk(std::string_view line)
    {
        chunk_left_ = std::strtoull(std::string(line.substr(4)).c_str(), nullptr, 10);
        last_chunk_ = line.find("LAST") != std::string_view::npos;
        if (!in_chunks_)
            head_.clear();
        in_chunks_ = true;
        if (chunk_left_ == 0)
            end_chunk();
    }

    std::string_view take_chunk(std::string_view bytes)
    {
        const std::size_t used = std::min<std::size_t>(chunk_left_, bytes.size());
        keep_head(bytes.substr(0, used));
        stats->bytes += used;
        chunk_left_ -= used;
        if (chunk_left_ == 0)
            end_chunk();
        return bytes.substr(used);
    }

    void end_chunk()
    {
        if (!last_chunk_) {
            reply("250 chunk\r\n");
            return;
        }
        in_chunks_ = false;
        finish_message();
    }

    void keep_head(std::string_view bytes)
    {
        if (head_.size() < head_bytes)
            head_ += bytes.substr(0, head_bytes - head_.size());
    }

    void finish_message()
    {
        const std::size_t at = head_.find("\nX-Bench: ");
        if (at == std::string::npos) {
            ++stats->unnumbered;
        } else {
            const auto number = std::strtoull(head_.c_str() + at + 10, nullptr, 10);
            if (number < seen.size() && !seen[number]) {
                seen[number] = true;
                ++stats->unique;
            } else {
                ++stats->duplicates;
            }
        }
        reply("250 taken\r\n");
        stats->last_ns = bench::now_ns();
        ++stats->messages;
    }

    void quit()
    {
        reply("221 bye\r\n");
        (void)flush();
        quit_ = true;
    }

    void reply(std::string_view text) { out_ += text; }

    bool flush()
    {
        if (out_.empty())
            return true;
        const ssize_t sent = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
        const bool all = sent == static_cast<ssize_t>(out_.size());
        out_.clear();
        return all; // replies are short: a client that does not read them is dropped
    }

public:
    bool greet() { return flush(); }

private:
    base::Fd fd_;
    std::string line_, head_, carry_, out_;
    std::uint64_t chunk_left_ = 0;
    bool in_data_ = false, in_chunks_ = false, last_chunk_ = false, quit_ = false;
};

SinkStats* map_stats(const char* path)
{
    const base::Fd file(::open(path, O_RDWR | O_CREAT, 0644));
    if (!file || ::ftruncate(file.get(), sizeof(SinkStats)) != 0)
        bench::die("bench-sink: stats file");
    void* memory = ::mmap(nullptr, sizeof(SinkStats), PROT_READ | PROT_WRITE, MAP_SHARED,
                          file.get(), 0);
    if (memory == MAP_FAILED)
        bench::die("bench-sink: mmap");
    return static_cast<SinkStats*>(memory);
}

void serve(const base::Fd& listening)
{
    const base::Fd poll(::epoll_create1(0));
    std::unordered_map<int, std::unique_ptr<Session>> sessions;
    epoll_event watch{.events = EPOLLIN, .data = {.fd = listening.get()}};
    (void)::epoll_ctl(poll.get(), EPOLL_CTL_ADD, listening.get(), &watch);
    epoll_event events[256];
    for (;;) {
        const int count = ::epoll_wait(poll.get(), events, 256, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd != listening.get()) {
                if (!sessions[fd]->readable())
                    sessions.erase(fd);
                continue;
            }
            for (;;) {
                const int accepted = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK);
                if (accepted < 0)
                    break;
                bench::no_delay(accepted);
                sessions[accepted] = std::make_unique<Session>(base::Fd(accepted));
                (void)sessions[accepted]->greet();
                epoll_event add{.events = EPOLLIN, .data = {.fd = accepted}};
                (void)::epoll_ctl(poll.get(), EPOLL_CTL_ADD, accepted, &add);
            }
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fputs("usage: bench-sink PORT STATS-FILE [--chunking]\n", stderr);
        return 64;
    }
    chunking = argc > 3 && argv[3] == "--chunking"sv;
    stats = map_stats(argv[2]);
    serve(bench::listen_at(std::atoi(argv[1])));
}
