// SPDX-License-Identifier: Apache-2.0
#include "daemon/interception.h"

namespace daemons {

std::unique_ptr<tap::Tap> make_tap(const conf::Settings& settings)
{
    const conf::Tkuev& tkuev = settings.tkuev;
    if (!tkuev.enabled)
        return nullptr;
    return std::make_unique<tap::Tap>(tap::Options{
        .spool = tkuev.spool,
        .content_bytes = tkuev.content_bytes,
        .content_seconds = tkuev.content_seconds,
        .rules = li::Rules{.fold_case = tkuev.fold_local_part,
                           .detail_separator = tkuev.detail_separator.empty()
                                                   ? '\0'
                                                   : tkuev.detail_separator.front()}});
}

} // namespace daemons
