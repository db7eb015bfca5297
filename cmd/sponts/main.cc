// SPDX-License-Identifier: Apache-2.0
// sponts(8): sets up, checks and runs the toolkit.
//
// This file knows the command line: the table of subcommands and how words become a Call.
// What a subcommand does stands in the file named after it.
#include "command.h"
#include "conf/command_line.h"
#include "database.h"
#include "journal.h"

namespace {

using conf::Command;

const std::vector<Command>& commands()
{
    // name, function, one line of help, operands, options
    static const std::vector<Command> table = {
        {"check",
         sponts::check,
         "read the configuration and look at everything it names",
         "",
         {{"dump-config", "", "show each value and where it came from"}}},
        {"init",
         sponts::init,
         "make what the configuration names and is not there yet",
         "",
         {{"self-signed", "", "make missing certificates, self-signed"},
          {"sample", "", "print a configuration that says every key, make nothing"},
          {"demo", "DIR", "make a gateway for demo.example in DIR, on loopback"},
          {"backend", "HOST:PORT", "where the mail of the demonstration goes"},
          {"imap-backend", "HOST:PORT", "where its users' mail is read by IMAP"},
          {"pop3-backend", "HOST:PORT", "where its users' mail is read by POP3"}}},
        {"run",
         sponts::run,
         "start every program in the foreground and keep them running",
         "",
         {{"bin-dir", "DIR", "where the programs are"}}},
        {"db migrate",
         sponts::db_migrate,
         "make the database, or bring it to this version",
         "",
         {sponts::database_option,
          {"journal", "", "the journal instead"},
          {"policy", "", "what logins teach instead"}}},
        {"import",
         sponts::import_table,
         "fill a table from CSV, all or nothing",
         "TABLE [FILE]",
         {sponts::database_option,
          {"dry-run", "", "say what would change, change nothing"},
          {"replace", "", "remove what the file does not name"}}},
        {"export",
         sponts::export_table,
         "write a table as CSV",
         "TABLE",
         {sponts::database_option}},
        {"traffic",
         sponts::traffic,
         "add up what the log says was carried for each tenant",
         "[LOG-FILE ...]",
         {sponts::database_option,
          {"from", "TIME", "only what was logged then or later"},
          {"to", "TIME", "only what was logged before"},
          {"by", "tenant|domain", "what has a line of its own; tenant by default"},
          {"json", "", "for programs"}}},
        {"journal rebuild",
         sponts::journal_rebuild,
         "make the journal anew, from the log and the queue",
         "",
         {{"yes", "", "replace the one that is there, whatever is lost"},
          {"dry-run", "", "say what would be lost, change nothing"}}},
        {"user add",
         sponts::user_add,
         "add a user; the password is read from standard input",
         "NAME",
         {sponts::database_option}},
        {"user password",
         sponts::user_password,
         "change a password, read from standard input",
         "NAME",
         {sponts::database_option}},
    };
    return table;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"sponts - sets up, checks and runs the mail gateway", "sponts"};
    conf::Call call;
    const Command& command = conf::read_subcommand(app, commands(), argc, argv, call);
    return conf::run_program("sponts", [&] { return command.run(call); });
}
