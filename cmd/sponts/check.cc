// SPDX-License-Identifier: Apache-2.0
// sponts check - reads the configuration as the programs do and looks at everything it
// names.  Says every mistake it finds, one a line; silence is success.
#include "base/failure.h"
#include "command.h"
#include "conf/read.h"
#include "daemon/journal.h"
#include "db/admin.h"
#include "db/journal_search.h"
#include "db/policy_reader.h"
#include "net/tls.h"

#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace sponts {

namespace {

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
        if (reading_.settings.journal.enabled)
            look_at_journal(reading_.settings.journal);
        if (const conf::Ums& ums = reading_.settings.ums; ums.enabled)
            attempt("ums", "database",
                    [&] { (void)db::PolicyReader(ums.database).verifier(""); });
    }

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

    // It is there, of this version, and the key for pseudonyms can be read.
    void look_at_journal(const conf::Journal& journal)
    {
        attempt("journal", "database",
                [&] { const db::JournalSearch looked(journal.database); });
        attempt("journal", "pseudonym-key-file",
                [&] { (void)daemons::journal_policies(journal); });
    }

    conf::Reading& reading_;
};

} // namespace

int check(const Call& call)
{
    conf::Reading reading = conf::read_file(call.config);
    if (reading.problems.empty())
        Inspection(reading).look_at_everything();
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
