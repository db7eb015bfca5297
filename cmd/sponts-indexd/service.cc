// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "daemon/journal_filer.h"
#include "net/listener.h"

#include <csignal>
#include <string_view>
#include <utility>

namespace indexd {

namespace {

// Mail that comes in meanwhile shares a transaction.
constexpr base::milliseconds tick{100};
// What logins teach is in no hurry.
constexpr base::milliseconds learned_tick{1000};
// Then signals and the watchdog have their turn.
constexpr base::milliseconds longest_work{1000};

} // namespace

Service::Service(const conf::Settings& settings, bool once)
    : directory_(settings.general.database)
{
    if (settings.journal.enabled) {
        journal::FilerOptions options = daemons::filer_options(settings, directory_);
        if (once) // nobody comes back in a minute
            options.erase_after = {};
        filer_.emplace(std::move(options));
    }
    if (settings.ums.enabled)
        learned_.emplace(daemons::learned_options(settings));
}

// A database that is locked or a disk that is full is tried again, and told once.
void Service::file_journal()
{
    const base::SteadyTime until = base::Steady::now() + longest_work;
    try {
        bool more = true;
        while (more && base::Steady::now() < until) {
            const journal::FiledRound round = filer_->round();
            more = round.more;
            asked_queue_ = asked_queue_ && !round.lost;
        }
        if (!more && !asked_queue_) {
            filer_->ask_queue();
            asked_queue_ = true;
        }
        if (std::exchange(journal_fails_, false))
            base::log(base::Level::notice, "journal-recovered", "-");
    } catch (const base::Failure& failure) {
        if (!std::exchange(journal_fails_, true))
            base::log(base::Level::error, "journal-failed", "-",
                      {{"error", std::string_view(failure.what())}});
    }
}

void Service::file_learned()
{
    const base::SteadyTime until = base::Steady::now() + longest_work;
    try {
        while (learned_->round() && base::Steady::now() < until) {
        }
        if (std::exchange(policy_fails_, false))
            base::log(base::Level::notice, "policy-recovered", "-");
    } catch (const base::Failure& failure) {
        if (!std::exchange(policy_fails_, true))
            base::log(base::Level::error, "policy-failed", "-",
                      {{"error", std::string_view(failure.what())}});
    }
}

void Service::run_once()
{
    if (filer_) {
        while (filer_->round().more) {
        }
        filer_->ask_queue();
    }
    if (learned_)
        learned_->finish();
}

void Service::run()
{
    loop_.on_signal({SIGTERM, SIGINT}, [this](int) { loop_.stop(); });
    net::keep_watchdog_quiet(loop_);
    base::log(base::Level::info, "indexd-ready", "-", {{"version", SPONTS_VERSION}});
    net::notify_manager("READY=1");
    if (filer_)
        loop_.every(tick, [this] { file_journal(); });
    if (learned_)
        loop_.every(learned_tick, [this] { file_learned(); });
    loop_.run();
    net::notify_manager("STOPPING=1");
    base::log(base::Level::info, "indexd-stopped", "-");
}

} // namespace indexd
