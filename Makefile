# SPDX-License-Identifier: Apache-2.0
#
# sponts - one non-recursive makefile.  `make help` lists the targets.
#
# Variables for the command line:
#   PREFIX=/usr/local  where install puts things       DESTDIR=  staging root for packagers
#   BUILD=build        where everything built goes      SANITIZE=address,undefined | thread
#   CXX=clang++-19     see lib/base/compiler.h          OPT=-O2   optimisation
#   PRECOMPILED=       nothing precompiled: what a compiler cache wants
#   BACKEND=host:port  where `make run` relays to       JOBS=     parallel jobs of run and test
#   IMAP_BACKEND=host:port, POP3_BACKEND=host:port      whose mailboxes `make run` shows

PREFIX   ?= /usr/local
BUILD    ?= build
SANITIZE ?=
ifeq ($(origin CXX),default)
CXX := clang++-19
endif
VERSION  := 0.1.0
JOBS     ?= $(shell nproc)

LIBS := -lfmt -lssl -lcrypto -lsqlite3 -linih -lunbound -largon2 -lgsasl -lseccomp -lidn2 -lunistring -lxxhash -lz -lcurl -lxml2

CPPFLAGS += -Ilib -I$(BUILD) -DSPONTS_VERSION='"$(VERSION)"' -DSPONTS_PREFIX='"$(PREFIX)"' \
            -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wswitch -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
HARDEN   := -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
comma := ,
ifeq ($(SANITIZE),)
HARDEN   += -D_FORTIFY_SOURCE=2
OPT      ?= -O2
DEBUG    := -g
else
override BUILD := $(BUILD)-$(subst $(comma),-,$(SANITIZE))
OPT      ?= -O0
# vptr: the classes of libfmt.so have no type information that the check could read.
# Half the time of such a build is optimising: `make fuzz OPT=-O1` for a long search.
DEBUG    := -gline-tables-only
SANFLAGS := -fsanitize=$(SANITIZE) -fno-sanitize=vptr -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
BIN  := $(BUILD)/bin
PRECOMPILED ?= $(BUILD)/precompiled.pch
CXXFLAGS += -std=c++23 $(OPT) $(DEBUG) $(WARN) $(HARDEN) $(SANFLAGS) -MMD -MP
LDFLAGS  += $(SANFLAGS) -fuse-ld=lld-19 -pie -pthread -Wl,-z,relro,-z,now,--as-needed

# What everything is compiled with, whether through a cache or not.
COMPILER := $(filter-out ccache,$(CXX)) $(CPPFLAGS) $(CXXFLAGS)

lib_src   := $(sort $(filter-out %_test.cc,$(wildcard lib/*/*.cc)))
test_src  := $(sort $(wildcard lib/*/*_test.cc cmd/*/*_test.cc))
programs  := $(sort $(notdir $(patsubst %/main.cc,%,$(wildcard cmd/*/main.cc))))
fuzzers   := $(sort $(patsubst tests/fuzz/%.cc,%,$(wildcard tests/fuzz/*.cc)))
bench_src := $(sort $(wildcard bench/*.cc))
tools     := $(sort $(patsubst tests/tools/%.cc,%,$(wildcard tests/tools/*.cc)))

lib_obj   := $(lib_src:%.cc=$(BUILD)/%.o)
test_obj  := $(test_src:%.cc=$(BUILD)/%.o)
prog_src  := $(filter-out %_test.cc,$(wildcard cmd/*/*.cc))
# What a program's tests need of the program itself: all its files but main.cc.
part_obj  := $(patsubst %.cc,$(BUILD)/%.o,$(filter-out %/main.cc,$(prog_src)))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: programs ## build every program (default)

.PHONY: programs
programs: $(programs:%=$(BIN)/%) $(if $(filter queuectl,$(programs)),$(BIN)/mailq)

# Other options make other objects: all are made again.
ifneq ($(file <$(BUILD)/compiler),$(COMPILER))
.PHONY: $(BUILD)/compiler
endif
$(BUILD)/compiler:
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMPILER))' >$@

$(BUILD)/%.o: %.cc $(PRECOMPILED) $(BUILD)/compiler
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(PRECOMPILED:%=-include-pch %) -c -o $@ $<

# System headers, too, as far as their times tell: it is of no use any more when one of them
# has changed.
$(BUILD)/precompiled.pch: lib/precompiled.h $(BUILD)/compiler
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS:-MMD=-MD) -x c++-header -fpch-instantiate-templates -o $@ $<

$(BUILD)/lib/handover/%: private CPPFLAGS += -isystem /usr/include/libxml2

# GMime is the foreign decoder of the tests of lib/mime; no program has it.
GMIME = $(shell pkg-config $(1) gmime-3.0)
$(BUILD)/lib/mime/gmime_test.o: private CPPFLAGS += $(subst -I,-isystem ,$(call GMIME,--cflags-only-I))
$(BIN)/unit-tests: private LIBS += $(call GMIME,--libs)

# The SQL of a schema and its migrations, as initialisers: of sponts.db for lib/db/sql.cc, of
# measures.db for lib/db/measures_schema.cc, of journal.db for lib/db/journal_schema.cc, of
# policy.db for lib/db/policy_schema.cc.
$(BUILD)/sql.inc: $(sort $(wildcard sql/*.sql))
$(BUILD)/sql-li.inc: $(sort $(wildcard sql/li/*.sql))
$(BUILD)/sql-journal.inc: $(sort $(wildcard sql/journal/*.sql))
$(BUILD)/sql-policy.inc: $(sort $(wildcard sql/policy/*.sql))
$(BUILD)/sql.inc $(BUILD)/sql-li.inc $(BUILD)/sql-journal.inc $(BUILD)/sql-policy.inc:
	@mkdir -p $(@D)
	for file in $^; do \
	    printf '{"%s", R"sql(' "$${file##*/}"; cat "$$file"; printf ')sql"},\n'; \
	done > $@

$(BUILD)/lib/db/sql.o $(BUILD)/lib/db/sql.tidy: $(BUILD)/sql.inc
$(BUILD)/lib/db/policy_schema.o $(BUILD)/lib/db/policy_schema.tidy: $(BUILD)/sql-policy.inc
$(BUILD)/lib/db/journal_schema.o $(BUILD)/lib/db/journal_schema.tidy: $(BUILD)/sql-journal.inc
$(BUILD)/lib/db/measures_schema.o $(BUILD)/lib/db/measures_schema.tidy: $(BUILD)/sql-li.inc

$(BUILD)/libsponts.a: $(lib_obj)
	@rm -f $@
	ar rcs $@ $^

define program_rule
$(BIN)/$(1): $(patsubst %.cc,$(BUILD)/%.o,$(filter-out %_test.cc,$(wildcard cmd/$(1)/*.cc))) $(BUILD)/libsponts.a
	@mkdir -p $$(@D)
	$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $$@ $$^ $(LIBS)
endef
$(foreach p,$(programs),$(eval $(call program_rule,$(p))))

$(BIN)/mailq: $(BIN)/queuectl
	ln -sf queuectl $@

$(BIN)/unit-tests: $(BUILD)/tests/unit_main.o $(test_obj) $(part_obj) $(BUILD)/libsponts.a
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(BUILD)/precompiled.d $(patsubst %.o,%.d,$(lib_obj) $(test_obj) $(patsubst %.cc,$(BUILD)/%.o,$(prog_src) $(bench_src) $(wildcard tests/tools/*.cc tests/fuzz/*.cc) tests/unit_main.cc))


# -- tests ----------------------------------------------------------------------------

.PHONY: deps deps-test check test
deps: ## install the Debian packages the build needs
	contrib/install-deps build
deps-test:
	contrib/install-deps build test

.PHONY: build-tests
build-tests: programs $(BIN)/unit-tests $(tools:%=$(BIN)/%) $(BIN)/asn1-check

check: build-tests ## run all tests, installing nothing
	tests/run --bin $(BIN)

test: deps-test ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory -j$(JOBS) check

$(tools:%=$(BIN)/%): $(BIN)/%: $(BUILD)/tests/tools/%.o $(BUILD)/libsponts.a
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The foreign decoder of tests/etsi.bats: generated by asn1c, compiled without our warnings.
ASN1 := $(BUILD)/asn1
$(ASN1)/PS-PDU.h: tests/etsi/ts102232-email.asn1
	rm -rf $(ASN1) && mkdir -p $(ASN1)
	cd $(ASN1) && asn1c -fcompound-names $(abspath $<) >asn1c.log 2>&1 || { cat asn1c.log; exit 1; }
	rm $(ASN1)/converter-sample.c

$(ASN1)/libasn1.a: $(ASN1)/PS-PDU.h
	cd $(ASN1) && clang-19 -w -O1 -fPIE -I. -c *.c
	rm -f $@ && ar rcs $@ $(ASN1)/*.o

$(BIN)/asn1-check: tests/etsi/asn1-check.cc $(ASN1)/libasn1.a
	@mkdir -p $(@D)
	$(CXX) -std=c++23 -O1 -w -I$(ASN1) -fuse-ld=lld-19 -pie -o $@ $^

# -- fuzzing --------------------------------------------------------------------------

FUZZ_SECONDS ?= 10
.PHONY: fuzz fuzzers
fuzz: ## run every fuzz target for FUZZ_SECONDS on its corpus
	contrib/install-deps build test
	@$(MAKE) --no-print-directory -j$(JOBS) SANITIZE=fuzzer-no-link,address,undefined fuzzers
	tests/fuzz/run --bin $(BUILD)-fuzzer-no-link-address-undefined/bin --seconds $(FUZZ_SECONDS)

fuzzers: $(fuzzers:%=$(BIN)/fuzz-%)
$(fuzzers:%=$(BIN)/fuzz-%): $(BIN)/fuzz-%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libsponts.a
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# -- checks without running -----------------------------------------------------------

tidy_src := $(lib_src) $(prog_src)
.PHONY: lint tidy format
lint: ## layers, format, static analysis, manuals, shell scripts
	contrib/install-deps build lint test
	tests/lint
	@$(MAKE) --no-print-directory -j$(JOBS) tidy

tidy: $(tidy_src:%.cc=$(BUILD)/%.tidy)
$(BUILD)/%.tidy: %.cc .clang-tidy
	@mkdir -p $(@D)
	clang-tidy-19 --quiet $< -- $(CPPFLAGS) -std=c++23 2>$@.err || { cat $@.err; exit 1; }
	@touch $@

format: ## rewrite the sources with clang-format
	clang-format-19 -i $(wildcard lib/*/*.cc lib/*/*.h cmd/*/*.cc cmd/*/*.h tests/*/*.cc bench/*.cc)

# -- measuring ------------------------------------------------------------------------

.PHONY: bench bench-relays bench-proxies bench-tap bench-etsi bench-handover bench-mime bench-journal bench-indexd bench-ums bench-replay benchtools
benchtools: programs $(patsubst bench/%.cc,$(BIN)/bench-%,$(bench_src))
$(patsubst bench/%.cc,$(BIN)/bench-%,$(bench_src)): $(BIN)/bench-%: $(BUILD)/bench/%.o $(BUILD)/libsponts.a
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

bench: bench-relays bench-proxies bench-tap bench-etsi bench-handover bench-mime bench-journal bench-indexd bench-ums bench-replay ## ours and others side by side (BENCH="--quick": short)
bench-relays: ## the relay beside Postfix
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools
	bench/run --bin $(BIN) $(BENCH)
bench-proxies: ## the proxies beside nginx and Dovecot (BENCH="--cells 'imap idle'": some)
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools
	bench/run-proxies --bin $(BIN) $(BENCH)

.PHONY: proof
proof: ## can anybody notice a measure? legs, logs, listings, times (PROOF="--sessions 100": short)
	contrib/install-deps build test
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools $(BIN)/tap-tool
	bench/run-proof --bin $(BIN) $(PROOF)
bench-tap: ## what a thousand measures cost relay and proxies, without hits and with a tenth
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools $(BIN)/tap-tool
	bench/run-tap --bin $(BIN) $(BENCH)
bench-etsi: $(BIN)/bench-etsi_bench ## the encoder of the hand-over to authorities
	$(BIN)/bench-etsi_bench
bench-handover: $(BIN)/bench-handover_bench ## records a second, from the spool to an authority
	$(BIN)/bench-handover_bench
bench-mime: $(BIN)/bench-mime_bench ## mails read for a journal, of several kinds
	$(BIN)/bench-mime_bench
bench-indexd: ## what the journal costs the relay, and how far behind it is
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools
	bench/run-indexd --bin $(BIN) $(BENCH)
bench-ums: ## POP3 on the queue beside Dovecot's on mailboxes
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools
	bench/run-ums --bin $(BIN) $(BENCH)
bench-replay: ## what the ring costs the relay, and how fast mail is sent again from it
	contrib/install-deps build bench
	@$(MAKE) --no-print-directory -j$(JOBS) benchtools
	bench/run-replay --bin $(BIN) $(BENCH)
bench-journal: $(BIN)/bench-journal_bench ## the journal: filing, searching, deleting (MESSAGES=10000000: large)
	rm -f $(BUILD)/bench-journal.db*
	$(BIN)/bench-journal_bench $(BUILD)/bench-journal.db $(MESSAGES)
	rm -f $(BUILD)/bench-journal.db*

# -- running and installing -----------------------------------------------------------

RUN ?= run
.PHONY: run
run: ## build and start a demo gateway on loopback (BACKEND=, IMAP_BACKEND=, POP3_BACKEND=host:port, RUN=directory)
	contrib/install-deps build run
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(BIN)/sponts init --demo $(RUN) $(if $(BACKEND),--backend $(BACKEND)) \
	    $(if $(IMAP_BACKEND),--imap-backend $(IMAP_BACKEND)) \
	    $(if $(POP3_BACKEND),--pop3-backend $(POP3_BACKEND))
	exec $(BIN)/sponts run --config $(RUN)/sponts.conf

sbin := smtp-relayd smtp-sendd sponts-indexd pop-proxy imap-proxy ums-popd replayctl tkuev-auditd tkuev-audit tkuev-ctl tkuev-exportd tkuev-export sponts
bin  := journalq queuectl
.PHONY: install uninstall
install: programs ## install below $(DESTDIR)$(PREFIX); units, sysusers, tmpfiles too
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)/etc/sponts
	install -m 755 $(sbin:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(bin:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	ln -sf queuectl $(DESTDIR)$(PREFIX)/bin/mailq
	for n in 1 5 7 8; do \
	    install -d $(DESTDIR)$(PREFIX)/share/man/man$$n && \
	    install -m 644 man/*.$$n $(DESTDIR)$(PREFIX)/share/man/man$$n || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/man/de/man7
	install -m 644 man/de/*.7 $(DESTDIR)$(PREFIX)/share/man/de/man7
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(PREFIX)/share/doc/sponts
	for u in etc/systemd/*; do sed 's|/usr/local|$(PREFIX)|g' $$u \
	    >$(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/} || exit 1; done
	install -m 644 etc/sysusers.d/*.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -m 644 etc/tmpfiles.d/*.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d
	install -m 644 README.md LICENSE etc/sponts.conf contrib/nachweis-vorlage.md \
	    $(DESTDIR)$(PREFIX)/share/doc/sponts
	install -d $(DESTDIR)$(PREFIX)/share/sponts/tkuev
	install -m 644 etc/tkuev/* $(DESTDIR)$(PREFIX)/share/sponts/tkuev
	test -e $(DESTDIR)/etc/sponts/sponts.conf || \
	    install -m 644 etc/sponts.conf $(DESTDIR)/etc/sponts/sponts.conf

uninstall: ## remove what install put there; configuration and mail stay
	rm -f $(sbin:%=$(DESTDIR)$(PREFIX)/sbin/%) $(bin:%=$(DESTDIR)$(PREFIX)/bin/%) \
	    $(DESTDIR)$(PREFIX)/bin/mailq
	for p in man/*.[1578]; do \
	    rm -f $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$${p##*/}; done
	rm -f $(patsubst man/de/%,$(DESTDIR)$(PREFIX)/share/man/de/man7/%,$(wildcard man/de/*.7))
	for u in etc/systemd/*; do rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/}; done
	for u in sysusers.d tmpfiles.d; do for f in etc/$$u/*.conf; do \
	    rm -f $(DESTDIR)$(PREFIX)/lib/$$u/$${f##*/}; done; done
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/sponts $(DESTDIR)$(PREFIX)/share/sponts

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

.PHONY: clean
clean: ## remove everything built
	rm -rf build build-*
