// SPDX-License-Identifier: Apache-2.0
// Fuzz target: POP3 after the login, and messages as multi-line answers; every answer is
// whole, what is sent is in the maildrop, and a text ends where its final dot is.
#include "check.h"
#include "pop3/multiline.h"
#include "pop3/transaction.h"

#include <algorithm>

using fuzz::promise;
using Then = pop3::Answer::Then;

namespace {

void look(const pop3::Transaction& session, const pop3::Answer& answer)
{
    promise(answer.reply.empty()
                ? answer.then == Then::update
                : answer.reply.starts_with("+OK") || answer.reply.starts_with("-ERR"));
    promise(answer.reply.empty() || answer.reply.ends_with("\r\n"));
    if (answer.then == Then::send)
        promise(answer.message < session.drops().size() &&
                !session.drops()[answer.message].elsewhere);
    for (const std::size_t index : session.marked())
        promise(index < session.drops().size() && !session.drops()[index].elsewhere);
}

void converse(std::string_view rest)
{
    pop3::Transaction session({{"a", 1}, {"b", 1ull << 40}, {"c", 0}, {"d", 9, true}});
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const pop3::Answer answer = session.judge(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        look(session, answer);
        if (answer.then == Then::hang_up || answer.then == Then::update)
            return;
    }
}

std::string text_of(std::string_view mail, std::optional<std::uint32_t> lines,
                    std::size_t cut)
{
    pop3::Multiline text(lines);
    std::string out;
    text.feed(mail.substr(0, cut), out);
    text.feed(mail.substr(cut), out);
    text.finish(out);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view rest = fuzz::text_of(data + 2, size - 2);
    converse(rest);
    std::optional<std::uint32_t> lines;
    if ((data[0] & 1) != 0)
        lines = data[0] >> 1;
    const std::string whole = text_of(rest, lines, rest.size());
    promise(whole == text_of(rest, lines, std::min<std::size_t>(data[1], rest.size())));
    promise(whole == ".\r\n" || whole.find("\r\n.\r\n") == whole.size() - 5);
    promise(!whole.starts_with(".\r\n") || whole.size() == 3);
    return 0;
}
