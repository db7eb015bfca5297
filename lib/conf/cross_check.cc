// SPDX-License-Identifier: Apache-2.0
// conf/cross_check.cc - what no single value shows.
#include "conf/cross_check.h"

#include "conf/tenant_period.h"

namespace conf {

namespace {

struct Checker {
    const Settings& settings;
    const Document& document;
    std::vector<Problem>& problems;

    void complain(const Listener& listener, std::string_view key, std::string text)
    {
        problems.push_back(
            {document.line_of("listener " + listener.name, key), std::move(text)});
    }

    void check_addresses()
    {
        const auto& listeners = settings.listeners;
        for (auto one = listeners.begin(); one != listeners.end(); ++one)
            for (auto other = listeners.begin(); other != one; ++other)
                if (!one->address.empty() &&
                    net::Address::parse_endpoint(one->address) ==
                        net::Address::parse_endpoint(other->address))
                    complain(*one, "address",
                             "address = " + one->address + " is that of listener " +
                                 other->name);
    }

    void check_srs()
    {
        const SmtpSendd& sendd = settings.smtp_sendd;
        if (sendd.srs_secret_file.empty() != sendd.srs_domain.empty())
            problems.push_back(
                {document.line_of("smtp-sendd", sendd.srs_domain.empty() ? "srs-secret-file"
                                                                         : "srs-domain"),
                 "srs-secret-file and srs-domain are needed together"});
    }

    void check_pseudonyms()
    {
        const Journal& journal = settings.journal;
        if (!journal.pseudonyms.empty() && journal.pseudonym_key_file.empty())
            problems.push_back({document.line_of("journal", "pseudonyms"),
                                "pseudonyms need a pseudonym-key-file"});
    }

    void check_tenant_retention()
    {
        const Queue& queue = settings.queue;
        if (!queue.tenant_retention.empty() && settings.general.database.empty())
            problems.push_back({document.line_of("queue", "tenant-retention"),
                                "tenant-retention needs a database in [general]"});
        for (const std::string& word : queue.tenant_retention)
            if (parse_tenant_period(word)->seconds >= queue.retention)
                problems.push_back(
                    {document.line_of("queue", "tenant-retention"),
                     "tenant-retention = " + word + " is not shorter than retention"});
    }

    void check_replay()
    {
        if (settings.replay.users && settings.general.database.empty())
            problems.push_back({document.line_of("replay", "users"),
                                "users = yes needs a database in [general]"});
    }

    void check_required()
    {
        const General& general = settings.general;
        for (const auto& [key, value] : {std::pair{"spool", general.spool},
                                         std::pair{"run-directory", general.run_directory}})
            if (value.empty())
                problems.push_back({document.line_of("general", key),
                                    std::string(key) + " must not be empty"});
        if (settings.smtp_sendd.retry.empty())
            problems.push_back(
                {document.line_of("smtp-sendd", "retry"), "retry must not be empty"});
    }
};

} // namespace

void cross_check(const Settings& settings, const Document& document,
                 std::vector<Problem>& problems)
{
    Checker checker{settings, document, problems};
    checker.check_required();
    for (const Listener& listener : settings.listeners)
        check_listener(settings, listener, document, problems);
    checker.check_addresses();
    checker.check_srs();
    checker.check_pseudonyms();
    checker.check_tenant_retention();
    checker.check_replay();
}

} // namespace conf
