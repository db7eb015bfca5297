// SPDX-License-Identifier: Apache-2.0
// session/recipient_probe.cc - see the header.

#include "session/recipient_probe.h"

namespace session {

RecipientProbe::RecipientProbe(net::Loop& loop, db::Directory& directory,
                               net::Resolver* resolver, ProbeOptions options)
    : loop_(loop), directory_(directory), resolver_(resolver), options_(std::move(options)),
      cache_(options_.keep_known, options_.keep_unknown, options_.most_remembered)
{
}

net::Task<ProbeAnswer> RecipientProbe::ask(std::string address)
{
    const std::optional<ProbeAnswer> remembered = cache_.find(address, base::Steady::now());
    co_return remembered.value_or(ProbeAnswer{ProbeAnswer::Kind::no_answer, "cannot ask"});
}

} // namespace session
