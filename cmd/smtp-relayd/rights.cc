// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/rights.cc - see the header.

#include "rights.h"

#include "daemon/rights.h"

namespace relayd {

confine::Rights rights_for(const conf::Settings& settings)
{
    confine::Rights rights = daemons::common_rights(settings);
    daemons::may_read(rights, settings.smtp_sendd.srs_secret_file);
    rights.write.push_back(settings.general.spool);
    return rights;
}

} // namespace relayd
