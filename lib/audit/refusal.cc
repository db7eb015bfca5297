// SPDX-License-Identifier: Apache-2.0
// audit/refusal.cc - see the header.
#include "audit/refusal.h"

#include "etsi/fit.h"

#include <string_view>

namespace audit {

namespace {

std::string_view reason_of(base::Remedy remedy)
{
    switch (remedy) {
    case base::Remedy::fix_arguments:
        return "wrong argument";
    case base::Remedy::fix_data:
        return "unknown or unfit";
    case base::Remedy::supply_input:
        return "file not readable";
    case base::Remedy::make_room:
        return "file not to be made";
    case base::Remedy::get_permission:
        return "no permission";
    case base::Remedy::fix_config:
        return "configuration";
    case base::Remedy::try_later:
        return "busy";
    case base::Remedy::start_service:
    case base::Remedy::report_bug:
    case base::Remedy::repair_system:
    case base::Remedy::check_disk:
        break;
    }
    return "trouble of the system";
}

} // namespace

std::string why(std::string_view message)
{
    return std::string("why=").append(etsi::fitting_octets(message, most_why));
}

Entry refusal_of(const std::string& act, base::Remedy remedy)
{
    Entry entry;
    entry.act = act;
    entry.outcome = "refused";
    entry.detail = "before anything was done, why=";
    entry.detail += reason_of(remedy);
    return entry;
}

} // namespace audit
