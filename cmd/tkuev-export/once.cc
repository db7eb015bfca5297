// SPDX-License-Identifier: Apache-2.0
// tkuev-export --once: a round of everything that tkuev-exportd(8) does, for cron(8).
#include "handover/exporter.h"
#include "subcommands.h"

#include <fstream>

namespace tkuev_export {

namespace {

// Of a login; cron and timers have none.
bool a_person_asks()
{
    std::ifstream file("/proc/self/loginuid");
    std::uint32_t id = 0;
    return (file >> id) && id != UINT32_MAX;
}

} // namespace

int once(const Call& call)
{
    const conf::Settings settings = conf::read_trusted_settings(call.config);
    const bool person = a_person_asks();
    audit::Entry entry;
    entry.act = "handover-once";
    entry.outcome = "intended";
    entry.detail = person ? "" : "by itself, without a login";
    note(settings, entry);
    handover::Exporter exporter(settings);
    exporter.once(base::seconds(call.patience));
    return 0;
}

} // namespace tkuev_export
