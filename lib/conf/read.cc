// SPDX-License-Identifier: Apache-2.0
#include "conf/read.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "conf/table.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace conf {

namespace {

constexpr std::string_view listener_prefix = "listener ";
// It becomes a word in LISTEN_FDNAMES, file names and log lines.
constexpr std::size_t listener_name_limit = 40;

bool is_listener_name(std::string_view name)
{
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    return !name.empty() && name.size() <= listener_name_limit &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

void make_listeners(Reading& reading)
{
    std::set<std::string, std::less<>> seen;
    for (const SectionHead& head : reading.document.sections) {
        if (!head.name.starts_with(listener_prefix))
            continue;
        const std::string name = head.name.substr(listener_prefix.size());
        if (!is_listener_name(name))
            reading.problems.push_back(
                {head.line,
                 "name of a listener: letters, digits, '.', '_' and '-', at most 40"});
        else if (seen.insert(name).second)
            reading.settings.listeners.emplace_back().name = name;
    }
}

template <class Section>
void take(Reading& reading, const Entry& entry, Section& section,
          std::span<const Key<Section>> keys)
{
    const auto key = std::ranges::find(keys, entry.key, &Key<Section>::name);
    if (key == keys.end()) {
        reading.problems.push_back(
            {entry.line, "unknown key \"" + entry.key + "\" in [" + entry.section + "]"});
        return;
    }
    const int first = reading.document.line_of_key(entry.section, entry.key);
    if (!key->repeatable && first != entry.line) {
        reading.problems.push_back(
            {entry.line, entry.key + " again, first in line " + std::to_string(first)});
        return;
    }
    if (const std::string wrong = key->read(section, entry.value); !wrong.empty())
        reading.problems.push_back(
            {entry.line, entry.key + " = " + entry.value + ": " + wrong});
}

void take_entries(Reading& reading)
{
    for_each_section(reading.settings,
                     [&reading](const std::string& name, auto& section, auto keys) {
                         for (const Entry& entry : reading.document.entries)
                             if (entry.section == name)
                                 take(reading, entry, section, keys);
                     });
}

void find_unknown_sections(Reading& reading)
{
    std::set<std::string, std::less<>> known;
    for_each_section(reading.settings, [&known](const std::string& name, auto&, auto) {
        known.insert(name);
    });
    for (const SectionHead& head : reading.document.sections)
        if (!known.contains(head.name) && !head.name.starts_with(listener_prefix))
            reading.problems.push_back({head.line, "unknown section [" + head.name + "]"});
    for (const Entry& entry : reading.document.entries)
        if (entry.section.empty())
            reading.problems.push_back({entry.line, "key before the first [section]"});
}

void sort_problems(std::vector<Problem>& problems)
{
    std::ranges::sort(problems, {}, [](const Problem& problem) {
        return std::tie(problem.line, problem.text);
    });
}

base::Fd open_file(const std::string& file)
{
    base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        base::fail_errno("open", file, base::Remedy::fix_config);
    return fd;
}

// What was opened is asked, not the name: that may be another file in a moment.
void require_trusted(const base::Fd& fd, const std::string& file)
{
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        base::fail_errno("stat", file, base::Remedy::fix_config);
    if (const auto wrong = distrust(status, ::geteuid()))
        throw base::Failure(base::Remedy::fix_config, file + ": " + *wrong);
}

// A directory that this user may not look into is no mistake in the configuration.
bool surely_missing(const std::string& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

void find_missing_files(Reading& reading)
{
    const auto look = [&reading](const std::string& section, std::string_view key,
                                 const std::string& path) {
        if (!path.empty() && surely_missing(path))
            reading.problems.push_back({reading.document.line_of(section, key),
                                        std::string(key) + ": no such file: " + path});
    };
    const auto look_at_all = [&look](const std::string& section,
                                     const std::vector<net::Certificate>& certificates) {
        for (const net::Certificate& certificate : certificates) {
            look(section, "certificate", certificate.chain_file);
            if (certificate.key_file != certificate.chain_file)
                look(section, "certificate", certificate.key_file);
        }
    };
    look_at_all("tls", reading.settings.tls.certificates);
    for (const Listener& listener : reading.settings.listeners)
        look_at_all(std::string(listener_prefix) + listener.name, listener.certificates);
    for (const Listener& listener : reading.settings.listeners) {
        const std::string section = std::string(listener_prefix) + listener.name;
        look(section, "auth-backend-ca", listener.auth_backend_ca);
        look(section, "backend-ca", listener.backend_ca);
    }
    look("smtp-sendd", "srs-secret-file", reading.settings.smtp_sendd.srs_secret_file);
    look("journal", "pseudonym-key-file", reading.settings.journal.pseudonym_key_file);
}

void fill_in_names(General& general)
{
    if (general.hostname.empty()) {
        std::array<char, 256> name{};
        (void)::gethostname(name.data(), name.size() - 1); // cannot fail with this size
        general.hostname = name.data();
    }
    if (general.postmaster.empty())
        general.postmaster = "postmaster@" + general.hostname;
}

Reading reading_of(const base::Fd& fd, const std::string& file)
{
    Reading reading = read_text(
        base::read_all(fd.get(), file, base::Remedy::fix_config, document_size_limit),
        file);
    find_missing_files(reading);
    fill_in_names(reading.settings.general);
    sort_problems(reading.problems);
    return reading;
}

} // namespace

std::vector<std::string> Reading::complaints() const
{
    std::vector<std::string> lines;
    for (const Problem& problem : problems) {
        const std::string where =
            problem.line > 0 ? ":" + std::to_string(problem.line) : std::string();
        lines.push_back(settings.file + where + ": " + problem.text);
    }
    return lines;
}

Reading read_text(std::string_view text, const std::string& file)
{
    Reading reading;
    reading.settings.file = file;
    reading.document = parse_document(text);
    reading.problems = reading.document.problems;
    make_listeners(reading);
    take_entries(reading);
    find_unknown_sections(reading);
    cross_check(reading.settings, reading.document, reading.problems);
    sort_problems(reading.problems);
    return reading;
}

std::optional<std::string> distrust(const struct stat& status, uid_t user)
{
    if (!S_ISREG(status.st_mode))
        return "not a regular file"; // a pipe is of whoever made it, be it sudo
    if (status.st_uid != 0 && status.st_uid != user)
        return "must belong to root or to the user who runs this";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "others may write it: chmod go-w";
    return std::nullopt;
}

Reading read_file(const std::string& file)
{
    return reading_of(open_file(file), file);
}

void require_sound(const Reading& reading)
{
    const auto complaints = reading.complaints();
    if (complaints.empty())
        return;
    std::string text = complaints.front();
    if (complaints.size() > 1)
        text += " (and " + std::to_string(complaints.size() - 1) +
                " more: sponts check shows all)";
    throw base::Failure(base::Remedy::fix_config, text);
}

Settings read_settings(const std::string& file)
{
    Reading reading = read_file(file);
    require_sound(reading);
    return std::move(reading.settings);
}

Settings read_trusted_settings(const std::string& file)
{
    const base::Fd fd = open_file(file);
    require_trusted(fd, file);
    Reading reading = reading_of(fd, file);
    require_sound(reading);
    return std::move(reading.settings);
}

} // namespace conf
