// SPDX-License-Identifier: Apache-2.0
// Fuzz target: SMTP commands; no string in a result can end a line or a log entry.
#include "smtp/command.h"

#include "check.h"
#include "text/lines.h"

#include <string>
#include <variant>

using fuzz::promise;

namespace {

void clean(std::string_view text)
{
    promise(!text::has_control(text));
    promise(text::is_utf8(text));
}

struct Look {
    void operator()(const smtp::Helo& c) const { clean(c.name); }
    void operator()(const smtp::Ehlo& c) const { clean(c.name); }
    void operator()(const smtp::Vrfy& c) const { clean(c.what); }
    void operator()(const smtp::Expn& c) const { clean(c.what); }
    void operator()(const smtp::Etrn& c) const { clean(c.node); }
    void operator()(const smtp::Unknown& c) const { clean(c.verb); }
    void operator()(const smtp::Auth& c) const
    {
        clean(c.mechanism);
        clean(c.initial.value_or(""));
    }
    void operator()(const smtp::Mail& c) const
    {
        clean(c.sender.mailbox);
        clean(c.envid);
        clean(c.auth.value_or(""));
        promise(c.smtputf8 || text::is_ascii(c.sender.mailbox));
    }
    void operator()(const smtp::Rcpt& c) const
    {
        clean(c.recipient.mailbox);
        clean(c.orcpt);
        promise(!c.recipient.null());
    }
    void operator()(const smtp::Xclient& c) const
    {
        clean(c.client.name.value_or(""));
        clean(c.client.helo.value_or(""));
        clean(c.client.login.value_or(""));
        clean(c.client.address.value_or(""));
    }
    void operator()(const smtp::Xforward& c) const
    {
        clean(c.client.name.value_or(""));
        clean(c.client.helo.value_or(""));
        clean(c.client.address.value_or(""));
        clean(c.client.ident.value_or(""));
    }
    void operator()(const smtp::Malformed& c) const
    {
        const std::string wire = smtp::wire(c.reply);
        promise(c.reply.permanent());
        promise(wire.find('\r') == wire.size() - 2);
        promise(wire.size() <= 512);
    }
    template <class Other>
    void operator()(const Other&) const
    {
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line = fuzz::text_of(data, size);
    for (const bool utf8 : {false, true})
        std::visit(Look{}, smtp::parse_command(line, {.smtputf8 = utf8}));
    clean(smtp::verb_of(line));
    return 0;
}
