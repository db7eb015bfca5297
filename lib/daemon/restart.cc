// SPDX-License-Identifier: Apache-2.0
// daemon/restart.cc - see the header.
#include "daemon/restart.h"

#include "conf/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace daemons {

namespace {

constexpr std::string_view relayd = "smtp-relayd";

// Of `section`; an empty key stands for all but those that are named here themselves.
struct Rule {
    std::string_view section;
    std::string_view key;
    bool relayd_only = false;
    bool at_start = true; // false: a reload takes it over
};

constexpr Rule rules[] = {
    {.section = "general", .key = "hostname", .relayd_only = true},
    {.section = "general", .key = "postmaster", .at_start = false},
    {.section = "general", .key = "spool", .relayd_only = true},
    {.section = "general", .key = ""},
    {.section = "log", .key = ""},
    {.section = "queue", .key = "", .relayd_only = true},
    {.section = "smtp-relayd", .key = "probe-ttl", .relayd_only = true},
    {.section = "smtp-sendd", .key = "dns-timeout"},
    {.section = "smtp-sendd", .key = "resolvers"},
};

bool is_read_at_start(std::string_view section, std::string_view key,
                      std::string_view program)
{
    const auto* const rule = std::ranges::find_if(rules, [&](const Rule& each) {
        return each.section == section && (each.key.empty() || each.key == key);
    });
    return rule != std::end(rules) && rule->at_start &&
           (!rule->relayd_only || program == relayd);
}

using Values = std::map<std::string, std::string, std::less<>>;

// "key = value" line by line, as section_texts() has them.
Values values_of(std::string_view text)
{
    Values values;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const std::string_view key = line.substr(0, line.find(' '));
        values[std::string(key)] += line.substr(key.size());
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return values;
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
    const auto old_texts = conf::section_texts(before);
    for (const auto& [section, text] : conf::section_texts(fresh)) {
        const auto old_text = old_texts.find(section);
        if (old_text == old_texts.end() || old_text->second == text)
            continue;
        const Values old_values = values_of(old_text->second);
        for (const auto& [key, value] : values_of(text)) {
            const auto old_value = old_values.find(key);
            const bool same = old_value != old_values.end() && old_value->second == value;
            if (!same && is_read_at_start(section, key, program))
                keys.push_back(fmt::format("[{}] {}", section, key));
        }
    }
    add_listeners(keys, fresh, before, program, own_addresses);
    add_listeners(keys, before, fresh, program, false);
    return fmt::format("{}", fmt::join(keys, ", "));
}

} // namespace daemons
