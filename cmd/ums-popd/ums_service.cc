// SPDX-License-Identifier: Apache-2.0
// ums-popd/ums_service.cc - see the header.
#include "ums_service.h"

#include "base/failure.h"
#include "base/log.h"
#include "confine/confine.h"
#include "daemon/interception.h"
#include "daemon/rights.h"

#include <fmt/format.h>

#include <unistd.h>
#include <utility>

namespace umspop {

namespace {

constexpr std::size_t hash_threads = 2;   // argon2id: 19 MiB each
constexpr std::size_t most_waiting = 200; // about half a minute of logins
constexpr base::seconds between_tidying{600};

void require_enabled(const conf::Settings& settings)
{
    if (!settings.ums.enabled)
        throw base::Failure(base::Remedy::fix_config,
                            settings.file + ": [ums] is not enabled");
    if (settings.general.database.empty())
        throw base::Failure(base::Remedy::fix_config,
                            settings.file +
                                ": [ums] needs a database in [general], which says whose "
                                "mail is whose");
}

confine::Rights rights_for(const conf::Settings& settings)
{
    confine::Rights rights = daemons::common_rights(settings);
    rights.write.push_back(settings.general.spool); // what users have hidden
    rights.write.push_back(daemons::directory_of(settings.ums.database));
    rights.tidy.push_back(settings.general.run_directory); // the door
    return rights;
}

ums::GuessLimits guess_limits(const conf::Ums& ums)
{
    return {.wrong = ums.guesses, .first_pause = ums.guess_pause};
}

ums::Passwords::Options password_options(const conf::Ums& ums)
{
    return {.database = ums.database,
            .age = base::seconds{ums.verifier_age},
            .guesses = guess_limits(ums)};
}

ums::Remembered::Options remembered_options(const conf::Ums& ums)
{
    return {.most = ums.remember, .age = base::seconds{ums.remember_for}};
}

// Whoever starts without it would refuse everybody, in the very outage it is there for.
void require_policy(const std::string& database)
{
    try {
        (void)db::PolicyReader(database).verifier("nobody");
    } catch (const base::Failure& failure) {
        throw base::Failure(base::Remedy::fix_config, failure.what());
    }
}

} // namespace

void check(const conf::Settings& settings)
{
    require_enabled(settings);
    (void)daemons::make_queue_listeners(settings,
                                        ums::Server::door(settings.general.run_directory));
    require_policy(settings.ums.database);
    const db::Directory directory(settings.general.database);
}

UmsService::UmsService(conf::Settings settings, const daemons::Options& options,
                       base::Fd connection)
    : settings_(std::move(settings)), service_(loop_, settings_, options, program,
                                               std::move(connection), daemons::Needs::none),
      own_door_(choose_own_door())
{
    require_enabled(settings_);
    confine::to(rights_for(settings_)); // before the first thread starts
    report_.emplace(settings_, program);
    const conf::Ums& own = settings_.ums;
    directory_.emplace(settings_.general.database);
    facts_.emplace(*directory_);
    mailboxes_.emplace(
        loop_, ums::Mailboxes::Options{settings_.general.spool, own.messages}, *facts_);
    require_policy(own.database);
    workers_.emplace(hash_threads, most_waiting);
    passwords_.emplace(loop_, *workers_, password_options(own));
    deletions_.emplace(loop_, settings_.general.spool, own.on_delete);
    remembered_.emplace(loop_, settings_.general.spool, remembered_options(own));
    inner_.emplace(ums::World{loop_, *mailboxes_, *passwords_, *deletions_, *remembered_});
    listeners_ = daemons::make_queue_listeners(settings_, own_door_);
    backends_.emplace(loop_, routes_, nullptr);
    tap_ = daemons::make_tap(settings_, service_.serves_one());
    const proxy::World world{
        .loop = loop_, .backends = *backends_, .journal = journal_, .tap = tap_.get()};
    front_.emplace(world, daemons::proxy_rates(settings_.pop_proxy.common));
    for (session::Reception* each : {static_cast<session::Reception*>(&*inner_),
                                     static_cast<session::Reception*>(&*front_)})
        each->when_idle([this] { service_.end_if_idle(); });
}

// Threads that report to the loop go before it.
UmsService::~UmsService()
{
    workers_.reset();
}

// Whoever serves one connection of inetd has one of its own, beside a daemon that may run.
std::string UmsService::choose_own_door() const
{
    const std::string& directory = settings_.general.run_directory;
    if (service_.serves_one())
        return fmt::format("{}.{}", ums::Server::door(directory), ::getpid());
    return ums::Server::own_door(directory);
}

void UmsService::run()
{
    const bool alone = service_.serves_one();
    const auto ends = [this, alone] { return !alone && service_.stopping(); };
    loop_.spawn("queue", inner_->serve(own_door_, ums::Shown::queue, ends));
    if (!alone) {
        const std::string door = ums::Server::door(settings_.general.run_directory);
        loop_.spawn("queue", inner_->serve(door, ums::Shown::mailbox, ends));
        loop_.spawn("tidy", tidy());
    }
    service_.run(*this);
}

net::Task<void> UmsService::tidy()
{
    while (!service_.stopping()) {
        try {
            co_await mailboxes_->refresh();
            deletions_->tidy(*mailboxes_);
        } catch (const base::Failure& failure) {
            base::log(base::Level::warning, "queue-not-tidied", "-",
                      {{"error", std::string_view(failure.what())}});
        }
        co_await net::sleep_for(loop_, between_tidying);
    }
}

void UmsService::serve(base::Fd fd, const net::Address& peer, const std::string& listener)
{
    front_->serve(std::move(fd), peer, listeners_.at(listener));
}

void UmsService::reload(const conf::Settings& fresh)
{
    daemons::ProxyListeners made = daemons::make_queue_listeners(fresh, own_door_);
    for (auto& [name, listener] : made)
        listeners_[name] = listener;
    front_->limits().set_rates(daemons::proxy_rates(fresh.pop_proxy.common));
    passwords_->change(password_options(fresh.ums));
    deletions_->set_how(fresh.ums.on_delete);
    remembered_->change(remembered_options(fresh.ums));
    backends_->forget_tls();
}

void UmsService::drain()
{
    front_->drain();
    inner_->drain();
}

void UmsService::abort_all()
{
    front_->abort_all();
    inner_->abort_all();
}

std::size_t UmsService::sessions() const
{
    return front_->sessions() + inner_->sessions();
}

} // namespace umspop
