// SPDX-License-Identifier: Apache-2.0
// smtp/srs.h - the sender rewriting scheme: a forwarder puts its own name on a foreign
// sender, so that the next hop may check who we are, and can turn reports back.
//
//     alice@a.example         -> SRS0=hash=day=a.example=alice@ours
//     SRS0=...@b.example      -> SRS1=hash=b.example==...@ours
//     SRS1=h=b.example==...@c -> SRS1=hash=b.example==...@ours   (c is left out)
//
// hash: HMAC-SHA256 cut to 30 bits, in base 32, compared without case because some hosts
// change it.  day: ten bits of the date, in base 32.  The first secret signs, all of them
// verify.  Pure: the time and the MAC function are given.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

enum class SrsError : std::uint8_t {
    not_srs, // not at our domain, or another kind of local part
    malformed,
    forged,  // the hash is not ours
    expired, // older than Srs::max_age
};
[[nodiscard]] std::string_view describe(SrsError error);

class Srs {
public:
    static constexpr std::int64_t max_age = 21; // days

    using Mac = std::array<std::uint8_t, 32> (*)(std::string_view key,
                                                 std::string_view text);

    Srs(std::string domain, std::vector<std::string> secrets, Mac mac);

    // `day`: days since 1970.  The null sender and senders at our domain stay as they are.
    [[nodiscard]] std::string forward(std::string_view sender, std::int64_t day) const;
    // Where a report to `address` belongs.
    [[nodiscard]] std::expected<std::string, SrsError> reverse(std::string_view address,
                                                               std::int64_t day) const;
    [[nodiscard]] const std::string& domain() const { return domain_; }

private:
    [[nodiscard]] std::string hash(const std::string& secret, std::string_view text) const;
    [[nodiscard]] bool signed_by_us(std::string_view given, std::string_view text) const;
    [[nodiscard]] std::string sign_second(std::string_view host,
                                          std::string_view rest) const;
    [[nodiscard]] std::expected<std::string, SrsError> open_first(std::string_view local,
                                                                  std::int64_t day) const;
    [[nodiscard]] std::expected<std::string, SrsError>
    open_second(std::string_view local) const;

    std::string domain_;
    std::vector<std::string> secrets_;
    Mac mac_;
};

} // namespace smtp
