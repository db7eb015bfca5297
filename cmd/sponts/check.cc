// SPDX-License-Identifier: Apache-2.0
// sponts check - reads the configuration as the programs do and looks at everything it
// names.  Says every mistake it finds, one a line; silence is success.
#include "base/failure.h"
#include "command.h"
#include "conf/read.h"
#include "conf/tenant_period.h"
#include "daemon/journal.h"
#include "db/admin.h"
#include "db/journal_search.h"
#include "db/policy_reader.h"
#include "db/tenant_names.h"
#include "net/tls.h"

#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace sponts {

namespace {

struct NamedTenant {
    std::string_view section;
    std::string_view key;
    std::string tenant;
};

// Where the configuration means one by name.
std::vector<NamedTenant> named_tenants(const conf::Settings& settings)
{
    std::vector<NamedTenant> all;
    const auto names = [&all](std::string_view key, const std::vector<std::string>& list) {
        for (const std::string& name : list)
            if (name != "*")
                all.push_back({"journal", key, name});
    };
    const auto periods = [&all](std::string_view section,
                                const std::vector<std::string>& list) {
        for (const std::string& word : list)
            if (const auto period = conf::parse_tenant_period(word))
                all.push_back({section, "tenant-retention", period->tenant});
    };
    periods("queue", settings.queue.tenant_retention);
    if (!settings.journal.enabled)
        return all;
    names("no-subjects", settings.journal.no_subjects);
    names("no-attachment-names", settings.journal.no_attachment_names);
    names("pseudonyms", settings.journal.pseudonyms);
    periods("journal", settings.journal.tenant_retention);
    return all;
}

class Inspection {
public:
    explicit Inspection(conf::Reading& reading) : reading_(reading) {}

    void look_at_everything()
    {
        const conf::General& general = reading_.settings.general;
        look_at_directory("spool", general.spool);
        look_at_directory("run-directory", general.run_directory);
        if (!general.database.empty())
            attempt("general", "database", [&] { look_at_routes(general.database); });
        look_at_certificates("tls", reading_.settings.tls.certificates);
        for (const conf::Listener& listener : reading_.settings.listeners) {
            const std::string section = "listener " + listener.name;
            look_at_certificates(section, listener.certificates);
            look_at_authorities(section, "auth-backend-ca", listener.auth_backend_ca);
            look_at_authorities(section, "backend-ca", listener.backend_ca);
        }
        look_at_tenants(named_tenants(reading_.settings), general.database);
        if (reading_.settings.journal.enabled)
            look_at_journal(reading_.settings.journal);
        if (const conf::Ums& ums = reading_.settings.ums; ums.enabled)
            attempt("ums", "database",
                    [&] { (void)db::PolicyReader(ums.database).verifier(""); });
    }

    // What is no mistake.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void complain(std::string_view section, std::string_view key, std::string text)
    {
        reading_.problems.push_back(
            {reading_.document.line_of(section, key), std::string(key) + ": " + text});
    }

    template <class Work>
    void attempt(std::string_view section, std::string_view key, Work&& work)
    {
        try {
            work();
        } catch (const base::Failure& failure) {
            complain(section, key, failure.what());
        }
    }

    void look_at_directory(std::string_view key, const std::string& path)
    {
        if (::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
            complain("general", key, path + ": " + std::strerror(errno));
    }

    // Chain and key are readable and belong together: what a server does at its start.
    void look_at_certificates(const std::string& section,
                              const std::vector<net::Certificate>& certificates)
    {
        net::ServerTlsOptions options;
        options.min_version = reading_.settings.tls.min_version;
        options.ciphers = reading_.settings.tls.ciphers;
        options.certificates = certificates;
        if (!certificates.empty())
            attempt(section, "certificate", [&options] { net::TlsContext{options}; });
    }

    void look_at_authorities(const std::string& section, std::string_view key,
                             const std::string& file)
    {
        if (!file.empty())
            attempt(section, key, [&] { read_authorities(file); });
    }

    static void read_authorities(const std::string& file)
    {
        net::ClientTlsOptions options;
        options.verify = net::TlsVerify::name;
        options.ca_file = file;
        net::TlsContext{options};
    }

    // A route that needs a file finds that out at the first login or message.
    void look_at_routes(const std::string& database)
    {
        for (const db::RouteFile& each : db::route_authorities(database)) {
            try {
                read_authorities(each.file);
            } catch (const base::Failure& failure) {
                const std::string others =
                    each.rows > 1 ? " and " + std::to_string(each.rows - 1) + " more" : "";
                complain("general", "database",
                         "route of " + each.pattern + others + ": " + failure.what());
            }
        }
    }

    // A name that nobody has means nobody, where somebody thinks that it does.
    void look_at_tenants(const std::vector<NamedTenant>& named, const std::string& database)
    {
        if (named.empty())
            return;
        const auto known = tenants_in(database);
        if (!known) {
            warnings_.emplace_back("whether those whom it names are tenants is not known: "
                                   "the database cannot be read");
            return;
        }
        for (const NamedTenant& one : named)
            if (!known->contains(one.tenant))
                complain(one.section, one.key, one.tenant + ": there is no such tenant");
    }

    // Nothing: they cannot be asked for, which is a complaint about the database.
    static std::optional<std::set<std::string, std::less<>>>
    tenants_in(const std::string& database)
    {
        try {
            if (!database.empty())
                return db::tenant_names(database);
        } catch (const base::Failure&) {
        }
        return std::nullopt;
    }

    // It is there, of this version, and the key for pseudonyms can be read.
    void look_at_journal(const conf::Journal& journal)
    {
        attempt("journal", "database",
                [&] { const db::JournalSearch looked(journal.database); });
        attempt("journal", "pseudonym-key-file",
                [&] { (void)daemons::journal_policies(journal); });
    }

    conf::Reading& reading_;
    std::vector<std::string> warnings_;
};

} // namespace

int check(const Call& call)
{
    conf::Reading reading = conf::read_file(call.config);
    Inspection inspection(reading);
    if (reading.problems.empty())
        inspection.look_at_everything();
    for (const std::string& warning : inspection.warnings())
        std::cerr << call.config << ": " << warning << '\n';
    for (const std::string& line : reading.complaints())
        std::cerr << line << '\n';
    if (!reading.problems.empty())
        return static_cast<int>(base::Remedy::fix_config);
    if (reading.settings.listeners.empty())
        std::cerr << call.config << ": no [listener NAME] section: nothing takes mail\n";
    if (call.has("dump-config"))
        std::cout << conf::dump_settings(call.config);
    return EXIT_SUCCESS;
}

} // namespace sponts
