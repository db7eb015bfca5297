// SPDX-License-Identifier: Apache-2.0
#include "imap/argument_scanner.h"

#include <doctest/doctest.h>
#include <string>

using imap::ArgumentScanner;

namespace {

using Of = ArgumentScanner::Of;

// "#" in `line`: here a literal is announced; "name" is its content if it is no message.
// What each literal is, as "m" or "n"; what is known in the end.
std::string scan(Of of, std::string_view line, std::size_t cut)
{
    ArgumentScanner scanner;
    std::string shape;
    scanner.begin(of);
    while (!line.empty()) {
        const std::string_view text = line.substr(0, line.find('#'));
        for (std::size_t i = 0; i < text.size(); i += cut)
            scanner.text(text.substr(i, cut));
        line.remove_prefix(text.size());
        if (line.empty())
            break;
        line.remove_prefix(1);
        const bool message = scanner.literal();
        shape += message ? "m" : "n";
        shape += scanner.sound() ? "" : "?";
        if (message)
            continue;
        scanner.octets("na", false);
        scanner.octets("me", true);
    }
    scanner.end();
    return shape + " " + scanner.mailbox() + " " + std::to_string(scanner.messages());
}

} // namespace

TEST_CASE("imap: the arguments of SELECT and APPEND, in pieces")
{
    struct {
        Of of;
        std::string_view line;
        std::string_view wanted;
    } const cases[] = {
        {Of::select, "INBOX", " INBOX 0"},
        {Of::select, "\"a \\\"b\\\\\" (CONDSTORE)", " a \"b\\ 0"},
        {Of::select, "{4}#", "n? name 1"},
        {Of::select, "foo[bar (x", " foo[bar 0"},
        {Of::select, "(x)", "  0"},
        {Of::select, "", "  0"},
        {Of::upload, "INBOX {1}#", "m INBOX 1"},
        {Of::upload, "  INBOX   {1}#", "m INBOX 1"},
        {Of::upload, "{4+}# {1}#", "nm name 1"},
        {Of::upload, "INBOX (\\Seen $x) \"17-Jul\" ~{1}#", "m INBOX 1"},
        {Of::upload, "x {1}# {1}# () {1}# \"d\" {1}#", "mmmm x 4"},
        {Of::upload, "x CATENATE (TEXT {1}# TEXT {1}#) {1}#", "mmm x 2"},
        {Of::upload, "x catenate (URL \"/x\" URL y) () CATENATE (text {1}# url x)",
         "m x 2"},
        {Of::upload, "x\r", " x 0"},
        {Of::upload, "x \r{1}#", "m? x 1"},
        {Of::upload, "\"x\"y {1}#", "m? x 1"},
        {Of::upload, "\"x\"{1}#", "m? x 1"},
        {Of::upload, "x{1}#", "n? name 0"},
        {Of::upload, "x {1} {1}#", "m? x 1"},
        {Of::upload, "x {1}#y {1}#", "mm? x 2"},
        {Of::upload, "x () () {1}#", "m? x 1"},
        {Of::upload, "x \"d\" () {1}#", "m? x 1"},
        {Of::upload, "x (a (b)) {1}#", "m? x 1"},
        {Of::upload, "x (a\"b\") {1}#", "m? x 1"},
        {Of::upload, "x NIL {1}#", "m? x 1"},
        {Of::upload, "x (a {1}#", "m? x 1"},
        {Of::upload, "x \"d {1}#", "m? x 1"},
        {Of::upload, "x CATENATE {1}#", "m? x 1"},
        {Of::upload, "x CATENATE ({1}#", "m? x 1"},
        {Of::upload, "x CATENATE (FOO {1}#", "m? x 1"},
        {Of::upload, "x CATENATE (TEXT{1}#", "m? x 1"},
        {Of::upload, "x CATENATE (TEXT {1}# {1}#", "mm? x 2"},
        {Of::upload, "x UTF8 (~{1}#)", "m? x 1"},
        {Of::upload, "x UTF8 ~{1}#", "m? x 1"},
        {Of::upload, "x UTF8 () {1}#", "m? x 1"},
        {Of::upload, "a%b {1}#", "m? a%b 1"},
        {Of::upload, "a\\b {1}#", "m? a\\b 1"},
        {Of::upload, "\xe4 {1}#", "m? \xe4 1"},
        {Of::upload, "\"\xe4\" {1}#", "m? \xe4 1"},
        {Of::upload, "(x) {1}#", "m?  1"},
        {Of::replace, "4 Draft {1}#", "m? Draft 1"},
        {Of::replace, "4 {4}# {1}#", "nm? name 1"},
        {Of::nothing, "x {1}#", "m?  1"},
    };
    for (const auto& one : cases)
        for (std::size_t cut = 1; cut < 9; ++cut) {
            CAPTURE(one.line);
            std::string found = scan(one.of, one.line, cut);
            if (one.of != Of::upload) // nothing is made of it there
                std::erase(found, '?');
            std::string wanted(one.wanted);
            if (one.of != Of::upload)
                std::erase(wanted, '?');
            CHECK(found == wanted);
        }
}

TEST_CASE("imap: a mailbox with a name that is too long has none")
{
    const std::string longest(ArgumentScanner::longest_mailbox, 'x');
    CHECK(scan(Of::upload, longest + " {1}#", 1000) == "m " + longest + " 1");
    CHECK(scan(Of::upload, longest + "x {1}#", 1000) == "m?  1");
    CHECK(scan(Of::upload, "\"" + longest + "x\" {1}#", 1000) == "m?  1");
}
