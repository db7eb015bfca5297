// SPDX-License-Identifier: Apache-2.0
#include "spool/envelope.h"
#include "text/lines.h"

#include <algorithm>
#include <set>
#include <utility>

namespace spool {

namespace {

class Domains {
public:
    void add(std::string_view domain)
    {
        // A login may be any text; what is no domain is nobody's.
        if (domain.empty() || domain.find(' ') != domain.npos)
            return;
        std::string name = text::to_lower(domain);
        if (size_ + name.size() >= most_concerns)
            return;
        const auto [at, fresh] = all_.insert(std::move(name));
        size_ += fresh ? at->size() + 1 : 0;
    }
    void add_of(std::string_view address)
    {
        const std::size_t at = address.rfind('@');
        if (at != address.npos)
            add(address.substr(at + 1));
    }
    [[nodiscard]] std::string together() const
    {
        std::string text;
        for (const std::string& name : all_)
            text += (text.empty() ? "" : " ") + name;
        return text;
    }

private:
    std::set<std::string> all_;
    std::size_t size_ = 0;
};

} // namespace

std::string concerned_domains(const Envelope& envelope)
{
    Domains domains;
    domains.add_of(envelope.client.login);
    for (std::string_view rest = envelope.concerns; !rest.empty();) {
        const std::string_view domain = rest.substr(0, rest.find(' '));
        domains.add(domain);
        rest.remove_prefix(std::min(rest.size(), domain.size() + 1));
    }
    for (const Recipient& recipient : envelope.recipients) {
        domains.add_of(recipient.address);
        for (const std::string& address : recipient.via)
            domains.add_of(address);
    }
    return domains.together();
}

} // namespace spool
