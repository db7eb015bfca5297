// SPDX-License-Identifier: Apache-2.0
// daemon/journal.cc - see the header.
#include "daemon/journal.h"

#include "base/failure.h"
#include "base/log.h"
#include "conf/secrets.h"
#include "conf/tenant_period.h"
#include "journal/events.h"
#include "spool/layout.h"

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <unistd.h>

namespace daemons {

namespace {

constexpr std::string_view everybody = "*";
constexpr std::int64_t microseconds = 1'000'000;

// What one list of tenants does to the policies of those it names.
void change(db::JournalPolicies& policies, const std::vector<std::string>& tenants,
            const std::function<void(db::JournalPolicy&)>& policy)
{
    for (const std::string& tenant : tenants) {
        if (tenant != everybody) {
            policy(policies.tenants.try_emplace(tenant, policies.general).first->second);
            continue;
        }
        policy(policies.general);
        for (auto& [name, own] : policies.tenants)
            policy(own);
    }
}

struct Kind {
    db::RetentionKind kind;
    std::int64_t conf::Journal::* period;
};
constexpr Kind kinds[] = {
    {db::RetentionKind::messages, &conf::Journal::retention},
    {db::RetentionKind::refusals, &conf::Journal::refusal_retention},
    {db::RetentionKind::logins, &conf::Journal::login_retention},
};

} // namespace

db::JournalPolicies journal_policies(const conf::Journal& journal)
{
    db::JournalPolicies policies;
    change(policies, journal.no_subjects, [](auto& one) { one.subjects = false; });
    change(policies, journal.no_attachment_names,
           [](auto& one) { one.attachment_names = false; });
    if (journal.pseudonyms.empty())
        return policies;
    const std::string key = conf::read_secrets(journal.pseudonym_key_file).front();
    change(policies, journal.pseudonyms, [&](auto& one) { one.pseudonym_key = key; });
    return policies;
}

std::vector<db::RetentionRule> retention_rules(const conf::Journal& journal,
                                               std::int64_t now)
{
    std::vector<db::RetentionRule> rules;
    for (const Kind& each : kinds) {
        rules.push_back({each.kind, {}, now - journal.*each.period * microseconds});
        for (const std::string& word : journal.tenant_retention) {
            const auto own = conf::parse_tenant_period(word);
            if (own && own->kind.value_or(each.kind) == each.kind)
                rules.push_back(
                    {each.kind, own->tenant, now - own->seconds * microseconds});
        }
    }
    return rules;
}

void may_report(confine::Rights& rights, const conf::Settings& settings)
{
    if (!settings.journal.enabled)
        return;
    try {
        spool::make_events_directory(settings.general.spool);
        rights.write.push_back(spool::events_directory(settings.general.spool));
    } catch (const base::Failure&) { // EventReport says so
    }
}

EventReport::EventReport(const conf::Settings& settings, std::string_view program)
{
    if (!settings.journal.enabled)
        return;
    writer_.emplace(spool::EventWriter::Options{
        .directory = spool::events_directory(settings.general.spool),
        .program = std::string(program),
        .wanted = journal::wanted_events,
        .free_space = settings.queue.free_space,
        .backlog = settings.journal.backlog});
    const std::string directory = spool::events_directory(settings.general.spool);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        base::log(base::Level::warning, "events-not-reported", "-",
                  {{"directory", directory}, {"error", std::strerror(errno)}});
    base::set_event_taker(&*writer_);
}

} // namespace daemons
