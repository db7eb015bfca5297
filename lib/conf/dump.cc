// SPDX-License-Identifier: Apache-2.0
// conf/dump.cc - settings as text: what is in force and where it came from; the sample
// file.
#include "conf/read.h"
#include "conf/table.h"

#include <utility>

namespace conf {

namespace {

// Lines of the n-th, (n+1)-th ... appearance of a key; 0 for a default.
std::string origin(const Reading& reading, std::string_view section, std::string_view key,
                   std::size_t nth)
{
    for (const Entry& entry : reading.document.entries)
        if (entry.section == section && entry.key == key && nth-- == 0)
            return reading.settings.file + ":" + std::to_string(entry.line);
    return "default";
}

template <class Section>
void dump_section(std::string& text, const Reading& reading, const std::string& name,
                  const Section& section, std::span<const Key<Section>> keys)
{
    text += (text.empty() ? "[" : "\n[") + name + "]\n";
    for (const Key<Section>& key : keys) {
        const std::vector<std::string> values = key.show(section);
        for (std::size_t i = 0; i < values.size(); ++i)
            text += std::string(key.name) + " = " + values[i] + "  # " +
                    origin(reading, name, key.name, i) + "\n";
    }
}

// Only certificates have no value at all by default.
std::string sample_value(const std::vector<std::string>& values)
{
    if (values.empty())
        return " /etc/sponts/tls/chain.pem /etc/sponts/tls/key.pem";
    return values[0].empty() ? "" : " " + values[0];
}

template <class Section>
void describe_section(std::string& text, const std::string& name, const Section& defaults,
                      std::span<const Key<Section>> keys)
{
    // A listener stays a comment: with its defaults it would ask for a certificate.
    text += (name.starts_with("listener") ? "\n#[" : "\n[") + name + "]\n";
    for (const Key<Section>& key : keys) {
        text += "# " + std::string(key.meaning) + "\n#" + std::string(key.name) + " =" +
                sample_value(key.show(defaults)) + "\n";
    }
}

} // namespace

std::string dump_settings(const std::string& file)
{
    const Reading reading = read_file(file);
    require_sound(reading);
    std::string text;
    for_each_section(reading.settings,
                     [&](const std::string& name, const auto& section, auto keys) {
                         dump_section(text, reading, name, section, keys);
                     });
    return text;
}

Values all_values(const Settings& settings)
{
    Values values;
    for_each_section(settings,
                     [&values](const std::string& name, const auto& section, auto keys) {
                         for (const auto& key : keys)
                             values[{name, std::string(key.name)}] = key.show(section);
                     });
    return values;
}

std::string sample_file()
{
    std::string text =
        "# SPDX-License-Identifier: Apache-2.0\n"
        "# sponts.conf - see sponts.conf(5).\n"
        "#\n"
        "# Every key stands here with its default; take away the # to change it.\n"
        "# `sponts check` reads the file as the programs do.\n";
    Settings defaults;
    defaults.listeners.emplace_back().name = "NAME";
    for_each_section(std::as_const(defaults),
                     [&text](const std::string& name, const auto& section, auto keys) {
                         describe_section(text, name, section, keys);
                     });
    return text;
}

} // namespace conf
