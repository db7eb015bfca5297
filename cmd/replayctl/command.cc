// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "base/failure.h"
#include "confine/owner.h"
#include "spool/layout.h"
#include "text/lines.h"

#include <iostream>
#include <unistd.h>

namespace replayctl {

namespace {

void check_rights(const std::string& spool)
{
    const std::string log = spool::log_directory(spool);
    if (::access(log.c_str(), R_OK | W_OK | X_OK) != 0 && errno == EACCES)
        throw base::Failure(base::Remedy::get_permission,
                            spool + " holds everybody's mail: for its owner and root only");
}

// A word that is no spool would have no mail, and nothing to complain of.
void check_spool(const std::string& said)
{
    const std::string log = spool::log_directory(said);
    if (::access(log.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        throw base::Failure(base::Remedy::supply_input, "--spool " + text::printable(said) +
                                                            ": is no spool: there is no " +
                                                            text::printable(log));
}

} // namespace

Place place_of(const conf::Settings& settings)
{
    Place place;
    place.spool = settings.general.spool;
    place.writer.segment_size = settings.queue.segment_size;
    place.writer.segment_age = settings.queue.segment_age;
    place.writer.free_space = settings.queue.free_space;
    place.writer.free_inodes = settings.queue.free_inodes;
    place.writer.directory = place.spool;
    place.uidl = settings.ums.enabled;
    place.keeps = settings.queue.retention > 0;
    place.retention_bytes = settings.queue.retention_bytes;
    place.database = settings.general.database;
    place.journal = settings.journal;
    return place;
}

Place enter(const Call& call)
{
    Place place;
    place.spool = call.get("spool");
    place.writer.directory = place.spool;
    base::LogOptions log;
    if (!call.has("spool")) {
        const conf::Settings settings = conf::read_settings(call.config);
        place = place_of(settings);
        log = settings.log;
    }
    place.person = person_of_process();
    configure_run_log(std::move(log));
    if (call.has("spool"))
        check_spool(place.spool);
    confine::become_owner(place.spool);
    check_rights(place.spool);
    return place;
}

spool::ReplayFiles run_of(const Call& call, const Place& place)
{
    return {place.spool, call.operands.at(0)};
}

void explain_nothing(const Place& place)
{
    if (!place.keeps)
        std::cerr << "replayctl: what was delivered does not stay in the log: [queue] "
                     "retention is 0\n";
}

void print(const std::string& text)
{
    if (!std::cout.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
        base::fail_errno("write", "standard output");
}

} // namespace replayctl
