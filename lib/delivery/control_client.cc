// SPDX-License-Identifier: Apache-2.0
#include "delivery/control_client.h"

#include "net/connect.h"

#include <array>
#include <string_view>
#include <utility>

namespace delivery {

namespace {

constexpr base::seconds patience{10};

// The last line of an answer, if it is complete: what stands in front are messages.
std::optional<ControlAnswer> verdict_in(std::string_view heard)
{
    if (!heard.ends_with('\n'))
        return std::nullopt;
    heard.remove_suffix(1);
    const std::size_t before = heard.rfind('\n');
    const auto answer =
        parse_answer(before == std::string_view::npos ? heard : heard.substr(before + 1));
    using What = ControlAnswer::What;
    const bool last = answer && (answer->what == What::end || answer->what == What::error);
    return last ? answer : std::nullopt;
}

net::Task<std::optional<ControlAnswer>> converse(net::Loop& loop, net::Address address,
                                                 std::string line)
{
    auto stream = co_await net::connect(loop, std::move(address), patience);
    if (!stream)
        co_return std::nullopt;
    stream->set_timeout(patience);
    co_await stream->write(line);
    std::string heard;
    for (;;) {
        std::array<char, 4096> buffer;
        const std::size_t count = co_await stream->read_some(buffer);
        if (count == 0)
            co_return std::nullopt;
        heard.append(buffer.data(), count);
        const std::optional<ControlAnswer> answer = verdict_in(heard);
        if (answer)
            co_return answer;
        if (const std::size_t newline = heard.rfind('\n'); newline != std::string::npos)
            heard.erase(0, newline + 1); // queues may be long, the answer's end is short
    }
}

} // namespace

net::Task<std::optional<ControlAnswer>> ask_control(net::Loop& loop, std::string socket,
                                                    ControlRequest request)
{
    const std::optional<net::Address> address = net::Address::parse_endpoint(socket);
    if (!address)
        co_return std::nullopt;
    std::string line = format_request(request) + "\n";
    std::optional<ControlAnswer> answer;
    try {
        answer = co_await converse(loop, *address, std::move(line));
    } catch (const net::PeerGone&) {
        answer.reset();
    } catch (const net::TimedOut&) {
        answer.reset();
    }
    co_return answer;
}

} // namespace delivery
