// SPDX-License-Identifier: Apache-2.0
// conf/kinds.h - the kinds of values a key can have: how each is read and shown.
//
// A kind has parse(text) -> value or what is wrong, and show(value) -> text that parse()
// reads back as the same value.  Pure: no file is looked at here.
#pragma once

#include "base/log.h"
#include "conf/settings.h"

#include <cstdint>
#include <expected>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conf {

template <class T>
using Parsed = std::expected<T, std::string>;

[[nodiscard]] Parsed<std::int64_t> parse_number(std::string_view text, std::int64_t least,
                                                std::int64_t most);
[[nodiscard]] Parsed<std::int64_t> parse_size(std::string_view text, std::int64_t least,
                                              std::int64_t most);
[[nodiscard]] Parsed<std::int64_t> parse_seconds(std::string_view text, std::int64_t least,
                                                 std::int64_t most);
[[nodiscard]] std::string show_size(std::int64_t bytes);
[[nodiscard]] std::string show_seconds(std::int64_t seconds);

inline constexpr std::int64_t no_limit = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int64_t ten_years = 3650LL * 86400;
inline constexpr std::int64_t one_exabyte = 1LL << 60;

template <std::int64_t Least = 0, std::int64_t Most = no_limit>
struct Number {
    static auto parse(std::string_view text) { return parse_number(text, Least, Most); }
    static std::string show(std::int64_t value) { return std::to_string(value); }
};

template <std::int64_t Least = 0, std::int64_t Most = one_exabyte>
struct Size {
    static auto parse(std::string_view text) { return parse_size(text, Least, Most); }
    static std::string show(std::uint64_t value)
    {
        return show_size(static_cast<std::int64_t>(value));
    }
};

template <std::int64_t Least = 1, std::int64_t Most = ten_years>
struct Seconds {
    static auto parse(std::string_view text) { return parse_seconds(text, Least, Most); }
    static std::string show(std::int64_t value) { return show_seconds(value); }
};

struct YesNo {
    static Parsed<bool> parse(std::string_view text);
    static std::string show(bool value) { return value ? "yes" : "no"; }
};

// Kinds whose value stays text; the check says what is wrong, or "".
template <std::string (*Check)(std::string_view)>
struct CheckedText {
    static Parsed<std::string> parse(std::string_view text)
    {
        if (std::string wrong = text.empty() ? std::string() : Check(text); !wrong.empty())
            return std::unexpected(std::move(wrong));
        return std::string(text);
    }
    static std::string show(const std::string& value) { return value; }
};

[[nodiscard]] std::string wrong_text(std::string_view text); // anything will do
[[nodiscard]] std::string wrong_path(std::string_view text); // begins with '/'
[[nodiscard]] std::string wrong_host(std::string_view text);
[[nodiscard]] std::string wrong_host_port(std::string_view text); // port is needed
[[nodiscard]] std::string wrong_endpoint(std::string_view text);  // net::Address
[[nodiscard]] std::string wrong_ip(std::string_view text);
[[nodiscard]] std::string wrong_mailbox(std::string_view text);
[[nodiscard]] std::string wrong_durations(std::string_view text);
[[nodiscard]] std::string wrong_tls_version(std::string_view text);
[[nodiscard]] std::string wrong_preallocate(std::string_view text);
[[nodiscard]] std::string wrong_program(std::string_view text);

using Text = CheckedText<wrong_text>;
using Path = CheckedText<wrong_path>;
using Host = CheckedText<wrong_host>;
using HostPort = CheckedText<wrong_host_port>;
using Endpoint = CheckedText<wrong_endpoint>;
using IpAddress = CheckedText<wrong_ip>;
using Mailbox = CheckedText<wrong_mailbox>;
using Durations = CheckedText<wrong_durations>;
using TlsVersion = CheckedText<wrong_tls_version>;
using PreallocateName = CheckedText<wrong_preallocate>;
using ProgramName = CheckedText<wrong_program>;

template <class E>
struct ChoiceName {
    std::string_view name;
    E value;
};
[[nodiscard]] std::span<const ChoiceName<ListenerTls>> choices(ListenerTls);
[[nodiscard]] std::span<const ChoiceName<AuthSource>> choices(AuthSource);
[[nodiscard]] std::span<const ChoiceName<StrayNewline>> choices(StrayNewline);
[[nodiscard]] std::span<const ChoiceName<EightBit>> choices(EightBit);
[[nodiscard]] std::span<const ChoiceName<OnRelay>> choices(OnRelay);
[[nodiscard]] std::span<const ChoiceName<OwnSender>> choices(OwnSender);
[[nodiscard]] std::span<const ChoiceName<BackendTls>> choices(BackendTls);
[[nodiscard]] std::span<const ChoiceName<BackendVerify>> choices(BackendVerify);
[[nodiscard]] std::span<const ChoiceName<ums::OnDelete>> choices(ums::OnDelete);
[[nodiscard]] std::span<const ChoiceName<db::ClientInfo>> choices(db::ClientInfo);
[[nodiscard]] std::span<const ChoiceName<base::LogTarget>> choices(base::LogTarget);
[[nodiscard]] std::span<const ChoiceName<base::LogFormat>> choices(base::LogFormat);
[[nodiscard]] std::span<const ChoiceName<base::Level>> choices(base::Level);

template <class E>
struct Choice {
    static Parsed<E> parse(std::string_view text)
    {
        std::string names;
        for (const auto& choice : choices(E{})) {
            if (choice.name == text)
                return choice.value;
            names += names.empty() ? "" : ", ";
            names += choice.name;
        }
        return std::unexpected("must be one of: " + names);
    }
    static std::string show(E value)
    {
        for (const auto& choice : choices(E{}))
            if (choice.value == value)
                return std::string(choice.name);
        return {};
    }
};

// With a space in between.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

struct NetworkList {
    static Parsed<net::Networks> parse(std::string_view text);
    static std::string show(const net::Networks& value) { return value.text(); }
};

// One line of "chain.pem key.pem"; the key may be left out when it is in the same file.
struct CertificateFile {
    static Parsed<net::Certificate> parse(std::string_view text);
    static std::string show(const net::Certificate& value);
};

struct ResolverList {
    static Parsed<std::vector<std::string>> parse(std::string_view text);
    static std::string show(const std::vector<std::string>& value);
};

// SASL mechanisms, in upper case.
struct MechanismList {
    static Parsed<std::vector<std::string>> parse(std::string_view text);
    static std::string show(const std::vector<std::string>& value);
};

// SHA-256 as 64 hexadecimal digits in lower case; colons are dropped.
struct Fingerprint {
    static Parsed<std::string> parse(std::string_view text);
    static std::string show(const std::string& value) { return value; }
};

// Words separated by blanks or commas.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

} // namespace conf
