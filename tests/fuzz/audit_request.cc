// SPDX-License-Identifier: Apache-2.0
// Fuzz target: requests to tkuev-auditd, its answers, and the lines of the log; what is
// understood is understood however it comes, and is written again as the same.
#include "audit/anchor.h"
#include "audit/chain.h"
#include "audit/inspect.h"
#include "audit/wire.h"
#include "check.h"

using audit::RequestParser;
using fuzz::promise;

namespace {

void ask(std::string_view input)
{
    RequestParser whole;
    const RequestParser::State state = whole.take(input);
    RequestParser parts;
    for (std::size_t at = 0; at < input.size(); at += 3)
        (void)parts.take(input.substr(at, 3));
    promise(parts.state() == state);
    promise((state == RequestParser::State::malformed) == !whole.why().empty());
    if (state != RequestParser::State::complete)
        return;
    promise(parts.entry() == whole.entry());
    promise(audit::encode_request(whole.entry()) == input);
    promise(!whole.entry().act.starts_with("log-"));
}

void answer(std::string_view input)
{
    const auto heard = audit::parse_answer(input);
    if (!heard)
        return;
    const auto again = audit::encode_answer(*heard);
    promise(again == std::string(input) + '\n');
}

void read(std::string_view input)
{
    const audit::Chain chain = audit::parse_chain(input, "log");
    promise(chain.sound + chain.torn.size() <= input.size());
    if (chain.damage.empty()) {
        const std::string first(input.substr(0, input.find('\n') + 1));
        promise(audit::encode(first, chain) == input.substr(0, chain.sound));
    }
    (void)audit::parse_anchor(input);
    (void)audit::inspect({std::string(input), std::string(input), std::string(input)});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    ask(input);
    answer(input);
    read(input);
    return 0;
}
