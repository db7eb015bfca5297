// SPDX-License-Identifier: Apache-2.0
// session/relay_policy.cc - see the header; the tables of the test show every form.

#include "session/relay_policy.h"

#include "text/lines.h"

namespace session {

namespace {

Ruling judge_local_part(const text::Address& recipient, const db::Domain& domain,
                        ServedDomains& served)
{
    if (domain.verify == db::Verify::any || is_postmaster(recipient.local()))
        return Ruling::accept;
    if (served.address_listed(recipient.mailbox))
        return Ruling::accept;
    return domain.verify == db::Verify::probe ? Ruling::ask_backend
                                              : Ruling::unknown_recipient;
}

} // namespace

bool is_postmaster(std::string_view local)
{
    return text::equal_ignoring_case(text::unquote_local(local), "postmaster");
}

Ruling judge_sender(const RelayRules& rules, const Speaker& speaker,
                    const text::Address& sender, ServedDomains& served)
{
    if (!rules.refuse_own_sender || speaker.may_relay() || sender.domain().empty())
        return Ruling::accept;
    return served.domain(sender.domain()) ? Ruling::own_sender : Ruling::accept;
}

Ruling judge_recipient(const RelayRules& rules, const Speaker& speaker,
                       const text::Address& recipient, bool sender_is_null,
                       std::uint32_t recipients_so_far, ServedDomains& served)
{
    if (sender_is_null && !speaker.may_relay() &&
        recipients_so_far >= rules.null_sender_recipients)
        return Ruling::bounce_to_many;
    if (text::detour(recipient) != text::Detour::none && !speaker.may_relay())
        return Ruling::routed_address;
    if (recipient.domain().empty()) // the grammar lets only <postmaster> through
        return is_postmaster(recipient.local()) ? Ruling::accept : Ruling::relay_denied;

    const std::optional<db::Domain> domain = served.domain(recipient.domain());
    if (!domain)
        return speaker.may_relay() ? Ruling::accept : Ruling::relay_denied;
    return judge_local_part(recipient, *domain, served);
}

} // namespace session
