// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/send_service.cc - see send_service.h.
#include "send_service.h"

#include "base/log.h"
#include "base/steady.h"
#include "daemon/interception.h"
#include "daemon/listeners.h"
#include "daemon/restart.h"
#include "daemon/tenants.h"
#include "delivery/result_line.h"
#include "delivery_options.h"
#include "rights.h"

#include <array>
#include <csignal>
#include <unistd.h>
#include <utility>

namespace sendd {

namespace {

constexpr base::milliseconds tick_period{500};
constexpr base::milliseconds poll_period{3000}; // in case a ring of the bell was lost

bool give_up_rights(const conf::Settings& settings)
{
    confine::to(rights_for(settings));
    return true;
}

std::optional<tap::QueueWitness> witness_of(tap::Tap* tap)
{
    return tap != nullptr ? std::optional<tap::QueueWitness>(*tap) : std::nullopt;
}

void log_deleted(spool::MessageId id)
{
    base::log(base::Level::notice, "deleted", id.text());
}

// Whose addresses cannot be read are counted all the same: it is not all who wait.
void log_withdrawn(spool::Reader& reader, spool::MessageId id, spool::Location where,
                   const std::vector<std::uint32_t>& recipients)
{
    using Kind = session::Answer::Kind;
    std::vector<delivery::ResultLine> lines;
    const auto envelope = reader.envelope(where);
    for (const std::uint32_t i : recipients) {
        const bool known = envelope && i < envelope->recipients.size();
        const std::string address = known ? envelope->recipients[i].address : "";
        delivery::add_to_line(lines, Kind::failed, "withdrawn", address, address);
    }
    for (const delivery::ResultLine& line : lines)
        base::log(base::Level::notice, "deleted", id.text(),
                  {{"to", line.to}, {"recipients", line.count}, {"reason", line.reason}});
}

} // namespace

void check(const conf::Settings& settings)
{
    (void)delivery_options(settings);
    db::Directory directory(settings.general.database);
    (void)directory.domain("example.org");
}

SendService::SendService(conf::Settings settings)
    : settings_(std::move(settings)), directory_(settings_.general.database),
      facts_(directory_), bell_(settings_.general.spool),
      wakes_(settings_.general.run_directory), confined_(give_up_rights(settings_)),
      report_(settings_, program), queue_(queue_options(settings_)),
      reader_(settings_.general.spool), writer_(writer_options(settings_)),
      resolver_(loop_, daemons::resolver_options(settings_)),
      tap_(daemons::make_tap(settings_, false)), witness_(witness_of(tap_.get())),
      dispatcher_({loop_, queue_, reader_, writer_, resolver_, facts_,
                   witness_ ? &*witness_ : nullptr},
                  delivery_options(settings_)),
      control_(loop_, queue_, hooks())
{
}

delivery::ControlHooks SendService::hooks()
{
    return {.active = [this](spool::MessageId id) { return !dispatcher_.let_go(id); },
            .all_active = [this] { return dispatcher_.all_active(); },
            .changed = [this](spool::MessageId id) { dispatcher_.look_again(id); },
            .removed = log_deleted,
            .withdrawn =
                [this](spool::MessageId id, spool::Location where,
                       const std::vector<std::uint32_t>& recipients) {
                    log_withdrawn(reader_, id, where, recipients);
                },
            .woken = [this](const delivery::Woken& woken) { dispatcher_.probe(woken); }};
}

// Trouble that one round meets (a disk that does not answer, a locked database) must not
// end the daemon: the next round tries again.
void SendService::poll()
{
    try {
        dispatcher_.poll_log();
    } catch (const base::Failure& failure) {
        base::log(base::Level::error, "queue-trouble", "-", {{"error", failure.what()}});
    }
}

net::Task<void> SendService::follow_bell()
{
    const int fd = ::dup(bell_.fd());
    if (fd < 0)
        base::fail_errno("dup", "bell");
    net::Stream rings(loop_, base::Fd(fd));
    std::array<char, 4096> taken;
    for (;;) {
        (void)co_await rings.read_some(taken);
        bell_.silence();
        poll();
    }
}

// Proxies say that a host lives again.  Without the FIFO it is tried in its time.
net::Task<void> SendService::follow_wakes()
{
    if (!wakes_) {
        base::log(base::Level::info, "wake-not-heard", "-", {{"error", wakes_.trouble()}});
        co_return;
    }
    const int fd = ::dup(wakes_.fd());
    if (fd < 0)
        base::fail_errno("dup", "wake");
    net::Stream lines(loop_, base::Fd(fd));
    delivery::WakeReader reader;
    std::array<char, 4096> taken;
    for (;;) {
        const std::size_t count = co_await lines.read_some(taken);
        const auto hosts = reader.take({taken.data(), count}, base::steady_seconds());
        for (const delivery::Woken& one : hosts) {
            base::log(base::Level::info, "host-woken", "-",
                      {{"host", one.host}, {"address", one.ip}});
            delivery::ControlRequest request{.what = delivery::ControlRequest::What::wake,
                                             .ids = {},
                                             .domain = {},
                                             .woken = one};
            try {
                co_await control_.carry_out(std::move(request));
            } catch (const base::Failure& failure) { // it is tried in its time
                base::log(base::Level::error, "queue-trouble", "-",
                          {{"error", failure.what()}});
            }
        }
    }
}

void SendService::run()
{
    queue_.shorten_ring(daemons::ring_periods(settings_.queue, settings_.general.database));
    loop_.on_signal({SIGTERM, SIGINT, SIGHUP}, [this](int signal) { handle(signal); });
    control_.start(settings_.general.spool, [this] { return stopping_; });
    dispatcher_.start();
    loop_.every(tick_period, [this] {
        try {
            dispatcher_.tick();
        } catch (const base::Failure& failure) {
            base::log(base::Level::error, "queue-trouble", "-",
                      {{"error", failure.what()}});
        }
    });
    loop_.every(poll_period, [this] { poll(); });
    loop_.spawn("bell", follow_bell());
    loop_.spawn("wake", follow_wakes());
    net::keep_watchdog_quiet(loop_);
    base::log(base::Level::notice, "sendd-ready", "-",
              {{"version", SPONTS_VERSION}, {"queued", queue_.size()}});
    net::notify_manager("READY=1");
    loop_.run();
    base::log(base::Level::notice, "sendd-stopped", "-", {{"queued", queue_.size()}});
}

void SendService::handle(int signal)
{
    if (signal == SIGHUP)
        reload();
    else
        stop();
}

void SendService::stop()
{
    if (stopping_)
        return;
    stopping_ = true;
    net::notify_manager("STOPPING=1");
    dispatcher_.stop([this] { loop_.stop(); });
}

// What names the spool, the database or the resolvers needs a restart, and is told;
// everything else applies from the next attempt on.
void SendService::reload()
{
    net::notify_manager("RELOADING=1");
    try {
        conf::Settings fresh = conf::read_settings(settings_.file);
        delivery::Options options = delivery_options(fresh);
        fresh.log.program = program;
        base::configure_log(fresh.log);
        dispatcher_.reconfigure(std::move(options));
        queue_.shorten_ring(daemons::ring_periods(fresh.queue, settings_.general.database));
        base::log(base::Level::notice, "sendd-reloaded", "-", {{"file", settings_.file}});
        daemons::tell_keys_for_restart(settings_, fresh, program, false);
    } catch (const base::Failure& failure) {
        base::log(base::Level::error, "sendd-reload-failed", "-",
                  {{"error", failure.what()}});
    }
    net::notify_manager("READY=1");
}

} // namespace sendd
