// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/rights.cc - see rights.h.
#include "rights.h"

#include "daemon/journal.h"
#include "daemon/rights.h"

namespace sendd {

confine::Rights rights_for(const conf::Settings& settings)
{
    confine::Rights rights;
    rights.sandbox = confine::sandbox_wanted();
    daemons::may_read(rights, settings.file);
    daemons::may_read(rights, settings.smtp_sendd.srs_secret_file);
    rights.write = {settings.general.spool,
                    daemons::directory_of(settings.general.database)};
    daemons::may_report(rights, settings);
    if (settings.tkuev.enabled)
        daemons::may_capture(rights, settings);
    return rights;
}

} // namespace sendd
