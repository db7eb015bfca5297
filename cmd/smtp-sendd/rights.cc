// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/rights.cc - see rights.h.
#include "rights.h"

#include <filesystem>

namespace sendd {

namespace {

// Files are replaced by renaming, so it is their directory that counts.
std::string directory_of(const std::string& file)
{
    const std::string parent = std::filesystem::path(file).parent_path().string();
    return parent.empty() ? "." : parent;
}

} // namespace

confine::Rights rights_for(const conf::Settings& settings)
{
    confine::Rights rights;
    rights.sandbox = confine::sandbox_wanted();
    rights.read.push_back(directory_of(settings.file));
    if (!settings.smtp_sendd.srs_secret_file.empty())
        rights.read.push_back(directory_of(settings.smtp_sendd.srs_secret_file));
    rights.write = {settings.general.spool, directory_of(settings.general.database)};
    return rights;
}

} // namespace sendd
