// SPDX-License-Identifier: Apache-2.0
// conf/table.h - the keys of each section, as data: name, kind, member, meaning.
//
// Reading, checking, dumping, the sample file and the test that holds sponts.conf(5) to all
// this walk through these tables; a key is added by adding a row (and its paragraph in the
// manual, as the test will say).
#pragma once

#include "conf/kinds.h"
#include "conf/settings.h"

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace conf {

template <class Section>
struct Key {
    std::string_view name;
    // What is wrong with the text, or "" when it was taken.
    std::string (*read)(Section& section, std::string_view text);
    // One text per line of the file: several for a key that may be repeated.
    std::vector<std::string> (*show)(const Section& section);
    std::string_view meaning;
    bool repeatable = false;
};

// Makes rows: Rows<General>::of<Path, &General::spool>("spool", "..."), with one pointer to
// member or several in a row.
template <class Section>
struct Rows {
    template <class Kind, auto... Members>
    static constexpr Key<Section> of(std::string_view name, std::string_view meaning)
    {
        return {name, read<Kind, Members...>, show<Kind, Members...>, meaning};
    }

    // A key that may be repeated: each line adds to the list.
    template <auto List>
    static constexpr Key<Section> certificates(std::string_view meaning)
    {
        return {"certificate", add_certificate<List>, show_certificates<List>, meaning,
                true};
    }

private:
    template <class Kind, auto... Members>
    static std::string read(Section& section, std::string_view text)
    {
        auto value = Kind::parse(text);
        if (!value)
            return std::move(value).error();
        auto& member = (section.*....*Members);
        member = static_cast<std::remove_reference_t<decltype(member)>>(*std::move(value));
        return {};
    }

    template <class Kind, auto... Members>
    static std::vector<std::string> show(const Section& section)
    {
        return {Kind::show((section.*....*Members))};
    }

    template <auto List>
    static std::string add_certificate(Section& section, std::string_view text)
    {
        auto value = CertificateFile::parse(text);
        if (!value)
            return std::move(value).error();
        (section.*List).push_back(*std::move(value));
        return {};
    }

    template <auto List>
    static std::vector<std::string> show_certificates(const Section& section)
    {
        std::vector<std::string> lines;
        for (const net::Certificate& certificate : section.*List)
            lines.push_back(CertificateFile::show(certificate));
        return lines;
    }
};

[[nodiscard]] std::span<const Key<General>> general_keys();
[[nodiscard]] std::span<const Key<base::LogOptions>> log_keys();
[[nodiscard]] std::span<const Key<Tls>> tls_keys();
[[nodiscard]] std::span<const Key<Listener>> listener_keys();
[[nodiscard]] std::span<const Key<SmtpRelayd>> relayd_keys();
[[nodiscard]] std::span<const Key<SmtpSendd>> sendd_keys();
[[nodiscard]] std::span<const Key<PopProxy>> pop_proxy_keys();
[[nodiscard]] std::span<const Key<ImapProxy>> imap_proxy_keys();
[[nodiscard]] std::span<const Key<Queue>> queue_keys();
[[nodiscard]] std::span<const Key<Journal>> journal_keys();
[[nodiscard]] std::span<const Key<Ums>> ums_keys();
[[nodiscard]] std::span<const Key<Replay>> replay_keys();
[[nodiscard]] std::span<const Key<Tkuev>> tkuev_keys();

// Calls visit(name, section, keys) for each section of the settings, listeners last.
template <class AnySettings, class Visit>
void for_each_section(AnySettings& settings, Visit&& visit)
{
    visit(std::string("general"), settings.general, general_keys());
    visit(std::string("log"), settings.log, log_keys());
    visit(std::string("tls"), settings.tls, tls_keys());
    visit(std::string("smtp-relayd"), settings.smtp_relayd, relayd_keys());
    visit(std::string("smtp-sendd"), settings.smtp_sendd, sendd_keys());
    visit(std::string("pop-proxy"), settings.pop_proxy, pop_proxy_keys());
    visit(std::string("imap-proxy"), settings.imap_proxy, imap_proxy_keys());
    visit(std::string("queue"), settings.queue, queue_keys());
    visit(std::string("journal"), settings.journal, journal_keys());
    visit(std::string("ums"), settings.ums, ums_keys());
    visit(std::string("replay"), settings.replay, replay_keys());
    visit(std::string("tkuev"), settings.tkuev, tkuev_keys());
    for (auto& listener : settings.listeners)
        visit("listener " + listener.name, listener, listener_keys());
}

} // namespace conf
