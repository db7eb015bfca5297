// SPDX-License-Identifier: Apache-2.0
#include "journal/concerned.h"

#include <algorithm>
#include <utility>

namespace journal {

namespace {

class Concerned {
public:
    explicit Concerned(const OwnerOf& owner_of) : owner_of_(owner_of) {}

    void add(std::string_view address)
    {
        auto tenant = owner_of_(address);
        served_ = served_ || tenant;
        if (tenant && !tenant->empty())
            all_.insert(*std::move(tenant));
    }
    void add(const spool::Recipient& recipient)
    {
        add(recipient.address);
        for (const std::string& address : recipient.via)
            add(address);
    }
    // Domains with blanks between them.
    void add_domains(std::string_view list)
    {
        while (!list.empty()) {
            const std::string_view domain = list.substr(0, list.find(' '));
            add("@" + std::string(domain));
            list.remove_prefix(std::min(list.size(), domain.size() + 1));
        }
    }
    // Somebody of those until now is ours.
    [[nodiscard]] bool served() const { return served_; }
    [[nodiscard]] db::Tenants all() && { return std::move(all_); }

private:
    const OwnerOf& owner_of_;
    db::Tenants all_;
    bool served_ = false;
};

} // namespace

db::Tenants tenants_concerned(const spool::Envelope& envelope, const OwnerOf& owner_of)
{
    Concerned concerned(owner_of);
    concerned.add(envelope.client.login);
    concerned.add_domains(envelope.concerns);
    // A replay may go to others than the message it was made of.
    const bool made = !envelope.concerns.empty();
    if (made && !concerned.served())
        concerned.add(envelope.sender);
    for (const spool::Recipient& recipient : envelope.recipients)
        concerned.add(recipient);
    if (!concerned.served())
        concerned.add(envelope.sender);
    return std::move(concerned).all();
}

db::Tenants tenants_concerned(const db::JournalRefusal& refusal, const OwnerOf& owner_of)
{
    Concerned concerned(owner_of);
    concerned.add(refusal.peer.login);
    concerned.add(refusal.recipient);
    if (!concerned.served())
        concerned.add(refusal.sender);
    return std::move(concerned).all();
}

} // namespace journal
