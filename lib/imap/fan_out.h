// SPDX-License-Identifier: Apache-2.0
// imap/fan_out.h - two observers of one session, in this order.
#pragma once

#include "imap/observer.h"

namespace imap {

class FanOut : public Observer {
public:
    FanOut(Observer& first, Observer& second) : first_(first), second_(second) {}

    void entered(const Place& where) override { tell(&Observer::entered, where); }
    void fetch_began(const Fetch& what) override { tell(&Observer::fetch_began, what); }
    void fetched(std::string_view octets) override { tell(&Observer::fetched, octets); }
    void fetch_ended(bool whole) override { tell(&Observer::fetch_ended, whole); }
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t size) override
    {
        tell(&Observer::fetch_done, sequence, uid, size);
    }
    void fetch_refused(const Response& why) override
    {
        tell(&Observer::fetch_refused, why);
    }
    void upload_flags(std::string_view flags) override
    {
        tell(&Observer::upload_flags, flags);
    }
    void upload_began(std::string_view mailbox, std::uint64_t size) override
    {
        tell(&Observer::upload_began, mailbox, size);
    }
    void uploaded(std::string_view octets) override { tell(&Observer::uploaded, octets); }
    void upload_ended(bool whole) override { tell(&Observer::upload_ended, whole); }
    void upload_refused(std::string_view mailbox, std::uint64_t size,
                        const Response& why) override
    {
        tell(&Observer::upload_refused, mailbox, size, why);
    }
    void upload_answered(const Response& answer, std::uint32_t messages) override
    {
        tell(&Observer::upload_answered, answer, messages);
    }
    void passed() override { tell(&Observer::passed); }
    void expunged(std::uint32_t sequence) override { tell(&Observer::expunged, sequence); }
    void vanished(std::string_view uids) override { tell(&Observer::vanished, uids); }
    void vanished_done() override { tell(&Observer::vanished_done); }
    void bye() override { tell(&Observer::bye); }
    void logged_out() override { tell(&Observer::logged_out); }

private:
    template <class Call, class... What>
    void tell(Call call, const What&... what)
    {
        (first_.*call)(what...);
        (second_.*call)(what...);
    }

    Observer& first_;
    Observer& second_;
};

} // namespace imap
