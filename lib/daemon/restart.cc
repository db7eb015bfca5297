// SPDX-License-Identifier: Apache-2.0
// daemon/restart.cc - see the header.
#include "daemon/restart.h"

#include "base/log.h"
#include "conf/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace daemons {

namespace {

// Who reads a key when it starts, and not again at a reload.
enum Reader : unsigned {
    relayd = 1,
    sendd = 2,
    proxies = 4,
    indexd = 8,
    ums = 16,
    replay = 32
};
constexpr unsigned servers = relayd | proxies | ums;
constexpr unsigned mail = relayd | sendd;
constexpr unsigned deliverers = servers | sendd;
constexpr unsigned everybody = servers | sendd | indexd;

// An empty key stands for all of the section.
struct Rule {
    std::string_view section;
    std::string_view key;
    unsigned readers;
};

constexpr Rule rules[] = {
    {"general", "database", everybody},
    {"general", "drain-timeout", servers},
    {"general", "hostname", relayd},
    {"general", "run-directory", servers | replay},
    {"general", "spool", everybody | replay}, // proxies report events there
    {"journal", "", indexd},
    {"journal", "backlog", deliverers},
    {"journal", "enabled", deliverers},
    {"log", "", servers | indexd | replay},
    {"queue", "draft-memory", mail},
    {"queue", "drafts-memory", mail},
    {"queue", "free-inodes", mail},
    {"queue", "free-space", deliverers}, // with less nobody reports events
    {"queue", "preallocate", relayd},
    {"queue", "retention", sendd},
    {"queue", "retention-bytes", sendd},
    {"queue", "segment-age", mail},
    {"queue", "segment-size", mail},
    {"queue", "sync-interval-ms", sendd},
    {"smtp-relayd", "probe-ttl", relayd},
    {"smtp-sendd", "dns-timeout", deliverers},
    {"smtp-sendd", "resolvers", deliverers},
    {"ums", "database", ums | indexd},
    {"ums", "enabled", servers | indexd},
    {"ums", "messages", ums},
    {"ums", "verifier-age", indexd},
    {"ums", "verifiers", indexd},
};

unsigned reader(std::string_view program)
{
    if (program == "smtp-relayd")
        return relayd;
    if (program == "sponts-indexd")
        return indexd;
    if (program == "ums-popd")
        return ums;
    if (program == "replayctl")
        return replay;
    return program == "smtp-sendd" ? sendd : proxies;
}

bool is_read_at_start(std::string_view section, std::string_view key,
                      std::string_view program)
{
    return std::ranges::any_of(rules, [&](const Rule& each) {
        return each.section == section && (each.key.empty() || each.key == key) &&
               (each.readers & reader(program)) != 0;
    });
}

const conf::Listener* find(const conf::Settings& settings, const std::string& name,
                           std::string_view program)
{
    const auto found =
        std::ranges::find_if(settings.listeners, [&](const conf::Listener& each) {
            return each.name == name && each.program == program;
        });
    return found == settings.listeners.end() ? nullptr : &*found;
}

// Those of `one` that `other` does not have; with `addresses` elsewhere counts as well.
void add_listeners(std::vector<std::string>& keys, const conf::Settings& one,
                   const conf::Settings& other, std::string_view program, bool addresses)
{
    for (const conf::Listener& listener : one.listeners) {
        if (listener.program != program)
            continue;
        const conf::Listener* const same = find(other, listener.name, program);
        if (same == nullptr)
            keys.push_back(fmt::format("[listener {}]", listener.name));
        else if (addresses && same->address != listener.address)
            keys.push_back(fmt::format("[listener {}] address", listener.name));
    }
}

} // namespace

std::string keys_for_restart(const conf::Settings& before, const conf::Settings& fresh,
                             std::string_view program, bool own_addresses)
{
    std::vector<std::string> keys;
    const conf::Values old_values = conf::all_values(before);
    for (const auto& [name, value] : conf::all_values(fresh)) {
        const auto& [section, key] = name;
        if (is_read_at_start(section, key, program) && old_values.at(name) != value)
            keys.push_back(fmt::format("[{}] {}", section, key));
    }
    add_listeners(keys, fresh, before, program, own_addresses);
    add_listeners(keys, before, fresh, program, false);
    return fmt::format("{}", fmt::join(keys, ", "));
}

void tell_keys_for_restart(const conf::Settings& started, const conf::Settings& fresh,
                           std::string_view program, bool own_addresses)
{
    const std::string keys = keys_for_restart(started, fresh, program, own_addresses);
    if (!keys.empty())
        base::log(base::Level::warning, "restart-needed", "-", {{"keys", keys}});
}

} // namespace daemons
