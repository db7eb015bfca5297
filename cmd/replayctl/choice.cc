// SPDX-License-Identifier: Apache-2.0
#include "choice.h"

#include "select.h"
#include "spool/replay_sender.h"
#include "text/lines.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace replayctl {

namespace {

using spool::Envelope;
using spool::Found;
using spool::Origin;

class Chooser {
public:
    Chooser(const Wishes& wishes, const Waits& waits, const IsMarked& is_marked)
        : wishes_(wishes), waits_(waits), is_marked_(is_marked)
    {
    }

    // Originals before what was made of them.
    void add(const Found& message)
    {
        if (spool::is_sent_again(message.envelope)) {
            ++choice_.left_out.replays;
            return;
        }
        spool::ReplayItem item{message.envelope.id, message.where, message.size, {}};
        std::unordered_set<std::string> addresses; // in lower case
        for (std::uint32_t i = 0; i < message.envelope.recipients.size(); ++i) {
            std::vector<std::string> leads = leads_to(message, i);
            if (leads.empty() || !is_meant(message.envelope, i, leads))
                continue;
            for (std::string& address : leads) {
                const auto mailbox = mailbox_of(address);
                if (!mailbox)
                    ++choice_.left_out.no_mailbox;
                else if (!addresses.insert(text::to_lower(*mailbox)).second)
                    continue; // by another recipient
                else if (has_got(message.envelope, address))
                    ++choice_.left_out.sent;
                else
                    item.recipients.push_back({i, std::move(address)});
            }
        }
        if (item.recipients.empty()) {
            // What they forward was made again then.
            if (!addresses.empty())
                getting_[item.id] = std::move(addresses);
            return;
        }
        if (item.size > spool::most_replayed) {
            ++choice_.left_out.too_large;
            return;
        }
        if (is_marked_(message)) {
            ++choice_.left_out.replays;
            return;
        }
        getting_[item.id] = std::move(addresses);
        chosen_.emplace_back(message.envelope.arrival, std::move(item));
    }
    [[nodiscard]] Choice take()
    {
        std::ranges::sort(chosen_, {}, [](const auto& one) {
            return std::pair(one.first, one.second.id);
        });
        choice_.items.reserve(chosen_.size());
        for (auto& [arrival, item] : chosen_)
            choice_.items.push_back(std::move(item));
        return std::move(choice_);
    }

private:
    [[nodiscard]] std::vector<std::string> leads_to(const Found& message,
                                                    std::uint32_t i) const
    {
        if (wishes_.leads)
            return wishes_.leads(message, i);
        const std::string& address = message.envelope.recipients[i].address;
        if (!wishes_.recipient.empty() && !matches_pattern(wishes_.recipient, address))
            return {};
        if (wishes_.is_meant && !wishes_.is_meant(message.envelope, i))
            return {};
        return {new_address(address)};
    }

    bool is_meant(const Envelope& envelope, std::uint32_t i,
                  const std::vector<std::string>& leads)
    {
        if (waits_(envelope.id, i)) {
            ++choice_.left_out.waiting;
            return false;
        }
        if (comes_again(envelope, envelope.recipients[i], leads)) {
            ++choice_.left_out.forwards;
            return false;
        }
        return true;
    }

    // With its original: that is sent again to one from whom this one has got it and who
    // forwards it again, or to the very address this one would go to, as one that forwards
    // and keeps its mail is a recipient of the forward as well.
    [[nodiscard]] bool comes_again(const Envelope& envelope,
                                   const spool::Recipient& recipient,
                                   const std::vector<std::string>& leads) const
    {
        const auto original = getting_.find(envelope.parent);
        if (envelope.origin != Origin::forward || original == getting_.end())
            return false;
        const auto gets = [&](const std::string& address) {
            return original->second.contains(text::to_lower(address));
        };
        const auto is_kept_by_one = [&](const std::string& address) {
            const auto mailbox = mailbox_of(address);
            return mailbox && gets(*mailbox);
        };
        return std::ranges::any_of(leads, is_kept_by_one) ||
               (!wishes_.mailbox_of && std::ranges::any_of(recipient.via, gets));
    }

    [[nodiscard]] std::optional<std::string> mailbox_of(const std::string& address) const
    {
        return wishes_.mailbox_of ? wishes_.mailbox_of(address) : address;
    }

    // A user has had the original sent to himself, where a list has led it to him.
    [[nodiscard]] bool has_got(const Envelope& envelope, const std::string& address) const
    {
        const auto& asked = wishes_.has_got;
        return asked &&
               (asked(envelope.id, address) ||
                (envelope.origin == Origin::forward && asked(envelope.parent, address)));
    }

    [[nodiscard]] std::string new_address(const std::string& address) const
    {
        if (!wishes_.to.empty())
            return wishes_.to;
        if (wishes_.to_domain.empty())
            return address;
        return address.substr(0, address.rfind('@')) + '@' + wishes_.to_domain;
    }

    const Wishes& wishes_;
    const Waits& waits_;
    const IsMarked& is_marked_;
    // Where what was chosen is kept now: what is made of it there is made again.
    std::unordered_map<spool::MessageId, std::unordered_set<std::string>> getting_;
    std::vector<std::pair<std::int64_t, spool::ReplayItem>> chosen_; // with their arrival
    Choice choice_;
};

} // namespace

Choice choose(const std::vector<Found>& messages, const Wishes& wishes, const Waits& waits,
              const IsMarked& is_marked)
{
    // Who writes forwards has segments of his own: their ids may be the smaller ones.
    Chooser chooser(wishes, waits, is_marked);
    for (const bool forwards : {false, true})
        for (const Found& message : messages)
            if ((message.envelope.origin == Origin::forward) == forwards)
                chooser.add(message);
    return chooser.take();
}

} // namespace replayctl
