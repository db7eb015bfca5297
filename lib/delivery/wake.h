// SPDX-License-Identifier: Apache-2.0
// delivery/wake.h - smtp-sendd is told that a host lives again.
//
// Proxies find out first, because users wait there.  They write a line into a FIFO of the
// run directory, and go on whether somebody reads it or not:
//
//     wake HOST IP
//
// It is believed in nothing but this: that it is worth while to try that host now.  A dead
// host is probed for it once in ten seconds, however often that is said; what it has put
// off is tried once in five minutes, for each try counts as one; and a hundred hosts are
// known at a time.
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace delivery {

struct Woken {
    std::string host; // as the table of routes has it, or
    std::string ip;   // the address behind it; may be empty
    bool all = true;  // what it has put off, too
    bool operator==(const Woken&) const = default;
};

// Without the newline; nothing: it is no such line.
[[nodiscard]] std::optional<Woken> parse_wake(std::string_view line);
// Nothing: not to be said.
[[nodiscard]] std::optional<std::string> wake_line(const Woken& woken);

// The next hop of this name (NextHop::key) is that host, or one of its hosts is.  Hosts
// that only the DNS knows (MX) are not found.
[[nodiscard]] bool leads_to(std::string_view next_hop, const Woken& woken);

[[nodiscard]] std::string wake_fifo(const std::string& run_directory);
// Where nobody has ever listened, or nobody reads, nothing happens.  Any thread.
void tell_woken(const std::string& run_directory, const Woken& woken) noexcept;

// The listener's end.  Not thread-safe.
class WakeFifo {
public:
    // Makes it, for this user only.  Empty afterwards: it could not be made, see trouble().
    explicit WakeFifo(const std::string& run_directory);
    [[nodiscard]] int fd() const { return fifo_.get(); }
    explicit operator bool() const { return static_cast<bool>(fifo_); }
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    base::Fd fifo_;
    std::string trouble_;
};

// What has been read becomes hosts that are to be tried now.
class WakeReader {
public:
    static constexpr std::int64_t pause = 10; // seconds, of probes
    static constexpr std::int64_t long_pause = 300;
    static constexpr std::size_t most_hosts = 100; // within these

    // `now`: of a clock that does not go back.
    [[nodiscard]] std::vector<Woken> take(std::string_view octets, std::int64_t now);

private:
    struct Tried {
        std::int64_t probed = 0;
        std::int64_t all = 0;
    };
    [[nodiscard]] bool is_new(Woken& woken, std::int64_t now);

    std::string line_; // that has not come to its end
    bool too_long_ = false;
    std::unordered_map<std::string, Tried> tried_;
};

} // namespace delivery
