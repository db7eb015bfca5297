// SPDX-License-Identifier: Apache-2.0
#include "daemon/rights.h"

#include <algorithm>
#include <doctest/doctest.h>

TEST_CASE("daemon: who captures may write where records are before they are in the spool")
{
    conf::Settings settings;
    settings.general.run_directory = "/run/sponts";
    settings.tkuev.spool = "/var/spool/sponts-li";
    settings.tkuev.enabled = true;
    confine::Rights other; // of a daemon that has no listeners
    daemons::may_capture(other, settings);
    for (const confine::Rights& rights : {other, daemons::common_rights(settings)})
        for (const char* directory : {"/run/sponts", "/var/spool/sponts-li"})
            CHECK(std::ranges::count(rights.write, directory) == 1);
}
