// SPDX-License-Identifier: Apache-2.0
// pop3/fan_out.h - two observers of one session, in this order.
#pragma once

#include "pop3/observer.h"

namespace pop3 {

class FanOut : public Observer {
public:
    FanOut(Observer& first, Observer& second) : first_(first), second_(second) {}

    void fetch_began(const Fetch& what) override { tell(&Observer::fetch_began, what); }
    void fetched(std::string_view bytes) override { tell(&Observer::fetched, bytes); }
    void fetch_ended(bool whole) override { tell(&Observer::fetch_ended, whole); }
    void fetch_refused(const Fetch& what, const Reply& why) override
    {
        tell(&Observer::fetch_refused, what, why);
    }
    void identified(std::uint32_t message, std::string_view unique_id) override
    {
        tell(&Observer::identified, message, unique_id);
    }
    void listing_began() override { tell(&Observer::listing_began); }
    void listing_ended(bool whole) override { tell(&Observer::listing_ended, whole); }
    void sized(std::uint32_t message, std::uint64_t octets) override
    {
        tell(&Observer::sized, message, octets);
    }
    void passed() override { tell(&Observer::passed); }
    void marked(std::uint32_t message) override { tell(&Observer::marked, message); }
    void unmarked() override { tell(&Observer::unmarked); }
    void quit(bool done) override { tell(&Observer::quit, done); }

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

} // namespace pop3
