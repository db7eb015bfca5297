// SPDX-License-Identifier: Apache-2.0
// replayctl/own_mail.h - which mail of the log is a user's: what leads to one of his
// addresses, as smtp-sendd would have it today (ums/owners.h).
//
// Whoever is one of several behind an alias or a list has his own copy, and nobody else's.
#pragma once

#include "delivery/facts.h"
#include "spool/reader.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace replayctl {

// False: today it only leads on, and mail for it would come to others.
[[nodiscard]] bool keeps_mail(const std::string& address, delivery::Facts& facts);

class OwnMail {
public:
    // `facts` must outlive it.  `addresses` in lower case; `pattern`: only those of them
    // that match it (text/pattern.h), empty: all.
    OwnMail(const std::string& spool, delivery::Facts& facts,
            std::set<std::string> addresses, const std::string& pattern = {});

    // The user's addresses at which this recipient's mail ends.  Throws Failure, as the
    // facts do.
    [[nodiscard]] std::vector<std::string> of(const spool::Found& message,
                                              std::uint32_t recipient);
    // Of all recipients together, each once.
    [[nodiscard]] std::vector<std::string> of(const spool::Found& message);

private:
    using Addresses = std::vector<std::string>;
    [[nodiscard]] Addresses ends_of(const std::string& address, bool expanded,
                                    std::set<std::string> passed);
    [[nodiscard]] const Addresses& known_ends_of(const std::string& address, bool expanded);

    spool::Reader reader_;
    delivery::Facts& facts_;
    std::set<std::string> addresses_;
    // Of recipients, without what their messages have passed: that only takes away.
    std::unordered_map<std::string, Addresses> known_;
};

} // namespace replayctl
