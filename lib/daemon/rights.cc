// SPDX-License-Identifier: Apache-2.0
// daemon/rights.cc - see the header.

#include "daemon/rights.h"

#include "daemon/journal.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace daemons {

namespace {

void may_read_all(confine::Rights& rights,
                  const std::vector<net::Certificate>& certificates)
{
    for (const net::Certificate& certificate : certificates) {
        may_read(rights, certificate.chain_file);
        may_read(rights, certificate.key_file);
    }
}

} // namespace

std::string directory_of(const std::string& file)
{
    const std::string parent = std::filesystem::path(file).parent_path().string();
    return parent.empty() ? "." : parent;
}

void may_read(confine::Rights& rights, const std::string& file)
{
    if (!file.empty())
        rights.read.push_back(directory_of(file));
}

// Records are in the run directory until they are in the spool.
void may_capture(confine::Rights& rights, const conf::Settings& settings)
{
    for (const std::string& directory :
         {settings.general.run_directory, settings.tkuev.spool})
        if (std::ranges::find(rights.write, directory) == rights.write.end())
            rights.write.push_back(directory);
}

confine::Rights common_rights(const conf::Settings& settings)
{
    confine::Rights rights;
    rights.sandbox = confine::sandbox_wanted();
    may_read(rights, settings.file);
    may_read_all(rights, settings.tls.certificates);
    for (const conf::Listener& listener : settings.listeners) {
        may_read_all(rights, listener.certificates);
        may_read(rights, listener.auth_backend_ca);
        may_read(rights, listener.backend_ca);
    }
    for (const conf::Listener& listener : settings.listeners)
        if (listener.address.starts_with('/'))
            rights.tidy.push_back(directory_of(listener.address));
    rights.write = {settings.general.run_directory};
    may_report(rights, settings);
    if (!settings.general.database.empty())
        rights.write.push_back(directory_of(settings.general.database));
    if (settings.tkuev.enabled)
        may_capture(rights, settings);
    return rights;
}

} // namespace daemons
