// SPDX-License-Identifier: Apache-2.0
// One list of members per struct serves both ways; see measure_text.h.
#include "li/measure_text.h"

#include "li/words.h"

#include <nlohmann/json.hpp>

#include <concepts>
#include <type_traits>

namespace li {

namespace {

using Json = nlohmann::json;

// Calls visit(name, member) for each; S is a struct, const or not.
template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Peer>
void members(S& it, Visit&& visit)
{
    visit("host", it.host);
    visit("port", it.port);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Destination>
void members(S& it, Visit&& visit)
{
    visit("method", it.method);
    visit("peer", it.peer);
    visit("standby", it.standby);
    visit("user", it.user);
    visit("password", it.password);
    visit("directory", it.directory);
    visit("passive", it.passive);
    visit("peer_key", it.peer_key);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Identity>
void members(S& it, Visit&& visit)
{
    visit("kind", it.kind);
    visit("entered", it.entered);
    visit("canonical", it.canonical);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Order>
void members(S& it, Visit&& visit)
{
    visit("basis", it.basis);
    visit("court", it.court);
    visit("file_number", it.file_number);
    visit("ordered", it.ordered);
    visit("channel", it.channel);
    visit("received", it.received);
    visit("original_received", it.original_received);
    visit("scan_digest", it.scan_digest);
    visit("begin", it.begin);
    visit("end", it.end);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Pause>
void members(S& it, Visit&& visit)
{
    visit("from", it.from);
    visit("to", it.to);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Change>
void members(S& it, Visit&& visit)
{
    visit("kind", it.kind);
    visit("time", it.time);
    visit("old_end", it.old_end);
    visit("new_end", it.new_end);
    visit("court", it.court);
    visit("file_number", it.file_number);
    visit("iri", it.iri);
    visit("cc", it.cc);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Proposal>
void members(S& it, Visit&& visit)
{
    visit("act", it.act);
    visit("by", it.by);
    visit("content", it.content);
    visit("time", it.time);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Life>
void members(S& it, Visit&& visit)
{
    visit("state", it.state);
    visit("entered", it.entered);
    visit("approved", it.approved);
    visit("activated", it.activated);
    visit("ended", it.ended);
    visit("end_reason", it.end_reason);
    visit("entered_by", it.entered_by);
    visit("approved_by", it.approved_by);
    visit("activated_by", it.activated_by);
    visit("ended_by", it.ended_by);
    visit("pauses", it.pauses);
    visit("proposals", it.proposals);
    visit("changed", it.changed);
    visit("changes", it.changes);
    visit("told_begin", it.told_begin);
    visit("told_change", it.told_change);
    visit("told_disturbance", it.told_disturbance);
    visit("told_end", it.told_end);
    visit("forgotten", it.forgotten);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, Authority>
void members(S& it, Visit&& visit)
{
    visit("name", it.name);
    visit("title", it.title);
    visit("contact", it.contact);
    visit("phone", it.phone);
    visit("certificate", it.certificate);
    visit("tls_trust", it.tls_trust);
    visit("proposals", it.proposals);
}

template <class S, class Visit>
    requires std::same_as<std::remove_const_t<S>, TestAccount>
void members(S& it, Visit&& visit)
{
    visit("name", it.name);
    visit("identities", it.identities);
    visit("registration", it.registration);
    visit("added", it.added);
}

// The parts of a measure.
template <class M, class Visit>
void target_members(M& it, Visit&& visit)
{
    visit("reference", it.reference);
    visit("authority", it.authority);
    visit("identities", it.identities);
    visit("scope", it.scope);
    visit("test", it.test);
    visit("test_account", it.test_account);
}

template <class M, class Visit>
void delivery_members(M& it, Visit&& visit)
{
    visit("profile", it.profile);
    visit("records", it.records);
    visit("header_version", it.header_version);
    visit("email_version", it.email_version);
    visit("seal_to_authority", it.seal_to_authority);
    visit("all_recipients", it.all_recipients);
    visit("iri", it.iri);
    visit("cc", it.cc);
    visit("country_authorisation", it.country_authorisation);
    visit("country_delivery", it.country_delivery);
    visit("operator_id", it.operator_id);
    visit("network_element", it.network_element);
    visit("interception_point", it.interception_point);
}

struct Writer {
    Json& out;
    template <class T>
    void operator()(const char* key, const T& value) const
    {
        out[key] = json_of(value);
    }

    template <class T>
    static Json json_of(const T& value)
    {
        if constexpr (std::is_enum_v<T>) {
            return std::string(name(value));
        } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
            return value;
        } else {
            Json object = Json::object();
            members(value, Writer{object});
            return object;
        }
    }
    template <class T>
    static Json json_of(const std::vector<T>& list)
    {
        Json array = Json::array();
        for (const T& value : list)
            array.push_back(json_of(value));
        return array;
    }
    template <class T>
    static Json json_of(const std::optional<T>& value)
    {
        return value ? json_of(*value) : Json();
    }
};

// Throws nlohmann's exceptions; unpack() catches them.
struct Reader {
    const Json& in;
    template <class T>
    void operator()(const char* key, T& value) const
    {
        if (const auto found = in.find(key); found != in.end())
            read(*found, value);
    }

    template <class T>
    static void read(const Json& json, T& value)
    {
        if constexpr (std::is_enum_v<T>) {
            const auto known = named<T>(json.get<std::string>());
            if (!known)
                throw std::invalid_argument("unknown word");
            value = *known;
        } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
            value = json.get<T>();
        } else {
            members(value, Reader{json});
        }
    }
    template <class T>
    static void read(const Json& json, std::vector<T>& list)
    {
        for (const Json& item : json)
            read(item, list.emplace_back());
    }
    template <class T>
    static void read(const Json& json, std::optional<T>& value)
    {
        if (!json.is_null())
            read(json, value.emplace());
    }
};

template <class Visit>
std::string pack(Visit&& visit)
{
    Json json = Json::object();
    visit(Writer{json});
    // Entered bytes are UTF-8 already; a reason from elsewhere need not be.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Visit>
std::expected<void, std::string> unpack(std::string_view text, Visit&& visit)
{
    try {
        const Json json = Json::parse(text);
        visit(Reader{json});
        return {};
    } catch (const std::exception& error) {
        return std::unexpected(std::string("stored text: ") + error.what());
    }
}

template <class T>
std::expected<T, std::string> unpack_whole(std::string_view text)
{
    T value;
    const auto done = unpack(text, [&](const Reader& reader) { members(value, reader); });
    if (!done)
        return std::unexpected(done.error());
    return value;
}

} // namespace

MeasureText to_text(const Measure& measure)
{
    return {
        .target = pack([&](const Writer& out) { target_members(measure, out); }),
        .order = pack([&](const Writer& out) { out("orders", measure.orders); }),
        .delivery = pack([&](const Writer& out) { delivery_members(measure, out); }),
        .life = pack([&](const Writer& out) { members(measure.life, out); }),
    };
}

std::expected<Measure, std::string> measure_from(const Handle& handle,
                                                 const MeasureText& text)
{
    Measure measure;
    measure.handle = handle;
    auto done = unpack(text.target, [&](const Reader& in) { target_members(measure, in); });
    if (done)
        done = unpack(text.order, [&](const Reader& in) { in("orders", measure.orders); });
    if (done)
        done =
            unpack(text.delivery, [&](const Reader& in) { delivery_members(measure, in); });
    if (done)
        done = unpack(text.life, [&](const Reader& in) { members(measure.life, in); });
    if (!done)
        return std::unexpected(done.error());
    return measure;
}

std::string to_text(const Authority& authority)
{
    return pack([&](const Writer& out) { members(authority, out); });
}

std::expected<Authority, std::string> authority_from(std::string_view text)
{
    return unpack_whole<Authority>(text);
}

std::string to_text(const TestAccount& account)
{
    return pack([&](const Writer& out) { members(account, out); });
}

std::expected<TestAccount, std::string> test_account_from(std::string_view text)
{
    return unpack_whole<TestAccount>(text);
}

} // namespace li
