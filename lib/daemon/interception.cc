// SPDX-License-Identifier: Apache-2.0
#include "daemon/interception.h"

namespace daemons {

namespace {

// Memory that outlives the process: what comes in between two times that it is written.
constexpr std::size_t many_connections = 8u << 20;
constexpr std::size_t one_connection = 512u << 10;

} // namespace

std::unique_ptr<tap::Tap> make_tap(const conf::Settings& settings, bool serves_one)
{
    const conf::Tkuev& tkuev = settings.tkuev;
    if (!tkuev.enabled)
        return nullptr;
    return std::make_unique<tap::Tap>(tap::Options{
        .spool = tkuev.spool,
        .memory = settings.general.run_directory + "/tap",
        .memory_bytes = serves_one ? one_connection : many_connections,
        .serves_one = serves_one,
        .content_bytes = tkuev.content_bytes,
        .content_seconds = tkuev.content_seconds,
        .rules = li::Rules{.fold_case = tkuev.fold_local_part,
                           .detail_separator = tkuev.detail_separator.empty()
                                                   ? '\0'
                                                   : tkuev.detail_separator.front()}});
}

} // namespace daemons
