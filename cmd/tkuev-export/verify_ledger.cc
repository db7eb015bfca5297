// SPDX-License-Identifier: Apache-2.0
// tkuev-export verify-ledger: each line follows the one before it, and none is missing.
#include "base/failure.h"
#include "conf/settings.h"
#include "handover/desk.h"
#include "handover/ledger.h"
#include "li/words.h"
#include "perform.h"
#include "subcommands.h"
#include "text/json.h"

#include <iostream>
#include <sysexits.h>

namespace tkuev_export {

namespace {

// One line about one ledger; true: it is sound.
bool tell(const std::string& handle, const handover::Places& places,
          const db::LedgerHead& head, bool json)
{
    const auto report = handover::verify_ledger(places.ledgers, head);
    const std::string why = report ? "" : report.error();
    if (json) {
        std::string line;
        text::JsonWriter(line)
            .begin_object()
            .member("measure", handle)
            .member("lines", head.number)
            .member("sound", report.has_value())
            .member("chain", head.chain)
            .member("why", why)
            .end_object();
        std::cout << line << '\n';
    } else
        std::cout << handle << ": "
                  << (report ? std::to_string(head.number) + " lines, sound" : why) << '\n';
    return report.has_value();
}

bool all_sound(const Call& call, const handover::Places& places)
{
    const seal::Vault vault(places.vault_key);
    db::Handover store(places.store, vault);
    handover::write_ledgers(store, places.ledgers);
    bool sound = true;
    bool any = false;
    const auto ledgers = db::HandoverWork(store).ledgers();
    for (const auto& [handle, head] : ledgers) {
        const std::string name = li::hex(handle);
        if (!name.starts_with(call.measure))
            continue;
        any = true;
        sound = tell(name, places, head, call.json) && sound;
    }
    if (!any && !call.measure.empty())
        throw base::Failure(base::Remedy::fix_data, "no measure begins like that");
    return sound;
}

} // namespace

int verify_ledgers(const Call& call)
{
    const conf::Settings settings = conf::read_trusted_settings(call.config);
    audit::Entry entry;
    entry.act = "ledger-verify";
    entry.detail = call.measure.empty() ? "all" : "measure=" + call.measure;
    bool sound = true;
    perform(audit::Client(settings.tkuev.audit_socket), entry, [&](const std::string&) {
        sound = all_sound(call, handover::places_of(settings.tkuev));
        return sound ? " sound" : " not-sound";
    });
    return sound ? 0 : EX_DATAERR;
}

} // namespace tkuev_export
