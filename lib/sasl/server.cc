// SPDX-License-Identifier: Apache-2.0
// PLAIN and LOGIN; see server.h.
#include "sasl/server.h"

#include "sasl/scram.h"
#include "text/lines.h"

#include <cstdint>

namespace sasl {

namespace {

constexpr std::string_view nul("\0", 1);

bool is_name(std::string_view name)
{
    return !name.empty() && name.size() <= max_name && !text::has_control(name) &&
           text::is_utf8(name);
}

bool is_password(std::string_view password)
{
    return !password.empty() && password.size() <= max_password && !password.contains('\0');
}

// RFC 4616: [identity] NUL user NUL password, in one message.
class Plain : public Exchange {
public:
    Step start(std::optional<std::string_view> initial) override
    {
        if (!initial)
            return {Step::Kind::challenge, ""};
        return response(*initial);
    }

    Step response(std::string_view bytes) override
    {
        const std::size_t first = bytes.find(nul);
        const std::size_t second =
            first == std::string_view::npos ? first : bytes.find(nul, first + 1);
        if (over_ || second == std::string_view::npos)
            return {};
        over_ = true;
        const std::string_view identity = bytes.substr(0, first);
        const std::string_view user = bytes.substr(first + 1, second - first - 1);
        const std::string_view password = bytes.substr(second + 1);
        if (!is_name(user) || !is_password(password) ||
            (!identity.empty() && !is_name(identity)))
            return {};
        identity_ = identity;
        user_ = user;
        password_ = password;
        return {Step::Kind::credentials, ""};
    }

    Step supply_verifier(std::string_view) override { return {}; }

private:
    bool over_ = false;
};

// Never standardised, asked for everywhere: name and password, one after the other.
class Login : public Exchange {
public:
    Step start(std::optional<std::string_view> initial) override
    {
        if (!initial)
            return {Step::Kind::challenge, "Username:"};
        return response(*initial);
    }

    Step response(std::string_view bytes) override
    {
        if (phase_ == Phase::name && is_name(bytes)) {
            user_ = bytes;
            phase_ = Phase::password;
            return {Step::Kind::challenge, "Password:"};
        }
        const bool good = phase_ == Phase::password && is_password(bytes);
        phase_ = Phase::over;
        if (!good)
            return {};
        password_ = bytes;
        return {Step::Kind::credentials, ""};
    }

    Step supply_verifier(std::string_view) override { return {}; }

private:
    enum class Phase : std::uint8_t { name, password, over };
    Phase phase_ = Phase::name;
};

} // namespace

std::unique_ptr<Exchange> begin(std::string_view mechanism, std::string_view secret)
{
    if (mechanism == "PLAIN")
        return std::make_unique<Plain>();
    if (mechanism == "LOGIN")
        return std::make_unique<Login>();
    if (mechanism == "SCRAM-SHA-256")
        return begin_scram(secret);
    return nullptr;
}

} // namespace sasl
