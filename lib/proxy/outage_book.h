// SPDX-License-Identifier: Apache-2.0
// proxy/outage_book.h - what all processes of a proxy know of the outages of backends.
//
// Users come in by one process now and by another then: what one has found out holds for
// all of them.  So it stands in a file of the run directory, one line a way to a backend:
//
//     WAY ADDRESS PATTERN FAILS-SINCE LIVES-SINCE TESTED TRIED LASTS
//
// (xtext; times in seconds since the machine has started, "-" for none; LASTS: "out" while
// users are shown the queue, else "-").  There is a line only for what fails.  The file is
// replaced under a lock, and read again when it has become another one.
//
// Whoever cannot write there knows what he has found out himself, and says so once.
//
// Not thread-safe.
#pragma once

#include "base/fd.h"
#include "proxy/outage.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace proxy {

struct OutageOf {
    std::string address; // "192.0.2.1:110"
    std::string pattern; // of the route; empty: the backend of a listener
    Outage outage;
    bool operator==(const OutageOf&) const = default;
};
using Outages = std::map<std::string, OutageOf, std::less<>>; // by way_to()

[[nodiscard]] std::string outages_text(const Outages& outages);
// Lines that are none are left out, and so is what nobody has tested for an hour: then
// nobody knows, least of all after the machine has started anew.
[[nodiscard]] Outages parse_outages(std::string_view text, std::int64_t now);

class OutageBook {
public:
    static constexpr std::size_t most_ways = 1000; // that fail at a time
    static constexpr std::int64_t forgotten_after = 3600;

    // From now on in this file; its directory must exist.
    void share(std::string file);

    // Nothing fails there: as new.
    [[nodiscard]] Outage of(std::string_view way);
    // As it was, and as it is now.
    struct Change {
        Outage before;
        Outage after;
    };
    Change change(const std::string& way, std::string_view address,
                  std::string_view pattern, const std::function<void(Outage&)>& how);

private:
    void read_again();
    [[nodiscard]] base::Fd lock();
    void write();
    void tell_trouble(std::string_view why);

    std::string file_; // empty: of this process alone
    Outages outages_;
    struct stat seen_{}; // the file that outages_ was read from
    bool told_ = false;
};

} // namespace proxy
