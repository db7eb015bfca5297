// SPDX-License-Identifier: Apache-2.0
// Fuzz target: IMAP before the login; what is gathered stays within its limits, every
// answer is whole lines, and nobody talks for ever.
#include "check.h"
#include "imap/prelude.h"
#include "imap/status.h"

#include <algorithm>

using fuzz::promise;

namespace {

void look(const imap::Verdict& verdict)
{
    promise(verdict.reply.empty() || verdict.reply.ends_with("\r\n"));
    promise(std::count(verdict.reply.begin(), verdict.reply.end(), '\n') <= 2);
}

imap::Verdict answer(imap::Prelude& prelude, const imap::CommandReader& reader, bool ahead)
{
    using State = imap::CommandReader::State;
    if (reader.state() == State::complete)
        return prelude.judge(reader.line(), ahead);
    if (reader.state() == State::refused)
        return prelude.literal_too_long(reader.line());
    return prelude.too_long();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    imap::PreludeOptions options;
    options.limits.command = 600;
    options.limits.literal = 200;
    options.tls_possible = (data[0] & 1) != 0;
    options.tls_active = (data[0] & 2) != 0;
    options.mechanisms = {"PLAIN"};
    imap::Prelude prelude(options);
    imap::CommandReader reader(options.limits);
    std::string_view rest = fuzz::text_of(data + 1, size - 1);
    (void)imap::parse_response(rest.substr(0, rest.find('\n')));
    for (int commands = 0; !rest.empty();) {
        rest.remove_prefix(reader.feed(rest.substr(0, 1 + data[0] % 7)));
        promise(reader.line().size() <= options.limits.command);
        using State = imap::CommandReader::State;
        if (reader.state() == State::more || reader.state() == State::go_ahead)
            continue;
        promise(++commands < 100);
        imap::Verdict verdict = answer(prelude, reader, !rest.empty());
        look(verdict);
        if (verdict.then == imap::Then::start_tls)
            prelude.tls_started();
        if (verdict.then == imap::Then::log_in) {
            promise(!prelude.user().empty());
            for (const std::string* said : {&prelude.user(), &prelude.password()}) {
                const auto back = imap::parse_values(imap::astring(*said, true), 1);
                promise(back && back->size() == 1 && back->front().text == *said);
            }
        }
        if (verdict.then == imap::Then::log_in || verdict.then == imap::Then::authenticate)
            verdict = prelude.login_refused("a NO no\r\n");
        if (verdict.then == imap::Then::hang_up)
            return 0;
        reader.clear();
    }
    return 0;
}
