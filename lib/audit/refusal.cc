// SPDX-License-Identifier: Apache-2.0
// audit/refusal.cc - see the header.
#include "audit/refusal.h"

#include "audit/roles.h"
#include "etsi/fit.h"

#include <string_view>

namespace audit {

namespace {

constexpr std::string_view role_word = "role ";
constexpr std::string_view missing_words = " is missing";
constexpr std::string_view then = "; ";

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

std::string without_role(Role role, const std::string& detail)
{
    std::string text(role_word);
    text.append(name_of(role)).append(missing_words);
    return detail.empty() ? text : text.append(then).append(detail);
}

std::optional<std::string_view> said_without_role(std::string_view detail)
{
    if (!detail.starts_with(role_word))
        return std::nullopt;
    detail.remove_prefix(role_word.size());
    const std::string_view role = detail.substr(0, detail.find(' '));
    detail.remove_prefix(role.size());
    if (!role_of(role) || !detail.starts_with(missing_words))
        return std::nullopt;
    detail.remove_prefix(missing_words.size());
    return detail.starts_with(then) ? detail.substr(then.size()) : std::string_view();
}

Entry refusal_of(const std::string& act, const base::Failure& failure)
{
    const bool given_up = dynamic_cast<const GivenUp*>(&failure) != nullptr;
    Entry entry;
    entry.act = act;
    entry.outcome = "refused";
    entry.detail = "before anything was done, why=";
    entry.detail += given_up ? "given up" : reason_of(failure.remedy());
    return entry;
}

int run_noted(const std::string& act, const std::function<int()>& run,
              const std::function<void(const Entry&)>& note)
{
    try {
        return run();
    } catch (const KnownFailure&) {
        throw;
    } catch (const base::Failure& failure) {
        note(refusal_of(act, failure));
        throw;
    }
}

} // namespace audit
