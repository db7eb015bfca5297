// SPDX-License-Identifier: Apache-2.0
// net/hosts_file.cc - hosts(5): an address, then its names.
#include "net/hosts_file.h"

#include "net/dns_wire.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace net {

namespace {

constexpr std::size_t most_names = 100'000;

std::string lower(std::string_view name)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    std::string result(name);
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return result;
}

} // namespace

HostsFile::HostsFile(const std::string& file)
{
    std::ifstream lines(file);
    read(lines);
}

HostsFile::HostsFile(std::istream& lines)
{
    read(lines);
}

void HostsFile::read(std::istream& lines)
{
    std::string line;
    while (by_name_.size() < most_names && std::getline(lines, line))
        add_line(line);
}

void HostsFile::add_line(std::string line)
{
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    words >> word;
    const auto address = Address::parse_ip(word);
    if (!address)
        return;
    while (words >> word) {
        if (!is_dns_name(word))
            continue;
        by_address_.try_emplace(address->ip(), lower(word));
        by_name_.emplace(lower(word), *address);
    }
}

std::vector<Address> HostsFile::addresses(std::string_view name, std::uint16_t port) const
{
    std::vector<Address> result;
    const auto [first, last] = by_name_.equal_range(lower(name));
    for (auto entry = first; entry != last; ++entry)
        result.push_back(*Address::parse_ip(entry->second.ip(), port));
    return result;
}

std::string HostsFile::name_of(const Address& address) const
{
    const auto found = by_address_.find(address.ip());
    return found == by_address_.end() ? std::string() : found->second;
}

} // namespace net
