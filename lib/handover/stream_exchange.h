// SPDX-License-Identifier: Apache-2.0
// handover/stream_exchange.h - one connection to an authority: writes PDUs, waits for its
// answers.  Knows transport messages (TRI), not what is handed over.
//
// Trouble is thrown as net::Stream throws it.
#pragma once

#include "base/clock.h"
#include "etsi/tri.h"
#include "handover/stream_courier.h"
#include "net/stream.h"
#include "net/tls.h"

#include <string>
#include <string_view>

namespace handover {

class Exchange {
public:
    Exchange(net::Stream stream, const StreamOptions& options);

    [[nodiscard]] net::Task<void> start_tls(const net::TlsContext& context,
                                            std::string host);
    // Asks whether the peer acknowledges PDUs.
    [[nodiscard]] net::Task<void> negotiate();
    // By what we know that all of it was read.
    [[nodiscard]] net::Task<std::string> hand_over(std::string_view octets);
    [[nodiscard]] net::Task<void> keep_alive();

    // Nothing was heard for TIME1.
    [[nodiscard]] bool is_idle() const;
    [[nodiscard]] bool closed() const { return closed_; }
    void abort() { stream_.abort(); }

private:
    [[nodiscard]] net::Task<void> write(etsi::Tri message);
    // The next message of the peer that is for us; keep-alives of its own are answered.
    [[nodiscard]] net::Task<etsi::Tri> hear();
    [[nodiscard]] net::Task<void> hear_flag(etsi::TriFlag flag);
    [[nodiscard]] net::Task<void> read_more();
    [[nodiscard]] net::Task<bool> answered(etsi::TriFlag question, etsi::TriFlag answer);
    [[nodiscard]] net::Task<void> close_orderly();

    net::Stream stream_;
    const StreamOptions& options_;
    std::string heard_;
    std::uint32_t number_ = 0; // of our transport messages on this connection
    base::SteadyTime last_ = base::Steady::now();
    base::seconds slack_{0}; // for what is still on its way
    bool acknowledges_ = false;
    bool closed_ = false;
};

} // namespace handover
