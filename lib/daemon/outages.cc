// SPDX-License-Identifier: Apache-2.0
// daemon/outages.cc - see the header.
#include "daemon/outages.h"

#include "delivery/wake.h"

#include <string>
#include <sys/stat.h>

namespace daemons {

namespace {

constexpr mode_t directory_mode = 0750;

} // namespace

void share_outages(proxy::Backends& backends, const conf::Settings& settings,
                   std::string_view program)
{
    const std::string run_directory = settings.general.run_directory;
    const std::string outages = run_directory + "/outages";
    (void)::mkdir(outages.c_str(), directory_mode); // who has to write there says so
    backends.share_outages(outages + "/" + std::string(program));
    backends.tell_alive([run_directory](const std::string& host, const std::string& ip) {
        delivery::tell_woken(run_directory, {.host = host, .ip = ip});
    });
}

} // namespace daemons
