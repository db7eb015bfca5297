// SPDX-License-Identifier: Apache-2.0
#include "route.h"

#include "base/failure.h"
#include "db/fields.h"
#include "delivery/expansion.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <iostream>

namespace replayctl {

NamedRoute::NamedRoute(const std::string& said, const std::string& database)
{
    const db::Checked pattern = db::check_mail_pattern(said);
    if (!pattern)
        throw base::Failure(
            base::Remedy::fix_arguments,
            fmt::format("--route {}: is no name of a route", text::printable(said)));
    pattern_ = *pattern;
    if (database.empty()) {
        give_up("--spool reads no configuration");
        return;
    }
    try {
        look(database);
    } catch (const base::Failure& failure) {
        if (failure.remedy() == base::Remedy::fix_arguments)
            throw;
        give_up(failure.what());
    }
}

void NamedRoute::look(const std::string& database)
{
    directory_ = std::make_unique<db::Directory>(database);
    if (directory_->named_route(pattern_).empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            fmt::format("--route {}: there is no such route", pattern_));
}

void NamedRoute::give_up(const std::string& why)
{
    directory_.reset();
    std::cerr << "replayctl: --route " << pattern_ << " is not checked: " << why << '\n';
}

std::optional<std::string> NamedRoute::mailbox_of(const std::string& address)
{
    if (directory_ == nullptr)
        return address;
    try {
        delivery::DirectoryFacts facts(*directory_);
        return delivery::own_mailbox(address, facts);
    } catch (const base::Failure& failure) {
        give_up(failure.what());
        return address;
    }
}

} // namespace replayctl
