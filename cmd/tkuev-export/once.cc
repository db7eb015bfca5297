// SPDX-License-Identifier: Apache-2.0
// tkuev-export --once: a round of everything that tkuev-exportd(8) does, for cron(8).
#include "audit/sampling.h"
#include "base/clock.h"
#include "conf/settings.h"
#include "db/handover.h"
#include "handover/exporter.h"
#include "li/official_time.h"
#include "perform.h"
#include "subcommands.h"

#include <fstream>

namespace tkuev_export {

namespace {

constexpr std::size_t date_size = 10; // "2026-11-22"
constexpr std::string_view noted_on = "rounds noted on";

// Of a login; cron and timers have none.
bool a_person_asks()
{
    std::ifstream file("/proc/self/loginuid");
    std::uint32_t id = 0;
    return (file >> id) && id != UINT32_MAX;
}

// Rounds of a timer do what the daemon does, as often as every minute: the first of a day
// is noted.
class Day {
public:
    explicit Day(db::Handover& store) : store_(store) {}

    [[nodiscard]] bool is_noted()
    {
        return db::HandoverWork(store_).fact(noted_on) == today_;
    }
    void set_noted()
    {
        db::HandoverWork work(store_);
        work.put_fact(noted_on, today_);
        work.commit();
    }

private:
    std::string today_ = li::official(base::wall_microseconds()).substr(0, date_size);
    db::Handover& store_;
};

} // namespace

int once(const Call& call)
{
    const conf::Settings settings = conf::read_trusted_settings(call.config);
    handover::Exporter exporter(settings); // refused while the daemon runs
    const auto round = [&] { exporter.once(base::seconds(call.patience)); };
    const bool person = a_person_asks();
    Day day(exporter.desk().store);
    if (!person && day.is_noted()) {
        round();
        return 0;
    }
    audit::Entry entry;
    entry.act = "handover-once";
    if (!person)
        entry.detail = std::string(audit::by_itself) + ", without a login";
    perform(audit::Client(settings.tkuev.audit_socket), entry, [&](const std::string&) {
        if (!person)
            day.set_noted();
        round();
        return "";
    });
    return 0;
}

} // namespace tkuev_export
