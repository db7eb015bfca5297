// SPDX-License-Identifier: Apache-2.0
#include "sasl/scram.h"

#include "sasl/password.h"
#include "text/base64.h"
#include "text/lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <gsasl.h>
#include <utility>

namespace sasl {

namespace {

constexpr std::string_view tag = "SCRAM-SHA-256$";
constexpr std::size_t key_size = 32;
constexpr std::size_t invented_salt_size = 16;
// A stored verifier costs the client, not us; this only keeps out nonsense.
constexpr std::uint32_t max_iterations = 10'000'000;

// One context for the process: it is only read after it was made.
Gsasl* context()
{
    static Gsasl* const shared = [] {
        Gsasl* made = nullptr;
        return gsasl_init(&made) == GSASL_OK ? made : nullptr;
    }();
    return shared;
}

struct Finish {
    void operator()(Gsasl_session* session) const { gsasl_finish(session); }
};
struct Free {
    void operator()(char* text) const { gsasl_free(text); }
};

std::string_view take_until(std::string_view& text, char mark)
{
    const std::string_view part = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

// saslname of RFC 5802: "=2C" is a comma, "=3D" an equals sign, no other "=".
std::optional<std::string> decode_name(std::string_view text)
{
    std::string name;
    while (!text.empty()) {
        if (text.front() != '=') {
            name += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (!text.starts_with("=2C") && !text.starts_with("=3D"))
            return std::nullopt;
        name += text.starts_with("=2C") ? ',' : '=';
        text.remove_prefix(3);
    }
    if (name.empty() || name.size() > max_name || text::has_control(name) ||
        !text::is_utf8(name))
        return std::nullopt;
    return name;
}

struct Names {
    std::string user;
    std::string identity;
};

// "n,a=identity,n=user,r=nonce": what has to be known before libgsasl may see it.
std::optional<Names> names_of(std::string_view client_first)
{
    Names names;
    const std::string_view binding = take_until(client_first, ',');
    const std::string_view identity = take_until(client_first, ',');
    const std::string_view user = take_until(client_first, ',');
    if (binding != "n" && binding != "y") // "p=...": channel binding was not offered
        return std::nullopt;
    if (!user.starts_with("n=") || (!identity.empty() && !identity.starts_with("a=")))
        return std::nullopt;
    const auto name = decode_name(user.substr(2));
    if (!name)
        return std::nullopt;
    names.user = *name;
    if (!identity.empty()) {
        const auto other = decode_name(identity.substr(2));
        if (!other)
            return std::nullopt;
        names.identity = *other;
    }
    return names;
}

class Scram : public Exchange {
public:
    explicit Scram(std::string_view secret) : secret_(secret) {}

    Step start(std::optional<std::string_view> initial) override
    {
        if (!initial)
            return {Step::Kind::challenge, ""}; // the client begins
        return response(*initial);
    }

    Step response(std::string_view bytes) override
    {
        switch (phase_) {
        case Phase::first:
            return take_first(bytes);
        case Phase::final:
            return run(bytes);
        case Phase::acknowledge: // RFC 4954: our last word was a challenge
            phase_ = Phase::over;
            return {bytes.empty() ? Step::Kind::success : Step::Kind::malformed, ""};
        case Phase::asked:
        case Phase::over:
            break;
        }
        return {};
    }

    Step supply_verifier(std::string_view text) override
    {
        if (phase_ != Phase::asked)
            return {};
        const auto verifier = parse_verifier(text);
        stranger_ = !verifier;
        if (!begin_session(verifier ? *verifier : invented_verifier(user_, secret_)))
            return fail(Step::Kind::failure);
        phase_ = Phase::final;
        return run(std::exchange(first_, {}));
    }

private:
    enum class Phase : std::uint8_t { first, asked, final, acknowledge, over };

    Step take_first(std::string_view bytes)
    {
        const auto names = names_of(bytes);
        if (!names || bytes.size() > max_response)
            return fail(Step::Kind::malformed);
        user_ = names->user;
        identity_ = names->identity;
        first_ = bytes;
        phase_ = Phase::asked;
        return {Step::Kind::need_verifier, ""};
    }

    bool begin_session(const Verifier& verifier)
    {
        Gsasl_session* session = nullptr;
        if (context() == nullptr ||
            gsasl_server_start(context(), "SCRAM-SHA-256", &session) != GSASL_OK)
            return false;
        session_.reset(session);
        const auto set = [&](Gsasl_property property, const std::string& value) {
            return gsasl_property_set(session, property, value.c_str()) == GSASL_OK;
        };
        return set(GSASL_SCRAM_ITER, std::to_string(verifier.iterations)) &&
               set(GSASL_SCRAM_SALT, text::base64(verifier.salt)) &&
               set(GSASL_SCRAM_STOREDKEY, text::base64(verifier.stored_key)) &&
               set(GSASL_SCRAM_SERVERKEY, text::base64(verifier.server_key));
    }

    Step run(std::string_view bytes)
    {
        char* raw = nullptr;
        std::size_t length = 0;
        const int result =
            gsasl_step(session_.get(), bytes.data(), bytes.size(), &raw, &length);
        const std::unique_ptr<char, Free> owned(raw);
        std::string data(raw == nullptr ? "" : raw, raw == nullptr ? 0 : length);
        if (result == GSASL_NEEDS_MORE)
            return {Step::Kind::challenge, std::move(data)};
        if (result == GSASL_OK && !stranger_) {
            phase_ = Phase::acknowledge;
            return {Step::Kind::challenge, std::move(data)};
        }
        const bool wrong = result == GSASL_OK || result == GSASL_AUTHENTICATION_ERROR;
        return fail(wrong ? Step::Kind::failure : Step::Kind::malformed);
    }

    Step fail(Step::Kind kind)
    {
        phase_ = Phase::over;
        return {kind, ""};
    }

    std::string secret_;
    std::string first_;
    std::unique_ptr<Gsasl_session, Finish> session_;
    Phase phase_ = Phase::first;
    bool stranger_ = false;
};

} // namespace

std::optional<Verifier> parse_verifier(std::string_view text)
{
    if (!text.starts_with(tag))
        return std::nullopt;
    text.remove_prefix(tag.size());
    const std::string_view count = take_until(text, ':');
    Verifier verifier;
    const auto [end, error] =
        std::from_chars(count.data(), count.data() + count.size(), verifier.iterations);
    const auto salt = text::from_base64(take_until(text, '$'));
    const auto stored = text::from_base64(take_until(text, ':'));
    const auto server = text::from_base64(text);
    if (error != std::errc{} || end != count.data() + count.size() ||
        verifier.iterations == 0 || verifier.iterations > max_iterations || !salt ||
        salt->empty() || !stored || stored->size() != key_size || !server ||
        server->size() != key_size)
        return std::nullopt;
    verifier.salt = *salt;
    verifier.stored_key = *stored;
    verifier.server_key = *server;
    return verifier;
}

std::string format_verifier(const Verifier& verifier)
{
    return std::string(tag) + std::to_string(verifier.iterations) + ':' +
           text::base64(verifier.salt) + '$' + text::base64(verifier.stored_key) + ':' +
           text::base64(verifier.server_key);
}

// One iteration of the library's own key derivation, keyed with our secret, gives bytes
// nobody outside can tell from stored ones.
Verifier invented_verifier(std::string_view user, std::string_view secret)
{
    const std::string seed = text::hex(secret) + '.' + text::hex(user);
    std::array<char, key_size> salted{};
    std::array<char, key_size> client{};
    std::array<char, key_size> server{};
    std::array<char, key_size> stored{};
    (void)gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, seed.c_str(), 1, "sponts", 6,
                                            salted.data(), client.data(), server.data(),
                                            stored.data());
    return {scram_iterations, std::string(salted.data(), invented_salt_size),
            std::string(stored.data(), key_size), std::string(server.data(), key_size)};
}

std::unique_ptr<Exchange> begin_scram(std::string_view secret)
{
    return std::make_unique<Scram>(secret);
}

} // namespace sasl
