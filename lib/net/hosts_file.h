// SPDX-License-Identifier: Apache-2.0
// net/hosts_file.h - hosts(5), read once.
#pragma once

#include "net/address.h"

#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace net {

class HostsFile {
public:
    HostsFile() = default;
    // A file that is missing or has odd lines is a file with fewer names.
    explicit HostsFile(const std::string& file);
    explicit HostsFile(std::istream& lines);

    // Empty if the name is not in the file; `port` is put into the results.
    [[nodiscard]] std::vector<Address> addresses(std::string_view name,
                                                 std::uint16_t port) const;
    // The first name of this address's first line; empty if there is none.
    [[nodiscard]] std::string name_of(const Address& address) const;

private:
    void read(std::istream& lines);
    void add_line(std::string line);

    std::multimap<std::string, Address, std::less<>> by_name_;
    std::map<std::string, std::string, std::less<>> by_address_;
};

} // namespace net
