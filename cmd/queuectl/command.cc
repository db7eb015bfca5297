// SPDX-License-Identifier: Apache-2.0
#include "command.h"

namespace queuectl {

conf::Settings Call::settings() const
{
    if (spool.empty())
        return conf::read_settings(config);
    conf::Settings settings;
    settings.general.spool = spool;
    return settings;
}

} // namespace queuectl
