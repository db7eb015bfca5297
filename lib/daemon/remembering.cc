// SPDX-License-Identifier: Apache-2.0
// daemon/remembering.cc - see the header.
#include "daemon/remembering.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/layout.h"
#include "spool/mailbox_lists.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

namespace daemons {

namespace {

proxy::ListKeeper::Policy policy_of(const conf::Ums& ums, bool enabled)
{
    return {.domains = ums.learn,
            .most = enabled ? ums.remember : 0,
            .age = base::seconds{ums.remember_for}};
}

bool exists(const std::string& directory)
{
    return ::access(directory.c_str(), F_OK) == 0;
}

} // namespace

void may_remember_lists(confine::Rights& rights, const conf::Settings& settings)
{
    const std::string directory = spool::lists_directory(settings.general.spool);
    try {
        if (settings.ums.enabled)
            spool::make_lists_directory(settings.general.spool);
        if (exists(directory))
            rights.write.push_back(directory);
    } catch (const base::Failure&) { // make_list_keeper() says so
    }
}

std::unique_ptr<proxy::ListKeeper> make_list_keeper(const conf::Settings& settings,
                                                    bool serves_one)
{
    const conf::Ums& ums = settings.ums;
    const std::string directory = spool::lists_directory(settings.general.spool);
    if (!ums.enabled && (serves_one || !exists(directory)))
        return nullptr;
    if (ums.enabled && ums.remember > 0 && ::access(directory.c_str(), W_OK | X_OK) != 0)
        base::log(base::Level::warning, "lists-not-remembered", "-",
                  {{"directory", directory}, {"error", std::strerror(errno)}});
    proxy::ListKeeper::Options options{.spool = settings.general.spool,
                                       .free_space = settings.queue.free_space,
                                       .forgets = !serves_one};
    return std::make_unique<proxy::ListKeeper>(std::move(options),
                                               policy_of(ums, ums.enabled));
}

void renew(proxy::ListKeeper& keeper, const conf::Settings& started, const conf::Ums& fresh)
{
    keeper.set_policy(policy_of(fresh, started.ums.enabled));
}

} // namespace daemons
