// SPDX-License-Identifier: Apache-2.0
#include "conf/read.h"
#include "daemon/restart.h"

#include <doctest/doctest.h>

using daemons::keys_for_restart;

namespace {

conf::Settings read(const std::string& text)
{
    conf::Reading reading = conf::read_text(text, "f");
    conf::require_sound(reading);
    return reading.settings;
}

const std::string plain = "program = imap-proxy\ntls = none\nauth-without-tls = yes\n";

} // namespace

TEST_CASE("daemon: what a reload cannot bring into force has a name")
{
    const std::string before = "[listener imap]\naddress = 127.0.0.1:143\n" + plain;
    struct {
        std::string after;
        std::string proxy; // of imap-proxy
        std::string relayd;
        std::string sendd;
    } const cases[] = {
        {before, "", "", ""},
        {before + "[imap-proxy]\nidle-timeout = 1h\nworkers = 3\n", "", "", ""},
        {before + "[general]\nhostname = new.test\npostmaster = p@new.test\n", "",
         "[general] hostname", ""},
        {before + "[general]\nspool = /new\n", "[general] spool", "[general] spool",
         "[general] spool"},
        {before + "[journal]\nenabled = yes\nretention = 1d\n", "[journal] enabled",
         "[journal] enabled", "[journal] enabled"},
        {before + "[general]\ndatabase = /new.db\n[log]\nlevel = debug\nformat = json\n",
         "[general] database, [log] format, [log] level",
         "[general] database, [log] format, [log] level", "[general] database"},
        {before + "[general]\nrun-directory = /new\ndrain-timeout = 1s\n",
         "[general] drain-timeout, [general] run-directory",
         "[general] drain-timeout, [general] run-directory", ""},
        {before + "[queue]\nfree-inodes = 1\n[smtp-relayd]\nprobe-ttl = 1m\n", "",
         "[queue] free-inodes, [smtp-relayd] probe-ttl", "[queue] free-inodes"},
        {before + "[queue]\nfree-space = 1G\n", "[queue] free-space", "[queue] free-space",
         "[queue] free-space"},
        {before + "[queue]\npreallocate = none\nretention = 1h\n", "",
         "[queue] preallocate", "[queue] retention"},
        {before + "[smtp-sendd]\nresolvers = 127.0.0.1\nactive = 9\n",
         "[smtp-sendd] resolvers", "[smtp-sendd] resolvers", "[smtp-sendd] resolvers"},
        {before + "[listener new]\n" + plain, "[listener new]", "", ""},
        {"[listener imap]\naddress = 127.0.0.1:144\n" + plain, "[listener imap] address",
         "", ""},
        {"[listener other]\n" + plain, "[listener other], [listener imap]", "", ""},
        {"[listener imap]\naddress = 127.0.0.1:143\ntls = none\n", "[listener imap]",
         "[listener imap]", ""},
    };
    const conf::Settings old = read(before);
    for (const auto& each : cases) {
        CAPTURE(each.after);
        const conf::Settings fresh = read(each.after);
        CHECK(keys_for_restart(old, fresh, "imap-proxy", true) == each.proxy);
        CHECK(keys_for_restart(old, fresh, "smtp-relayd", true) == each.relayd);
        CHECK(keys_for_restart(old, fresh, "smtp-sendd", true) == each.sendd);
    }
    const conf::Settings moved = read("[listener imap]\naddress = 127.0.0.1:144\n" + plain);
    CHECK(keys_for_restart(old, moved, "imap-proxy", false).empty());
}
