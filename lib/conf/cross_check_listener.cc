// SPDX-License-Identifier: Apache-2.0
// conf/cross_check_listener.cc - what the keys of a listener have to do with its program
// and with each other.
#include "conf/cross_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace conf {

namespace {

constexpr std::string_view relayd = "smtp-relayd";
constexpr std::string_view pop_proxy = "pop-proxy";
constexpr std::string_view imap_proxy = "imap-proxy";
constexpr std::string_view ums_popd = "ums-popd";

// Keys that are not for every program, and for which they are.
struct Scope {
    std::string_view key;
    std::array<std::string_view, 3> programs;
};

constexpr Scope scopes[] = {
    {"trust-xforward", {relayd}},
    {"relay-from", {relayd}},
    {"auth", {relayd}},
    {"auth-required", {relayd}},
    {"auth-backend", {relayd}},
    {"auth-backend-tls", {relayd}},
    {"auth-backend-ca", {relayd}},
    {"auth-socket", {relayd}},
    {"own-sender", {relayd}},
    {"on-relay", {relayd}},
    {"etrn", {relayd}},
    {"backend", {relayd, pop_proxy, imap_proxy}},
    {"backend-tls", {pop_proxy, imap_proxy}},
    {"backend-verify", {pop_proxy, imap_proxy}},
    {"backend-ca", {pop_proxy, imap_proxy}},
    {"backend-name", {pop_proxy, imap_proxy}},
    {"backend-fingerprint", {pop_proxy, imap_proxy}},
    {"backend-compress", {imap_proxy}},
    {"client-info", {pop_proxy, imap_proxy}},
    {"login-mechanisms", {pop_proxy, imap_proxy, ums_popd}},
    {"apop", {pop_proxy}},
    {"compress", {imap_proxy}},
    {"user-domain", {pop_proxy, imap_proxy, ums_popd}},
};

class Check {
public:
    Check(const Settings& settings, const Listener& listener, const Document& document,
          std::vector<Problem>& problems)
        : settings_(settings), listener_(listener), document_(document),
          problems_(problems), section_("listener " + listener.name)
    {
    }

    void run()
    {
        check_scopes();
        check_tls();
        if (listener_.program == relayd) {
            check_auth();
            check_auth_source();
        } else if (listener_.program == ums_popd) {
            check_login();
            if (!settings_.ums.enabled)
                complain("program", "program = ums-popd needs enabled = yes in [ums]");
        } else {
            check_login();
            check_backend();
            check_loop();
            check_verification();
            check_client_info();
        }
    }

private:
    void complain(std::string_view key, std::string text)
    {
        problems_.push_back({document_.line_of(section_, key), std::move(text)});
    }

    [[nodiscard]] bool says(std::string_view key) const
    {
        return document_.line_of_key(section_, key) > 0;
    }

    void needs(std::initializer_list<std::string_view> keys, std::string_view what)
    {
        for (const std::string_view key : keys)
            if (says(key))
                complain(key, std::string(key) + " needs " + std::string(what));
    }

    void check_scopes()
    {
        for (const Scope& scope : scopes)
            if (says(scope.key) && std::ranges::find(scope.programs, listener_.program) ==
                                       scope.programs.end())
                complain(scope.key,
                         std::string(scope.key) + " is not for " + listener_.program);
    }

    // Never fall back to plaintext: a listener says tls = none, or has a certificate.
    void check_tls()
    {
        if (listener_.tls == ListenerTls::none)
            return;
        if (listener_.certificates.empty() && settings_.tls.certificates.empty())
            complain("tls", "tls needs a certificate, here or in [tls]; or say tls = none");
    }

    void check_auth()
    {
        if (listener_.auth_required && listener_.auth == AuthSource::none)
            complain("auth-required", "auth-required = yes needs auth");
        if (listener_.auth != AuthSource::none && listener_.tls == ListenerTls::none &&
            !listener_.auth_without_tls)
            complain("auth", "auth needs tls, or auth-without-tls = yes");
    }

    void check_auth_source()
    {
        if (listener_.auth == AuthSource::backend && listener_.auth_backend.empty())
            complain("auth", "auth = backend needs auth-backend = host:port");
        if (listener_.auth == AuthSource::dovecot && listener_.auth_socket.empty())
            complain("auth", "auth = dovecot needs auth-socket = path");
        if (listener_.auth == AuthSource::users && settings_.general.database.empty())
            complain("auth", "auth = users needs a database in [general]");
    }

    // Without a login there is nothing to proxy.
    void check_login()
    {
        if (listener_.tls == ListenerTls::none && !listener_.auth_without_tls)
            complain("tls",
                     "tls = none needs auth-without-tls = yes, or nobody can log in");
        if (listener_.tls == ListenerTls::required && listener_.auth_without_tls)
            complain("auth-without-tls",
                     "auth-without-tls = yes contradicts tls = required");
        if (listener_.login_mechanisms.empty() && !listener_.apop)
            complain("login-mechanisms", "login-mechanisms is empty: nobody can log in");
    }

    // What is said of a backend that is not there was meant for one.
    void check_backend()
    {
        if (!listener_.backend.empty())
            return;
        needs({"backend-tls", "backend-verify", "backend-ca", "backend-name",
               "backend-fingerprint", "client-info"},
              "backend = host:port; users' routes have columns for it");
        if (listener_.apop)
            needs({"apop"}, "backend = host:port: the challenge comes from there");
    }

    // Every session would come back to us until the TTL of proxies ends it.
    void check_loop()
    {
        const auto own = net::Address::parse_endpoint(listener_.address);
        const auto backend = net::Address::parse_endpoint(listener_.backend);
        if (!own || !backend || listener_.address.empty())
            return;
        const bool any = own->ip() == "::" || own->ip() == "0.0.0.0";
        if (*backend == *own ||
            (any && backend->is_loopback() && backend->port() == own->port()))
            complain("backend",
                     "backend = " + listener_.backend + " is the listener's own address");
    }

    void check_verification()
    {
        if (listener_.backend_tls == BackendTls::none)
            return needs(
                {"backend-verify", "backend-ca", "backend-name", "backend-fingerprint"},
                "backend-tls = starttls or implicit");
        if (listener_.backend_verify != BackendVerify::name)
            needs({"backend-ca", "backend-name"}, "backend-verify = name");
        const bool pinned = listener_.backend_verify == BackendVerify::fingerprint;
        if (!pinned)
            needs({"backend-fingerprint"}, "backend-verify = fingerprint");
        else if (listener_.backend_fingerprint.empty())
            complain("backend-verify",
                     "backend-verify = fingerprint needs backend-fingerprint");
    }

    void check_client_info()
    {
        if (listener_.client_info == db::ClientInfo::id && listener_.program != imap_proxy)
            complain("client-info", "client-info = id is for imap-proxy");
        if (listener_.client_info == db::ClientInfo::xclient &&
            listener_.program != pop_proxy)
            complain("client-info", "client-info = xclient is for pop-proxy");
    }

    const Settings& settings_;
    const Listener& listener_;
    const Document& document_;
    std::vector<Problem>& problems_;
    std::string section_;
};

} // namespace

void check_listener(const Settings& settings, const Listener& listener,
                    const Document& document, std::vector<Problem>& problems)
{
    Check(settings, listener, document, problems).run();
}

} // namespace conf
