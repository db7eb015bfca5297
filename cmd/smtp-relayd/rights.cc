// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/rights.cc - see the header.

#include "rights.h"

#include <filesystem>

namespace relayd {

namespace {

// Files are replaced by renaming, so it is their directory that counts.
std::string directory_of(const std::string& file)
{
    const std::string parent = std::filesystem::path(file).parent_path().string();
    return parent.empty() ? "." : parent;
}

void add_certificates(confine::Rights& rights,
                      const std::vector<net::Certificate>& certificates)
{
    for (const net::Certificate& certificate : certificates) {
        rights.read.push_back(directory_of(certificate.chain_file));
        rights.read.push_back(directory_of(certificate.key_file));
    }
}

} // namespace

confine::Rights rights_for(const conf::Settings& settings)
{
    confine::Rights rights;
    rights.sandbox = confine::sandbox_wanted();
    rights.read.push_back(directory_of(settings.file));
    add_certificates(rights, settings.tls.certificates);
    if (!settings.smtp_sendd.srs_secret_file.empty())
        rights.read.push_back(directory_of(settings.smtp_sendd.srs_secret_file));
    for (const conf::Listener& listener : settings.listeners) {
        add_certificates(rights, listener.certificates);
        if (!listener.auth_backend_ca.empty())
            rights.read.push_back(directory_of(listener.auth_backend_ca));
    }
    rights.write = {settings.general.spool, settings.general.run_directory,
                    directory_of(settings.general.database)};
    return rights;
}

} // namespace relayd
