// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/queue_flush.cc - see the header.  The lines are delivery/control.

#include "queue_flush.h"

#include "delivery/control.h"
#include "net/connect.h"

#include <array>

namespace relayd {

namespace {

constexpr base::seconds kPatience{10};

// The last line of an answer, if it is complete: what stands in front are messages.
std::optional<delivery::ControlAnswer> verdict_in(std::string_view heard)
{
    if (!heard.ends_with('\n'))
        return std::nullopt;
    heard.remove_suffix(1);
    const std::size_t before = heard.rfind('\n');
    const auto answer = delivery::parse_answer(
        before == std::string_view::npos ? heard : heard.substr(before + 1));
    using What = delivery::ControlAnswer::What;
    const bool last = answer && (answer->what == What::end || answer->what == What::error);
    return last ? answer : std::nullopt;
}

} // namespace

net::Task<bool> ControlSocketFlush::ask(std::string request)
{
    const std::optional<net::Address> address = net::Address::parse_endpoint(socket_);
    if (!address)
        co_return false;
    auto stream = co_await net::connect(loop_, *address, kPatience);
    if (!stream)
        co_return false;
    stream->set_timeout(kPatience);
    co_await stream->write(request);
    std::string heard;
    for (;;) {
        std::array<char, 4096> buffer;
        const std::size_t count = co_await stream->read_some(buffer);
        if (count == 0)
            co_return false;
        heard.append(buffer.data(), count);
        const std::optional<delivery::ControlAnswer> answer = verdict_in(heard);
        if (answer)
            co_return answer->what == delivery::ControlAnswer::What::end;
        if (const std::size_t newline = heard.rfind('\n'); newline != std::string::npos)
            heard.erase(0, newline + 1); // queues may be long, the answer's end is short
    }
}

net::Task<bool> ControlSocketFlush::flush(std::string domain)
{
    const delivery::ControlRequest request{
        .what = delivery::ControlRequest::What::etrn, .ids = {}, .domain = domain};
    std::string line = delivery::format_request(request) + "\n";
    bool asked = false;
    try {
        asked = co_await ask(std::move(line));
    } catch (const net::PeerGone&) {
        asked = false;
    } catch (const net::TimedOut&) {
        asked = false;
    }
    co_return asked;
}

} // namespace relayd
