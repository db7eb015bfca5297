// SPDX-License-Identifier: Apache-2.0
// sponts init - directories, database, certificate and configuration of a new gateway.
//
// May be repeated: what is there stays as it is, what is missing is made.
#include "init.h"

#include "base/failure.h"
#include "conf/read.h"
#include "db/admin.h"
#include "db/journal_schema.h"
#include "db/policy_schema.h"
#include "init_files.h"

#include <fstream>
#include <iostream>
#include <sstream>

namespace sponts {

namespace {

void say(bool made, const std::string& path)
{
    if (made)
        std::cout << "made " << path << '\n';
}

// The sample, with the certificate switched on when one is to be made.
std::string new_configuration(const std::string& file, bool self_signed)
{
    std::string text = conf::sample_file();
    if (!self_signed)
        return text;
    const std::string tls = parent_of(file) + "/tls/";
    const std::string line = "\ncertificate = " + tls + "chain.pem " + tls + "key.pem\n";
    const auto at = text.find("\n#certificate");
    return text.replace(at, text.find('\n', at + 1) + 1 - at, line);
}

std::string whole_text(const std::string& file)
{
    const std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void make_certificates(const conf::Settings& settings, const std::string& hostname,
                       Owner owner)
{
    const auto make = [&](const std::vector<net::Certificate>& certificates) {
        for (const net::Certificate& files : certificates)
            say(make_certificate(files, hostname, owner), files.chain_file);
    };
    make(settings.tls.certificates);
    for (const conf::Listener& listener : settings.listeners)
        make(listener.certificates);
}

void make_database(const std::string& path,
                   db::Migration (*migrate)(const std::string&, base::milliseconds),
                   Owner owner)
{
    const bool is_new = !exists(path);
    say(make_directory(parent_of(path), 0750, owner), parent_of(path));
    (void)migrate(path, db::write_patience);
    say(is_new, path);
    if (is_new)
        give_database(path, owner);
}

} // namespace

void make_installation(const std::string& file, bool self_signed)
{
    const Owner owner = owner_of_new_files();
    if (self_signed) {
        // Before its certificate is there the file is not sound; its names are read anyway.
        const conf::Reading reading = conf::read_text(whole_text(file), file);
        conf::require_sound(reading);
        const std::string& name = reading.settings.general.hostname;
        make_certificates(reading.settings, name.empty() ? "localhost" : name, owner);
    }
    const conf::Settings settings = conf::read_settings(file);
    const conf::General& general = settings.general;
    say(make_directory(general.spool, 0750, owner), general.spool);
    say(make_directory(general.run_directory, 0755, owner), general.run_directory);
    if (!general.database.empty())
        make_database(general.database, &db::migrate, owner);
    if (settings.journal.enabled)
        make_database(settings.journal.database, &db::migrate_journal, owner);
    if (settings.ums.enabled)
        make_database(settings.ums.database, &db::migrate_policy, owner);
}

int init(const Call& call)
{
    if (call.has("demo"))
        return init_demo(call);
    if (call.has("sample")) {
        std::cout << conf::sample_file();
        return EXIT_SUCCESS;
    }
    for (const char* option : {"backend", "imap-backend", "pop3-backend"})
        if (call.has(option))
            throw base::Failure(base::Remedy::fix_arguments,
                                "--" + std::string(option) + " goes with --demo only");
    const bool self_signed = call.has("self-signed");
    const std::string file = absolute(call.config);
    make_directory(parent_of(file), 0755, {});
    say(write_new_file(file, 0644, new_configuration(file, self_signed), {}), file);
    make_installation(file, self_signed);
    return EXIT_SUCCESS;
}

} // namespace sponts
