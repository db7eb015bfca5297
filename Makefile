# SPDX-License-Identifier: Apache-2.0
#
# sponts - one non-recursive makefile.  `make help` lists the targets.
#
# Variables for the command line:
#   PREFIX=/usr/local  where install puts things       DESTDIR=  staging root for packagers
#   BUILD=build        where everything built goes      SANITIZE=address,undefined | thread
#   CXX=clang++-19     see lib/base/compiler.h          OPT=-O2   optimisation
#   BACKEND=host:port  where `make run` relays to       JOBS=     parallel jobs of run and test

PREFIX   ?= /usr/local
BUILD    ?= build
SANITIZE ?=
OPT      ?= -O2
ifeq ($(origin CXX),default)
CXX := clang++-19
endif
VERSION  := 0.1.0
JOBS     ?= $(shell nproc)

BIN  := $(BUILD)/bin
LIBS := -lfmt -lssl -lcrypto -lsqlite3 -linih -lunbound -largon2 -lgsasl -lseccomp -lidn2 -lxxhash

CPPFLAGS += -Ilib -DSPONTS_VERSION='"$(VERSION)"' -DSPONTS_PREFIX='"$(PREFIX)"' \
            -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wswitch -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
HARDEN   := -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
ifeq ($(SANITIZE),)
HARDEN   += -D_FORTIFY_SOURCE=2
else
BUILD    := $(BUILD)-$(subst $(comma),-,$(SANITIZE))
OPT      := -O1
SANFLAGS := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
CXXFLAGS += -std=c++23 $(OPT) -g $(WARN) $(HARDEN) $(SANFLAGS) -MMD -MP
LDFLAGS  += $(SANFLAGS) -fuse-ld=lld-19 -pie -pthread -Wl,-z,relro,-z,now,--as-needed

comma := ,

lib_src   := $(sort $(filter-out %_test.cc,$(wildcard lib/*/*.cc)))
test_src  := $(sort $(wildcard lib/*/*_test.cc cmd/*/*_test.cc))
programs  := $(sort $(notdir $(patsubst %/main.cc,%,$(wildcard cmd/*/main.cc))))
fuzzers   := $(sort $(patsubst tests/fuzz/%.cc,%,$(wildcard tests/fuzz/*.cc)))
bench_src := $(sort $(wildcard bench/*.cc))

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
programs: $(programs:%=$(BIN)/%) $(BIN)/mailq

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c -o $@ $<

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

-include $(patsubst %.o,%.d,$(lib_obj) $(test_obj) $(patsubst %.cc,$(BUILD)/%.o,$(prog_src) $(bench_src)))

.PHONY: clean
clean: ## remove everything built
	rm -rf build build-*
