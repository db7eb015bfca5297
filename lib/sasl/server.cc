// SPDX-License-Identifier: Apache-2.0
// PLAIN and LOGIN; see server.h.
#include "sasl/server.h"

#include "sasl/plain.h"
#include "sasl/scram.h"
#include "text/lines.h"

#include <cstdint>

namespace sasl {

namespace {

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
class PlainExchange : public Exchange {
public:
    Step start(std::optional<std::string_view> initial) override
    {
        if (!initial)
            return {Step::Kind::challenge, ""};
        return response(*initial);
    }

    Step response(std::string_view bytes) override
    {
        const auto said = parse_plain(bytes);
        if (over_ || !said)
            return {};
        over_ = true;
        if (!is_name(said->user) || !is_password(said->password) ||
            (!said->acts_as.empty() && !is_name(said->acts_as)))
            return {};
        identity_ = said->acts_as;
        user_ = said->user;
        password_ = said->password;
        return {Step::Kind::credentials, ""};
    }

    Step supply_verifier(std::string_view) override { return {}; }

private:
    bool over_ = false;
};

// Never standardised, asked for everywhere: name and password, one after the other.
class LoginExchange : public Exchange {
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
        return std::make_unique<PlainExchange>();
    if (mechanism == "LOGIN")
        return std::make_unique<LoginExchange>();
    if (mechanism == "SCRAM-SHA-256")
        return begin_scram(secret);
    return nullptr;
}

} // namespace sasl
