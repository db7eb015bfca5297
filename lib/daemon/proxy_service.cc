// SPDX-License-Identifier: Apache-2.0
// daemon/proxy_service.cc - see the header.
#include "daemon/proxy_service.h"

#include "confine/confine.h"
#include "daemon/ending.h"
#include "daemon/interception.h"
#include "daemon/learning.h"
#include "daemon/listeners.h"
#include "daemon/main.h"
#include "daemon/outages.h"
#include "daemon/remembering.h"
#include "daemon/rights.h"
#include "proxy/no_routes.h"
#include "ums/server.h"

#include <utility>

namespace daemons {

namespace {

class DirectoryRoutes : public proxy::Routes {
public:
    DirectoryRoutes(db::Directory& directory, db::Service service)
        : directory_(directory), service_(service)
    {
    }
    std::vector<db::RouteHost> of(const std::string& user) override
    {
        return directory_.route(user, service_);
    }

private:
    db::Directory& directory_;
    db::Service service_;
};

} // namespace

int run_proxy(const ProxyProgram& program, int argc, char** argv)
{
    const Program named{proxy_program(program.service).data(), program.purpose};
    const Check check = [&](const conf::Settings& settings) {
        (void)make_proxy_listeners(settings, program.service);
    };
    const Serve serve = [&](conf::Settings settings, const Options& options,
                            base::Fd connection) {
        ProxyService service(program, std::move(settings), options, std::move(connection));
        service.run();
    };
    return daemons::run(named, argc, argv, check, serve);
}

ProxyService::ProxyService(const ProxyProgram& program, conf::Settings settings,
                           const Options& options, base::Fd connection)
    : protocol_(program.service), settings_(std::move(settings)),
      service_(loop_, settings_, options, std::string(proxy_program(protocol_)),
               std::move(connection))
{
    confine::Rights rights = common_rights(settings_);
    may_teach(rights, settings_);
    if (protocol_ == db::Service::pop3)
        may_remember_lists(rights, settings_);
    confine::to(rights); // before the first thread starts
    report_.emplace(settings_, proxy_program(protocol_));
    learner_ = make_learner(settings_, proxy_program(protocol_), service_.serves_one());
    if (protocol_ == db::Service::pop3)
        lists_ = make_list_keeper(settings_, service_.serves_one());
    const conf::Proxy& own = proxy_settings(settings_, protocol_);
    if (settings_.general.database.empty()) {
        routes_ = std::make_unique<proxy::NoRoutes>();
    } else {
        directory_ = std::make_unique<db::Directory>(settings_.general.database);
        routes_ = std::make_unique<DirectoryRoutes>(*directory_, protocol_);
    }
    resolver_ = std::make_unique<net::Resolver>(loop_, resolver_options(settings_));
    listeners_ = make_proxy_listeners(settings_, protocol_);
    backends_ = std::make_unique<proxy::Backends>(loop_, *routes_, resolver_.get());
    backends_->set_dead_for(base::seconds{own.dead_for});
    share_outages(*backends_, settings_, proxy_program(protocol_));
    show_queue(settings_);
    tap_ = make_tap(settings_, service_.serves_one());
    const proxy::World world{.loop = loop_,
                             .backends = *backends_,
                             .journal = journal_,
                             .tap = tap_.get(),
                             .learner = learner_.get(),
                             .lists = lists_.get()};
    server_ = program.make_server(world, proxy_rates(own));
    if (!service_.serves_one())
        server_->watch_backends();
    server_->when_idle([this] { service_.end_if_idle(); });
}

ProxyService::~ProxyService() = default;

// No session is left.  What they have listed is written while the loop still takes signals:
// whoever has started us for one connection may end us as soon as that is closed.
void ProxyService::run()
{
    service_.run(*this);
    finish();
    lists_.reset();
}

void ProxyService::finish()
{
    if (learner_)
        learner_->finish(learn_patience);
    if (lists_)
        lists_->finish(lists_patience);
}

// POP3 only: the queue is read by POP3.
void ProxyService::show_queue(const conf::Settings& settings)
{
    if (protocol_ != db::Service::pop3 || !settings_.ums.enabled)
        return;
    if (!settings.ums.stand_in)
        return backends_->set_queue(std::nullopt, {});
    const std::string door = ums::Server::door(settings_.general.run_directory);
    backends_->set_queue(queue_behind(door), outage_times(settings.ums));
}

void ProxyService::serve(base::Fd fd, const net::Address& peer, const std::string& listener)
{
    server_->serve(std::move(fd), peer, listeners_.at(listener));
}

void ProxyService::reload(const conf::Settings& fresh)
{
    ProxyListeners made = make_proxy_listeners(fresh, protocol_);
    for (auto& [name, listener] : made)
        listeners_[name] = listener;
    const conf::Proxy& own = proxy_settings(fresh, protocol_);
    server_->limits().set_rates(proxy_rates(own));
    server_->forget_facts();
    backends_->set_dead_for(base::seconds{own.dead_for});
    show_queue(fresh);
    backends_->forget_tls();
    if (learner_)
        renew(*learner_, fresh.ums);
    if (lists_)
        renew(*lists_, settings_, fresh.ums);
}

} // namespace daemons
