// SPDX-License-Identifier: Apache-2.0
// li/measure.h - a measure: one interception, ordered by one authority, with one reference
// number, for a person's identities and for a period.
//
// Plain data; what may be done with it stands in li/life.h, what an order must say in
// li/check.h, the names of the values in li/words.h.
#pragma once

#include "etsi/versions.h"
#include "li/event.h"
#include "li/identity.h"
#include "li/official_time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace li {

// TS 103 120.  What is stored; that a measure has ended by time is derived: state_at().
enum class State : std::uint8_t {
    awaiting_approval,
    awaiting_provisioning, // approved
    active,                // armed: it captures from its begin on
    suspended,
    expired,
    cancelled,
    error,
    rejected,
    invalid,
};

enum class Scope : std::uint8_t { iri, iri_and_cc };
// How an order came: the paper, or a copy ahead of it (TKÜV § 12 (2)).
enum class Channel : std::uint8_t { original, electronic, fax };
enum class LegalBasis : std::uint8_t {
    none, // not said
    stpo_100a,
    g10_3,
    g10_5,
    zfdg_72,
    bkag_51,
    state_law,
};
enum class Profile : std::uint8_t { etsi_tcp, etsi_ftp_file, de_xml_ftp, cd };
enum class Method : std::uint8_t { ftp, ftps, sftp, tcp, tls, cd };
// How sessions are reported: TS 102 232-2 begin, continue, end; or report records only.
enum class Records : std::uint8_t { begin_end, report };

// What one person wants and another one has not agreed to yet; see li/proposal.h.
struct Proposal {
    std::string act; // "extend", "redirect"
    std::string by;
    std::string content; // a digest
    Time time = 0;
    bool operator==(const Proposal&) const = default;
};

struct Authority {
    std::string name; // by which officers call it: "lka-by"
    std::string title;
    std::string contact; // who is told about disturbances, with address
    std::string phone;
    std::string certificate; // PEM; empty: none
    // PEM: certificates of its servers, or of who signs them; empty: none of its own.
    std::string tls_trust;
    std::vector<Proposal> proposals; // of other certificates; one at most
    bool operator==(const Authority&) const = default;
};

struct Peer {
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const Peer&) const = default;
};

struct Destination {
    Method method = Method::ftp;
    Peer peer;
    std::vector<Peer> standby; // tried in order when the first does not answer
    std::string user;
    std::string password; // only while somebody needs it, never shown
    std::string directory;
    bool passive = true; // FTP
    // SFTP must, FTPS and TLS may name the server's public key: "SHA256:" and its digest in
    // base64, one for each of peer and standbys, separated by blanks; the last goes for
    // those that follow.  Then certificates are not asked for.
    std::string peer_key;
    bool operator==(const Destination&) const = default;
};

// One order of the court: the first, or one that extends.
struct Order {
    LegalBasis basis = LegalBasis::none;
    std::string court;
    std::string file_number;
    Time ordered = 0; // date of the order; 0: not said
    Channel channel = Channel::original;
    Time received = 0;          // the order or its copy
    Time original_received = 0; // 0: not yet, if the channel is not the original
    std::string scan_digest;    // SHA-256 of the scan, hexadecimal; empty: none
    Time begin = 0;
    Time end = 0;
    bool operator==(const Order&) const = default;
};

struct Pause {
    Time from = 0;
    Time to = 0; // 0: still
    bool operator==(const Pause&) const = default;
};

// What became different while a measure was armed or waited for it.  A lapse, of an
// extension whose original did not come, is not written down: see li/notice.h.
enum class ChangeKind : std::uint8_t {
    extension,
    redirection,
    suspension,
    resumption,
    lapse,
};
struct Change {
    ChangeKind kind = ChangeKind::extension;
    Time time = 0;
    // Of an extension and its lapse: the end before and after, and the order that says so.
    Time old_end = 0;
    Time new_end = 0;
    std::string court{};
    std::string file_number{};
    // Of a redirection: what goes elsewhere, or in another form.
    bool iri = false;
    bool cc = false;
    bool operator==(const Change&) const = default;
};

// When and by whom.  People are marks that only tell them apart.
struct Life {
    State state = State::awaiting_approval;
    Time entered = 0;
    Time approved = 0;
    Time activated = 0; // actual
    Time ended = 0;     // by a person; an end by time is derived
    std::string end_reason;
    std::string entered_by;
    std::string approved_by;
    std::string activated_by;
    std::string ended_by;
    std::vector<Pause> pauses;
    std::vector<Proposal> proposals; // one of an act at most
    Time changed = 0; // last: by an extension, a pause or another destination
    std::vector<Change> changes;
    Time told_begin = 0; // when the letter of set-up was made
    Time told_change = 0;
    Time told_disturbance = 0;
    Time told_end = 0;
    Time forgotten = 0; // when its order was destroyed: see li::forget()
    bool operator==(const Life&) const = default;
};

struct Measure {
    Handle handle{};
    std::string reference; // LIID
    std::string authority; // Authority::name
    std::vector<Identity> identities;
    std::vector<Order> orders; // at least one; extensions follow
    Scope scope = Scope::iri_and_cc;

    Profile profile = Profile::etsi_tcp;
    Records records = Records::begin_end;
    std::uint8_t header_version = etsi::newest_header; // TS 102 232-1
    std::uint8_t email_version = etsi::newest_email;   // TS 102 232-2
    bool seal_to_authority = false; // content is readable by the authority alone
    bool all_recipients = false;    // R7: also those of incoming mail
    Destination iri;
    std::optional<Destination> cc;     // nothing: where the event data go
    std::string country_authorisation; // empty: [tkuev] country
    std::string country_delivery;
    std::string operator_id; // empty: [tkuev]
    std::string network_element;
    std::string interception_point;

    bool test = false; // TKÜV § 23
    std::string test_account;
    Life life;
    bool operator==(const Measure&) const = default;
};

} // namespace li
