// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "daemon/journal_filer.h"
#include "net/listener.h"

#include <csignal>
#include <string_view>

namespace indexd {

namespace {

// Mail that comes in meanwhile shares a transaction.
constexpr base::milliseconds tick{100};
// Then signals and the watchdog have their turn.
constexpr base::milliseconds longest_work{1000};

} // namespace

Service::Service(const conf::Settings& settings)
    : directory_(settings.general.database),
      filer_(daemons::filer_options(settings, directory_))
{
}

// A database that is locked or a disk that is full is tried again, and told once.
void Service::work()
{
    const base::SteadyTime until = base::Steady::now() + longest_work;
    try {
        bool more = true;
        while (more && base::Steady::now() < until) {
            const journal::FiledRound round = filer_.round();
            more = round.more;
            asked_queue_ = asked_queue_ && !round.lost;
        }
        if (!more && !asked_queue_) {
            filer_.ask_queue();
            asked_queue_ = true;
        }
        if (failing_)
            base::log(base::Level::notice, "journal-recovered", "-");
        failing_ = false;
    } catch (const base::Failure& failure) {
        complain(failure.what());
    }
}

void Service::complain(const char* why)
{
    if (!failing_)
        base::log(base::Level::error, "journal-failed", "-",
                  {{"error", std::string_view(why)}});
    failing_ = true;
}

void Service::file_rest()
{
    while (filer_.round().more) {
    }
}

void Service::run_once()
{
    file_rest();
    filer_.ask_queue();
}

void Service::run()
{
    loop_.on_signal({SIGTERM, SIGINT}, [this](int) { loop_.stop(); });
    net::keep_watchdog_quiet(loop_);
    base::log(base::Level::info, "indexd-ready", "-", {{"version", SPONTS_VERSION}});
    net::notify_manager("READY=1");
    loop_.every(tick, [this] { work(); });
    loop_.run();
    net::notify_manager("STOPPING=1");
    base::log(base::Level::info, "indexd-stopped", "-");
}

} // namespace indexd
