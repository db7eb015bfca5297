// SPDX-License-Identifier: Apache-2.0
// handover/exporter.h - all of hand-over: what a daemon does all the time, and cron once.
//
// Threads: one; the lanes have theirs.
#pragma once

#include "base/fd.h"
#include "handover/desk.h"
#include "handover/intake.h"
#include "handover/lane.h"
#include "handover/publication.h"

#include <map>
#include <string>
#include <string_view>

namespace handover {

// Only one program hands over at a time.
class Exclusive {
public:
    // Throws base::Failure(start_service) if another one does.
    explicit Exclusive(const conf::Tkuev& settings);

private:
    base::Fd lock_;
};

class Exporter {
public:
    explicit Exporter(const conf::Settings& settings);

    // From now on the servers are told of measures.
    void start() { publisher_.start(); }
    // What is due now.  Troubles are said in exportd.log, and tried again the next time.
    // True: there may be more at once.
    bool tick();
    // Until nothing is left that can be done now, or for so long.
    void once(base::seconds patience);
    // Ends what is under way; nothing of it is lost.
    void stop();

    [[nodiscard]] Desk& desk() { return desk_; }

private:
    template <class Work>
    bool guarded(std::string_view what, const Work& work);
    void daily(std::int64_t now);
    void sweep(std::int64_t now);
    void look_at_discs(std::int64_t now);

    Exclusive exclusive_;
    Desk desk_;
    Publisher publisher_;
    Intake intake_;
    Lanes lanes_;
    // Said last, of each part, so that it is not said each second.
    std::map<std::string_view, std::string> troubles_;
    std::int64_t written_ = 0; // when the ledgers were
    std::int64_t cleaned_ = 0;
    std::int64_t swept_ = 0;
    base::SteadyTime discs_looked_at_{};
};

} // namespace handover
