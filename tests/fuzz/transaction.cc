// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a dialogue, line by line, against the rules.  The first byte chooses what
// the server offers, further bytes below 0x20 before a line choose how the session answers.
#include "smtp/transaction.h"

#include "check.h"
#include "text/lines.h"

#include <algorithm>

using fuzz::promise;
using smtp::Then;

namespace {

smtp::Service service(unsigned choice)
{
    smtp::Service offered;
    offered.hostname = "mx.example.org";
    offered.starttls = (choice & 1) != 0;
    offered.tls_required = (choice & 2) != 0;
    offered.auth_required = (choice & 4) != 0;
    offered.xclient = (choice & 8) != 0;
    offered.chunking = (choice & 16) == 0;
    offered.etrn = (choice & 32) != 0;
    offered.auth_without_tls = (choice & 64) != 0;
    offered.mechanisms = {"PLAIN", "LOGIN"};
    offered.limits.recipients = 3;
    offered.limits.message_size = 1000;
    return offered;
}

smtp::Verdict act(smtp::Transaction& transaction, const smtp::Command& command,
                  const smtp::Verdict& verdict, bool agree)
{
    const smtp::Reply no{450, "4.0.0", "no"};
    switch (verdict.then) {
    case Then::check_sender:
        return agree ? transaction.accept_sender() : transaction.refuse_sender(no);
    case Then::check_recipient:
        return agree ? transaction.accept_recipient() : transaction.refuse_recipient(no);
    case Then::take_data:
        promise(!transaction.envelope().recipients.empty());
        promise(transaction.envelope().mail.body != smtp::Body::binary_mime);
        return transaction.message_done(agree ? smtp::Reply{250, "2.0.0", "ok"} : no);
    case Then::take_chunk:
        promise(!transaction.envelope().recipients.empty());
        promise(verdict.chunk_size <= 1000);
        if (!agree)
            return transaction.message_done(no);
        return verdict.last_chunk ? transaction.message_done({250, "2.0.0", "ok"})
                                  : transaction.chunk_done();
    case Then::start_tls:
        promise(!transaction.tls());
        transaction.tls_started();
        promise(transaction.helo().empty() && transaction.login().empty());
        return {};
    case Then::authenticate:
        return agree ? transaction.auth_done("anna") : transaction.auth_failed(no);
    case Then::apply_xclient:
        return transaction.xclient_applied(std::get<smtp::Xclient>(command).client);
    default:
        return verdict;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    smtp::Transaction transaction(service(data[0]));
    std::string_view input = fuzz::text_of(data + 1, size - 1);
    while (!input.empty()) {
        std::string_view line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(line.size() + 1, input.size()));
        const bool agree = !line.starts_with('\x01');
        if (!agree)
            line.remove_prefix(1);
        const auto command = smtp::parse_command(line, transaction.command_options());
        const auto verdict = transaction.judge(command, !input.empty());
        const auto said = act(transaction, command, verdict, agree);
        promise(transaction.envelope().recipients.size() <= 3);
        promise(smtp::wire(said.reply).size() < 4096);
        if (said.then == Then::hang_up)
            return 0;
    }
    return 0;
}
