// SPDX-License-Identifier: Apache-2.0
#include "command.h"

namespace queuectl {

std::string Call::spool_directory() const
{
    return spool.empty() ? conf::read_settings(config).general.spool : spool;
}

} // namespace queuectl
