// SPDX-License-Identifier: Apache-2.0
#include "handover/desk.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/fd.h"
#include "li/layout.h"

#include <fcntl.h>

namespace handover {

namespace {

li::Sender sender_of(const conf::Tkuev& settings)
{
    return {.operator_id = settings.operator_id,
            .network_element = settings.network_element,
            .interception_point = settings.interception_point,
            .country = settings.country};
}

} // namespace

Places places_of(const conf::Tkuev& settings)
{
    const std::string& state = settings.state;
    return {.vault_key = li::vault_key_file(state),
            .measures = state + "/measures.db",
            .certificate = state + "/interception.pem",
            .key = state + "/interception.key",
            .store = state + "/handover.db",
            .ledgers = state + "/ledger",
            .discs = state + "/discs",
            .log = state + "/exportd.log",
            .tls_certificate = state + "/handover.pem",
            .tls_key = state + "/handover.key",
            .tls_authorities = state + "/authorities.pem",
            .ssh_key = state + "/handover.ssh"};
}

Desk::Desk(const conf::Settings& all)
    : settings(all), tkuev(all.tkuev), places(places_of(all.tkuev)),
      vault_(places.vault_key), measures_db(places.measures, vault_),
      store(places.store, vault_), opener{seal::Certificate::read(places.certificate),
                                          seal::PrivateKey::read(places.key)},
      sender(sender_of(all.tkuev)), table_(std::make_shared<const MeasureTable>())
{
    refresh();
}

bool Desk::refresh()
{
    const bool changed = measures_db.changed();
    if (read_ && !changed)
        return false;
    auto table = std::make_shared<MeasureTable>();
    for (db::StoredMeasure& stored : measures_db.all()) {
        const li::Handle handle = stored.measure.handle;
        table->emplace(handle, std::move(stored));
    }
    std::map<std::string, std::string> trust;
    for (li::Authority& authority : measures_db.authorities())
        trust[authority.name] = std::move(authority.tls_trust);
    const std::lock_guard lock(mutex_);
    trust_ = std::move(trust);
    table_ = std::move(table);
    read_ = true;
    return true;
}

std::shared_ptr<const MeasureTable> Desk::measures() const
{
    const std::lock_guard lock(mutex_);
    return table_;
}

std::shared_ptr<const li::Measure> Desk::find(const li::Handle& handle) const
{
    auto table = measures();
    const auto found = table->find(handle);
    if (found == table->end())
        return nullptr;
    return {std::move(table), &found->second.measure};
}

std::string Desk::trust_of(const std::string& authority) const
{
    const std::lock_guard lock(mutex_);
    const auto found = trust_.find(authority);
    return found == trust_.end() ? std::string() : found->second;
}

void Desk::say(std::string_view text) const
{
    std::string line = base::rfc3339(base::wall_seconds());
    line += ' ';
    line += text;
    line += '\n';
    const base::Fd fd(
        ::open(places.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (fd) // else there is nowhere to say it
        (void)!::write(fd.get(), line.data(), line.size());
}

Desk::Carried::Carried(Desk& desk, const li::Handle& measure)
    : desk_(desk), measure_(measure)
{
    const auto held = desk_.hold_contents();
    const std::lock_guard lock(desk_.mutex_);
    desk_.carried_.insert(measure_);
}

Desk::Carried::~Carried()
{
    const std::lock_guard lock(desk_.mutex_);
    desk_.carried_.erase(desk_.carried_.find(measure_)); // others may carry of it, too
}

bool Desk::is_carried(const li::Handle& measure) const
{
    const std::lock_guard lock(mutex_);
    return carried_.contains(measure);
}

} // namespace handover
