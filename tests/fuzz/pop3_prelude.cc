// SPDX-License-Identifier: Apache-2.0
// Fuzz target: POP3 before the login; every answer is one line or none, nothing that would
// end a line gets into what is told to a server, and nobody talks for ever.
#include "check.h"
#include "pop3/prelude.h"
#include "pop3/reply.h"
#include "pop3/xclient.h"
#include "text/lines.h"

#include <algorithm>

using fuzz::promise;

namespace {

void look(const pop3::Prelude& prelude, const pop3::Verdict& verdict)
{
    promise(verdict.reply.empty() || verdict.reply.find('\n') == verdict.reply.size() - 1);
    for (const std::string* said :
         {&prelude.user(), &prelude.password(), &prelude.mechanism(), &prelude.attributes(),
          &prelude.language()})
        promise(!text::has_control(*said));
    promise(!text::has_control(prelude.initial().value_or("")));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    pop3::PreludeOptions options;
    options.tls_possible = (data[0] & 1) != 0;
    options.tls_active = (data[0] & 2) != 0;
    options.apop = (data[0] & 4) != 0;
    options.xclient = (data[0] & 8) != 0;
    options.utf8 = options.lang = (data[0] & 16) != 0;
    options.mechanisms = {"PLAIN", "LOGIN"};
    pop3::Prelude prelude(options);
    std::string_view rest = fuzz::text_of(data + 1, size - 1);
    for (int lines = 0; !rest.empty(); ++lines) {
        promise(lines < 100);
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        (void)pop3::parse_reply(line);
        (void)pop3::timestamp_of(line);
        if (const auto client = pop3::parse_xclient(line))
            promise(!text::has_control(client->session + client->address.value_or("")));
        pop3::Verdict verdict = prelude.judge(line, !rest.empty());
        look(prelude, verdict);
        if (verdict.then == pop3::Then::start_tls)
            prelude.tls_started();
        const bool login = verdict.then == pop3::Then::log_in ||
                           verdict.then == pop3::Then::authenticate ||
                           verdict.then == pop3::Then::apop;
        if (login || verdict.then == pop3::Then::believe)
            verdict = prelude.login_refused("-ERR no\r\n");
        if (verdict.then == pop3::Then::hang_up)
            return 0;
    }
    return 0;
}
