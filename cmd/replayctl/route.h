// SPDX-License-Identifier: Apache-2.0
// replayctl/route.h - --route: all of a run goes where one row of the routes table leads.
//
// The name is looked up again at each attempt to deliver; here it is checked that it leads
// anywhere, and who has a mailbox of his own.
#pragma once

#include "db/directory.h"
#include "delivery/facts.h"

#include <memory>
#include <optional>
#include <string>

namespace replayctl {

class NamedRoute {
public:
    // Throws Failure (fix_arguments: it is no name of a route, or there is none of that
    // name).  Tables that cannot be read, or are not known (`database` empty), are told on
    // standard error: then nothing is checked, and everybody has a mailbox.
    NamedRoute(const std::string& said, const std::string& database);

    [[nodiscard]] const std::string& pattern() const { return pattern_; }
    // delivery::own_mailbox().
    [[nodiscard]] std::optional<std::string> mailbox_of(const std::string& address);

private:
    void look(const std::string& database);
    void give_up(const std::string& why);

    std::string pattern_;
    std::unique_ptr<db::Directory> directory_; // null: cannot be asked
};

} // namespace replayctl
