// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl authority: who orders measures and receives what they yield.
#include "base/failure.h"
#include "base/file.h"
#include "by_two.h"
#include "seal/digest.h"
#include "seal/keys.h"
#include "text/json.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

// All certificates of a file, as PEM, and nothing else that stands in it.
std::string pems_of(const std::string& file)
{
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    const std::string text = base::read_file(file, base::Remedy::supply_input);
    std::string pems;
    for (auto at = text.find(begin); at != std::string::npos;
         at = text.find(begin, at + 1)) {
        const auto last = text.find(end, at);
        const auto size = last == std::string::npos ? last : last + end.size() - at;
        pems += seal::Certificate::parse(text.substr(at, size), file).pem();
    }
    if (pems.empty())
        throw base::Failure(base::Remedy::fix_arguments, file + ": no certificate in PEM");
    return pems;
}

std::string subject_of(const li::Authority& authority)
{
    return authority.certificate.empty()
               ? ""
               : seal::Certificate::parse(authority.certificate, authority.name).subject();
}

// Orders that want it are refused; better to be told now.
void warn_of_expired(const li::Authority& authority, li::Time now)
{
    if (const li::Time end = end_of_certificate(authority); end != 0 && end <= now)
        std::cerr << "tkuev-ctl: warning: the certificate expired at " << li::official(end)
                  << '\n';
}

// Until when somebody else may want the same.
std::string proposal_lapses(const li::Authority& authority, li::Time now)
{
    const li::Proposal* const proposal = li::open_proposal(authority, now);
    return proposal == nullptr ? "" : li::official(li::lapses(*proposal));
}

std::string json_of_authority(const li::Authority& authority, li::Time now)
{
    std::string text;
    text::JsonWriter out(text);
    out.begin_object();
    out.member("name", authority.name).member("title", authority.title);
    out.member("contact", authority.contact).member("phone", authority.phone);
    out.member("certificate", subject_of(authority));
    out.member("certificate-ends", li::official(end_of_certificate(authority)));
    out.member("tls-trust", authority.tls_trust);
    if (const std::string lapses = proposal_lapses(authority, now); !lapses.empty())
        out.member("proposal-lapses", lapses);
    out.end_object();
    return text;
}

void print(const li::Authority& authority, li::Time now)
{
    std::cout << fmt::format("name:         {}\ntitle:        {}\ncontact:      {}\n"
                             "phone:        {}\ncertificate:  {}\nvalid until:  {}\n"
                             "TLS trust:    {}\n",
                             authority.name, authority.title, authority.contact,
                             authority.phone, subject_of(authority),
                             li::official(end_of_certificate(authority)),
                             authority.tls_trust.empty() ? "" : "of its own");
    if (const std::string lapses = proposal_lapses(authority, now); !lapses.empty())
        std::cout << "proposed:     other certificates, lapses at " << lapses << '\n';
}

// Of what is known already, only what was said anew changes.
void take_options(const Call& call, li::Authority& authority)
{
    const auto take = [&](std::string_view name, std::string& text) {
        if (call.has(name))
            text = text_option(call, name);
    };
    take("title", authority.title);
    take("contact", authority.contact);
    take("phone", authority.phone);
    if (call.has("certificate"))
        authority.certificate =
            seal::Certificate::parse(
                base::read_file(call.get("certificate"), base::Remedy::supply_input),
                call.get("certificate"))
                .pem();
    if (call.has("tls-trust"))
        authority.tls_trust = pems_of(call.get("tls-trust"));
}

// Whoever has another certificate in them reads what is sealed and is taken for the
// authority's server: what one person alone wants leaves the ones before.
li::Agreement keep_certificates(Office& office, li::Authority& wanted,
                                const li::Authority& before, const std::string& person)
{
    if (wanted.certificate == before.certificate && wanted.tls_trust == before.tls_trust)
        return li::Agreement::agreed;
    const std::string content =
        seal::hex(seal::sha256(wanted.certificate + '/' + wanted.tls_trust));
    const li::Rulings rulings{.second_person = office.settings().second_person};
    const auto agreement =
        li::agree(wanted, office.now(), mark_of(person, wanted), content, rulings);
    remark_of(office, agreement);
    if (agreement != li::Agreement::agreed) {
        wanted.certificate = before.certificate;
        wanted.tls_trust = before.tls_trust;
    }
    return agreement;
}

bool in_use(Office& office, const std::string& name)
{
    return std::ranges::any_of(office.measures().all(), [&](const db::StoredMeasure& it) {
        return it.measure.authority == name && li::next_change(it.measure, office.now());
    });
}

} // namespace

int authority_add(const Call& call)
{
    Office office(call);
    const std::string& name = call.operands.at(0);
    if (name.empty() || text::has_control(name) || !text::is_utf8(name))
        throw base::Failure(base::Remedy::fix_arguments, "NAME: is no text");
    auto agreement = li::Agreement::agreed;
    const int status =
        office.perform(entry_of("authority-add", "authority=" + name),
                       [&](const std::string& person) -> li::Done {
                           const li::Authority before =
                               office.authority(name).value_or(li::Authority{});
                           li::Authority authority = before;
                           authority.name = name;
                           take_options(call, authority);
                           if (call.has("certificate"))
                               warn_of_expired(authority, office.now());
                           agreement = keep_certificates(office, authority, before, person);
                           office.measures().put(authority);
                           return {};
                       });
    return status == exit_done ? exit_of(agreement) : status;
}

int authority_list(const Call& call)
{
    Office office(call);
    return office.perform(
        entry_of("authority-list", ""), [&](const std::string&) -> li::Done {
            std::string json;
            for (const li::Authority& authority : office.measures().authorities()) {
                if (!call.has("json"))
                    std::cout << fmt::format("{:<20}  {}\n", authority.name,
                                             authority.title);
                json +=
                    (json.empty() ? "" : ",") + json_of_authority(authority, office.now());
            }
            if (call.has("json"))
                std::cout << '[' << json << "]\n";
            return {};
        });
}

int authority_show(const Call& call)
{
    Office office(call);
    const std::string& name = call.operands.at(0);
    return office.perform(entry_of("authority-show", "authority=" + name),
                          [&](const std::string&) -> li::Done {
                              const auto authority = office.authority(name);
                              if (!authority)
                                  return std::unexpected("there is no such authority");
                              if (call.has("json"))
                                  std::cout << json_of_authority(*authority, office.now())
                                            << '\n';
                              else
                                  print(*authority, office.now());
                              return {};
                          });
}

int authority_remove(const Call& call)
{
    Office office(call);
    const std::string& name = call.operands.at(0);
    return office.perform(entry_of("authority-remove", "authority=" + name),
                          [&](const std::string&) -> li::Done {
                              if (in_use(office, name))
                                  return std::unexpected(
                                      "cannot remove: it has measures that have not ended");
                              if (!office.measures().remove_authority(name))
                                  return std::unexpected("there is no such authority");
                              return {};
                          });
}

} // namespace tkuev
