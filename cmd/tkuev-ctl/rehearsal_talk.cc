// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_talk.h"

#include "base/failure.h"
#include "text/lines.h"

#include <array>
#include <utility>

namespace tkuev {

namespace {

constexpr base::seconds patience_for_an_answer{60};
constexpr std::size_t longest_answer = 16u << 20; // octets
constexpr std::size_t shown = 200;                // of what was said

} // namespace

Talk::Talk(net::Stream stream, std::string name)
    : stream_(std::move(stream)), name_(std::move(name))
{
}

void Talk::fail(std::string_view heard) const
{
    throw base::Failure(base::Remedy::fix_data, name_ + ": the gateway says \"" +
                                                    text::printable(heard, shown) + '"');
}

net::Task<void> Talk::hear_more()
{
    if (heard_.size() > longest_answer)
        fail("more than an answer can be");
    std::array<char, 16384> buffer;
    stream_.set_timeout(patience_for_an_answer);
    const std::size_t count = co_await stream_.read_some(buffer);
    if (count == 0)
        fail("nothing more");
    heard_.append(buffer.data(), count);
}

net::Task<std::string> Talk::hear()
{
    for (;;) {
        const std::size_t end = heard_.find("\r\n");
        if (end != std::string::npos) {
            std::string line = heard_.substr(0, end);
            heard_.erase(0, end + 2);
            co_return line;
        }
        co_await hear_more();
    }
}

net::Task<std::string> Talk::hear_octets(std::size_t count)
{
    while (heard_.size() < count)
        co_await hear_more();
    std::string octets = heard_.substr(0, count);
    heard_.erase(0, count);
    co_return octets;
}

net::Task<std::string> Talk::hear_dotted()
{
    constexpr std::string_view alone = ".\r\n";
    constexpr std::string_view behind = "\r\n.\r\n";
    for (;;) {
        const std::size_t end = heard_.find(behind);
        if (heard_.starts_with(alone) || end != std::string::npos) {
            const std::size_t size =
                heard_.starts_with(alone) ? alone.size() : end + behind.size();
            std::string octets = heard_.substr(0, size);
            heard_.erase(0, size);
            co_return octets;
        }
        co_await hear_more();
    }
}

net::Task<void> Talk::say(std::string line)
{
    line += "\r\n";
    co_await send(std::move(line));
}

net::Task<void> Talk::send(std::string octets)
{
    stream_.set_timeout(patience_for_an_answer);
    co_await stream_.write(octets);
}

net::Task<void> Talk::start_tls(const net::TlsContext& context)
{
    heard_.clear();
    stream_.set_timeout(patience_for_an_answer);
    co_await stream_.connect_tls(context, "");
}

} // namespace tkuev
