// SPDX-License-Identifier: Apache-2.0
// conf/choices.cc - the names of enumerations in the configuration file.
#include "conf/kinds.h"

namespace conf {

std::span<const ChoiceName<ListenerTls>> choices(ListenerTls)
{
    static constexpr ChoiceName<ListenerTls> names[] = {
        {"none", ListenerTls::none},
        {"starttls", ListenerTls::starttls},
        {"required", ListenerTls::required},
        {"implicit", ListenerTls::implicit},
    };
    return names;
}

std::span<const ChoiceName<AuthSource>> choices(AuthSource)
{
    static constexpr ChoiceName<AuthSource> names[] = {
        {"none", AuthSource::none},
        {"backend", AuthSource::backend},
        {"dovecot", AuthSource::dovecot},
        {"users", AuthSource::users},
    };
    return names;
}

std::span<const ChoiceName<StrayNewline>> choices(StrayNewline)
{
    static constexpr ChoiceName<StrayNewline> names[] = {
        {"refuse", StrayNewline::refuse},
        {"normalise", StrayNewline::normalise},
    };
    return names;
}

std::span<const ChoiceName<EightBit>> choices(EightBit)
{
    static constexpr ChoiceName<EightBit> names[] = {
        {"as-is", EightBit::as_is},
        {"refuse", EightBit::refuse},
    };
    return names;
}

std::span<const ChoiceName<OnRelay>> choices(OnRelay)
{
    static constexpr ChoiceName<OnRelay> names[] = {
        {"refuse", OnRelay::refuse},
        {"delay", OnRelay::delay},
    };
    return names;
}

std::span<const ChoiceName<OwnSender>> choices(OwnSender)
{
    static constexpr ChoiceName<OwnSender> names[] = {
        {"accept", OwnSender::accept},
        {"refuse", OwnSender::refuse},
    };
    return names;
}

std::span<const ChoiceName<BackendTls>> choices(BackendTls)
{
    static constexpr ChoiceName<BackendTls> names[] = {
        {"none", BackendTls::none},
        {"starttls", BackendTls::starttls},
        {"implicit", BackendTls::implicit},
    };
    return names;
}

std::span<const ChoiceName<BackendVerify>> choices(BackendVerify)
{
    static constexpr ChoiceName<BackendVerify> names[] = {
        {"none", BackendVerify::none},
        {"name", BackendVerify::name},
        {"fingerprint", BackendVerify::fingerprint},
    };
    return names;
}

// Not xforward: that is about mail.
std::span<const ChoiceName<ums::OnDelete>> choices(ums::OnDelete)
{
    static constexpr ChoiceName<ums::OnDelete> names[] = {
        {"keep", ums::OnDelete::keep},
        {"hide", ums::OnDelete::hide},
        {"withdraw", ums::OnDelete::withdraw},
    };
    return names;
}

std::span<const ChoiceName<db::ClientInfo>> choices(db::ClientInfo)
{
    static constexpr ChoiceName<db::ClientInfo> names[] = {
        {"none", db::ClientInfo::none},
        {"proxy", db::ClientInfo::proxy},
        {"id", db::ClientInfo::id},
        {"xclient", db::ClientInfo::xclient},
    };
    return names;
}

std::span<const ChoiceName<base::LogTarget>> choices(base::LogTarget)
{
    static constexpr ChoiceName<base::LogTarget> names[] = {
        {"stderr", base::LogTarget::standard_error},
        {"journald", base::LogTarget::journald},
        {"syslog", base::LogTarget::syslog},
    };
    return names;
}

std::span<const ChoiceName<base::LogFormat>> choices(base::LogFormat)
{
    static constexpr ChoiceName<base::LogFormat> names[] = {
        {"key-value", base::LogFormat::key_value},
        {"json", base::LogFormat::json},
    };
    return names;
}

std::span<const ChoiceName<base::Level>> choices(base::Level)
{
    static constexpr ChoiceName<base::Level> names[] = {
        {"error", base::Level::error},   {"warning", base::Level::warning},
        {"notice", base::Level::notice}, {"info", base::Level::info},
        {"debug", base::Level::debug},
    };
    return names;
}

} // namespace conf
